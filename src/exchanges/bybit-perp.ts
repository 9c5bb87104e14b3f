// Bybit v5 USDT perpetuals (linear): listing, in pages, and address; requests and frames are those of spot.
// Pure: no socket, no clock, no log; never throws on a frame. Sizes are in base coin, and a multiplied contract
// keeps what its base says (`1000PEPE`, `SHIB1000`): never guessed to be the bare coin.

import { bybit, resultOf } from './bybit.js';
import type { ExchangeAdapter, ListedInstrument } from './exchange.js';
import { readText } from './fields.js';
import { isObject, type JsonObject } from './frame.js';
import { arrayAt, readRows, readVolumes, stepOrNull } from './listing.js';

const MARGIN = 'USDT';
const INSTRUMENTS_PATH = '/v5/market/instruments-info?category=linear&limit=1000';

export const bybitPerp: ExchangeAdapter = {
  name: 'BybitPerp',
  aliases: ['bybit-linear'],
  market: 'linear',
  restUrl: bybit.restUrl,
  wsUrl: 'wss://stream.bybit.com/v5/public/linear',
  takerFee: { percent: 0.055, asOf: '2026-11-22' },
  // Linear takes more arguments than spot's ten; as one bad topic fails all of them, ten is still the batch.
  limits: bybit.limits,
  ping: bybit.ping,
  listingRequests: [
    { key: 'instruments', path: INSTRUMENTS_PATH, next: nextPage },
    { key: 'tickers', path: '/v5/market/tickers?category=linear' },
  ],
  refusalScope: 'whole',
  parseListing,
  subscribeFrame: bybit.subscribeFrame,
  unsubscribeFrame: bybit.unsubscribeFrame,
  timeRequest: bybit.timeRequest,
  topsRequest: { key: 'tops', path: '/v5/market/tickers?category=linear' },
  parseTops: bybit.parseTops,
  createDecoder: bybit.createDecoder,
};

/** Cursors come as they go into a query: `first%3DA%26last%3DB`. */
const IN_QUERY_FORM = /^(?:[\w.~-]|%[0-9A-Fa-f]{2})+$/;

/** An empty cursor ends the list; a body that is none is left for parseListing to refuse. */
function nextPage(body: unknown): string | null {
  const result = isObject(body) ? body.result : undefined;
  const cursor = isObject(result) ? readText(result.nextPageCursor) : undefined;
  if (cursor === undefined) return null;
  return `${INSTRUMENTS_PATH}&cursor=${IN_QUERY_FORM.test(cursor) ? cursor : encodeURIComponent(cursor)}`;
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = arrayAt(bodies['instruments'], 'instruments').flatMap((page, at) =>
    listOf(page, `instruments[${at}]`),
  );
  const tickers = listOf(bodies['tickers'], 'tickers');
  const volumes = readVolumes(tickers, 'tickers.result.list', 'symbol', 'turnover24h');
  const fields = `symbol, baseCoin, contractType LinearPerpetual and quoteCoin ${MARGIN}`;
  return readRows(rows, 'instruments.result.list', fields, (row) => {
    if (row.contractType !== 'LinearPerpetual' || row.quoteCoin !== MARGIN || isStock(row)) return undefined;
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseCoin);
    if (exchangeSymbol === undefined || base === undefined) return undefined;
    const status = readText(row.status) ?? '';
    const deliveryMs = stepOrNull(row.deliveryTime);
    return {
      exchangeSymbol,
      base,
      quote: MARGIN,
      // A perpetual with a day of delivery is being delisted.
      trading: status === 'Trading' && deliveryMs === null,
      statusText: status === 'Trading' && deliveryMs !== null ? `deliveryTime ${deliveryMs}` : status,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: isObject(row.priceFilter) ? stepOrNull(row.priceFilter.tickSize) : null,
      contractSize: 1,
    };
  });
}

/** Contracts on stocks share the names (`AAPLUSDT`) and the type; they name their underlying and its market. */
function isStock(row: JsonObject): boolean {
  return readText(row.underlyingTicker) !== undefined || readText(row.marketRegion) !== undefined;
}

function listOf(body: unknown, key: string): readonly unknown[] {
  return arrayAt(resultOf(body, key).list, `${key}.result.list`);
}

// The wire, by example (frames as in spot; there is no `ret_msg` in the answer to a subscription).
//
// best bid and ask
//   {"topic":"orderbook.1.BTCUSDT","type":"snapshot","ts":1682067387414,"data":{"s":"BTCUSDT",
//    "b":[["27499.90","35.552"]],"a":[["27501.90","0.033"]],"u":679942,"seq":8064178407}}
// refusal
//   {"success":false,"ret_msg":"error:handler not found,topic:orderbook.1.NOPE","conn_id":"…",
//    "req_id":"1","op":"subscribe"}
// listing, a page
//   {"retCode":0,"retMsg":"OK","result":{"category":"linear","list":[{"symbol":"BTCUSDT",
//    "contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT",
//    "settleCoin":"USDT","deliveryTime":"0","priceFilter":{"tickSize":"0.10",…},…}],
//    "nextPageCursor":"first%3DBTCUSDT%26last%3DZRXUSDT"},"time":1672304484978}
