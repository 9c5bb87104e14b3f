// A chart's rows in cells of fixed time, each with the rows that no fewer points may leave out: what a chart of a long
// range is made of instead of all its rows. Never makes a row up, and never forgets an extreme or a hole.
//
// A cell keeps its first and last row, the least and the greatest spread, its first hole and the first one after each of
// the two: of these rows a Downsampler keeps the same as of all of them, where its buckets are whole cells.

import { assert } from '../core/assert.js';
import { type Micros, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../core/time.js';
import { BandedEach } from './banded-each.js';
import { ChartRows } from './chart-rows.js';
import {
  type ChartColumns,
  chosenRows,
  keepRow,
  LAST,
  putRow,
  SLOTS_EVERY_HOLE,
} from './downsample-slots.js';
import { FIELDS } from './even-rows.js';
import { grown } from './spread.js';

/** From the finest on; each is a whole number of the one before. Cells begin at whole multiples since the epoch. */
export const CELL_LEVELS_US = [10 * US_PER_SECOND, 5 * US_PER_MINUTE, US_PER_HOUR] as const;

/** Cells of one length, ascending; those without a row are left out. */
export interface CellColumns {
  readonly cellUs: number;
  readonly length: number;
  readonly startUs: Float64Array;
  /** Rows of the chart in it, those without a spread included. */
  readonly rows: Float64Array;
  /** Rows without a spread. */
  readonly holes: Float64Array;
  /** How many of `keptRows` are its own: one to seven, the first cell's first. */
  readonly kept: Float64Array;
  readonly keptRows: ChartColumns;
}

/** Takes the rows of one chart, with those before it that bands rest on, and makes cells of every level. */
export class CellSink extends BandedEach {
  readonly #levels: readonly CellBuilder[];

  constructor() {
    const levels: CellBuilder[] = [];
    for (const cellUs of [...CELL_LEVELS_US].reverse()) levels.unshift(new CellBuilder(cellUs, levels[0]));
    super((stampUs, spread, upper, lower) => levels[0]!.push(stampUs, spread, upper, lower));
    this.#levels = levels;
  }

  /** Of every level, the finest first. Nothing may be pushed after it. */
  finish(): readonly CellColumns[] {
    for (const level of this.#levels) level.close();
    return this.#levels.map((level) => level.columns());
  }
}

class CellBuilder {
  readonly #cellUs: number;
  readonly #coarser: CellBuilder | undefined;
  readonly #keptRows = new ChartRows(Number.POSITIVE_INFINITY);
  #cells = 0;
  #startUs = new Float64Array(64);
  #rows = new Float64Array(64);
  #holes = new Float64Array(64);
  #kept = new Float64Array(64);
  /** The cell being filled, and the row being taken. */
  readonly #slots = new Float64Array(SLOTS_EVERY_HOLE * FIELDS);
  readonly #row = new Float64Array(FIELDS);
  #endUs = Number.NEGATIVE_INFINITY;
  #taken = 0;
  #rowsOfCell = 0;
  #holesOfCell = 0;

  constructor(cellUs: number, coarser: CellBuilder | undefined) {
    this.#cellUs = cellUs;
    this.#coarser = coarser;
  }

  push(stampUs: Micros, spread: number, upper: number, lower: number): void {
    this.#take(stampUs, spread, upper, lower);
    this.#rowsOfCell += 1;
    if (Number.isNaN(spread)) this.#holesOfCell += 1;
  }

  #take(stampUs: Micros, spread: number, upper: number, lower: number): void {
    const isFirst = stampUs >= this.#endUs;
    if (isFirst) this.#open(stampUs);
    const row = this.#row;
    row[0] = this.#taken;
    row[1] = stampUs;
    row[2] = spread;
    row[3] = upper;
    row[4] = lower;
    keepRow(this.#slots, 0, row, isFirst, true);
    putRow(this.#slots, 0, LAST, row);
    this.#taken += 1;
  }

  #open(stampUs: Micros): void {
    this.close();
    const startUs = Math.floor(stampUs / this.#cellUs) * this.#cellUs;
    assert(this.#cells === 0 || startUs > this.#startUs[this.#cells - 1]!, 'rows of cells come in order');
    if (this.#cells === this.#startUs.length) this.#grow();
    this.#startUs[this.#cells] = startUs;
    this.#endUs = startUs + this.#cellUs;
    this.#slots.fill(Number.NaN);
    this.#taken = this.#rowsOfCell = this.#holesOfCell = 0;
  }

  /** The cell being filled is over; what it keeps goes on to the coarser level. */
  close(): void {
    if (this.#taken === 0) return;
    this.#rows[this.#cells] = this.#rowsOfCell;
    this.#holes[this.#cells] = this.#holesOfCell;
    const slots = this.#slots;
    const chosen = chosenRows(slots, SLOTS_EVERY_HOLE, SLOTS_EVERY_HOLE);
    this.#kept[this.#cells] = chosen.length;
    const coarser = this.#coarser;
    for (const at of chosen) {
      const [, stampUs, spread, upper, lower] = slots.subarray(at, at + FIELDS) as unknown as Row;
      this.#keptRows.push(stampUs, spread, upper, lower);
      if (coarser !== undefined) coarser.#take(stampUs, spread, upper, lower);
    }
    if (coarser !== undefined) {
      coarser.#rowsOfCell += this.#rowsOfCell;
      coarser.#holesOfCell += this.#holesOfCell;
    }
    this.#cells += 1;
    this.#taken = 0;
    this.#endUs = Number.NEGATIVE_INFINITY;
  }

  columns(): CellColumns {
    const part = (values: Float64Array) => values.slice(0, this.#cells);
    return {
      cellUs: this.#cellUs,
      length: this.#cells,
      startUs: part(this.#startUs),
      rows: part(this.#rows),
      holes: part(this.#holes),
      kept: part(this.#kept),
      keptRows: this.#keptRows.columns(),
    };
  }

  #grow(): void {
    const [length, capacity] = [this.#cells, this.#cells * 2];
    this.#startUs = grown(this.#startUs, length, capacity);
    this.#rows = grown(this.#rows, length, capacity);
    this.#holes = grown(this.#holes, length, capacity);
    this.#kept = grown(this.#kept, length, capacity);
  }
}

type Row = readonly [number, number, number, number, number];
