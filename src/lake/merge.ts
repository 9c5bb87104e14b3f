// Row blocks of one stretch of time into one ascending run of rows. Pure.
// Rows of foreign files are kept as they are, duplicates too; our own stamps never repeat: a repeat is the
// same row.

import type { QuoteColumns } from '../core/columns.js';
import { firstNotBelow } from '../core/search.js';
import type { Micros } from '../core/time.js';

/** Rows of one row group, or of the journal. */
export interface RowBlock {
  readonly columns: QuoteColumns;
  /** Of this project's making: a repeated stamp is the same row. */
  readonly ours: boolean;
}

/** How far a read has come: what may still follow, and what would be a repetition. */
export interface Progress {
  /** Stamp of the newest row given out. */
  readonly lastUs: Micros;
  /** The same, of our own rows alone. */
  readonly lastOurUs: Micros;
  /** Foreign rows given out at exactly `lastUs`; a read that starts again there passes over as many. */
  readonly foreignAtLast: number;
}

export const NO_PROGRESS: Progress = {
  lastUs: Number.NEGATIVE_INFINITY,
  lastOurUs: Number.NEGATIVE_INFINITY,
  foreignAtLast: 0,
};

export interface Merged {
  readonly columns: QuoteColumns;
  readonly progress: Progress;
  /** Rows left out because they had no time. */
  readonly withoutTime: number;
  /** Foreign rows left out because newer ones had been given out already. */
  readonly outOfOrder: number;
  /** How many of `skipAtLast` were met. */
  readonly skipped: number;
}

/**
 * The rows with fromUs <= stamp < toUs of all blocks, ascending; equal stamps in the order of the blocks.
 * `skipAtLast` foreign rows at exactly `progress.lastUs` are passed over: they were given out before.
 * A block that is already what is wanted comes back as it is, without a copy.
 */
export function mergeBlocks(
  blocks: readonly RowBlock[],
  fromUs: Micros,
  toUs: Micros,
  progress: Progress,
  skipAtLast = 0,
): Merged {
  const only = blocks.length === 1 ? blocks[0] : undefined;
  const columns = only === undefined ? null : partOf(only, fromUs, toUs, progress);
  if (only !== undefined && columns !== null) {
    const { receivedUs, length } = columns;
    return {
      columns,
      progress: advance(progress, receivedUs, length, () => only.ours),
      withoutTime: 0,
      outOfOrder: 0,
      skipped: 0,
    };
  }
  const picked = pick(blocks, fromUs, toUs, progress, skipAtLast);
  sortPicked(picked);
  const count = dropRepeats(picked, blocks);
  const gathered = gather(blocks, picked, count);
  return {
    columns: gathered,
    progress: advance(
      progress,
      gathered.receivedUs,
      count,
      (i) => blocks[picked.block[picked.order[i]!]!]!.ours,
    ),
    withoutTime: picked.withoutTime,
    outOfOrder: picked.outOfOrder,
    skipped: picked.skipped,
  };
}

/** `columns` in pieces of at most `rowsMax` rows; each array owns its buffer. */
export function* sliceColumns(columns: QuoteColumns, rowsMax: number): Generator<QuoteColumns> {
  if (columns.length <= rowsMax) {
    if (columns.length > 0) yield columns;
    return;
  }
  for (let at = 0; at < columns.length; at += rowsMax) {
    const end = Math.min(at + rowsMax, columns.length);
    yield mapColumns(columns, end - at, (values) => values.slice(at, end));
  }
}

interface Picked {
  readonly block: Uint32Array;
  readonly row: Uint32Array;
  readonly time: Float64Array;
  /** Positions in the three arrays above, in the order of the result. */
  order: Uint32Array;
  readonly withoutTime: number;
  readonly outOfOrder: number;
  readonly skipped: number;
}

/** The rows of a block that is in order, where nothing of before can be among them; null for all others. */
function partOf(
  { columns, ours }: RowBlock,
  fromUs: Micros,
  toUs: Micros,
  progress: Progress,
): QuoteColumns | null {
  const { receivedUs: times, length } = columns;
  if (length === 0 || times.length !== length) return null;
  for (let i = 1; i < length; i++) {
    // Also false where a time is NaN.
    if (!(ours ? times[i]! > times[i - 1]! : times[i]! >= times[i - 1]!)) return null;
  }
  const from = firstNotBelow(times, fromUs);
  const to = firstNotBelow(times, toUs);
  if (!(from < to) || !(times[from]! > progress.lastUs)) return null;
  if (to - from === length) return columns;
  return mapColumns(columns, to - from, (values) => values.slice(from, to));
}

