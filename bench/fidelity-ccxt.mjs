// ccxt's own clients against the simulated exchanges: its classes as they are published, with their URLs set in
// the constructor, as its manual says, and the kind of market where a class has a setting for it.

import ccxt from 'ccxt';

/**
 * By simulated exchange: the class, its URLs, its options and the method that tells best bid and ask.
 * `at` gives the addresses of a simulated exchange: REST and WebSocket.
 */
const CLIENTS = {
  Binance: (at) => binance(at, 'spot'),
  BinancePerp: (at) => binance(at, 'linear'),
  Bybit: ({ Bybit }) => bybit(Bybit, 'spot'),
  BybitPerp: ({ BybitPerp }) => bybit(BybitPerp, 'linear'),
  GateIo: (at) => gate(at, 'spot'),
  GateIoPerp: (at) => gate(at, 'swap'),
  OKX: ({ OKX }) => okx(OKX, 'spot'),
  OKXPerp: ({ OKXPerp }) => okx(OKXPerp, 'swap'),
  Kucoin: (at) => kucoin(at, 'spot'),
  KucoinPerp: (at) => kucoin(at, 'swap'),
  MEXC: mexc,
  MEXCPerp: mexc,
  Bitget: (at) => bitget(at, 'spot'),
  BitgetPerp: (at) => bitget(at, 'swap'),
  BingX: bingx,
  BingXPerp: bingx,
  HTX: htx,
};

const bidsAsks = {
  name: 'watchBidsAsks',
  /** `told` is called with unified symbol, bid and ask until `isOver`. */
  async watch(client, symbols, told, isOver) {
    while (!isOver()) {
      for (const { symbol, bid, ask } of Object.values(await client.watchBidsAsks(symbols)))
        told(symbol, bid, ask);
    }
  },
};

const ticker = {
  name: 'watchTicker',
  watch: (client, symbols, told, isOver) =>
    each(symbols, isOver, async (symbol) => {
      const { bid, ask } = await client.watchTicker(symbol);
      told(symbol, bid, ask);
    }),
};

const orderBook = {
  name: 'watchOrderBook',
  watch: (client, symbols, told, isOver) =>
    each(symbols, isOver, async (symbol) => {
      const { bids, asks } = await client.watchOrderBook(symbol, 1);
      told(symbol, bids[0][0], asks[0][0]);
    }),
};

function each(symbols, isOver, once) {
  return Promise.all(
    symbols.map(async (symbol) => {
      while (!isOver()) await once(symbol);
    }),
  );
}

function binance({ Binance, BinancePerp }, type) {
  const api = {
    public: `${Binance.restUrl}/api/v3`,
    fapiPublic: `${BinancePerp.restUrl}/fapi/v1`,
    // The route is put in by the class.
    ws: { spot: Binance.wsUrl, future: BinancePerp.wsUrl.replace('/public', '') },
  };
  return { id: 'binance', api, options: types(type), best: bidsAsks };
}

function bybit({ restUrl, wsUrl }, type) {
  return {
    id: 'bybit',
    api: { public: restUrl, ws: { public: { [type]: wsUrl } } },
    options: types(type),
    best: bidsAsks,
  };
}

function gate({ GateIo, GateIoPerp }, type) {
  const rest = { spot: GateIo.restUrl, margin: GateIo.restUrl, futures: GateIoPerp.restUrl };
  const api = { public: rest, spot: GateIo.wsUrl, swap: { usdt: GateIoPerp.wsUrl } };
  return { id: 'gate', api, options: types(type), best: bidsAsks };
}

function okx({ restUrl, wsUrl }, type) {
  const api = { rest: restUrl, ws: wsUrl.replace(/\/public$/, '') };
  return { id: 'okx', api, options: types(type), best: bidsAsks };
}

function kucoin({ Kucoin, KucoinPerp }, type) {
  // The socket's address comes from the exchange, with its token.
  const api = { public: Kucoin.restUrl, futuresPublic: KucoinPerp.restUrl };
  return { id: 'kucoin', api, options: types(type), best: bidsAsks };
}

/** Its watchBidsAsks refuses perpetuals, and on spot still reads the JSON frames that ended in 2025. */
function mexc({ MEXC, MEXCPerp }) {
  const api = {
    spot: { public: MEXC.restUrl },
    contract: { public: `${MEXCPerp.restUrl}/api/v1/contract` },
    ws: { spot: MEXC.wsUrl, swap: MEXCPerp.wsUrl },
  };
  return { id: 'mexc', api, options: {}, best: ticker };
}

/** Its watchBidsAsks reads the slower ticker; of one level it takes `books1`, the best bid and ask. */
function bitget({ Bitget, BitgetPerp }, type) {
  const { wsUrl } = type === 'spot' ? Bitget : BitgetPerp;
  const api = {
    spot: Bitget.restUrl,
    margin: Bitget.restUrl,
    mix: BitgetPerp.restUrl,
    ws: { public: wsUrl },
  };
  return { id: 'bitget', api, options: types(type), best: orderBook };
}

/** It has no watchBidsAsks. */
function bingx({ BingX, BingXPerp }) {
  const perps = `${BingXPerp.restUrl}/openApi`;
  const api = {
    spot: `${BingX.restUrl}/openApi`,
    swap: perps,
    cswap: perps,
    ws: { spot: BingX.wsUrl, linear: BingXPerp.wsUrl },
  };
  return { id: 'bingx', api, options: {}, best: ticker };
}

/** Its ticker is of the last 24 hours unless another channel is named. */
function htx({ HTX }) {
  const api = { spot: HTX.restUrl, public: HTX.restUrl, ws: { api: { spot: { public: HTX.wsUrl } } } };
  const markets = { spot: true, linear: false, inverse: false };
  const options = { fetchMarkets: { types: markets }, watchTicker: { name: 'market.{marketId}.bbo' } };
  return { id: 'htx', api, options, best: ticker };
}

function types(type) {
  return { fetchMarkets: { types: [type] } };
}

/** A run of one exchange's client: what it lists, and what it tells of `rows` until `isOver`. */
export async function runCcxt(exchange, { urls, listings }, told, isOver) {
  const { id, api, options, best } = CLIENTS[exchange](urls);
  const client = new ccxt.pro[id]({ urls: { api }, options });
  try {
    // What its manual asks for where an address is of ws:// instead of wss://.
    await client.loadHttpProxyAgent();
    await client.loadMarkets();
    const isPerp = exchange.endsWith('Perp');
    const spellings = new Map();
    let listed = 0;
    for (const row of listings[exchange]) {
      const symbol = `${row.base}/${row.quote}${isPerp ? `:${row.quote}` : ''}`;
      const market = client.markets[symbol];
      spellings.set(symbol, row.exchangeSymbol);
      if (isAlike(market, row, isPerp)) listed++;
    }
    const watching = best.watch(
      client,
      [...spellings.keys()],
      (symbol, bid, ask) => told(spellings.get(symbol), bid, ask),
      isOver,
    );
    return { method: best.name, listed, watching, close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Whether the client understood the listing's row: identity, step of price, and base coins a contract. */
function isAlike(market, row, isPerp) {
  if (market === undefined || market.id !== row.exchangeSymbol) return false;
  if (market.active === false || (isPerp ? !(market.swap && market.linear) : !market.spot)) return false;
  const contract = isPerp ? market.contractSize : 1;
  return Math.abs(market.precision.price - row.tickSize) < 1e-12 && contract === row.contractSize;
}
