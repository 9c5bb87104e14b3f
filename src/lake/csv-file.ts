// One `order_book_updates.csv.gz` of the oldest lakes: which rows it has, and its rows block by block. Such a file
// can only be read from its beginning, so its blocks and their times are found once, and later read in passing.
// Holds one block of rows and one piece of text, never a whole file.

import { StringDecoder } from 'node:string_decoder';
import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { CsvRows } from './csv-rows.js';
import { type GzipBreak, gunzipped } from './gunzip.js';
import { LakeFileError } from './parquet-read.js';
import type { LakeProblemReason } from './problems.js';
import type { StoreFile } from './store.js';

export interface CsvBlock {
  /** Lines of the file before its first. */
  readonly linesBefore: number;
  /** The line that named the columns by then. */
  readonly head: string | undefined;
  /** Inclusive. */
  readonly minUs: Micros;
  readonly maxUs: Micros;
}

export interface CsvIndex {
  /** In the order of the file; none where it holds no quotes. */
  readonly blocks: readonly CsvBlock[];
  /** What of it could not be read. */
  readonly note: { readonly reason: LakeProblemReason; readonly message: string } | null;
}

/** 400 KB as columns. */
export const BLOCK_ROWS = 16_384;
/** A longer line is damage. */
const LINE_LENGTH_MAX = 64 * 1024;
const LINE_FEED = 10;
const ROLES = ['time', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeTime'] as const;

export function isCsvName(name: string): boolean {
  return name.endsWith('.csv.gz');
}

/** Goes through the whole file once. What is wrong with the file is in the note; throws what reading throws. */
export async function indexCsv(file: StoreFile): Promise<CsvIndex> {
  const scan = new CsvScan(file, false);
  const blocks: CsvBlock[] = [];
  let rows = 0;
  const stopped = (reason: LakeProblemReason, message: string): CsvIndex => {
    if (rows === 0) return { blocks, note: { reason, message } };
    return { blocks, note: { reason: 'partly-read', message: `${rows} rows were read, then: ${message}` } };
  };
  if (file.byteLength === 0) return stopped('empty-file', 'the file has no bytes');
  try {
    for await (const { columns, linesBefore, head } of scan.blocks()) {
      const { length, receivedUs } = columns;
      let [minUs, maxUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const us of receivedUs) {
        if (us < minUs) minUs = us;
        if (us > maxUs) maxUs = us;
      }
      blocks.push({ linesBefore, head, minUs, maxUs });
      rows += length;
    }
  } catch (error) {
    if (error instanceof LakeFileError) return stopped(error.reason, error.message);
    throw error;
  }
  const { broken } = scan;
  if (broken !== null)
    return stopped('corrupt', `${broken.message} (byte ${broken.offset} of ${file.byteLength})`);
  const { withoutTime, unreadable } = scan.rows;
  if (withoutTime + unreadable === 0) return { blocks, note: null };
  const message = `of ${rows + withoutTime + unreadable} rows ${withoutTime} have no readable time, ${unreadable} cannot be read for certain`;
  return { blocks, note: { reason: 'unreadable-rows', message } };
}

/** The blocks of one file, forwards without repetition, backwards by starting again. `close` it when done. */
export class CsvCursor {
  readonly #open: () => Promise<StoreFile>;
  readonly #index: CsvIndex;
  readonly #sizes: boolean;
  #file: StoreFile | undefined;
  #blocks: AsyncGenerator<ScannedBlock> | undefined;
  #next = 0;

  constructor(open: () => Promise<StoreFile>, index: CsvIndex, sizes: boolean) {
    this.#open = open;
    this.#index = index;
    this.#sizes = sizes;
  }

  /** Rows as they are stored: unsorted. Every array owns its buffer. */
  async block(wanted: number): Promise<QuoteColumns> {
    if (this.#blocks === undefined || wanted < this.#next) {
      await this.close();
      this.#file = await this.#open();
      // What lies before is unpacked, but not looked into.
      this.#blocks = new CsvScan(this.#file, this.#sizes, this.#index.blocks[wanted]).blocks();
      this.#next = wanted;
    }
    for (;;) {
      const { done, value } = await this.#blocks.next();
      if (done === true) throw new LakeFileError('corrupt', `block ${wanted} is not there any more`);
      this.#next += 1;
      if (this.#next > wanted) return value.columns;
    }
  }

  async close(): Promise<void> {
    await this.#blocks?.return(undefined);
    await this.#file?.close();
    this.#blocks = undefined;
    this.#file = undefined;
  }
}

interface ScannedBlock extends Pick<CsvBlock, 'linesBefore' | 'head'> {
  readonly columns: QuoteColumns;
}

/** One walk through a file, from its beginning or that of a block. */
class CsvScan {
  readonly rows: CsvRows;
  broken: GzipBreak | null = null;
  readonly #file: StoreFile;
  readonly #sizes: boolean;

  readonly #linesBefore: number;

  constructor(file: StoreFile, sizes: boolean, start?: Pick<CsvBlock, 'linesBefore' | 'head'>) {
    this.#file = file;
    this.#sizes = sizes;
    this.#linesBefore = start?.linesBefore ?? 0;
    this.rows = new CsvRows(start?.head);
  }

  async *blocks(): AsyncGenerator<ScannedBlock, void, undefined> {
    const block = new BlockBuilder(this.#sizes);
    let start = { linesBefore: this.#linesBefore, head: this.rows.head };
    let line = this.#linesBefore;
    for await (const lines of this.#lines()) {
      for (const text of lines) {
        const row = this.rows.read(text);
        line += 1;
        if (this.rows.isOther) return;
        if (row === null) continue;
        block.push(row);
        if (block.length < BLOCK_ROWS) continue;
        yield { columns: block.take(), ...start };
        start = { linesBefore: line, head: this.rows.head };
      }
    }
    if (block.length > 0) yield { columns: block.take(), ...start };
  }

  /** A last line without its end counts only where the file is whole: else it may be half a number. */
  async *#lines(): AsyncGenerator<readonly string[], void, undefined> {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    let toSkip = this.#linesBefore;
    const pieces = gunzipped(this.#file, (found) => {
      this.broken = found;
    });
    for await (const piece of pieces) {
      let from = 0;
      for (; toSkip > 0; toSkip -= 1) {
        const end = piece.indexOf(LINE_FEED, from);
        if (end < 0) break;
        from = end + 1;
      }
      if (toSkip > 0) continue;
      const lines = (rest + decoder.write(piece.subarray(from) as Buffer)).split('\n');
      rest = lines.pop() ?? '';
      yield lines;
      if (rest.length > LINE_LENGTH_MAX)
        throw new LakeFileError('corrupt', `a line is longer than ${LINE_LENGTH_MAX} characters`);
    }
    if (this.broken === null && rest !== '') yield [rest];
  }
}

class BlockBuilder {
  length = 0;
  readonly #columns: Float64Array[];

  constructor(sizes: boolean) {
    this.#columns = ROLES.slice(0, sizes ? ROLES.length : 3).map(() => new Float64Array(BLOCK_ROWS));
  }

  push(row: Readonly<Partial<Record<(typeof ROLES)[number], number>>>): void {
    for (let at = 0; at < this.#columns.length; at += 1)
      this.#columns[at]![this.length] = row[ROLES[at]!] ?? Number.NaN;
    this.length += 1;
  }

  take(): QuoteColumns {
    const { length } = this;
    const [receivedUs, bid, ask, bidSize, askSize, exchangeUs] = this.#columns.map((values) =>
      values.slice(0, length),
    );
    this.length = 0;
    const base = { length, receivedUs: receivedUs!, bid: bid!, ask: ask! };
    if (bidSize === undefined || askSize === undefined || exchangeUs === undefined) return base;
    return { ...base, bidSize, askSize, exchangeUs };
  }
}
