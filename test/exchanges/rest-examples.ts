// What each exchange answers over REST when it is asked for its best prices and its time, and over its socket when a
// request is granted: examples from the exchanges' documents, by the name of the adapter.

export interface RestExample {
  /** Of three symbols: both sides, no bid, no ask. */
  readonly tops: unknown;
  /** The symbols, in the order of the body. */
  readonly symbols: readonly [string, string, string];
  /** Tells TIME_MS. */
  readonly time: unknown;
  /** The answer to a request, from the request's JSON. A text is sent as it is. */
  granted(request: RequestSent): unknown;
  /** The answers to requests do not repeat their id. */
  readonly namesNoRequest?: boolean;
}

/** What requests of all exchanges hold; of each one a part. */
export interface RequestSent {
  readonly id: string | number;
  readonly op: string;
  readonly args: readonly unknown[];
  readonly req_id: string;
  readonly time: number;
  readonly channel: string;
  readonly event: string;
  readonly payload: readonly string[];
  readonly params: readonly string[];
  readonly method: string;
  readonly sub: string;
  readonly unsub: string;
}

export const TIME_MS = 1_700_000_000_123;

const CONCAT = ['BTCUSDT', 'ETHUSDT', 'XRPUSDT'] as const;
const HYPHEN = ['BTC-USDT', 'ETH-USDT', 'XRP-USDT'] as const;
const LOWER = ['btcusdt', 'ethusdt', 'xrpusdt'] as const;
const UNDERSCORE = ['BTC_USDT', 'ETH_USDT', 'XRP_USDT'] as const;
const SWAP = ['BTC-USDT-SWAP', 'ETH-USDT-SWAP', 'XRP-USDT-SWAP'] as const;
const LOTS = ['XBTUSDTM', 'ETHUSDTM', 'XRPUSDTM'] as const;

/** Rows of a ticker list: bid 100.1 and ask 100.2, then the ask alone, then the bid alone; `none` is how nothing is written. */
function rows(symbols: readonly string[], symbol: string, bid: string, ask: string, none: unknown) {
  const sides = [
    ['100.1', '100.2'],
    [none, '100.2'],
    ['100.1', none],
  ];
  return symbols.map((name, at) => ({
    [symbol]: name,
    [bid]: sides[at]![0],
    [ask]: sides[at]![1],
    extra: 1,
  }));
}

const binance: RestExample = {
  symbols: CONCAT,
  tops: rows(CONCAT, 'symbol', 'bidPrice', 'askPrice', '0.00000000'),
  time: { serverTime: TIME_MS },
  granted: ({ id }) => ({ result: null, id }),
};

const okx = (symbols: RestExample['symbols']): RestExample => ({
  symbols,
  tops: { code: '0', msg: '', data: rows(symbols, 'instId', 'bidPx', 'askPx', '') },
  time: { code: '0', msg: '', data: [{ ts: String(TIME_MS) }] },
  granted: ({ id, op, args }) => ({ id, event: op, arg: args[0], connId: 'a4d3ae55' }),
});

const bybit = (category: string, ackText: (op: string) => string): RestExample => ({
  symbols: CONCAT,
  tops: {
    retCode: 0,
    retMsg: 'OK',
    result: { category, list: rows(CONCAT, 'symbol', 'bid1Price', 'ask1Price', '') },
    time: TIME_MS,
  },
  time: {
    retCode: 0,
    retMsg: 'OK',
    result: { timeSecond: '1700000000', timeNano: '1700000000123785914' },
    retExtInfo: {},
    time: TIME_MS,
  },
  granted: ({ op, req_id }) => ({ success: true, ret_msg: ackText(op), conn_id: 'c', req_id, op }),
});

const gateGranted: RestExample['granted'] = ({ time, id, channel, event, payload }) => ({
  ...{ time, id, channel, event, payload },
  result: { status: 'success' },
});

const bitget: RestExample = {
  symbols: CONCAT,
  tops: { code: '00000', msg: 'success', data: rows(CONCAT, 'symbol', 'bidPr', 'askPr', '') },
  time: { code: '00000', msg: 'success', requestTime: TIME_MS, data: { serverTime: String(TIME_MS) } },
  granted: ({ op, args }) => ({ event: op, arg: args[0] }),
  namesNoRequest: true,
};

const kucoin: RestExample = {
  symbols: HYPHEN,
  tops: {
    code: '200000',
    data: { time: TIME_MS, ticker: rows(HYPHEN, 'symbol', 'buy', 'sell', null) },
  },
  time: { code: '200000', msg: 'success', data: TIME_MS },
  granted: ({ id }) => ({ id, type: 'ack' }),
};

const bingx = (none: unknown, ack: object): RestExample => ({
  symbols: HYPHEN,
  tops: { code: 0, msg: '', data: rows(HYPHEN, 'symbol', 'bidPrice', 'askPrice', none) },
  time: { code: 0, msg: '', data: { serverTime: TIME_MS } },
  granted: ({ id }) => ({ id, code: 0, ...ack }),
});

export const REST_EXAMPLES: Readonly<Record<string, RestExample>> = {
  Binance: binance,
  BinancePerp: binance,
  OKX: okx(HYPHEN),
  OKXPerp: okx(SWAP),
  Bybit: bybit('spot', (op) => op),
  BybitPerp: bybit('linear', () => ''),
  GateIo: {
    symbols: UNDERSCORE,
    tops: rows(UNDERSCORE, 'currency_pair', 'highest_bid', 'lowest_ask', ''),
    time: { server_time: TIME_MS },
    granted: gateGranted,
  },
  GateIoPerp: {
    symbols: UNDERSCORE,
    tops: rows(UNDERSCORE, 'contract', 'highest_bid', 'lowest_ask', ''),
    time: { server_time: TIME_MS },
    granted: gateGranted,
  },
  Kucoin: kucoin,
  KucoinPerp: {
    ...kucoin,
    symbols: LOTS,
    tops: { code: '200000', data: rows(LOTS, 'symbol', 'bestBidPrice', 'bestAskPrice', undefined) },
  },
  MEXC: {
    symbols: CONCAT,
    tops: rows(CONCAT, 'symbol', 'bidPrice', 'askPrice', ''),
    time: { serverTime: TIME_MS },
    granted: ({ id, params }) => ({ id, code: 0, msg: params.join(',') }),
  },
  MEXCPerp: {
    symbols: UNDERSCORE,
    tops: { success: true, code: 0, data: rows(UNDERSCORE, 'symbol', 'bid1', 'ask1', 0) },
    time: { success: true, code: 0, data: TIME_MS },
    granted: ({ method }) => ({ channel: `rs.${method}`, data: 'success', ts: TIME_MS }),
    namesNoRequest: true,
  },
  Bitget: bitget,
  BitgetPerp: bitget,
  BingX: bingx(0, { msg: 'SUCCESS', timestamp: TIME_MS }),
  BingXPerp: bingx('', { msg: '', dataType: '', data: null }),
  HTX: {
    symbols: LOWER,
    tops: { status: 'ok', ts: TIME_MS, data: rows(LOWER, 'symbol', 'bid', 'ask', 0) },
    time: { status: 'ok', data: TIME_MS },
    granted: ({ id, sub, unsub }) => ({ id, status: 'ok', subbed: sub, unsubbed: unsub, ts: TIME_MS }),
  },
};
