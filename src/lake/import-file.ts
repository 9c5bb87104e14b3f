// The file that an import adds to an instrument's day: absent or whole, under a name that its content gives. Written
// row group by row group; not a file before its first row.

import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { type FileId, type LakeFiles, makeDurableDirectory } from './files.js';
import { FOREIGN_ROWS, type FullColumns, QuoteFileWriter, type RowGroupBuffer } from './parquet-write.js';
import { importName, isImportName, tempName } from './paths.js';

/** A row without a price came, and the file is not made for such rows: begin again with one that is. */
export class PriceMissing extends Error {}

const HASHED = ['receivedUs', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeUs'] as const;
/** Of the name: two files of one day that are not the same have the same with a chance of 1 in 10^19. */
const ID_LENGTH = 16;

export class ImportFile {
  readonly #files: LakeFiles;
  readonly #directory: string;
  readonly #temp: string;
  readonly #group: RowGroupBuffer;
  readonly #nullablePrices: boolean;
  #file: FileId | null = null;
  #writer: QuoteFileWriter | null = null;
  /** One a column: what they say does not depend on how the rows came. */
  #hashes: readonly Hash[] = [];

  /** In `directory`, which is made when it is needed. */
  constructor(files: LakeFiles, directory: string, group: RowGroupBuffer, nullablePrices: boolean) {
    this.#files = files;
    this.#directory = directory;
    this.#temp = join(directory, tempName(importName('')));
    this.#group = group;
    this.#nullablePrices = nullablePrices;
  }

  /** Rows [from, to), not before those that came already. Throws PriceMissing. */
  add(columns: FullColumns, from: number, to: number): void {
    if (!this.#nullablePrices) {
      const { bid, ask } = columns;
      for (let at = from; at < to; at += 1)
        if (Number.isNaN(bid[at]!) || Number.isNaN(ask[at]!)) throw new PriceMissing();
    }
    const writer = this.#writer ?? this.#begin();
    writer.add(columns, from, to);
    for (const [at, name] of HASHED.entries()) {
      const { buffer, byteOffset } = columns[name];
      this.#hashes[at]!.update(new Uint8Array(buffer, byteOffset + from * 8, (to - from) * 8));
    }
  }

  /** Makes it a file of the lake, where any row came; whether there is one then. */
  publish(): boolean {
    const [files, file] = [this.#files, this.#file];
    if (file === null || this.#writer === null) {
      this.#confirm();
      return false;
    }
    this.#writer.finish();
    files.sync(file);
    files.close(file);
    this.#file = null;
    files.rename(this.#temp, this.#freePath());
    this.#writer = null;
    files.syncDirectory(this.#directory);
    return true;
  }

  /** As if it had never been begun. */
  discard(): void {
    if (this.#writer === null) return;
    if (this.#file !== null) this.#files.close(this.#file);
    this.#file = null;
    this.#writer = null;
    this.#files.remove(this.#temp);
  }

  /** What an import that was killed between renaming and syncing left: it counts as there, so it has to last. */
  #confirm(): void {
    const files = this.#files;
    if (!files.list(this.#directory).some(isImportName)) return;
    makeDurableDirectory(files, this.#directory);
    files.syncDirectory(this.#directory);
  }

  #begin(): QuoteFileWriter {
    makeDurableDirectory(this.#files, this.#directory);
    // Also takes the place of what a killed import left.
    this.#file = this.#files.create(this.#temp);
    this.#hashes = HASHED.map(() => createHash('sha256'));
    const options = { ...FOREIGN_ROWS, nullablePrices: this.#nullablePrices };
    this.#writer = new QuoteFileWriter(this.#files, this.#file, this.#group, options);
    return this.#writer;
  }

  /** The same rows may be missing a second time, where a source has them twice as often as the one before. */
  #freePath(): string {
    const all = createHash('sha256');
    for (const hash of this.#hashes) all.update(hash.digest());
    const id = all.digest('hex').slice(0, ID_LENGTH);
    const taken = new Set(this.#files.list(this.#directory));
    let name = importName(id);
    for (let copy = 2; taken.has(name); copy += 1) name = importName(`${id}-${copy}`);
    return join(this.#directory, name);
  }
}
