// Lines of an older lake's quote table into rows. Pure; one line at a time. What such tables were written with is not
// known beforehand: commas, semicolons or tabs between cells, and in numbers a point or the machine's own comma.
// A row that can be read in two ways is not guessed at: it is counted.

import type { Micros } from '../core/time.js';
import { LakeFileError } from './parquet-read.js';
import { numberOfText, timeOfText } from './parquet-values.js';
import { type ColumnRole, chooseColumns } from './quote-columns.js';

export type CsvRow = Readonly<Partial<Record<ColumnRole, number>>> & { readonly time: Micros };

interface Layout {
  readonly line: string;
  readonly separator: string;
  readonly width: number;
  readonly places: Readonly<Partial<Record<ColumnRole, number>>>;
  /** Of the spread in percent: it tells which of two readings of a row is the right one. */
  readonly spreadAt: number;
}

/** A spread in percent written with two decimals or more. */
const SPREAD_PERCENT_TOLERANCE = 0.006;
/** Cells of a row with a decimal comma in each number, and then some. */
const PIECES_MAX = 32;

export class CsvRows {
  /** Rows left out: without a readable time, or not to be read for certain. */
  withoutTime = 0;
  unreadable = 0;
  #layout: Layout | undefined;
  #isOther = false;

  /** The table has named its columns, and none is a bid: trades, anything else. */
  get isOther(): boolean {
    return this.#isOther;
  }

  /** The row of a line; null where it has none. Throws LakeFileError where the table cannot be used at all. */
  read(text: string): CsvRow | null {
    const line = text.replace(/^\uFEFF/, '').replace(/\r$/, '');
    if (line === '' || this.#isOther) return null;
    if (this.#layout === undefined) {
      this.#begin(line);
      return null;
    }
    // Each time the table was opened anew its head may have been written again.
    if (line === this.#layout.line) return null;
    const layout = this.#layout;
    const cells = cellsOf(line, layout.separator);
    const at = layout.places.time!;
    // A comma within a number before the time would move it: no generation has one there.
    const time = timeOfText(cells[at] ?? '');
    if (Number.isNaN(time)) {
      const head = layoutOf(line);
      if (head?.places.bid !== undefined && head.places.time !== undefined) this.#layout = head;
      else this.withoutTime += 1;
      return null;
    }
    const whole = cells.length === layout.width ? cells : reunited(cells, layout);
    if (whole === null) {
      this.unreadable += 1;
      return null;
    }
    const row: Partial<Record<ColumnRole, number>> & { time: Micros } = { time };
    for (const [role, place] of Object.entries(layout.places) as [ColumnRole, number][]) {
      if (role === 'exchangeTime') row[role] = timeOfText(whole[place]!);
      else if (role !== 'time') row[role] = numberOfText(whole[place]!);
    }
    return row;
  }

  #begin(line: string): void {
    const layout = layoutOf(line);
    if (layout?.places.bid === undefined) {
      if (layout?.places.time === undefined)
        throw new LakeFileError('corrupt', 'the first line names neither a time nor a bid');
      this.#isOther = true;
      return;
    }
    if (layout.places.time === undefined)
      throw new LakeFileError('no-timestamp', 'no column is named like a time');
    this.#layout = layout;
  }
}

function layoutOf(line: string): Layout | undefined {
  const separator = [';', '\t'].find((mark) => line.includes(mark)) ?? ',';
  const names = cellsOf(line, separator).map((name) => name.trim());
  if (names.some((name) => !Number.isNaN(timeOfText(name)))) return undefined;
  const chosen = chooseColumns([
    { name: 'root', num_children: names.length },
    ...names.map((name) => ({ name, type: 'BYTE_ARRAY' as const, repetition_type: 'OPTIONAL' as const })),
  ]);
  const places: Partial<Record<ColumnRole, number>> = {};
  for (const [role, { name }] of Object.entries(chosen) as [ColumnRole, { name: string }][])
    places[role] = names.indexOf(name);
  const spreadAt = names.findIndex((name) => name.toLowerCase().includes('spread'));
  return { line, separator, width: names.length, places, spreadAt };
}

/** Quotes hold a cell together; a doubled one within stands for itself. */
function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = '';
  let inQuotes = false;
  for (const char of line) {
    if (char === '"') inQuotes = !inQuotes;
    else if (char === separator && !inQuotes) {
      cells.push(cell);
      cell = '';
    } else cell += char;
  }
  cells.push(cell);
  return cells;
}

/**
 * The cells of a row whose numbers were cut at their decimal commas. Each number is one piece or two; of all ways to
 * put them together the one is taken whose spread is that of its bid and ask. Null where none or several are.
 */
function reunited(pieces: readonly string[], layout: Layout): string[] | null {
  const { width, places, separator } = layout;
  if (separator !== ',' || pieces.length < width || pieces.length > Math.min(2 * width, PIECES_MAX))
    return null;
  let found: string[] | null = null;
  for (const cells of waysOf(pieces, width, places.time!)) {
    if (!isPlausible(cells, layout)) continue;
    if (found !== null && !sameQuote(found, cells, layout)) return null;
    found ??= cells;
  }
  return found;
}

function* waysOf(pieces: readonly string[], width: number, timeAt: number): Generator<string[]> {
  const pick = function* (from: number, cells: readonly string[]): Generator<string[]> {
    const [leftPieces, leftCells] = [pieces.length - from, width - cells.length];
    if (leftCells === 0) {
      if (leftPieces === 0) yield [...cells];
      return;
    }
    if (leftPieces < leftCells || leftPieces > 2 * leftCells) return;
    const [first, second] = [pieces[from]!, pieces[from + 1]];
    // `05` is no number, but the fraction of one.
    if (!/^[+-]?0\d/.test(first)) yield* pick(from + 1, [...cells, first]);
    if (cells.length === timeAt || second === undefined) return;
    if (/^[+-]?(0|[1-9]\d*)$/.test(first) && /^\d+([eE][+-]?\d+)?$/.test(second))
      yield* pick(from + 2, [...cells, `${first}.${second}`]);
  };
  yield* pick(0, []);
}

function isPlausible(cells: readonly string[], { places, spreadAt }: Layout): boolean {
  if (spreadAt < 0 || places.ask === undefined) return true;
  const [bid, ask] = [numberOfText(cells[places.bid!]!), numberOfText(cells[places.ask]!)];
  const spread = numberOfText(cells[spreadAt]!);
  const expected = ((ask - bid) / ask) * 100;
  return Math.abs(spread - expected) <= SPREAD_PERCENT_TOLERANCE;
}

function sameQuote(a: readonly string[], b: readonly string[], { places }: Layout): boolean {
  return Object.values(places).every(
    (place) => numberOfText(a[place]!) === numberOfText(b[place]!) || a[place] === b[place],
  );
}
