// A chart's rows in cells of fixed time, each with the rows that no fewer points may leave out: what a chart of a long
// range is made of instead of all its rows. Never makes a row up, and never forgets an extreme or a hole.
//
// A cell keeps its first and last row, the least and the greatest spread, its first hole and the first one after each of
// the two: of these rows a Downsampler keeps the same as of all of them, where its buckets are whole cells.

import { assert } from '../core/assert.js';
import { type Micros, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../core/time.js';
import type { RowSink } from './banded-rows.js';
import { RollingBands } from './bands.js';
import { ChartRows } from './chart-rows.js';
import type { ChartColumns } from './downsample-slots.js';
import {
  FIRST,
  GREATEST,
  HOLE,
  HOLE_AFTER_GREATEST,
  HOLE_AFTER_LEAST,
  LAST,
  LEAST,
  SLOTS_EVERY_HOLE,
} from './downsample-slots.js';
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
export class CellSink implements RowSink {
  readonly #bands = new RollingBands();
  readonly #levels: readonly CellBuilder[];

  constructor() {
    const levels: CellBuilder[] = [];
    for (const cellUs of [...CELL_LEVELS_US].reverse()) levels.unshift(new CellBuilder(cellUs, levels[0]));
    this.#levels = levels;
  }

  warm(spread: number): void {
    this.#bands.push(spread);
  }

  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void {
    const bands = this.#bands;
    const finest = this.#levels[0]!;
    for (let row = from; row < to; row += 1) {
      const spread = spreads[row]!;
      bands.push(spread);
      if (Number.isNaN(spread)) finest.push(stampsUs[row]!, spread, Number.NaN, Number.NaN);
      else finest.push(stampsUs[row]!, spread, bands.upper, bands.lower);
    }
  }

  /** Of every level, the finest first. Nothing may be pushed after it. */
  finish(): readonly CellColumns[] {
    for (const level of this.#levels) level.close();
    return this.#levels.map((level) => level.columns());
  }
}

/** Of a slot: the number of its row in the cell (NaN = empty), stamp, spread, upper, lower. */
const FIELDS = 5;

class CellBuilder {
  readonly #cellUs: number;
  readonly #coarser: CellBuilder | undefined;
  readonly #keptRows = new ChartRows(Number.POSITIVE_INFINITY);
  #cells = 0;
  #startUs = new Float64Array(64);
  #rows = new Float64Array(64);
  #holes = new Float64Array(64);
  #kept = new Float64Array(64);
  /** The cell being filled. */
  readonly #slots = new Float64Array(SLOTS_EVERY_HOLE * FIELDS);
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
    const put = (slot: number) =>
      this.#slots.set([this.#taken, stampUs, spread, upper, lower], slot * FIELDS);
    if (isFirst) put(FIRST);
    put(LAST);
    if (Number.isNaN(spread)) {
      if (!isFirst) this.#takeHole(put);
    } else this.#takeValue(spread, put);
    this.#taken += 1;
  }

  #takeHole(put: (slot: number) => void): void {
    const { isEmpty } = this;
    if (isEmpty(HOLE)) put(HOLE);
    if (!isEmpty(LEAST) && isEmpty(HOLE_AFTER_LEAST)) put(HOLE_AFTER_LEAST);
    if (!isEmpty(GREATEST) && isEmpty(HOLE_AFTER_GREATEST)) put(HOLE_AFTER_GREATEST);
  }

  #takeValue(spread: number, put: (slot: number) => void): void {
    // Of equal ones the first stays, as in a Downsampler. Comparisons with NaN are false: hence the negations.
    if (!(spread >= this.#slots[LEAST * FIELDS + 2]!)) {
      put(LEAST);
      this.#slots[HOLE_AFTER_LEAST * FIELDS] = Number.NaN;
    }
    if (!(spread <= this.#slots[GREATEST * FIELDS + 2]!)) {
      put(GREATEST);
      this.#slots[HOLE_AFTER_GREATEST * FIELDS] = Number.NaN;
    }
  }

  readonly isEmpty = (slot: number): boolean => Number.isNaN(this.#slots[slot * FIELDS]!);

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
    const found = new Map<number, number>();
    for (let at = 0; at < slots.length; at += FIELDS)
      if (!Number.isNaN(slots[at]!)) found.set(slots[at]!, at);
    this.#kept[this.#cells] = found.size;
    const coarser = this.#coarser;
    for (const row of [...found.keys()].sort((a, b) => a - b)) {
      const at = found.get(row)!;
      const [stampUs, spread, upper, lower] = slots.subarray(at + 1, at + FIELDS) as unknown as Row;
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

type Row = readonly [number, number, number, number];
