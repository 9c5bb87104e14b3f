// BingX USDT-margined perpetuals: listing and addresses of `open-api-swap.bingx.com`; frames and requests are
// those of spot, with an update id and the engine's time. Pure: no socket, no clock, no log; never throws on
// a frame. Sizes are in base coin: the listing's `size` is no multiplier.

import { bingx, rowsOf } from './bingx.js';
import type { ExchangeAdapter, ListedInstrument } from './exchange.js';
import { readText } from './fields.js';
import { numberOrNull, readRows, readVolumes } from './listing.js';

/** Contracts in USDC stand in the same listing. */
const MARGIN = 'USDT';

export const bingxPerp: ExchangeAdapter = {
  name: 'BingXPerp',
  aliases: ['bingx-swap'],
  market: 'linear',
  restUrl: 'https://open-api.bingx.com',
  // Symbols are spelt alike on spot's socket: only the address tells them apart.
  wsUrl: 'wss://open-api-swap.bingx.com/swap-market',
  takerFee: { percent: 0.05, asOf: '2026-11-22' },
  limits: bingx.limits,
  ping: bingx.ping,
  compressed: true,
  refusalScope: 'named',
  listingRequests: [
    { key: 'contracts', path: '/openApi/swap/v2/quote/contracts', timeParameter: 'timestamp' },
    { key: 'tickers', path: '/openApi/swap/v2/quote/ticker', timeParameter: 'timestamp' },
  ],
  parseListing,
  subscribeFrame: bingx.subscribeFrame,
  unsubscribeFrame: bingx.unsubscribeFrame,
  timeRequest: { path: '/openApi/swap/v2/server/time', readMs: bingx.timeRequest.readMs },
  topsRequest: { key: 'tops', path: '/openApi/swap/v2/quote/ticker', timeParameter: 'timestamp' },
  parseTops: bingx.parseTops,
  createDecoder: bingx.createDecoder,
};

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = rowsOf(bodies['contracts'], 'contracts');
  const volumes = readVolumes(rowsOf(bodies['tickers'], 'tickers'), 'tickers.data', 'symbol', 'quoteVolume');
  return readRows(rows, 'contracts.data', 'symbol, asset, currency', (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.asset);
    const quote = readText(row.currency);
    if (exchangeSymbol === undefined || base === undefined || quote !== MARGIN) return undefined;
    const decimals = numberOrNull(row.pricePrecision);
    return {
      exchangeSymbol,
      base,
      quote,
      // Texts here, where spot has booleans.
      trading: row.status === 1 && String(row.apiStateOpen) !== 'false',
      statusText: row.status === undefined ? '' : String(row.status),
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: decimals === null ? null : Number(`1e-${decimals}`),
      contractSize: 1,
    };
  });
}

// The wire, by example.
//
// listing
//   {"code":0,"msg":"","data":[{"contractId":"100","symbol":"BTC-USDT","size":"0","quantityPrecision":4,
//    "pricePrecision":1,"currency":"USDT","asset":"BTC","status":1,"apiStateOpen":"true","apiStateClose":"true"}]}
// frames: at the foot of bingx.ts
