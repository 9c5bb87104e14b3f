// Checks one Parquet file of our own making, of quotes or trades, by its checksums and by decoding all of it: a row group
// at a time. Never writes; the caller says what the file's name and folders promise.

import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import type { Micros } from '../core/time.js';
import { decodeGroup, metadataOptions } from './parquet-read.js';
import { FOREIGN_KEY, REPLACES_KEY, SCHEMA_KEY, TIMESTAMP } from './schema.js';
import type { StoreFile } from './store.js';
import { checkHotIndex } from './verify-hot.js';
import { PageCheck } from './verify-pages.js';
import type { Report } from './verify-rules.js';

export interface Promised {
  readonly name: string;
  /** Half-open. */
  readonly span: { readonly fromUs: Micros; readonly toUs: Micros };
  /** The stamp of the last row; null where the name does not say it: of a file that an import made. */
  readonly lastUs: Micros | null;
}

export interface ParquetFacts {
  readonly rows: number;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  readonly replaces: readonly string[];
  /** Rows that others recorded: a stamp may be there more than once. */
  readonly isForeign: boolean;
}

/** Null where it cannot be read at all, which is reported. `onStamps` takes the stamps, a row group at a time. */
export async function verifyParquet(
  file: StoreFile,
  promised: Promised,
  report: Report,
  onStamps: (stampUs: Float64Array) => void = () => undefined,
): Promise<ParquetFacts | null> {
  const { name } = promised;
  const damaged = (what: string, where = '') => report('damaged', name, what, where);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file, metadataOptions);
  } catch (error) {
    damaged(`its footer cannot be read: ${textOf(error)}`);
    return null;
  }
  if (!metadata.key_value_metadata?.some(({ key }) => key === SCHEMA_KEY))
    damaged('it bears a name of ours, but not our mark');
  const isForeign = metadata.key_value_metadata?.some(({ key }) => key === FOREIGN_KEY) ?? false;
  if (promised.lastUs === null && !isForeign) damaged('it bears the name of an import, but not its mark');
  const order = new Order(promised, isForeign, damaged);
  const pages = new PageCheck(file, damaged);
  let rows = 0;
  let isWhole = true;
  for (const [number, group] of metadata.row_groups.entries()) {
    const where = `row group ${number}`;
    const count = Number(group.num_rows);
    try {
      // What its checksums refute is not looked at any further.
      if (!(await pages.group(group, where))) {
        isWhole = false;
        continue;
      }
      const columns = await decodeGroup(file, metadata, rows, count);
      const stamps = stampsOf(columns.get(TIMESTAMP));
      if (stamps === null) damaged(`it has no column ${TIMESTAMP} of whole numbers`, where);
      else {
        order.take(stamps, rows, where);
        onStamps(stamps);
      }
      checkStatistics(group, columns, (what) => damaged(what, where));
    } catch (error) {
      damaged(`it cannot be decoded: ${textOf(error)}`, where);
    } finally {
      rows += count;
    }
  }
  pages.finish();
  await checkHotIndex(file, metadata, damaged);
  if (rows !== Number(metadata.num_rows))
    damaged(`its row groups have ${rows} rows, its footer says ${metadata.num_rows}`);
  if (isWhole) order.finish();
  const replaces = replacedBy(metadata, damaged);
  return { rows, firstUs: order.firstUs, lastUs: order.lastUs, replaces, isForeign };
}

/** Strictly ascending (of foreign rows: never descending), within the folders' time, and the last one as the name says. */
class Order {
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  readonly #promised: Promised;
  readonly #isForeign: boolean;
  readonly #damaged: (what: string, where?: string) => void;

  constructor(promised: Promised, isForeign: boolean, damaged: (what: string, where?: string) => void) {
    this.#promised = promised;
    this.#isForeign = isForeign;
    this.#damaged = damaged;
  }

  /** The first breach of each row group is told. */
  take(stamps: Float64Array, firstRow: number, where: string): void {
    const { fromUs, toUs } = this.#promised.span;
    let told = false;
    for (let row = 0; row < stamps.length; row += 1) {
      const us = stamps[row]!;
      const what = this.#wrongWith(us, fromUs, toUs);
      if (what !== null && !told) this.#damaged(what, `${where}, row ${firstRow + row}`);
      told ||= what !== null;
      if (us > this.lastUs) this.lastUs = us;
      if (us < this.firstUs) this.firstUs = us;
    }
  }

  #wrongWith(us: Micros, fromUs: Micros, toUs: Micros): string | null {
    if (us < this.lastUs) return 'its rows are not in order';
    if (us === this.lastUs && !this.#isForeign) return 'a stamp is there twice';
    return us < fromUs || us >= toUs ? 'a row lies outside the time of its folder' : null;
  }

  finish(): void {
    const { lastUs } = this.#promised;
    if (lastUs !== null && Number.isFinite(this.lastUs) && this.lastUs !== lastUs)
      this.#damaged(`its last row has the stamp ${this.lastUs}, its name says ${lastUs}`);
  }
}

function stampsOf(values: readonly ArrayLike<unknown>[] | undefined): Float64Array | null {
  if (values === undefined) return null;
  const length = values.reduce((sum, piece) => sum + piece.length, 0);
  const stamps = new Float64Array(length);
  let at = 0;
  for (const piece of values)
    for (let row = 0; row < piece.length; row += 1) {
      const value = piece[row];
      if (typeof value !== 'bigint' && typeof value !== 'number') return null;
      stamps[at] = Number(value);
      at += 1;
    }
  return stamps;
}

/** Least, greatest and absent values of every column that has them. */
function checkStatistics(
  { columns }: FileMetaData['row_groups'][number],
  values: ReadonlyMap<string, readonly ArrayLike<unknown>[]>,
  damaged: (what: string) => void,
): void {
  for (const { meta_data: chunk } of columns) {
    const name = chunk?.path_in_schema[0];
    const stats = chunk?.statistics;
    const pieces = name === undefined ? undefined : values.get(name);
    if (stats === undefined || pieces === undefined) continue;
    let [least, greatest]: [unknown, unknown] = [undefined, undefined];
    let absent = 0;
    for (const piece of pieces)
      for (let row = 0; row < piece.length; row += 1) {
        const value = piece[row];
        if (value === null || value === undefined) absent += 1;
        else if (typeof value === 'number' || typeof value === 'bigint') {
          if (least === undefined || value < (least as number)) least = value;
          if (greatest === undefined || value > (greatest as number)) greatest = value;
        }
      }
    const isWrong = (told: unknown, is: unknown) =>
      (typeof told === 'number' || typeof told === 'bigint') && is !== undefined && told !== is;
    if (isWrong(stats.min_value ?? stats.min, least) || isWrong(stats.max_value ?? stats.max, greatest))
      damaged(`the statistics of column ${name} are not true`);
    if (stats.null_count !== undefined && Number(stats.null_count) !== absent)
      damaged(`column ${name} lacks ${absent} values, its statistics say ${stats.null_count}`);
  }
}

function replacedBy(metadata: FileMetaData, damaged: (what: string) => void): readonly string[] {
  const text = metadata.key_value_metadata?.find(({ key }) => key === REPLACES_KEY)?.value;
  if (text === undefined) return [];
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names as string[];
  } catch {
    // Said below.
  }
  damaged(`what it says of the files that it replaces cannot be read`);
  return [];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
