// Reading the HTTP bodies of a listing: the checks every exchange has in common. Knows no exchange.
// A body that is not what is documented throws a ListingError; a single odd row never fails the rest.

import { type ListedInstrument, ListingError, type RestTop } from './exchange.js';
import { BAD_AMOUNT, readAmount } from './fields.js';
import { excerpt, isObject, type JsonObject } from './frame.js';

export function listingError(path: string, value: unknown, expected: string): ListingError {
  const what = value === undefined ? 'absent' : excerpt(value);
  return new ListingError(`listing: ${path} is ${what}, expected ${expected}`);
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw listingError(path, value, 'an object');
  return value;
}

export function arrayAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw listingError(path, value, 'an array');
  return value;
}

/**
 * The instruments of the rows that are instruments: `read` answers undefined for one that lacks a name.
 * Throws when no row at all is one, for then the fields have changed (`fields` = what a row must have).
 */
export function readRows(
  rows: readonly unknown[],
  path: string,
  fields: string,
  read: (row: JsonObject) => ListedInstrument | undefined,
): readonly ListedInstrument[] {
  const listed: ListedInstrument[] = [];
  for (const row of rows) {
    const instrument = isObject(row) ? read(row) : undefined;
    if (instrument !== undefined) listed.push(instrument);
  }
  if (rows.length > 0 && listed.length === 0)
    throw listingError(`${path}[0]`, rows[0], `a row with ${fields}`);
  return listed;
}

/** Number by symbol from the rows of a ticker list; rows without either field are left out. */
export function readVolumes(
  rows: readonly unknown[],
  path: string,
  symbolField: string,
  volumeField: string,
): ReadonlyMap<string, number> {
  const volumes = new Map<string, number>();
  for (const row of rows) {
    if (!isObject(row)) continue;
    const symbol = row[symbolField];
    const volume = numberOrNull(row[volumeField]);
    if (typeof symbol === 'string' && volume !== null) volumes.set(symbol, volume);
  }
  if (rows.length > 0 && volumes.size === 0)
    throw listingError(`${path}[0]`, rows[0], `a row with ${symbolField} and ${volumeField}`);
  return volumes;
}

/** Best bid and ask by symbol from the rows of a ticker list; rows without a symbol are left out. */
export function readTops(
  rows: readonly unknown[],
  path: string,
  symbolField: string,
  bidField: string,
  askField: string,
): ReadonlyMap<string, RestTop> {
  const tops = new Map<string, RestTop>();
  for (const row of rows) {
    if (!isObject(row)) continue;
    const symbol = row[symbolField];
    if (typeof symbol === 'string' && (bidField in row || askField in row))
      tops.set(symbol, { bid: priceOf(row[bidField]), ask: priceOf(row[askField]) });
  }
  if (rows.length > 0 && tops.size === 0)
    throw listingError(`${path}[0]`, rows[0], `a row with ${symbolField}, ${bidField} and ${askField}`);
  return tops;
}

/** What is no price is no quote on that side. */
function priceOf(value: unknown): number {
  const price = readAmount(value);
  return price === BAD_AMOUNT ? Number.NaN : price;
}

/** Epoch milliseconds, as number or text, for `timeRequest`. */
export function timeMsAt(value: unknown, path: string): number {
  const ms = numberOrNull(value);
  if (ms === null || ms === 0) throw listingError(path, value, 'milliseconds since 1970');
  return ms;
}

/** A finite number that is not negative, from text or number; null for anything else. */
export function numberOrNull(value: unknown): number | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim().length === 0)) return null;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

/** As numberOrNull, but a step of zero is no step. */
export function stepOrNull(value: unknown): number | null {
  const step = numberOrNull(value);
  return step === 0 ? null : step;
}
