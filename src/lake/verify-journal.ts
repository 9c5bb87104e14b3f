// Checks what is not in Parquet yet: segments of the journal, runs, runs of trades. A segment goes through the parser in
// pieces, a run entry by entry. Never writes.

import { join } from 'node:path';
import { hourStartUs, type Micros } from '../core/time.js';
import { codeOf, diskFiles, messageOf } from './files.js';
import { JOURNAL_DIR, RUNS_DIR, type RunSpan, runSpan, segmentFirstUs, tradesRunSpan } from './paths.js';
import { RunFile } from './run.js';
import { isMoreThanTorn, readSegment } from './segment-to-run.js';
import { TradesRunFile } from './trades-run.js';
import type { Report } from './verify-rules.js';

const ROWS_AT_ONCE = 10_000;
const files = diskFiles;

export interface JournalCheck {
  readonly root: string;
  /** A living process records: what is under way is no finding. */
  readonly isHeld: boolean;
  readonly report: Report;
  /** Told of each file before it is read. */
  readonly onFile: (name: string, bytes: number) => void;
  /** Up to which stamp the rows of an instrument's hour are in files of ours; -Infinity where none are. */
  readonly watermark: (exchange: string, symbol: string, us: Micros) => Micros;
}

/** The journal before the runs: what moves meanwhile is then seen twice. */
export function verifyJournal(check: JournalCheck): void {
  const { root, isHeld, report } = check;
  const segments = files.list(join(root, JOURNAL_DIR)).filter((name) => segmentFirstUs(name) !== null);
  const runs = files.list(join(root, RUNS_DIR));
  const inRuns = new Set(runs.flatMap((name) => runSpan(name)?.firstUs ?? []));
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const name of runs) {
    const span = runSpan(name);
    if (span === null) continue;
    const file = `${RUNS_DIR}/${name}`;
    if (span.firstUs <= lastUs) report('damaged', file, 'it begins before the run before it ends');
    lastUs = Math.max(lastUs, span.lastUs);
    const isThere = guarded(check, file, () => verifyRun(check, file, span));
    if (isThere && !isHeld) report('unclean', file, 'a run that is not in files yet, or not removed since');
  }
  for (const name of runs) {
    const span = tradesRunSpan(name);
    if (span === null) continue;
    const file = `${RUNS_DIR}/${name}`;
    const isThere = guarded(check, file, () => verifyTradesRun(check, file, span));
    if (isThere && !isHeld)
      report('unclean', file, 'a run of trades that is not in files yet, or not removed since');
  }
  for (const [at, name] of segments.entries()) {
    const firstUs = segmentFirstUs(name)!;
    const file = `${JOURNAL_DIR}/${name}`;
    const isNewest = at === segments.length - 1;
    const isRun = inRuns.has(firstUs);
    const isThere = guarded(check, file, () => {
      const endUs = verifySegment(check, file, firstUs, isNewest);
      if (!isRun && firstUs <= lastUs) report('damaged', file, 'it begins before what is before it ends');
      lastUs = Math.max(lastUs, endUs);
    });
    if (!isThere || isHeld) continue;
    if (isRun) report('unclean', file, 'it is a run already, and is still there');
    else report('unclean', file, 'a segment that is no run yet');
  }
}

/** False where the file is gone meanwhile. Anything else that is thrown is damage. */
function guarded({ root, report, onFile }: JournalCheck, file: string, run: () => void): boolean {
  try {
    onFile(file, files.byteLength(join(root, file)));
    run();
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    report('damaged', file, messageOf(error));
    return true;
  }
}

