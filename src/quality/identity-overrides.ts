// The small file by which a person overrules the prices: which instruments are one coin, which are not, and how many coins a
// unit of one holds. Reads a parsed value into sets; opens no file. An error names the field, what stands there and what was expected.

import { instrumentKey } from '../core/instrument.js';

/** A field of the overrides is not what it must be; the message is for people. */
export class OverridesError extends Error {
  constructor(
    readonly field: string,
    expected: string,
    found: unknown,
  ) {
    super(`${field} must be ${expected}, not ${inWords(found)}`);
  }
}

export interface ListedName {
  readonly exchange: string;
  /** Unified: `NEIRO/USDT`. */
  readonly symbol: string;
}

/**
 * What a person says of two instruments. `unit`: nothing but how their names compare; whether they are one coin is left to the
 * prices. `exponent`: one unit of the first is 10^exponent units of the second.
 */
export interface Ruling {
  readonly kind: 'same' | 'different' | 'unit';
  readonly exponent: number;
}

export interface Overrides {
  readonly size: number;
  ruling(one: ListedName, other: ListedName): Ruling | null;
}

export const NO_OVERRIDES: Overrides = { size: 0, ruling: () => null };

const FIELDS = ['same', 'different', 'units'];
const ENTRIES_MAX = 10_000;
const LISTED = '{exchange, symbol}, two texts that are not empty';

/**
 * `{same: [[{exchange, symbol}, …], …], different: [[…], …], units: [{exchange, symbol, multiplier}, …]}`; every field may be
 * absent. `multiplier` = coins in one unit: a power of ten from 1 to 10^9. Instruments with a multiplier that stand together
 * in a list of `same` differ by that factor alone. Throws OverridesError.
 */
export function readOverrides(value: unknown): Overrides {
  if (value === null || value === undefined) return NO_OVERRIDES;
  if (!isRecord(value)) throw new OverridesError('overrides', 'an object with same, different, units', value);
  for (const field of Object.keys(value))
    if (!FIELDS.includes(field) && !field.startsWith('_'))
      throw new OverridesError(`overrides.${field}`, `one of ${FIELDS.join(', ')}`, field);
  const same = readGroups(value['same'], 'same');
  const different = readGroups(value['different'], 'different');
  const units = readUnits(value['units']);
  const together = new Map<string, Set<number>>();
  for (const [at, group] of same.entries()) for (const key of group) remember(together, key, at);
  const apart = new Map<string, Set<number>>();
  for (const [at, group] of different.entries()) for (const key of group) remember(apart, key, at);
  for (const [at, group] of different.entries())
    for (const one of group)
      for (const other of group)
        if (one !== other && shares(together, one, other))
          throw new OverridesError(
            `overrides.different.${at}`,
            'two that are not in one list of same',
            `${one}, ${other}`,
          );
  return {
    size: same.length + different.length + units.size,
    ruling(one, other) {
      const [a, b] = [instrumentKey(one.exchange, one.symbol), instrumentKey(other.exchange, other.symbol)];
      if (shares(apart, a, b)) return { kind: 'different', exponent: 0 };
      const exponent = (units.get(a) ?? 0) - (units.get(b) ?? 0);
      if (shares(together, a, b)) return { kind: 'same', exponent };
      return units.has(a) || units.has(b) ? { kind: 'unit', exponent } : null;
    },
  };
}

function readGroups(value: unknown, field: string): readonly (readonly string[])[] {
  if (value === undefined) return [];
  const list = readList(value, `overrides.${field}`);
  return list.map((group, at) => {
    const where = `overrides.${field}.${at}`;
    const items = readList(group, where);
    if (items.length < 2) throw new OverridesError(where, 'a list of at least two instruments', items);
    return items.map((item, index) => readListed(item, `${where}.${index}`));
  });
}

function readUnits(value: unknown): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  if (value === undefined) return units;
  for (const [at, item] of readList(value, 'overrides.units').entries()) {
    const where = `overrides.units.${at}`;
    const key = readListed(item, where);
    const multiplier = (item as { multiplier?: unknown }).multiplier;
    const exponent = typeof multiplier === 'number' ? Math.round(Math.log10(multiplier)) : Number.NaN;
    if (!(exponent >= 0 && exponent <= 9) || 10 ** exponent !== multiplier)
      throw new OverridesError(`${where}.multiplier`, 'a power of ten from 1 to 1000000000', multiplier);
    if (units.has(key)) throw new OverridesError(where, 'an instrument that stands once in units', key);
    units.set(key, exponent);
  }
  return units;
}

function readList(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > ENTRIES_MAX)
    throw new OverridesError(field, `a list of at most ${ENTRIES_MAX}`, value);
  return value;
}

function readListed(value: unknown, field: string): string {
  if (!isRecord(value)) throw new OverridesError(field, LISTED, value);
  const { exchange, symbol } = value;
  if (typeof exchange !== 'string' || exchange.trim() === '')
    throw new OverridesError(`${field}.exchange`, 'the name of an exchange', exchange);
  if (typeof symbol !== 'string' || symbol.trim() === '')
    throw new OverridesError(`${field}.symbol`, 'a symbol such as NEIRO/USDT', symbol);
  return instrumentKey(exchange, symbol);
}

function remember(groups: Map<string, Set<number>>, key: string, group: number): void {
  const known = groups.get(key) ?? new Set();
  known.add(group);
  groups.set(key, known);
}

function shares(groups: ReadonlyMap<string, ReadonlySet<number>>, one: string, other: string): boolean {
  const mine = groups.get(one);
  const theirs = groups.get(other);
  return mine !== undefined && theirs !== undefined && [...mine].some((group) => theirs.has(group));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isRecord(value)) return 'an object';
  return `${value}`;
}
