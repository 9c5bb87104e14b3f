// Gate.io USDT perpetuals: listing, addresses and requests of `fx-ws.gateio.ws`; frames are those of spot.
// Pure: no socket, no clock, no log; never throws on a frame. Sizes come in contracts: the listing's
// `quanto_multiplier` makes base coins of them, and a contract without one is left out, never taken for 1.

import type { ExchangeAdapter, ListedInstrument } from './exchange.js';
import { readText } from './fields.js';
import { gateio, requestFrame, wholeSeconds } from './gateio.js';
import { arrayAt, readRows, readTops, readVolumes, stepOrNull } from './listing.js';

export const gateioPerp: ExchangeAdapter = {
  name: 'GateIoPerp',
  aliases: ['gate-futures', 'GatePerp'],
  market: 'linear',
  restUrl: 'https://api.gateio.ws/api/v4',
  // Of the USDT-settled contracts alone: one of another family is acknowledged and silent.
  wsUrl: 'wss://fx-ws.gateio.ws/v4/ws/usdt',
  // Without it sizes are numbers, and those of contracts that trade in fractions are rounded down.
  wsHeaders: { 'X-Gate-Size-Decimal': '1' },
  takerFee: { percent: 0.05, asOf: '2026-11-22' },
  limits: gateio.limits,
  // A socket without subscriptions or pings of its own is closed at 30 s, one with quiet books at 60 s.
  ping: {
    intervalMs: gateio.ping.intervalMs,
    frame: (_requestId, nowUs) => JSON.stringify({ time: wholeSeconds(nowUs), channel: 'futures.ping' }),
  },
  listingRequests: [
    { key: 'contracts', path: '/futures/usdt/contracts' },
    { key: 'tickers', path: '/futures/usdt/tickers' },
  ],
  refusalScope: 'whole',
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId, nowUs) =>
    requestFrame('futures.book_ticker', 'subscribe', exchangeSymbols, requestId, nowUs),
  unsubscribeFrame: (exchangeSymbols, requestId, nowUs) =>
    requestFrame('futures.book_ticker', 'unsubscribe', exchangeSymbols, requestId, nowUs),
  timeRequest: gateio.timeRequest,
  topsRequest: { key: 'tops', path: '/futures/usdt/tickers' },
  parseTops: (body) => readTops(arrayAt(body, 'tops'), 'tops', 'contract', 'highest_bid', 'lowest_ask'),
  createDecoder: gateio.createDecoder,
};

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = arrayAt(bodies['contracts'], 'contracts');
  const tickers = arrayAt(bodies['tickers'], 'tickers');
  const volumes = readVolumes(tickers, 'tickers', 'contract', 'volume_24h_quote');
  return readRows(rows, 'contracts', 'name, type direct and quanto_multiplier', (row) => {
    const exchangeSymbol = readText(row.name);
    const contractSize = stepOrNull(row.quanto_multiplier);
    if (exchangeSymbol === undefined || row.type !== 'direct' || contractSize === null) return undefined;
    // Stocks, metals, indices, currencies; coins have an empty type, or none in older replies.
    const kind = readText(row.contract_type);
    if (kind !== undefined && kind !== 'crypto') return undefined;
    // The listing has no fields for the coins: the name is `BASE_QUOTE`.
    const [base, quote, more] = exchangeSymbol.split('_');
    if (!base || !quote || more !== undefined) return undefined;
    // Older replies say no status.
    const status = readText(row.status) ?? 'trading';
    const isLeaving = row.in_delisting === true;
    return {
      exchangeSymbol,
      base,
      quote,
      trading: status === 'trading' && !isLeaving,
      statusText: status === 'trading' && isLeaving ? 'in_delisting' : status,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(row.order_price_round),
      contractSize,
    };
  });
}

// The wire, by example.
//
// best bid and ask, with the header (without it "B":5383,"A":8456)
//   {"time":1684930165,"time_ms":1684930165971,"channel":"futures.book_ticker","event":"update",
//    "result":{"t":1684930165960,"u":203083200,"s":"RDNT_USDT","b":"0.2972","B":"5383","a":"0.2976","A":"8456"}}
// an empty side
//   … "b":"","B":"0", …
// refusal
//   … "event":"subscribe","error":{"code":2,"message":"unknown contract NOPE_USDT"},"result":{"status":"fail"}}
// ping and pong
//   {"time":1606293275,"channel":"futures.ping"}
//   {"time":1606293275,"channel":"futures.pong","event":"","result":null}
// listing
//   [{"name":"BTC_USDT","type":"direct","quanto_multiplier":"0.0001","order_price_round":"0.1",
//     "in_delisting":false,"status":"trading","contract_type":"","enable_decimal":false,…}]
