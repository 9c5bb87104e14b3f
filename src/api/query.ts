// Reads query parameters. Unknown ones are ignored; a bad value is a 400 that names the parameter, what was
// expected and what was there. Nothing from a request ever becomes a path on the disk.

import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import type { Micros } from '../core/time.js';
import type { PairName } from './contract.js';

/** Answered with its status and `{"error", "field"}`. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

export type Query = Readonly<Record<string, unknown>>;

const NAME_LENGTH_MAX = 64;

/** One value, not empty; undefined when absent. A parameter given twice is a mistake of the caller. */
export function text(query: Query, field: string): string | undefined {
  const value = query[field];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw bad(field, 'one value', 'several');
  if (value.length > NAME_LENGTH_MAX)
    throw bad(field, `at most ${NAME_LENGTH_MAX} characters`, `${value.length}`);
  return value;
}

/** Pairs of `symbol`, and with `exchange` as either leg, in any spelling; all where neither is asked for. */
export function pairMatcher(query: Query): (names: PairName) => boolean {
  const [symbol, exchange] = [text(query, 'symbol'), text(query, 'exchange')];
  return (names) => {
    if (symbol !== undefined && symbolKey(names.symbol) !== symbolKey(symbol)) return false;
    if (exchange === undefined) return true;
    return [names.exchange1, names.exchange2].some((name) => exchangeKey(name) === exchangeKey(exchange));
  };
}

/** ISO 8601 (UTC unless it says otherwise) or epoch milliseconds. */
export function time(query: Query, field: string): Micros | undefined {
  const value = text(query, field);
  if (value === undefined) return undefined;
  const ms = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : parseIso(value);
  // Beyond these years Date cannot say the time in ISO form.
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw bad(field, 'ISO 8601 or epoch milliseconds', value);
  return Math.round(ms * 1_000);
}

/** One value; one that is absent or empty is a mistake of the caller. */
export function needed(query: Query, field: string, expected: string): string {
  const value = text(query, field);
  if (value === undefined) throw bad(field, expected, '');
  return value;
}

/** Half-open; either end may be missing. */
export interface GivenRange {
  readonly fromUs?: Micros;
  readonly toUs?: Micros;
}

export function givenRange(query: Query): GivenRange {
  const fromUs = time(query, 'from');
  const toUs = time(query, 'to');
  if (fromUs !== undefined && toUs !== undefined && fromUs >= toUs)
    throw bad('to', 'a time after from', String(query['to']));
  return { ...(fromUs === undefined ? {} : { fromUs }), ...(toUs === undefined ? {} : { toUs }) };
}

/** All three names, in any spelling. */
export function neededPair(query: Query): PairName {
  const symbol = needed(query, 'symbol', 'a symbol such as BTC/USDT');
  if (symbolKey(symbol) === '') throw bad('symbol', 'a symbol such as BTC/USDT', symbol);
  const exchange1 = needed(query, 'exchange1', 'the name of an exchange');
  const exchange2 = needed(query, 'exchange2', 'the name of an exchange');
  if (exchangeKey(exchange1) === exchangeKey(exchange2))
    throw bad('exchange2', 'another exchange than exchange1', exchange2);
  return { symbol, exchange1, exchange2 };
}

/** How many points a chart may have: Infinity for `all`, undefined where nothing is said. */
export function points(query: Query, field: string, pointsMax: number): number | undefined {
  const value = text(query, field);
  if (value === undefined) return undefined;
  if (value === 'all') return Number.POSITIVE_INFINITY;
  const count = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(count >= 1 && count <= pointsMax))
    throw bad(field, `"all" or a whole number from 1 to ${pointsMax}`, value);
  return count;
}

export function wholeNumber(query: Query, field: string, min: number, max: number): number | undefined {
  const value = text(query, field);
  if (value === undefined) return undefined;
  const count = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(count >= min && count <= max)) throw bad(field, `a whole number from ${min} to ${max}`, value);
  return count;
}

export function decimal(query: Query, field: string, min: number, max: number): number | undefined {
  const value = text(query, field);
  if (value === undefined) return undefined;
  const number = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) throw bad(field, `a number from ${min} to ${max}`, value);
  return number;
}

export function oneOf<T extends string>(query: Query, field: string, choices: readonly T[]): T | undefined {
  const value = text(query, field);
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw bad(field, `one of ${choices.join(', ')}`, value);
  return found;
}

export function bad(field: string, expected: string, was: string): RequestError {
  return new RequestError(
    400,
    `${field}: expected ${expected}, was "${was.slice(0, NAME_LENGTH_MAX)}"`,
    field,
  );
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+ -]\d\d:?\d\d)?)?$/i;

/**
 * Milliseconds, to the microsecond. A date and time without an offset is UTC, as everything here; Date would take it
 * as local time. A plus that stands bare in a URL arrives as a blank.
 */
function parseIso(value: string): number {
  const match = ISO.exec(value);
  if (match === null) return Number.NaN;
  const [, date, clock = '00:00', fraction = '0', zone = 'Z'] = match;
  // Date takes the 30th of February for a day in March.
  const midnight = Date.parse(`${date}T00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date!)) return Number.NaN;
  const offset = zone.replace(' ', '+').replace(/(\d\d):?(\d\d)$/, '$1:$2');
  return Date.parse(`${date}T${clock}${offset.toUpperCase()}`) + Number(`0.${fraction}`) * 1_000;
}