function verifyRun({ root, report, watermark }: JournalCheck, file: string, span: RunSpan): void {
  const path = join(root, file);
  const run = new RunFile(files, path, files.byteLength(path));
  try {
    let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let inFiles = 0;
    for (const entry of run.index().entries) {
      const where = `${entry.exchange} ${entry.symbol}`;
      try {
        run.verify(entry);
      } catch (error) {
        report('damaged', file, messageOf(error), where);
        continue;
      }
      let beforeUs = Number.NEGATIVE_INFINITY;
      let told = false;
      for (let at = 0; at < entry.rows; at += ROWS_AT_ONCE) {
        const rows = run.rows(entry, at, Math.min(entry.rows, at + ROWS_AT_ONCE));
        for (const us of rows.receivedUs) {
          if (us <= beforeUs && !told) {
            report(
              'damaged',
              file,
              us === beforeUs ? 'a stamp is there twice' : 'its rows are not in order',
              where,
            );
            told = true;
          }
          beforeUs = us;
        }
      }
      const isHour = hourStartUs(entry.firstUs) === hourStartUs(entry.lastUs);
      if (!isHour || entry.firstUs < span.firstUs || entry.lastUs > span.lastUs || beforeUs !== entry.lastUs)
        report('damaged', file, 'its index does not say where its rows begin and end', where);
      if (entry.lastUs <= watermark(entry.exchange, entry.symbol, entry.firstUs)) inFiles += 1;
      firstUs = Math.min(firstUs, entry.firstUs);
      lastUs = Math.max(lastUs, entry.lastUs);
    }
    if (inFiles > 0) report('unclean', file, `of ${inFiles} instruments its rows are in files already`);
    verifyCold(report, file, run.cold());
  } finally {
    run.close();
  }
}

function verifyCold(report: Report, file: string, text: Uint8Array): void {
  let beforeUs = Number.NEGATIVE_INFINITY;
  const lines = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8').split('\n');
  for (const [number, line] of lines.entries()) {
    if (line === '') continue;
    const stampUs = stampOf(line);
    if (stampUs === null || stampUs <= beforeUs) {
      const what = stampUs === null ? 'an event that cannot be read' : 'its events are not in order';
      report('damaged', file, what, `event ${number + 1}`);
      return;
    }
    beforeUs = stampUs;
  }
}

/** Null where the line is no event. */
export function stampOf(line: string): Micros | null {
  try {
    const { stampUs } = JSON.parse(line) as { stampUs?: unknown };
    return typeof stampUs === 'number' && Number.isSafeInteger(stampUs) ? stampUs : null;
  } catch {
    return null;
  }
}

function verifyTradesRun({ root, report }: JournalCheck, file: string, span: RunSpan): void {
  const run = new TradesRunFile(files, join(root, file));
  try {
    for (const entry of run.entries) {
      const where = `${entry.exchange} ${entry.symbol}`;
      try {
        run.verify(entry);
      } catch (error) {
        report('damaged', file, messageOf(error), where);
        continue;
      }
      let beforeUs = Number.NEGATIVE_INFINITY;
      for (const { stampUs } of run.trades(entry)) {
        if (stampUs <= beforeUs || stampUs < span.firstUs || stampUs > span.lastUs) {
          report('damaged', file, 'its trades are not in order', where);
          break;
        }
        beforeUs = stampUs;
      }
    }
  } finally {
    run.close();
  }
}

/** The last stamp in it. */
function verifySegment(
  { root, report, isHeld }: JournalCheck,
  name: string,
  firstUs: Micros,
  isNewest: boolean,
): Micros {
  const path = join(root, name);
  const byteLength = files.byteLength(path);
  const file = files.openToRead(path);
  let lastUs = Number.NEGATIVE_INFINITY;
  let isOrdered = true;
  const take = (_id: number, stampUs: Micros) => {
    isOrdered &&= stampUs > lastUs;
    lastUs = Math.max(lastUs, stampUs);
  };
  try {
    const parser = readSegment(files, file, { names() {}, quote: take, trade: take, cold: take });
    const where = `byte ${parser.validBytes}`;
    if (!isOrdered) report('damaged', name, 'its records are not in order');
    if (parser.records > 0 && parser.firstStampUs < firstUs)
      report('damaged', name, 'it has a record from before its name');
    const { broken: damage } = parser;
    const bytesCut = Math.max(0, byteLength - parser.validBytes);
    if (bytesCut === 0) return lastUs;
    const what = damage ?? 'its last block is not whole';
    if (!isNewest || isMoreThanTorn(files, file, { bytesCut, damage }))
      report('damaged', name, what, `${where}, ${bytesCut} bytes are lost`);
    // Of a living process it is being written.
    else if (!isHeld) report('unclean', name, `its tail is torn: ${what}`, `${where}, ${bytesCut} bytes`);
    return lastUs;
  } finally {
    files.close(file);
  }
}
