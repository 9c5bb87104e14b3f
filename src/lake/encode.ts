// Runs become hour files, one instrument at a time, rows of one row group held. Safe to repeat after a crash at any
// step: what a partition's newest file name covers is left out, and runs are removed only when all is durable.

import { dirname, join } from 'node:path';
import { dayStartUs, hourStartUs, type Micros } from '../core/time.js';
import { cleanHour } from './clean-hour.js';
import { markDay } from './day-marks.js';
import { confirmDurable, type LakeFiles, makeDurableDirectory, messageOf, publish } from './files.js';
import { appendLedger } from './ledger.js';
import { QuoteFileWriter, ROW_GROUP_ROWS, RowGroupBuffer } from './parquet-write.js';
import {
  DAMAGED_SUFFIX,
  DAY_FILES_DIR,
  dayWatermarkOf,
  type FileKind,
  hourDir,
  hourFileName,
  LAST_FILE,
  RUNS_DIR,
  runSpan,
  TEMP_PREFIX,
  watermarkOf,
} from './paths.js';
import { RunDamaged, RunFile } from './run.js';
import { type Slice, SliceTable } from './slice-table.js';

/** Runs open at a time; an hour with more becomes several files an instrument, in order. */
export const RUNS_AT_ONCE_MAX = 200;

