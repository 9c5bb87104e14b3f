// Lines of an older lake's quote table into rows. Pure; one line at a time. What such tables were written with is not
// known beforehand: commas, semicolons or tabs between cells, and in numbers a point or the machine's own comma.
// A row that can be read in two ways is not guessed at: it is counted.

import type { Micros } from '../core/time.js';
import { type Columns, numberOfCell, reunite, TimeCells } from './csv-cells.js';
import { LakeFileError } from './parquet-read.js';
import { timeOfText } from './parquet-values.js';
import { type ColumnRole, chooseColumns } from './quote-columns.js';

export type CsvRow = Readonly<Partial<Record<ColumnRole, number>>> & { readonly time: Micros };

interface Layout extends Columns {
  /** As it was written. */
  readonly line: string;
}

export class CsvRows {
  /** Rows left out: without a readable time, or not to be read for certain. */
  withoutTime = 0;
  unreadable = 0;
  #layout: Layout | undefined;
  #isOther = false;
  readonly #times = new TimeCells();

  /** `head` = the line that named the columns, where reading does not begin with it. */
  constructor(head?: string) {
    if (head !== undefined) this.#begin(head);
  }

  /** The line that names the columns now. */
  get head(): string | undefined {
    return this.#layout?.line;
  }

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
    const time = this.#times.read(cells[at] ?? '');
    if (Number.isNaN(time)) {
      const head = layoutOf(line);
      if (head?.places.bid !== undefined && head.places.time !== undefined) this.#layout = head;
      else this.withoutTime += 1;
      return null;
    }
    const whole = cells.length === layout.width ? cells : reunite(cells, layout);
    if (whole === null) {
      this.unreadable += 1;
      return null;
    }
    const row: Partial<Record<ColumnRole, number>> & { time: Micros } = { time };
    for (const [role, place] of layout.byRole) {
      if (role === 'exchangeTime') row[role] = timeOfText(whole[place]!);
      else if (role !== 'time') row[role] = numberOfCell(whole[place]!);
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
  const byRole = Object.entries(places) as [ColumnRole, number][];
  return { line, separator, width: names.length, places, byRole, spreadAt };
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
