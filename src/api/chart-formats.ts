// In which form a chart is wanted, and what a file of it is called. A request's words never reach a header as they came.

import { diskSymbol, unifiedFromSpelling } from '../core/symbol.js';
import { isoMicros, type Micros } from '../core/time.js';
import type { ChartFormat, ChartRequest } from '../history/service.js';
import { oneOf, type Query, RequestError } from './query.js';

export const CONTENT_TYPES: Readonly<Record<ChartFormat, string>> = {
  ndjson: 'application/x-ndjson',
  arrow: 'application/vnd.apache.arrow.stream',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
};

/** For OpenAPI. */
export const FORMAT_QUERY = {
  format: { type: 'string', description: 'ndjson, arrow, csv or parquet; default: what Accept names' },
} as const;

const FORMATS = Object.keys(CONTENT_TYPES) as readonly ChartFormat[];

/**
 * What `format` says; else the first table that the request names as what it accepts; whoever says nothing of either gets
 * lines. `field`: where it was said.
 */
export function formatOf(
  query: Query,
  accept: string | undefined,
): { readonly format: ChartFormat; readonly field: string } {
  const given = oneOf(query, 'format', FORMATS);
  if (given !== undefined) return { format: given, field: 'format' };
  const accepted = accept?.toLowerCase() ?? '';
  const table = FORMATS.find((format) => format !== 'ndjson' && accepted.includes(CONTENT_TYPES[format]));
  return { format: table ?? 'ndjson', field: 'Accept' };
}

/** A file for somebody's disk. */
export function isExport(format: ChartFormat): format is 'csv' | 'parquet' {
  return format === 'csv' || format === 'parquet';
}

export function oneTable(format: ChartFormat, field: string): RequestError {
  const [expected, was] =
    field === 'format' ? ['ndjson', format] : [CONTENT_TYPES.ndjson, CONTENT_TYPES[format]];
  return new RequestError(
    406,
    `${field}: expected ${expected} for charts of several pairs, was "${was}", which holds one: name symbol, exchange1 and exchange2`,
    field,
  );
}

/** `BTC_USDT_Binance_OKX_2026-11-22T090000Z_2026-11-23T090000Z.csv`: letters, digits, `_`, `-` and one point. */
export function exportName(
  { symbol, exchange1, exchange2, price = 'bid', fromUs, toUs }: ChartRequest,
  format: 'csv' | 'parquet',
): string {
  const names = [diskSymbol(unifiedFromSpelling(symbol)), exchange1, exchange2];
  if (price !== 'bid') names.push(price);
  const times = [fromUs, toUs].flatMap((us) => (us === undefined ? [] : [secondText(us)]));
  const safe = [...names, ...times].map((part) => part.replace(/[^A-Za-z0-9_-]/g, '-'));
  return `${safe.join('_')}.${format}`;
}

function secondText(us: Micros): string {
  return `${isoMicros(us).slice(0, 19).replaceAll(':', '')}Z`;
}
