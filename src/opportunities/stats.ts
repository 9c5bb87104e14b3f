// Statistics files: which one of a folder counts, and what is in it. Reads the disk, never writes it. A file
// still being written, foreign or broken is passed over with a warning that names it, never guessed at.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCsv } from './csv.js';

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

export interface StatisticsFile {
  readonly name: string;
  readonly columns: readonly string[];
  /** Every row is as wide as `columns`. */
  readonly rows: readonly (readonly string[])[];
}

export interface FileEntry {
  readonly name: string;
  readonly mtimeMs: number;
  readonly sizeBytes: number;
}

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

/** The first file that is complete, and a warning for each one passed over before it. */
export async function readNewest(
  directory: string,
  entries: readonly Pick<FileEntry, 'name'>[],
): Promise<{ readonly file?: StatisticsFile; readonly warnings: readonly StatisticsWarning[] }> {
  const warnings: StatisticsWarning[] = [];
  for (const { name } of entries) {
    let text: string;
    try {
      text = await readFile(join(directory, name), 'utf8');
    } catch (error) {
      const message = `the statistics file ${name} cannot be read (${errorCode(error)})`;
      warnings.push({ code: 'file-unreadable', message, file: name });
      continue;
    }
    const parsed = parseStatistics(name, text);
    if ('file' in parsed) return { file: parsed.file, warnings };
    warnings.push(parsed.warning);
  }
  if (entries.length === 0) {
    warnings.push({ code: 'no-file', message: `the statistics folder ${directory} holds no .csv file` });
  }
  return { warnings };
}

/** The file's table, or why it does not count. */
export function parseStatistics(
  name: string,
  text: string,
): { readonly file: StatisticsFile } | { readonly warning: StatisticsWarning } {
  const refuse = (code: StatisticsWarningCode, why: string): { readonly warning: StatisticsWarning } => ({
    warning: { code, message: `the statistics file ${name} ${why}`, file: name },
  });
  const { rows, complete } = parseCsv(text);
  const columns = rows[0]?.map((column) => column.trim());
  if (columns === undefined) return refuse('file-incomplete', 'is empty');
  if (!complete) return refuse('file-incomplete', 'does not end with a newline: it is still being written');
  const missing = REQUIRED_COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length > 0) return refuse('column-missing', `has no column ${missing.join(', ')}`);
  const narrow = rows.findIndex((row) => row.length !== columns.length);
  if (narrow >= 0) {
    return refuse(
      'file-incomplete',
      `has ${rows[narrow]?.length} cells in row ${narrow + 1}, not ${columns.length}`,
    );
  }
  return { file: { name, columns, rows: rows.slice(1) } };
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
