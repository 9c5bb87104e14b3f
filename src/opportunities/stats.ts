// Statistics files: which one of a folder counts, and what is in it. Reads the disk, never writes it. A file
// still being written, foreign or broken is passed over with a warning that names it, never guessed at.

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvReader, type CsvRow } from './csv.js';

/** What a file must have to count. */
export const REQUIRED_COLUMNS = ['symbol', 'exchange1', 'exchange2', 'opportunity_cycles_040bp'] as const;

/** `code` is for machines, `message` for people; `file` is a bare name. */
export interface StatisticsWarning {
  readonly code: StatisticsWarningCode;
  readonly message: string;
  readonly file?: string;
}

export type StatisticsWarningCode =
  | 'directory-missing'
  | 'directory-unreadable'
  | 'no-file'
  | 'file-unreadable'
  | 'file-incomplete'
  | 'column-missing'
  | 'bad-value';

export interface FileEntry {
  readonly name: string;
  readonly mtimeMs: number;
  readonly sizeBytes: number;
}

const PIECE_BYTES = 64 * 1024;
const STAMPED = /^summary_stats_(\d{8}_\d{6})\.csv$/i;

/**
 * The `*.csv` files of a folder, the one that counts first: those with a stamp in the name, newest stamp
 * first, then all others, newest modification first. Undefined (with a warning) where the folder cannot be
 * read.
 */
export async function listStatistics(
  directory: string,
): Promise<{ readonly entries: readonly FileEntry[] } | { readonly warning: StatisticsWarning }> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    const missing = errorCode(error) === 'ENOENT';
    const code = missing ? 'directory-missing' : 'directory-unreadable';
    const why = missing ? 'does not exist' : `cannot be read (${errorCode(error)})`;
    return { warning: { code, message: `the statistics folder ${directory} ${why}` } };
  }
  const entries: FileEntry[] = [];
  for (const name of names) {
    if (!/\.csv$/i.test(name) || name.startsWith('.')) continue;
    try {
      const found = await stat(join(directory, name));
      if (found.isFile()) entries.push({ name, mtimeMs: found.mtimeMs, sizeBytes: found.size });
    } catch {
      // Gone between listing and looking: then it does not count.
    }
  }
  return { entries: entries.sort(newestFirst) };
}

/** What reads the rows of a file, each as wide as the header, for as long as they are told. */
export interface RowVisitor {
  row(row: CsvRow): void;
}

export interface StatisticsFile<Visitor> {
  readonly name: string;
  /** It was told every row of the file. */
  readonly rows: Visitor;
}

/** The first file that is complete, and a warning for each one passed over before it. `visitorOf`: of a header. */
export async function readNewest<Visitor extends RowVisitor>(
  directory: string,
  entries: readonly Pick<FileEntry, 'name'>[],
  visitorOf: (columns: readonly string[]) => Visitor,
): Promise<{ readonly file?: StatisticsFile<Visitor>; readonly warnings: readonly StatisticsWarning[] }> {
  const warnings: StatisticsWarning[] = [];
  for (const { name } of entries) {
    const found = await readStatistics(directory, name, visitorOf);
    if (!('code' in found)) return { file: found, warnings };
    warnings.push(found);
  }
  if (entries.length === 0) {
    warnings.push({ code: 'no-file', message: `the statistics folder ${directory} holds no .csv file` });
  }
  return { warnings };
}

/** Piece by piece: a file of 10,000 pairs has 8 MB, and the loop that receives quotes must not stand still for it. */
async function readStatistics<Visitor extends RowVisitor>(
  directory: string,
  name: string,
  visitorOf: (columns: readonly string[]) => Visitor,
): Promise<StatisticsFile<Visitor> | StatisticsWarning> {
  const refuse = (code: StatisticsWarningCode, why: string): StatisticsWarning => ({
    ...{ code, message: `the statistics file ${name} ${why}`, file: name },
  });
  let columns: readonly string[] | undefined;
  let missing: readonly string[] = [];
  let rows: Visitor | undefined;
  let count = 0;
  let narrow: string | undefined;
  const reader = new CsvReader((row) => {
    count += 1;
    if (columns === undefined) {
      columns = row.cells().map((column) => column.trim());
      missing = REQUIRED_COLUMNS.filter((column) => !columns?.includes(column));
      if (missing.length === 0) rows = visitorOf(columns);
    } else if (row.width === columns.length) rows?.row(row);
    else narrow ??= `has ${row.width} cells in row ${count}, not ${columns.length}`;
  });
  try {
    const pieces = createReadStream(join(directory, name), { encoding: 'utf8', highWaterMark: PIECE_BYTES });
    for await (const piece of pieces) reader.push(piece as string);
  } catch (error) {
    if (error instanceof RangeError) return refuse('file-incomplete', `has ${error.message}`);
    return refuse('file-unreadable', `cannot be read (${errorCode(error)})`);
  }
  if (columns === undefined && reader.isComplete) return refuse('file-incomplete', 'is empty');
  if (!reader.isComplete)
    return refuse('file-incomplete', 'does not end with a newline: it is still being written');
  if (missing.length > 0) return refuse('column-missing', `has no column ${missing.join(', ')}`);
  if (narrow !== undefined) return refuse('file-incomplete', narrow);
  return { name, rows: rows! };
}

function newestFirst(a: FileEntry, b: FileEntry): number {
  const stampA = STAMPED.exec(a.name)?.[1];
  const stampB = STAMPED.exec(b.name)?.[1];
  if (stampA !== undefined && stampB !== undefined && stampA !== stampB) return stampA < stampB ? 1 : -1;
  if ((stampA === undefined) !== (stampB === undefined)) return stampA === undefined ? 1 : -1;
  return b.mtimeMs - a.mtimeMs || (a.name < b.name ? -1 : 1);
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
