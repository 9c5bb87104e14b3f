// OKX v5 USDT perpetuals (SWAP): their listing; addresses, requests and frames are those of spot. Pure: no
// socket, no clock, no log; never throws on a frame. Sizes come in contracts of ctVal · ctMult base coins; a
// swap whose contract is not a number of its base coin is left out, never guessed.

import type { ExchangeAdapter, ListedInstrument } from './exchange.js';
import { readText } from './fields.js';
import { isObject } from './frame.js';
import { listingError, numberOrNull, readRows, stepOrNull } from './listing.js';
import { dataOf, okx } from './okx.js';

const MARGIN = 'USDT';

export const okxPerp: ExchangeAdapter = {
  name: 'OKXPerp',
  aliases: ['okx-swap', 'OkexPerp'],
  market: 'linear',
  restUrl: okx.restUrl,
  wsUrl: okx.wsUrl,
  takerFee: { percent: 0.05, asOf: '2026-11-22' },
  limits: okx.limits,
  ping: okx.ping,
  refusalScope: okx.refusalScope,
  listingRequests: [
    { key: 'instruments', path: '/api/v5/public/instruments?instType=SWAP' },
    { key: 'tickers', path: '/api/v5/market/tickers?instType=SWAP' },
  ],
  parseListing,
  subscribeFrame: okx.subscribeFrame,
  unsubscribeFrame: okx.unsubscribeFrame,
  timeRequest: okx.timeRequest,
  topsRequest: { key: 'tops', path: '/api/v5/market/tickers?instType=SWAP' },
  parseTops: okx.parseTops,
  createDecoder: okx.createDecoder,
};

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = dataOf(bodies['instruments'], 'instruments');
  const volumes = quoteVolumes(dataOf(bodies['tickers'], 'tickers'));
  const fields = `instId, uly, ctType linear, settleCcy ${MARGIN}, ctVal and ctMult`;
  return readRows(rows, 'instruments.data', fields, (row) => {
    if (row.ctType !== 'linear' || row.settleCcy !== MARGIN) return undefined;
    // 1 = coins; stocks, commodities, currencies and bonds have other categories. Older replies have none.
    const category = readText(row.instCategory);
    if (category !== undefined && category !== '1') return undefined;
    const exchangeSymbol = readText(row.instId);
    // baseCcy and quoteCcy are empty for swaps; the underlying is `BASE-QUOTE`.
    const [base, quote, more] = (readText(row.uly) ?? readText(row.instFamily) ?? '').split('-');
    if (exchangeSymbol === undefined || !base || !quote || more !== undefined) return undefined;
    const value = stepOrNull(row.ctVal);
    const multiple = stepOrNull(row.ctMult);
    if (value === null || multiple === null || row.ctValCcy !== base) return undefined;
    const statusText = readText(row.state) ?? '';
    return {
      exchangeSymbol,
      base,
      quote,
      trading: statusText === 'live',
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(row.tickSz),
      contractSize: value * multiple,
    };
  });
}

/** For SWAP `volCcy24h` is in the base coin (for SPOT it is in the quote): times the last price. */
function quoteVolumes(tickers: readonly unknown[]): ReadonlyMap<string, number> {
  const volumes = new Map<string, number>();
  for (const row of tickers) {
    if (!isObject(row)) continue;
    const exchangeSymbol = readText(row.instId);
    const baseVolume = numberOrNull(row.volCcy24h);
    const last = numberOrNull(row.last);
    if (exchangeSymbol === undefined || baseVolume === null || last === null) continue;
    volumes.set(exchangeSymbol, baseVolume * last);
  }
  if (tickers.length > 0 && volumes.size === 0)
    throw listingError('tickers.data[0]', tickers[0], 'a row with instId, volCcy24h and last');
  return volumes;
}

// The wire, by example (all but the names and the unit of sizes as in spot).
//
// best bid and ask
//   {"arg":{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["8476.98","415","0","13"]],
//    "bids":[["8476.97","256","0","12"]],"ts":"1597026383085","seqId":123456}]}
// listing
//   {"code":"0","msg":"","data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","uly":"BTC-USDT",
//    "ctType":"linear","ctVal":"0.01","ctMult":"1","ctValCcy":"BTC","settleCcy":"USDT","state":"live",
//    "tickSz":"0.1","instCategory":"1",…}]}