function pick(
  blocks: readonly RowBlock[],
  fromUs: Micros,
  toUs: Micros,
  progress: Progress,
  skipAtLast: number,
): Picked {
  const total = blocks.reduce((sum, { columns }) => sum + columns.length, 0);
  const block = new Uint32Array(total);
  const row = new Uint32Array(total);
  const time = new Float64Array(total);
  let [count, withoutTime, outOfOrder, skipped] = [0, 0, 0, 0];
  for (let b = 0; b < blocks.length; b++) {
    const { columns, ours } = blocks[b]!;
    for (let i = 0; i < columns.length; i++) {
      const us = columns.receivedUs[i]!;
      if (Number.isNaN(us)) withoutTime += 1;
      if (!(us >= fromUs && us < toUs)) continue;
      if (ours && us <= progress.lastOurUs) continue;
      if (us < progress.lastUs) {
        outOfOrder += 1;
        continue;
      }
      if (!ours && us === progress.lastUs && skipped < skipAtLast) {
        skipped += 1;
        continue;
      }
      block[count] = b;
      row[count] = i;
      time[count] = us;
      count += 1;
    }
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return { block, row, time, order, withoutTime, outOfOrder, skipped };
}

function sortPicked(picked: Picked): void {
  const { time, order } = picked;
  for (let i = 1; i < order.length; i++) {
    if (time[i]! < time[i - 1]!) {
      order.sort((a, b) => time[a]! - time[b]! || a - b);
      return;
    }
  }
}

/** Takes out of `order` what repeats one of our stamps; gives the number of rows left. */
function dropRepeats(picked: Picked, blocks: readonly RowBlock[]): number {
  const { time, order, block } = picked;
  let lastOurUs = Number.NaN;
  let kept = 0;
  for (const at of order) {
    if (blocks[block[at]!]!.ours) {
      if (time[at]! === lastOurUs) continue;
      lastOurUs = time[at]!;
    }
    order[kept] = at;
    kept += 1;
  }
  return kept;
}

function gather(blocks: readonly RowBlock[], picked: Picked, count: number): QuoteColumns {
  const first = blocks[0]?.columns ?? NO_ROWS;
  return mapColumns(first, count, (_, name) => {
    const values = new Float64Array(count);
    const sources = blocks.map(({ columns }) => columns[name]);
    for (let i = 0; i < count; i++) {
      const at = picked.order[i]!;
      values[i] = sources[picked.block[at]!]?.[picked.row[at]!] ?? Number.NaN;
    }
    return values;
  });
}

const NO_ROWS: QuoteColumns = {
  length: 0,
  receivedUs: new Float64Array(0),
  bid: new Float64Array(0),
  ask: new Float64Array(0),
};

type ColumnName = Exclude<keyof QuoteColumns, 'length'>;

/** The same columns, each made anew. */
export function mapColumns(
  columns: QuoteColumns,
  length: number,
  map: (values: Float64Array, name: ColumnName) => Float64Array,
): QuoteColumns {
  const base = {
    length,
    receivedUs: map(columns.receivedUs, 'receivedUs'),
    bid: map(columns.bid, 'bid'),
    ask: map(columns.ask, 'ask'),
  };
  const { bidSize, askSize, exchangeUs } = columns;
  if (bidSize === undefined || askSize === undefined || exchangeUs === undefined) return base;
  return {
    ...base,
    bidSize: map(bidSize, 'bidSize'),
    askSize: map(askSize, 'askSize'),
    exchangeUs: map(exchangeUs, 'exchangeUs'),
  };
}

function advance(
  before: Progress,
  times: Float64Array,
  count: number,
  isOurs: (row: number) => boolean,
): Progress {
  if (count === 0) return before;
  const lastUs = times[count - 1]!;
  let foreignAtLast = lastUs === before.lastUs ? before.foreignAtLast : 0;
  let lastOurUs = before.lastOurUs;
  let i = count - 1;
  for (; i >= 0 && times[i] === lastUs; i--) if (!isOurs(i)) foreignAtLast += 1;
  for (i = count - 1; i >= 0; i--) {
    if (!isOurs(i)) continue;
    lastOurUs = times[i]!;
    break;
  }
  return { lastUs, lastOurUs, foreignAtLast };
}
