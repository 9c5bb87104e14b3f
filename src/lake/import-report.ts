// What an import met and did, counted while it goes: files by their kind, rows, and whatever was left out with its path
// and reason. Bounded, however many files a lake has.

import { basename, dirname, join, relative } from 'node:path';
import { isCsvName } from './csv-file.js';
import { TEMP_PREFIX } from './paths.js';
import { isQuoteFileName, isTradesName } from './plan.js';
import type { LakeProblem, LakeProblemReason } from './problems.js';
import { sessionPartition } from './sessions.js';
import type { ReadStore } from './store.js';

/** The generations of lakes, by what their files are. */
export type SourceKind =
  | 'packed text of dated runs'
  | 'Parquet of dated runs'
  | 'packed text of hive folders'
  | 'Parquet of hive folders'
  | 'recorded by Spread Aggregator';

export type SkipReason = LakeProblemReason | 'trades' | 'no-bid-column';

export interface Skipped {
  /** Relative to the source. */
  readonly path: string;
  readonly reason: SkipReason;
  readonly message: string;
}

export interface ImportRows {
  /** Of the source, in the range. */
  rows: number;
  added: number;
  alreadyThere: number;
}

export interface ImportReport extends Readonly<ImportRows> {
  readonly instruments: number;
  readonly filesRead: Readonly<Partial<Record<SourceKind, number>>>;
  readonly filesWritten: number;
  /** What was not read, or not wholly; the first of them. */
  readonly skipped: readonly Skipped[];
  /** All of them. */
  readonly skippedCount: number;
  /** Instruments that could not be brought in (or not wholly), each with why. */
  readonly failed: readonly {
    readonly exchange: string;
    readonly symbol: string;
    readonly message: string;
  }[];
}

const SKIPPED_MAX = 2_000;

/** Give `noteFile` and `store` to the reader of the source. */
export class ImportBook {
  readonly total: ImportRows = { rows: 0, added: 0, alreadyThere: 0 };
  filesWritten = 0;
  readonly failed: { exchange: string; symbol: string; message: string }[] = [];
  /** Notices the files that the reader passes over by their names. */
  readonly store: ReadStore;
  readonly #root: string;
  readonly #filesRead: Partial<Record<SourceKind, number>> = {};
  readonly #skipped: Skipped[] = [];
  #skippedCount = 0;
  /** Of the present instrument: folders are listed, and files opened, more than once. */
  readonly #known = new Set<string>();

  constructor(root: string, store: ReadStore) {
    this.#root = root;
    this.store = {
      ...store,
      list: async (directory) => {
        const entries = await store.list(directory);
        if (directory.length > root.length && !this.#known.has(directory)) {
          this.#known.add(directory);
          for (const { name, isDirectory } of entries)
            if (!isDirectory) this.#passedOver(join(directory, name), name);
        }
        return entries;
      },
    };
  }

  readonly noteFile = (path: string, ours: boolean | null): void => {
    if (this.#known.has(path)) return;
    this.#known.add(path);
    if (ours === null) {
      this.skip(path, 'no-bid-column', 'it has no column of bids: no quotes');
      return;
    }
    const kind = kindOf(path, ours);
    this.#filesRead[kind] = (this.#filesRead[kind] ?? 0) + 1;
  };

  /** What comes now is of another instrument. */
  forget(): void {
    this.#known.clear();
  }

  skip(path: string, reason: SkipReason, message: string): void {
    this.#skippedCount += 1;
    if (this.#skipped.length < SKIPPED_MAX)
      this.#skipped.push({ path: relative(this.#root, path), reason, message });
  }

  report(instruments: number, problems: readonly LakeProblem[]): ImportReport {
    const skipped = [...problems, ...this.#skipped];
    return {
      ...this.total,
      instruments,
      filesRead: this.#filesRead,
      filesWritten: this.filesWritten,
      skipped: skipped.slice(0, SKIPPED_MAX),
      skippedCount: problems.length + this.#skippedCount,
      failed: this.failed,
    };
  }

  #passedOver(path: string, name: string): void {
    if (isQuoteFileName(name) || name.startsWith('.')) return;
    if (isTradesName(name)) this.skip(path, 'trades', 'trades are not brought in');
    else if (name.startsWith(TEMP_PREFIX) || !/\.(csv|gz|zip|zst)$/i.test(name)) return;
    else this.skip(path, 'unknown-layout', 'no lake has its quotes in such a file');
  }
}

function kindOf(path: string, ours: boolean): SourceKind {
  if (ours) return 'recorded by Spread Aggregator';
  const ofRun = sessionPartition(dirname(path)) !== null;
  if (isCsvName(basename(path))) return ofRun ? 'packed text of dated runs' : 'packed text of hive folders';
  return ofRun ? 'Parquet of dated runs' : 'Parquet of hive folders';
}
