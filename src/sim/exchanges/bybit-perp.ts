// Bybit v5 USDT perpetuals (linear), simulated: market REST, its listing in pages, and the linear socket.
// Source: Bybit v5 docs, and the answers other public clients captured in 2026-09 (exact texts below).

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { RestReply, SimBook, SimExchange, SimListed } from '../exchange.js';
import { decimalText } from '../wire.js';
import { BybitConversation, type BybitRules, bybit, ticker } from './bybit.js';

const PAGE_DEFAULT = 500;
const PAGE_MAX = 1000;

const RULES: BybitRules = {
  argsMax: null,
  successText: () => '',
  unknownSymbolText: (topic) => `error:handler not found,topic:${topic}`,
  repeatText: (topic) => `error:already subscribed,topic:${topic}`,
};

export const bybitPerp: SimExchange = {
  name: 'BybitPerp',
  market: 'linear',
  recordingKey: 'bybit',
  givesTime: true,
  restPrefix: '',
  wsPath: '/v5/public/linear',
  connectLimit: bybit.connectLimit,
  connectionsMax: 1000,
  ...(bybit.restLimit === undefined ? {} : { restLimit: bybit.restLimit }),
  exchangeSymbolOf: bybit.exchangeSymbolOf,
  splitSymbol: bybit.splitSymbol,
  symbolOfFrame: bybit.symbolOfFrame,
  rest,
  acceptsWsPath: (pathname) => pathname === '/v5/public/linear',
  open: (_path, peer, book, nowUs) => new BybitConversation(RULES, peer, book, nowUs),
};

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const reply = (retCode: number, retMsg: string, result: unknown): RestReply => ({
    status: 200,
    body: { retCode, retMsg, result, retExtInfo: {}, time: Math.floor(nowUs / US_PER_MS) },
  });
  if (path.pathname === '/v5/market/time')
    return reply(0, 'OK', { timeSecond: String(Math.floor(nowUs / 1e6)) });
  const known = ['/v5/market/instruments-info', '/v5/market/tickers'].includes(path.pathname);
  if (!known) return { status: 404, body: '' };
  // Errors come with HTTP status 200.
  if (path.searchParams.get('category') !== 'linear')
    return reply(10001, 'params error: Category is invalid', {});
  if (path.pathname === '/v5/market/tickers') {
    const trading = book.listing.filter((listed) => listed.trading);
    return reply(0, 'OK', { category: 'linear', list: trading.map((listed) => ticker(book, listed, nowUs)) });
  }
  const limit = Number(path.searchParams.get('limit') ?? PAGE_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
    return reply(10001, 'params error: limit is invalid', {});
  const rows = rowsOf(book, path.searchParams.get('status') ?? 'Trading');
  const page = pageOf(rows, limit, path.searchParams.get('cursor') ?? '');
  return page === null ? reply(10001, 'params error: cursor is invalid', {}) : reply(0, 'OK', page);
}

interface Row {
  readonly symbol: string;
}

/** The page after the one that the cursor names; null for a cursor that this list never gave. */
function pageOf(rows: readonly Row[], limit: number, cursor: string): unknown {
  // Taken decoded once or twice, as clients send it in both ways.
  const last = /last(?:=|%3D)([^&%]+)$/.exec(cursor)?.[1];
  const before = rows.findIndex((row) => row.symbol === last);
  if (cursor !== '' && before === -1) return null;
  const list = rows.slice(before + 1, before + 1 + limit);
  const isLast = before + 1 + limit >= rows.length;
  // In the form of a query already.
  const name = encodeURIComponent(`first=${list[0]?.symbol}&last=${list.at(-1)?.symbol}`);
  return { category: 'linear', list, nextPageCursor: isLast ? '' : name };
}

/** Only what trades comes unasked, and there is nothing else; a perpetual being delisted trades to its last day. */
function rowsOf(book: SimBook, status: string): readonly Row[] {
  if (status !== 'Trading') return [];
  const rows = book.listing.map((listed) =>
    instrument(listed, listed.trading ? {} : { deliveryTime: '1764500000000' }),
  );
  const [first] = book.listing;
  if (first === undefined) return rows;
  // What shares the list with the perpetuals on USDT: a dated one, one on USDC, a stock.
  return [
    ...rows,
    instrument(first, {
      symbol: `${first.base}-26MAR27`,
      contractType: 'LinearFutures',
      deliveryTime: '1774512000000',
    }),
    instrument(first, { symbol: `${first.base}PERP`, quoteCoin: 'USDC', settleCoin: 'USDC' }),
    instrument(first, {
      symbol: 'TSLAUSDT',
      baseCoin: 'TSLA',
      underlyingTicker: 'TSLA',
      marketRegion: 'US',
    }),
  ];
}

function instrument(listed: SimListed, differing: Readonly<Record<string, string>>): Row {
  const step = decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals);
  const tickSize = decimalText(listed.tickSize, listed.priceDecimals);
  return {
    symbol: listed.exchangeSymbol,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: listed.base,
    quoteCoin: listed.quote,
    settleCoin: listed.quote,
    launchTime: '1585526400000',
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(listed.priceDecimals),
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: tickSize, maxPrice: '1999999.80', tickSize },
    lotSizeFilter: { maxOrderQty: '1000000', minOrderQty: step, qtyStep: step, minNotionalValue: '5' },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    copyTrading: 'both',
    ...differing,
  } as Row;
}
