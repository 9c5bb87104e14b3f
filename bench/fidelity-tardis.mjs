// tardis-dev's real-time feeds against the simulated exchanges, normalised to book tickers by its own mappers.
// Addresses: its `WSS_URL_<EXCHANGE>` variables of the environment, which it reads at every connecting; where a feed asks
// the exchange for the address (KuCoin), a subclass that differs in the REST address alone is registered.

import tardis from 'tardis-dev';

/** By simulated exchange: the client's name of it, and the path of its socket where that is another. */
const FEEDS = {
  Binance: { id: 'binance', path: (url) => `${url.replace(/\/ws$/, '')}/stream?timeUnit=microsecond` },
  // This version connects to the address without a route, retired in 2026; the one thing wrong is its URL.
  BinancePerp: { id: 'binance-futures', path: (url) => url.replace(/\/ws$/, '/stream') },
  Bybit: { id: 'bybit-spot' },
  BybitPerp: { id: 'bybit' },
  GateIo: { id: 'gate-io' },
  GateIoPerp: { id: 'gate-io-futures' },
  OKX: { id: 'okex' },
  OKXPerp: { id: 'okex-swap' },
  Kucoin: { id: 'kucoin', asks: true },
  KucoinPerp: { id: 'kucoin-futures', asks: true },
  Bitget: { id: 'bitget' },
  BitgetPerp: { id: 'bitget-futures' },
  HTX: { id: 'huobi' },
};

/** Why the client cannot be tried at this exchange; null where it can. */
export function tardisMissing(exchange) {
  return exchange in FEEDS ? null : 'tardis-dev has no feed of it';
}

/** Runs until `isOver`; `told` is called with the exchange's symbol, bid and ask. */
export async function runTardis(exchange, { urls, listings }, told, isOver) {
  const { id, path = (url) => url, asks = false } = FEEDS[exchange];
  const { restUrl, wsUrl } = urls[exchange];
  if (asks) askingAt(id, `${restUrl}/api`);
  else process.env[`WSS_URL_${id.toUpperCase().replaceAll('-', '_')}`] = path(wsUrl);
  let failure;
  const onError = (error) => {
    failure = error;
  };
  const symbols = listings[exchange].map(({ exchangeSymbol }) => exchangeSymbol);
  // It writes every symbol in capitals.
  const spellings = new Map(symbols.map((symbol) => [symbol.toUpperCase(), symbol]));
  const feed = tardis.streamNormalized({ exchange: id, symbols, onError }, tardis.normalizeBookTickers);
  for await (const { type, symbol, bidPrice, askPrice } of feed) {
    if (isOver()) break;
    if (type === 'book_ticker') told(spellings.get(symbol.toUpperCase()), bidPrice, askPrice);
    if (failure !== undefined) throw failure;
  }
}

function askingAt(id, httpUrl) {
  const Feed = tardis.getRealTimeFeedFactory(id);
  tardis.setRealTimeFeedFactory(
    id,
    class extends Feed {
      constructor(...args) {
        super(...args);
        this._httpURL = httpUrl;
      }
    },
  );
}
