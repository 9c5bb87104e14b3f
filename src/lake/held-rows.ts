// Row blocks that are loaded and not given out yet: those that overlap in time, each cut where the rows are certain to be
// complete. However long blocks overlap in a chain, only those of one moment are held.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { mapColumns, mergeBlocks, NO_PROGRESS, type RowBlock } from './merge.js';
import type { ReportProblem } from './read-file.js';

export interface HeldBlock extends RowBlock {
  /** No row is later; inclusive. */
  readonly maxUs: Micros;
  /** Where stamps are equal, the lower one comes first. */
  readonly order: number;
  /** Empty for rows of the journal. */
  readonly path: string;
}

interface Held extends HeldBlock {
  /** Ascending, all with a time, and views of what others hold too. */
  readonly isCut: boolean;
}

/** The sentence for rows that cannot be placed. */
export function withoutTime(count: number): string {
  return `${count} rows without a readable time were left out`;
}

export class HeldRows {
  readonly #report: ReportProblem;
  /** By order. */
  #blocks: Held[] = [];

  constructor(report: ReportProblem) {
    this.#report = report;
  }

  /** Where the first of the blocks ends; Infinity where there is none. */
  get endUs(): Micros {
    return this.#blocks.reduce((endUs, { maxUs }) => Math.min(endUs, maxUs), Number.POSITIVE_INFINITY);
  }

  get lastOrder(): number {
    return this.#blocks.at(-1)?.order ?? Number.NEGATIVE_INFINITY;
  }

  add(block: HeldBlock): void {
    const after = this.#blocks.findIndex(({ order }) => order > block.order);
    this.#blocks.splice(after < 0 ? this.#blocks.length : after, 0, { ...block, isCut: false });
  }

  /** The rows up to `boundUs`, and the path of a file that has some of them. What comes later stays. */
  take(boundUs: Micros): { readonly blocks: readonly RowBlock[]; readonly path: string } {
    const blocks: RowBlock[] = [];
    const kept: Held[] = [];
    let path = '';
    for (const held of this.#blocks) {
      path ||= held.path;
      const { ours } = held;
      if (held.maxUs <= boundUs) {
        blocks.push({
          ours,
          columns: held.isCut ? copyOf(held.columns, 0, held.columns.length) : held.columns,
        });
        continue;
      }
      const columns = held.isCut ? held.columns : this.#inOrder(held);
      const at = rowsUpTo(columns, boundUs);
      if (at > 0) blocks.push({ ours, columns: copyOf(columns, 0, at) });
      if (at < columns.length) kept.push({ ...held, columns: viewOf(columns, at), isCut: true });
    }
    this.#blocks = kept;
    return { blocks, path };
  }

  /** Only rows with a time, ascending, those of one stamp as they stood. */
  #inOrder({ columns, path }: Held): QuoteColumns {
    const everything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    // Not as ours: of a stamp that repeats in one file it is not for this place to choose.
    const merged = mergeBlocks([{ columns, ours: false }], ...everything, NO_PROGRESS);
    if (merged.withoutTime > 0) this.#report(path, 'rows-without-time', withoutTime(merged.withoutTime));
    return merged.columns;
  }
}

function rowsUpTo({ receivedUs, length }: QuoteColumns, boundUs: Micros): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (receivedUs[middle]! <= boundUs) from = middle + 1;
    else to = middle;
  }
  return from;
}

function copyOf(columns: QuoteColumns, from: number, to: number): QuoteColumns {
  return mapColumns(columns, to - from, (values) => values.slice(from, to));
}

function viewOf(columns: QuoteColumns, from: number): QuoteColumns {
  return mapColumns(columns, columns.length - from, (values) => values.subarray(from, columns.length));
}
