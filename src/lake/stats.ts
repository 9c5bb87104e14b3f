// What a lake holds, in numbers: by names and the ends of files (footers, indexes), never by reading rows. Holds the names
// of instruments and days. Writes nothing, takes no lock.

import { exchangeKey } from '../core/exchange.js';
import { instrumentKey } from '../core/instrument.js';
import { dayStartUs, type Micros } from '../core/time.js';
import { diskFiles, messageOf } from './files.js';
import { INVENTORY_KINDS, type InventoryFile, type InventoryKind, inventory } from './inventory.js';
import { openQuoteFile } from './parquet-read.js';
import { runSpan } from './paths.js';
import { RunFile } from './run.js';
import { diskStore, isNotFound } from './store.js';

export interface FilesAndBytes {
  files: number;
  bytes: number;
}

export interface LakeStats {
  readonly instruments: number;
  /** UTC days that have rows, by folders and statistics. */
  readonly days: number;
  /** Of quotes in Parquet files and runs; null where there is none that tells it. */
  readonly firstUs: Micros | null;
  readonly lastUs: Micros | null;
  /** Quotes in Parquet files and in runs. What is in packed text and in the journal is not counted: it is not read. */
  readonly rows: number;
  /** Bytes of the Parquet files by their rows; null where there are none. */
  readonly bytesAQuote: number | null;
  readonly kinds: Readonly<Record<InventoryKind, FilesAndBytes>>;
}

export interface LakeStatsReport {
  /** By name. What has no exchange (journal, runs, ledger) is in `all` alone. */
  readonly exchanges: readonly ({ readonly exchange: string } & LakeStats)[];
  readonly all: LakeStats;
  readonly problems: readonly { readonly name: string; readonly message: string }[];
}

const PROBLEMS_MAX = 200;

/** `onFile` is called with each file. Rejects where a folder cannot be listed. */
export async function lakeStats(
  root: string,
  onFile: (file: InventoryFile) => void,
  signal?: AbortSignal,
): Promise<LakeStatsReport> {
  const all = new Counts();
  const byExchange = new Map<string, { readonly exchange: string; readonly counts: Counts }>();
  const problems: { name: string; message: string }[] = [];
  for await (const file of inventory(root, signal)) {
    onFile(file);
    const targets = [all];
    if (file.exchange !== null) {
      const key = exchangeKey(file.exchange);
      const known = byExchange.get(key) ?? { exchange: file.exchange, counts: new Counts() };
      byExchange.set(key, known);
      targets.push(known.counts);
    }
    for (const counts of targets) counts.file(file);
    try {
      await look(file, targets, (exchange) => {
        const key = exchangeKey(exchange);
        const known = byExchange.get(key) ?? { exchange, counts: new Counts() };
        byExchange.set(key, known);
        return known.counts;
      });
    } catch (error) {
      if (!isNotFound(error) && problems.length < PROBLEMS_MAX)
        problems.push({ name: file.name, message: messageOf(error) });
    }
  }
  const exchanges = [...byExchange.values()]
    .map(({ exchange, counts }) => ({ exchange, ...counts.stats() }))
    .sort((a, b) => (a.exchange < b.exchange ? -1 : 1));
  return { exchanges, all: all.stats(), problems };
}

async function look(
  file: InventoryFile,
  targets: readonly Counts[],
  countsOf: (exchange: string) => Counts,
): Promise<void> {
  const { kind, path, name, bytes } = file;
  const isParquet = kind === 'hour files' || kind === 'day files' || kind === 'foreign files';
  if (isParquet && name.endsWith('.parquet')) {
    const store = await diskStore.open(path);
    try {
      const quotes = await openQuoteFile(store);
      if (quotes === null) return;
      for (const counts of targets) {
        counts.parquetBytes += bytes;
        for (const { rowCount, times } of quotes.groups) {
          counts.parquetRows += rowCount;
          counts.rowsOf(rowCount, times?.minUs ?? null, times?.maxUs ?? null);
        }
      }
    } finally {
      await store.close();
    }
  } else if (kind === 'runs' && runSpan(name.slice(name.lastIndexOf('/') + 1)) !== null) {
    const run = new RunFile(diskFiles, path, bytes);
    try {
      for (const entry of run.index().entries)
        for (const counts of [...targets, countsOf(entry.exchange)]) {
          counts.instrument(entry.exchange, entry.symbol);
          counts.rowsOf(entry.rows, entry.firstUs, entry.lastUs);
        }
    } finally {
      run.close();
    }
  }
}

class Counts {
  parquetRows = 0;
  parquetBytes = 0;
  readonly #instruments = new Set<string>();
  readonly #days = new Set<Micros>();
  readonly #kinds = Object.fromEntries(
    INVENTORY_KINDS.map((kind) => [kind, { files: 0, bytes: 0 }]),
  ) as Record<InventoryKind, FilesAndBytes>;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;
  #rows = 0;

  file({ kind, bytes, exchange, symbol, span }: InventoryFile): void {
    this.#kinds[kind].files += 1;
    this.#kinds[kind].bytes += bytes;
    if (exchange === null || symbol === null) return;
    this.instrument(exchange, symbol);
    if (span !== null && kind !== 'trades') this.#days.add(dayStartUs(span.fromUs));
  }

  instrument(exchange: string, symbol: string): void {
    this.#instruments.add(instrumentKey(exchange, symbol));
  }

  rowsOf(rows: number, firstUs: Micros | null, lastUs: Micros | null): void {
    this.#rows += rows;
    if (firstUs === null || lastUs === null) return;
    this.#firstUs = Math.min(this.#firstUs, firstUs);
    this.#lastUs = Math.max(this.#lastUs, lastUs);
    this.#days.add(dayStartUs(firstUs));
    this.#days.add(dayStartUs(lastUs));
  }

  stats(): LakeStats {
    return {
      instruments: this.#instruments.size,
      days: this.#days.size,
      firstUs: Number.isFinite(this.#firstUs) ? this.#firstUs : null,
      lastUs: Number.isFinite(this.#lastUs) ? this.#lastUs : null,
      rows: this.#rows,
      bytesAQuote: this.parquetRows === 0 ? null : this.parquetBytes / this.parquetRows,
      kinds: this.#kinds,
    };
  }
}
