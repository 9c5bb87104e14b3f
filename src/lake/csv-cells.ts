// Cells of a text table as numbers and times, and rows put together again whose numbers were cut at their decimal
// commas. Pure; every row of a file comes through here, so the usual forms are read without regular expressions.

import type { Micros } from '../core/time.js';
import { numberOfText, timeOfText } from './parquet-values.js';
import type { ColumnRole } from './quote-columns.js';

/** Where in a row what is. */
export interface Columns {
  readonly separator: string;
  readonly width: number;
  readonly places: Readonly<Partial<Record<ColumnRole, number>>>;
  readonly byRole: readonly (readonly [ColumnRole, number])[];
  /** Of the spread in percent: it tells which of two readings of a row is the right one; -1 = none. */
  readonly spreadAt: number;
}

/** A spread in percent written with two decimals or more. */
const SPREAD_PERCENT_TOLERANCE = 0.006;
/** Columns of a table whose rows are put together again: the ways to do so grow with their number. */
const WIDTH_MAX = 12;
const PLAIN = /^-?\d+(?:\.\d+)?$/;

/** As numberOfText: NaN where there is no number. */
export function numberOfCell(cell: string): number {
  return PLAIN.test(cell) ? Number(cell) : numberOfText(cell);
}

/** `2025-10-15T10:00`. */
const MINUTE_LENGTH = 16;

/** Times of rows that follow each other: mostly of the same minute, UTC. */
export class TimeCells {
  #minute = '';
  #minuteUs: Micros = Number.NaN;

  /** As timeOfText: NaN where there is no time. */
  read(cell: string): Micros {
    const minute = cell.slice(0, MINUTE_LENGTH);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#minuteUs = timeOfText(`${minute}:00Z`);
    }
    const usual = this.#minuteUs + microsOfSecond(cell);
    return Number.isNaN(usual) ? timeOfText(cell) : usual;
  }
}

/** Of `:SS.fffffffZ` at the end, rounded down; NaN where it ends otherwise. */
function microsOfSecond(cell: string): Micros {
  const last = cell.length - 1;
  if (last < MINUTE_LENGTH + 5 || cell[last] !== 'Z') return Number.NaN;
  if (cell[MINUTE_LENGTH] !== ':' || cell[MINUTE_LENGTH + 3] !== '.') return Number.NaN;
  let micros = digit(cell, MINUTE_LENGTH + 1) * 10 + digit(cell, MINUTE_LENGTH + 2);
  if (micros > 59) return Number.NaN;
  for (let at = MINUTE_LENGTH + 4; at < MINUTE_LENGTH + 10; at += 1)
    micros = micros * 10 + (at < last ? digit(cell, at) : 0);
  for (let at = MINUTE_LENGTH + 10; at < last; at += 1) if (Number.isNaN(digit(cell, at))) return Number.NaN;
  return micros;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

/**
 * The cells of a row whose numbers were cut at their decimal commas. Each number is one piece or two; of all ways to
 * put them together the one is taken whose spread is that of its bid and ask. Null where none or several are.
 */
export function reunite(pieces: readonly string[], columns: Columns): string[] | null {
  const { width, separator } = columns;
  if (separator !== ',' || width > WIDTH_MAX || pieces.length < width) return null;
  const doubled = pieces.length - width;
  if (doubled >= width) return null;
  const kinds = kindsOf(pieces);
  let found: string[] | null = null;
  // A bit for each column whose number is two pieces.
  for (let mask = (1 << doubled) - 1; mask < 1 << width; mask = nextOfSameCount(mask)) {
    if (!canBe(kinds, mask, columns)) continue;
    const cells = cellsOf(pieces, mask, width);
    if (!isPlausible(cells, columns)) continue;
    if (found !== null && !sameQuote(found, cells, columns)) return null;
    found ??= cells;
  }
  return found;
}

/** A bit for each piece: what it may be. */
interface Kinds {
  /** Before a decimal comma. */
  readonly whole: number;
  /** After one. */
  readonly fraction: number;
  /** Where a cell begins: `05` is no number, but the fraction of one. */
  readonly first: number;
}

function kindsOf(pieces: readonly string[]): Kinds {
  let [whole, fraction, first] = [0, 0, 0];
  for (let at = 0; at < pieces.length; at += 1) {
    const piece = pieces[at]!;
    const bit = 1 << at;
    if (isDigits(piece, 0)) fraction |= bit;
    if (piece[0] === '-' ? isDigits(piece, 1) : (fraction & bit) !== 0) whole |= bit;
    if (piece.length < 2 || piece[0] !== '0' || piece[1] === '.') first |= bit;
  }
  return { whole, fraction, first };
}

/** The next greater number with as many bits set. */
function nextOfSameCount(mask: number): number {
  const lowest = mask & -mask;
  const carried = mask + lowest;
  return carried | (((mask ^ carried) / lowest) >> 2);
}

/** Whether each cell then begins as a number can, and each fraction is of digits. */
function canBe({ whole, fraction, first }: Kinds, mask: number, { width, places }: Columns): boolean {
  if ((mask & (1 << places.time!)) !== 0) return false;
  let bit = 1;
  for (let column = 0; column < width; column += 1) {
    if (column !== places.time && (first & bit) === 0) return false;
    if ((mask & (1 << column)) !== 0) {
      if ((whole & bit) === 0 || (fraction & (bit << 1)) === 0) return false;
      bit <<= 1;
    }
    bit <<= 1;
  }
  return true;
}

function isDigits(text: string, from: number): boolean {
  if (text.length === from) return false;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function cellsOf(pieces: readonly string[], mask: number, width: number): string[] {
  const cells: string[] = [];
  let at = 0;
  for (let column = 0; column < width; column += 1) {
    const isDoubled = (mask & (1 << column)) !== 0;
    cells.push(isDoubled ? `${pieces[at]}.${pieces[at + 1]}` : pieces[at]!);
    at += isDoubled ? 2 : 1;
  }
  return cells;
}

function isPlausible(cells: readonly string[], { places, spreadAt }: Columns): boolean {
  if (spreadAt < 0 || places.ask === undefined) return true;
  const [bid, ask] = [numberOfCell(cells[places.bid!]!), numberOfCell(cells[places.ask]!)];
  const spread = numberOfCell(cells[spreadAt]!);
  const expected = ((ask - bid) / ask) * 100;
  return Math.abs(spread - expected) <= SPREAD_PERCENT_TOLERANCE;
}

function sameQuote(a: readonly string[], b: readonly string[], { byRole }: Columns): boolean {
  return byRole.every(
    ([, place]) => a[place] === b[place] || numberOfCell(a[place]!) === numberOfCell(b[place]!),
  );
}
