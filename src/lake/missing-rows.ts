// Which rows of one stream another lacks: a merge of two ascending streams of the same instrument, holding a chunk of
// each and the rows of one stamp. Equality is by content alone, so it does not matter where a row came from or when.

import type { QuoteColumns } from '../core/columns.js';
import { firstNotBelow } from '../core/search.js';
import type { Micros } from '../core/time.js';
import type { FullColumns } from './parquet-write.js';

/** One row, where it stands. */
interface Row {
  readonly columns: FullColumns;
  readonly at: number;
}

/** A place in an ascending stream of chunks that have all six columns. */
export class RowCursor {
  columns: FullColumns = NO_ROWS;
  row = 0;
  readonly #chunks: AsyncIterator<QuoteColumns>;
  #ended = false;

  constructor(chunks: AsyncIterable<QuoteColumns>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Infinity at the end; of no meaning while the cursor is spent. */
  get stampUs(): Micros {
    return this.row < this.columns.length ? this.columns.receivedUs[this.row]! : Number.POSITIVE_INFINITY;
  }

  /** The next chunk is needed before anything can be said. */
  get isSpent(): boolean {
    return !this.#ended && this.row >= this.columns.length;
  }

  async fill(): Promise<void> {
    while (this.isSpent) {
      const next = await this.#chunks.next();
      this.#ended = next.done === true;
      this.columns = next.done === true ? NO_ROWS : whole(next.value);
      this.row = 0;
    }
  }

  /** All rows of the present stamp; the cursor is then behind them. */
  async take(): Promise<Row[]> {
    const us = this.stampUs;
    const rows: Row[] = [];
    for (; this.stampUs === us; ) {
      rows.push({ columns: this.columns, at: this.row });
      this.row += 1;
      if (this.isSpent) await this.fill();
    }
    return rows;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** Takes rows [from, to) of `columns`. */
export type AddRows = (columns: FullColumns, from: number, to: number) => void;

export interface Difference {
  /** Of the source. */
  readonly rows: number;
  /** Those that went to `add`. */
  readonly missing: number;
}

/**
 * The source's rows before `endUs` that the target has not, in order, to `add`; each repetition of a row counts. Rows
 * are the same where stamp, bid and ask are, and sizes and the exchange's time where both rows have them. The source's
 * cursor is then at `endUs`.
 */
export async function addMissing(
  source: RowCursor,
  target: RowCursor,
  endUs: Micros,
  add: AddRows,
): Promise<Difference> {
  let [rows, missing] = [0, 0];
  for (;;) {
    if (source.isSpent) await source.fill();
    const us = source.stampUs;
    if (!(us < endUs)) return { rows, missing };
    for (;;) {
      target.row = firstNotBelow(target.columns.receivedUs, us, target.row, target.columns.length);
      if (!target.isSpent) break;
      await target.fill();
    }
    const { columns, row } = source;
    if (target.stampUs > us) {
      const to = firstNotBelow(columns.receivedUs, Math.min(target.stampUs, endUs), row, columns.length);
      add(columns, row, to);
      source.row = to;
      rows += to - row;
      missing += to - row;
      continue;
    }
    const mine = await source.take();
    const lacking = without(mine, await target.take());
    for (const { columns: from, at } of lacking) add(from, at, at + 1);
    rows += mine.length;
    missing += lacking.length;
  }
}

/**
 * Those of `mine` (in their order) that have no partner of their own in `theirs`. Equal rows first, then rows that
 * differ only in what one of them does not have: what was added once finds itself again, so a repetition adds nothing.
 */
function without(mine: readonly Row[], theirs: readonly Row[]): readonly Row[] {
  if (mine.length === 1 && theirs.length === 1) return agree(mine[0]!, theirs[0]!) ? [] : mine;
  const free = new Map<string, Row[]>();
  for (const row of theirs) push(free, keyOf(row), row);
  const alone = mine.filter((row) => free.get(keyOf(row))?.pop() === undefined);
  if (alone.length === 0) return alone;
  const byPrice = new Map<string, Row[]>();
  // In an order that does not depend on which file a row is in.
  for (const key of [...free.keys()].sort())
    for (const row of free.get(key)!) push(byPrice, priceKeyOf(row), row);
  const found = new Set<Row>();
  for (const row of [...alone].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const partners = byPrice.get(priceKeyOf(row)) ?? [];
    const at = partners.findIndex((partner) => agree(row, partner));
    if (at < 0) continue;
    partners.splice(at, 1);
    found.add(row);
  }
  return alone.filter((row) => !found.has(row));
}

function push(into: Map<string, Row[]>, key: string, row: Row): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [row]);
  else known.push(row);
}

function priceKeyOf({ columns: { bid, ask }, at }: Row): string {
  return `${bid[at]},${ask[at]}`;
}

function keyOf(row: Row): string {
  const { bidSize, askSize, exchangeUs } = row.columns;
  return `${priceKeyOf(row)},${bidSize[row.at]},${askSize[row.at]},${exchangeUs[row.at]}`;
}

/** Two rows of one stamp. */
function agree({ columns: a, at }: Row, { columns: b, at: bt }: Row): boolean {
  return (
    same(a.bid[at]!, b.bid[bt]!) &&
    same(a.ask[at]!, b.ask[bt]!) &&
    compatible(a.bidSize[at]!, b.bidSize[bt]!) &&
    compatible(a.askSize[at]!, b.askSize[bt]!) &&
    compatible(a.exchangeUs[at]!, b.exchangeUs[bt]!)
  );
}

/** Absent is a price too. */
function same(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function compatible(a: number, b: number): boolean {
  return a === b || Number.isNaN(a) || Number.isNaN(b);
}

function whole(columns: QuoteColumns): FullColumns {
  const absent = () => new Float64Array(columns.length).fill(Number.NaN);
  const { bidSize = absent(), askSize = absent(), exchangeUs = absent() } = columns;
  return { ...columns, bidSize, askSize, exchangeUs };
}

const NONE = new Float64Array(0);
const NO_ROWS: FullColumns = {
  length: 0,
  ...{ receivedUs: NONE, bid: NONE, ask: NONE, bidSize: NONE, askSize: NONE, exchangeUs: NONE },
};
