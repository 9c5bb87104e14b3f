// What compaction must know of quotes and of trades: how a file is opened, how its rows are put in order, how they are
// written. Rows come in blocks of one row group. Knows nothing of folders.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import type { FileId, LakeFiles } from './files.js';
import { checksum, type TradeRecord } from './journal.js';
import { mergeBlocks, NO_PROGRESS } from './merge.js';
import { readGroup } from './parquet-columns.js';
import type { FileOptions } from './parquet-file.js';
import { openQuoteFile } from './parquet-read.js';
import { type FullColumns, QuoteFileWriter, RowGroupBuffer } from './parquet-write.js';
import type { FileKind } from './paths.js';
import { SCHEMA_KEY, SCHEMA_VERSION } from './schema.js';
import type { StoreFile } from './store.js';
import { openTradesFile, readTrades } from './trades-read.js';
import { TradesFileWriter } from './trades-write.js';

/** A row group and its times (inclusive), which its statistics tell. */
export interface Group<Block> {
  readonly minUs: Micros;
  readonly maxUs: Micros;
  /** `file` is the one it was found in, open. */
  readonly load: (file: StoreFile) => Promise<Block>;
}

/** Rows in, one file out. */
export interface BlockWriter<Block> {
  add(block: Block): void;
  finish(): void;
}

/** Of all rows that passed by, in their order, however they were cut into blocks. */
export interface Digest<Block> {
  add(block: Block): void;
  readonly rows: number;
  /** Equal where every value of every row is, bit for bit. */
  readonly text: string;
}

export interface Kind<Block> {
  readonly name: FileKind;
  /** Null where the file is of another's making, or of a version not known here. Throws where it is damaged. */
  open(file: StoreFile): Promise<readonly Group<Block>[] | null>;
  /** Of blocks that overlap in time: all rows by stamp, each stamp once. Throws where a row has no time. */
  merge(blocks: readonly Block[]): Block;
  /** First and last stamp; null where it is empty. Throws where stamps do not ascend. */
  span(block: Block): { readonly firstUs: Micros; readonly lastUs: Micros } | null;
  writer(files: LakeFiles, file: FileId, options: FileOptions): BlockWriter<Block>;
  digest(): Digest<Block>;
}

const NO_STATISTICS = 'a row group has no statistics of its times';

/** `group` is room for one row group, used for one file after the other. */
export function quoteKind(group = new RowGroupBuffer()): Kind<FullColumns> {
  return {
    name: 'spreads',
    async open(file) {
      const quotes = await openQuoteFile(file);
      const entries = quotes?.metadata.key_value_metadata;
      if (quotes === null || !isKnownSchema(entries)) return null;
      return quotes.groups.map((info) => {
        if (info.times === null) throw new Error(NO_STATISTICS);
        return { ...info.times, load: async (again) => full(await readGroup(again, quotes, info, true)) };
      });
    },
    merge(blocks) {
      const all = Number.POSITIVE_INFINITY;
      const ours = blocks.map((columns) => ({ columns, ours: true }));
      const { columns, withoutTime } = mergeBlocks(ours, -all, all, NO_PROGRESS);
      if (withoutTime > 0) throw new Error(`${withoutTime} rows have no time`);
      return full(columns);
    },
    span: ({ receivedUs, length }) => spanOf(length, (row) => receivedUs[row]!),
    writer(files, file, options) {
      const writer = new QuoteFileWriter(files, file, group, options);
      return { add: (block) => writer.add(block, 0, block.length), finish: () => writer.finish() };
    },
    digest: () => new QuoteDigest(),
  };
}

export const tradeKind: Kind<readonly TradeRecord[]> = {
  name: 'trades',
  async open(file) {
    const trades = await openTradesFile(file);
    if (trades === null || !isKnownSchema(trades.metadata.key_value_metadata)) return null;
    return trades.groups.map((info) => {
      if (info.times === null) throw new Error(NO_STATISTICS);
      return { ...info.times, load: (again) => readTrades(again, trades, info) };
    });
  },
  merge(blocks) {
    const rows = blocks.flat();
    if (blocks.length > 1) rows.sort((a, b) => a.stampUs - b.stampUs);
    return rows.filter(({ stampUs }, row) => row === 0 || stampUs !== rows[row - 1]!.stampUs);
  },
  span: (block) => spanOf(block.length, (row) => block[row]!.stampUs),
  writer(files, file, options) {
    const writer = new TradesFileWriter(files, file, options);
    return {
      add: (block) => {
        for (const trade of block) writer.add(trade);
      },
      finish: () => writer.finish(),
    };
  },
  digest: () => new TradeDigest(),
};

function isKnownSchema(
  entries: readonly { readonly key: string; readonly value?: string }[] | undefined,
): boolean {
  return entries?.some(({ key, value }) => key === SCHEMA_KEY && value === String(SCHEMA_VERSION)) ?? false;
}

function full(columns: QuoteColumns): FullColumns {
  const { bidSize, askSize, exchangeUs } = columns;
  if (bidSize === undefined || askSize === undefined || exchangeUs === undefined)
    throw new Error('invariant broken: rows were read without their sizes');
  return { ...columns, bidSize, askSize, exchangeUs };
}

function spanOf(
  length: number,
  stampOf: (row: number) => Micros,
): { firstUs: Micros; lastUs: Micros } | null {
  if (length === 0) return null;
  for (let row = 1; row < length; row++)
    if (!(stampOf(row) > stampOf(row - 1))) throw new Error('its stamps do not ascend');
  return { firstUs: stampOf(0), lastUs: stampOf(length - 1) };
}

const COLUMNS = ['receivedUs', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeUs'] as const;

class QuoteDigest implements Digest<FullColumns> {
  rows = 0;
  readonly #sums = new Map<string, number>();

  add(block: FullColumns): void {
    this.rows += block.length;
    for (const name of COLUMNS) {
      const { buffer, byteOffset } = block[name];
      const bytes = new Uint8Array(buffer, byteOffset, block.length * 8);
      this.#sums.set(name, checksum(bytes, this.#sums.get(name) ?? 0));
    }
  }

  get text(): string {
    return `${this.rows} ${[...this.#sums.values()].join(' ')}`;
  }
}

class TradeDigest implements Digest<readonly TradeRecord[]> {
  rows = 0;
  #sum = 0;

  add(block: readonly TradeRecord[]): void {
    this.rows += block.length;
    const numbers = new Float64Array(5);
    for (const { stampUs, price, size, side, exchangeUs, tradeId } of block) {
      numbers.set([stampUs, price, size, side, exchangeUs]);
      this.#sum = checksum(new Uint8Array(numbers.buffer), this.#sum);
      this.#sum = checksum(Buffer.from(`${tradeId}\n`, 'utf8'), this.#sum);
    }
  }

  get text(): string {
    return `${this.rows} ${this.#sum}`;
  }
}
