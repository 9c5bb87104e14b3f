// Runs of trades become hour files below `trades/`, one instrument at a time, as encode.ts does with quotes: safe to
// repeat after a crash at any step, for what a partition's newest file name covers is left out.

import { join } from 'node:path';
import { hourStartUs, type Micros } from '../core/time.js';
import { cleanHour } from './clean-hour.js';
import { markDay } from './day-marks.js';
import { cleanWatermark, type EncodeReport, RUNS_AT_ONCE_MAX, rememberLast } from './encode.js';
import { confirmDurable, type LakeFiles, makeDurableDirectory, messageOf, publish } from './files.js';
import { DAMAGED_SUFFIX, hourFileName, RUNS_DIR, TRADES_DIR, tradesHourDir } from './paths.js';
import { RunDamaged } from './run.js';
import { listTradesRuns, type TradesEntry, TradesRunFile, type TradesRunName } from './trades-run.js';
import { TradesFileWriter } from './trades-write.js';

interface OpenRun {
  readonly name: string;
  readonly file: TradesRunFile;
}

interface Slice {
  readonly run: OpenRun;
  readonly entry: TradesEntry;
}

interface Batch {
  readonly files: LakeFiles;
  readonly root: string;
  readonly hourUs: Micros;
  readonly report: EncodeReport;
  readonly stop: () => boolean;
  /** Runs with damage inside: kept apart once everything else of them is in files. */
  readonly damaged: Set<string>;
}

/** Encodes and removes the runs of trades that end before `beforeUs`, oldest hour first, until `stop` says so. */
export function encodeTrades(
  files: LakeFiles,
  root: string,
  beforeUs: Micros,
  stop: () => boolean,
): EncodeReport {
  const report: EncodeReport = { rows: 0, files: 0, problems: [] };
  let due = listTradesRuns(files, root).filter(({ lastUs }) => lastUs < beforeUs);
  while (due.length > 0 && !stop()) {
    const hourUs = hourStartUs(due[0]!.firstUs);
    const names = due.filter(({ firstUs }) => hourStartUs(firstUs) === hourUs).slice(0, RUNS_AT_ONCE_MAX);
    const done = encodeBatch({ files, root, hourUs, report, stop, damaged: new Set() }, names);
    // Rows of one hour go out in order or not at all: a newer file's name would cover the older rows.
    due = due.filter((run) => (done ? !names.includes(run) : hourStartUs(run.firstUs) !== hourUs));
  }
  return report;
}

/** Whether all of it is durable and its runs gone. */
function encodeBatch(batch: Batch, names: readonly TradesRunName[]): boolean {
  const { files, root, report, damaged } = batch;
  const directory = join(root, RUNS_DIR);
  const open: OpenRun[] = [];
  let failed = false;
  try {
    for (const { name } of names) {
      const file = whole(batch, name, () => new TradesRunFile(files, join(directory, name)));
      if (file !== undefined) open.push({ name, file });
    }
    markDay(files, root, batch.hourUs);
    for (const slices of byInstrument(open)) {
      if (batch.stop()) return false;
      try {
        encodeInstrument(batch, slices);
      } catch (error) {
        const { exchange, symbol } = slices[0]!.entry;
        report.problems.push(`trades of ${exchange} ${symbol}: ${messageOf(error)}`);
        failed = true;
      }
    }
  } finally {
    for (const { file } of open) file.close();
  }
  if (failed) return false;
  if (damaged.size > 0) cleanHour(files, join(root, TRADES_DIR), batch.hourUs);
  rememberLast(files, root, names.at(-1)!.lastUs);
  for (const { name } of names) {
    const path = join(directory, name);
    if (damaged.has(name)) files.rename(path, path + DAMAGED_SUFFIX);
    else files.remove(path);
  }
  return true;
}

/** What `read` gives; undefined where the run is damaged, which is remembered and told. */
function whole<T>({ damaged, report }: Batch, name: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RunDamaged)) throw error;
    damaged.add(name);
    report.problems.push(`${name}: ${error.message}`);
    return undefined;
  }
}

/** The slices of one instrument after the other, each instrument's oldest first. */
function byInstrument(open: readonly OpenRun[]): Iterable<Slice[]> {
  const slices = new Map<string, Slice[]>();
  for (const run of open)
    for (const entry of run.file.entries) {
      const key = `${entry.exchange}|${entry.symbol}`;
      const known = slices.get(key);
      if (known === undefined) slices.set(key, [{ run, entry }]);
      else known.push({ run, entry });
    }
  return slices.values();
}

/** One file of what the partition does not have yet. */
function encodeInstrument(batch: Batch, slices: readonly Slice[]): void {
  const { files, root, hourUs, report } = batch;
  const { exchange, symbol } = slices[0]!.entry;
  const directory = tradesHourDir(root, exchange, symbol, hourUs);
  const afterUs = cleanWatermark(files, directory, hourUs, 'trades');
  const fresh = slices.filter(({ entry }) => entry.lastUs > afterUs);
  if (fresh.length === 0) {
    confirmDurable(files, directory);
    return;
  }
  // Before the file is begun: its name tells its last row.
  const sound = fresh.filter(({ run, entry }) =>
    whole(batch, run.name, () => {
      run.file.verify(entry);
      return true;
    }),
  );
  const newest = sound.at(-1);
  if (newest === undefined) return;
  const path = join(directory, hourFileName(newest.entry.lastUs, 'trades'));
  makeDurableDirectory(files, directory);
  publish(files, path, (file) => {
    const writer = new TradesFileWriter(files, file);
    for (const { run, entry } of sound)
      for (const trade of run.file.trades(entry)) if (trade.stampUs > afterUs) writer.add(trade);
    writer.finish();
    report.rows += writer.rows;
  });
  report.files += 1;
}