/** A run in `_runs`, by its name. */
export interface RunName {
  readonly name: string;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

export interface EncodeReport {
  rows: number;
  files: number;
  /** Sentences about runs and partitions that failed. */
  readonly problems: string[];
}

/** Every run, oldest first. */
export function listRuns(files: LakeFiles, root: string): RunName[] {
  return files.list(join(root, RUNS_DIR)).flatMap((name) => {
    const span = runSpan(name);
    return span === null ? [] : [{ name, ...span }];
  });
}

/**
 * Encodes and removes the runs that end before `beforeUs`, oldest hour first, until `stop` says so.
 * The caller sees to it that no rows older than `beforeUs` are still outside of runs.
 */
export function encodeRuns(
  files: LakeFiles,
  root: string,
  beforeUs: Micros,
  stop: () => boolean,
): EncodeReport {
  const report: EncodeReport = { rows: 0, files: 0, problems: [] };
  const group = new RowGroupBuffer();
  let due = listRuns(files, root).filter(({ lastUs }) => lastUs < beforeUs);
  while (due.length > 0 && !stop()) {
    const hourUs = hourStartUs(due[0]!.firstUs);
    const batch = due.filter(({ firstUs }) => hourStartUs(firstUs) === hourUs).slice(0, RUNS_AT_ONCE_MAX);
    const done = encodeBatch({ files, root, hourUs, group, report, stop }, batch);
    // Rows of one hour go out in order or not at all: a newer file's name would cover the older rows.
    due = due.filter((run) => (done ? !batch.includes(run) : hourStartUs(run.firstUs) !== hourUs));
  }
  return report;
}

interface Batch {
  readonly files: LakeFiles;
  readonly root: string;
  readonly hourUs: Micros;
  readonly group: RowGroupBuffer;
  readonly report: EncodeReport;
  readonly stop: () => boolean;
}

interface OpenRun extends RunName {
  readonly file: RunFile;
}

/** Whether all of it is durable and its runs gone. False: the runs stay; what is written already counts. */
function encodeBatch(batch: Batch, names: readonly RunName[]): boolean {
  const { files, root, hourUs, report } = batch;
  const directory = join(root, RUNS_DIR);
  const damaged = new Set<string>();
  const open: OpenRun[] = [];
  const isWhole = (name: string, read: () => void): boolean => {
    try {
      read();
      return true;
    } catch (error) {
      if (!(error instanceof RunDamaged)) throw error;
      damaged.add(name);
      report.problems.push(`${name}: ${error.message}`);
      return false;
    }
  };
  let failed = false;
  try {
    for (const run of names) {
      const path = join(directory, run.name);
      isWhole(run.name, () => open.push({ ...run, file: new RunFile(files, path, files.byteLength(path)) }));
    }
    markDay(files, root, hourUs);
    const table = new SliceTable<OpenRun>();
    for (const run of open) isWhole(run.name, () => table.add(run, run.file.index().entries));
    for (const slices of table.byInstrument()) {
      if (batch.stop()) return false;
      const whole = slices.filter(({ run, entry }) => isWhole(run.name, () => run.file.verify(entry)));
      failed = !tryEncodeInstrument(batch, whole) || failed;
    }
    const texts: Uint8Array[] = [];
    for (const { name, file } of open) isWhole(name, () => texts.push(file.cold()));
    appendLedger(files, root, hourUs, texts);
  } finally {
    for (const { file } of open) file.close();
  }
  if (failed) return false;
  if (damaged.size > 0) cleanHour(files, root, hourUs);
  rememberLast(files, root, names.at(-1)!.lastUs);
  for (const { name } of names) {
    const path = join(directory, name);
    if (damaged.has(name)) files.rename(path, path + DAMAGED_SUFFIX);
    else files.remove(path);
  }
  return true;
}

/** One partition that cannot be written keeps its runs from being removed, and no other partition from its rows. */
function tryEncodeInstrument(batch: Batch, slices: readonly Slice<OpenRun>[]): boolean {
  const entry = slices[0]?.entry;
  if (entry === undefined) return true;
  try {
    encodeInstrument(batch, slices);
    return true;
  } catch (error) {
    batch.report.problems.push(`${entry.exchange} ${entry.symbol}: ${messageOf(error)}`);
    return false;
  }
}

/** One file of what the partition does not have yet. */
function encodeInstrument(
  { files, root, hourUs, group, report }: Batch,
  slices: readonly Slice<OpenRun>[],
): void {
  const newest = slices.at(-1);
  if (newest === undefined) return;
  const { exchange, symbol } = newest.entry;
  const directory = hourDir(root, exchange, symbol, hourUs);
  const afterUs = cleanWatermark(files, directory, hourUs);
  const fresh = slices.filter(({ entry }) => entry.lastUs > afterUs);
  if (fresh.length === 0) {
    confirmDurable(files, directory);
    return;
  }
  const path = join(directory, hourFileName(newest.entry.lastUs));
  makeDurableDirectory(files, directory);
  publish(files, path, (file) => {
    const writer = new QuoteFileWriter(files, file, group);
    for (const { run, entry } of fresh) {
      for (let at = 0; at < entry.rows; at += ROW_GROUP_ROWS) {
        const rows = run.file.rows(entry, at, Math.min(entry.rows, at + ROW_GROUP_ROWS));
        let first = 0;
        while (first < rows.length && rows.receivedUs[first]! <= afterUs) first += 1;
        writer.add(rows, first, rows.length);
      }
    }
    writer.finish();
    report.rows += writer.rows;
  });
  report.files += 1;
}

/** The partition's watermark, a day file's name included; temp files that a crash left in it are removed. */
export function cleanWatermark(
  files: LakeFiles,
  directory: string,
  hourUs: Micros,
  kind: FileKind = 'spreads',
): Micros {
  const names = files.list(directory);
  for (const name of names) if (name.startsWith(TEMP_PREFIX)) files.remove(join(directory, name));
  const dayFiles = files.list(join(dirname(directory), DAY_FILES_DIR));
  return Math.max(watermarkOf(names, hourUs, kind), dayWatermarkOf(dayFiles, dayStartUs(hourUs), kind));
}

/** The newest stamp ever recorded outlives the runs that prove it: the order must hold over restarts. */
export function rememberLast(files: LakeFiles, root: string, lastUs: Micros): void {
  const path = join(root, LAST_FILE);
  if (lastUs <= (readLast(files, path) ?? 0)) {
    files.syncDirectory(root);
    return;
  }
  publish(files, path, (file) =>
    files.append(file, Buffer.from(`${JSON.stringify({ lastStampUs: lastUs })}\n`)),
  );
}

/** The stamp in `_last.json`; null where there is none, or none that can be read. */
export function readLast(files: LakeFiles, path: string): Micros | null {
  try {
    const file = files.openToRead(path);
    try {
      const bytes = new Uint8Array(256);
      const text = Buffer.from(bytes.subarray(0, files.read(file, bytes, 0))).toString('utf8');
      const { lastStampUs } = JSON.parse(text) as { lastStampUs?: unknown };
      return typeof lastStampUs === 'number' && Number.isSafeInteger(lastStampUs) ? lastStampUs : null;
    } finally {
      files.close(file);
    }
  } catch {
    return null;
  }
}
