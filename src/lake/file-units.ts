// A quote file of any kind as units of rows with exact times: row groups of Parquet, blocks of packed text. Says where
// rows are and loads them when asked; knows nothing of folders or order.

import { basename } from 'node:path';
import type { Micros } from '../core/time.js';
import { CsvCursor, type CsvIndex, indexCsv, isCsvName } from './csv-file.js';
import { type HotGroup, openHotFile, readHotGroup } from './hot-file.js';
import type { KnownFiles } from './known-files.js';
import type { RowBlock } from './merge.js';
import { readGroup } from './parquet-columns.js';
import { openQuoteFile } from './parquet-read.js';
import { FileVanished, type NoteFile, type ReportProblem, timesByReading, withFile } from './read-file.js';
import type { SpareBuffers } from './spare-buffers.js';
import { isNotFound, type ReadStore, type StoreFile } from './store.js';

export interface FileUnit {
  /** Inclusive. */
  readonly minUs: Micros;
  readonly maxUs: Micros;
  readonly load: () => Promise<RowBlock>;
}

export interface OpenedFile {
  readonly units: readonly FileUnit[];
  /** Of a day file: relative to its day's folder. */
  readonly replaces: readonly string[];
}

export interface FileUnitsInput {
  readonly store: ReadStore;
  readonly known: KnownFiles;
  readonly report: ReportProblem;
  /** Told of each file that could be read whole. */
  readonly readable: (path: string) => void;
  readonly sizes: boolean;
  /** False: asks are NaN. Default true. */
  readonly asks?: boolean | undefined;
  /** Rows are read into these. */
  readonly spare?: SpareBuffers | undefined;
  readonly noteFile?: NoteFile | undefined;
  /** Rows outside of it are of no use; default: all are. */
  readonly fromUs?: Micros;
  readonly toUs?: Micros;
}

/** `close` it when no unit of it is loaded any more. */
export class FileUnits {
  readonly #input: FileUnitsInput;
  readonly #cursors: { close(): Promise<void> }[] = [];

  constructor(input: FileUnitsInput) {
    this.#input = input;
  }

  /**
   * Its units in the order of the file, and what it takes the place of. FileVanished where it is gone; other errors mean that the file is bad. The times of
   * an `undated` one are remembered.
   */
  async open(path: string, undated: boolean): Promise<OpenedFile> {
    if (isCsvName(basename(path))) return { units: await this.#openCsv(path), replaces: [] };
    return await this.#openParquet(path, undated);
  }

  async close(): Promise<void> {
    for (const cursor of this.#cursors.splice(0)) await cursor.close();
  }

  async #openParquet(path: string, undated: boolean): Promise<OpenedFile> {
    const { store, readable, noteFile, sizes } = this.#input;
    const file = await openFirst(store, path);
    let isKept = false;
    try {
      const hot = sizes ? null : await openHotFile(file);
      if (hot === null) return await this.#decodedUnits(path, file, undated);
      isKept = true;
      readable(path);
      noteFile?.(path, true);
      return { units: this.#hotUnits(path, file, hot), replaces: [] };
    } finally {
      if (!isKept) await file.close();
    }
  }

  async #decodedUnits(path: string, file: StoreFile, undated: boolean): Promise<OpenedFile> {
    const { store, known, readable, sizes, asks = true, fromUs, toUs } = this.#input;
    const range = fromUs === undefined || toUs === undefined ? undefined : { fromUs, toUs };
    const quotes = await openQuoteFile(file);
    readable(path);
    this.#input.noteFile?.(path, quotes?.ours ?? null);
    const units: FileUnit[] = [];
    for (const group of quotes?.groups ?? []) {
      const times = group.times ?? (await timesByReading(file, quotes!, group));
      if (times === null) continue;
      const load = () =>
        withFile(store, path, file.version, async (again) => ({
          columns: await readGroup(again, quotes!, group, sizes, asks, range),
          ours: quotes!.ours,
        }));
      units.push({ ...times, load });
    }
    if (undated) known.set(path, { version: file.version, ...spanOf(units), csv: null });
    return { units, replaces: quotes?.replaces ?? [] };
  }

  /** The file stays open from its footer to its last group: an hour has many. */
  #hotUnits(path: string, file: StoreFile, groups: readonly HotGroup[]): readonly FileUnit[] {
    const { store, asks = true, spare } = this.#input;
    const opened = new Reopened(file, () => openAgain(store, path, file.version));
    this.#cursors.push(opened);
    return groups.map((group, at) => ({
      minUs: group.minUs,
      maxUs: group.maxUs,
      load: async () => {
        const columns = await readHotGroup(await opened.file(), group, { asks, spare });
        if (at === groups.length - 1) await opened.close();
        return { columns, ours: true };
      },
    }));
  }

  async #openCsv(path: string): Promise<readonly FileUnit[]> {
    const { store, sizes } = this.#input;
    const { version, index } = await withFile(store, path, null, (file) => this.#indexOf(path, file));
    if (index.blocks.length > 0 || index.note === null)
      this.#input.noteFile?.(path, index.blocks.length > 0 ? false : null);
    if (index.blocks.length === 0) return [];
    const cursor = new CsvCursor(() => openAgain(store, path, version), index, sizes);
    this.#cursors.push(cursor);
    const last = index.blocks.length - 1;
    return index.blocks.map(({ minUs, maxUs }, at) => ({
      minUs,
      maxUs,
      load: async () => {
        const columns = await cursor.block(at);
        if (at === last) await cursor.close();
        return { columns, ours: false };
      },
    }));
  }

  async #indexOf(path: string, file: StoreFile): Promise<{ version: string; index: CsvIndex }> {
    const { known, report, readable } = this.#input;
    const { version } = file;
    const before = known.get(path, version)?.csv;
    if (before !== undefined && before !== null) return { version, index: before };
    const index = await indexCsv(file);
    known.set(path, { version, ...spanOf(index.blocks), csv: index });
    if (index.note === null) readable(path);
    else report(path, index.note.reason, index.note.message);
    return { version, index };
  }
}

function spanOf(units: readonly { readonly minUs: Micros; readonly maxUs: Micros }[]): {
  minUs: Micros;
  maxUs: Micros;
} {
  let [minUs, maxUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const unit of units) {
    minUs = Math.min(minUs, unit.minUs);
    maxUs = Math.max(maxUs, unit.maxUs);
  }
  return { minUs, maxUs };
}

/** An open file that is closed once; opened again where it is read after all. */
class Reopened {
  readonly #open: () => Promise<StoreFile>;
  #file: Promise<StoreFile> | null;

  constructor(file: StoreFile, open: () => Promise<StoreFile>) {
    this.#open = open;
    this.#file = Promise.resolve(file);
  }

  file(): Promise<StoreFile> {
    this.#file ??= this.#open();
    return this.#file;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await (await file?.catch(() => null))?.close();
  }
}

async function openFirst(store: ReadStore, path: string): Promise<StoreFile> {
  try {
    return await store.open(path);
  } catch (error) {
    throw isNotFound(error) ? new FileVanished(path) : error;
  }
}

/** For a cursor, which reads on between other reads. */
async function openAgain(store: ReadStore, path: string, version: string): Promise<StoreFile> {
  const file = await openFirst(store, path);
  if (file.version === version) return file;
  await file.close();
  throw new FileVanished(path);
}
