// What `lake export` does: an instrument's quotes, or a pair's joined rows, as CSV, Parquet or Arrow. Reads the lake, takes no lock.
// Exit codes: 0 = written, be it without rows; 1 = not written; 2 = asked wrongly.

import { exchangeKey } from '../core/exchange.js';
import { isoMicros } from '../core/time.js';
import { openReader } from '../lake/reader.js';
import { PlaceRefused, ReaderGone } from './export-place.js';
import { AskedWrongly, type ExportRequest, type ExportSummary, exportRows } from './export-rows.js';
import { folderProblem } from './lake-flags.js';
import type { Progress } from './progress.js';
import { timeOption } from './time-option.js';

export interface ExportFlags {
  readonly lake: string;
  readonly symbol: string;
  readonly exchange?: string;
  readonly exchange1?: string;
  readonly exchange2?: string;
  readonly join?: 'asof2s' | 'valid';
  readonly from?: string;
  readonly to?: string;
  readonly format: 'csv' | 'parquet' | 'arrow';
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface ExportIo {
  /** Where `-` goes. */
  readonly stdout: NodeJS.WritableStream;
  /** Writes one line. */
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** The exit code. Rejects on a bug only. */
export async function runExport(flags: ExportFlags, io: ExportIo): Promise<number> {
  const request = requestOf(flags);
  if (typeof request === 'string') {
    io.error(`error: ${request}`);
    return 2;
  }
  const problem = folderProblem(flags.lake);
  if (problem !== null) {
    io.error(`error: ${problem}`);
    return 1;
  }
  const reader = openReader(flags.lake);
  try {
    const summary = await exportRows(reader, request, io);
    io.progress.clear();
    for (const { path, message } of reader.problems()) io.error(`warning: ${path || flags.lake}: ${message}`);
    io.out(
      flags.json === true ? JSON.stringify({ ...summary, out: flags.out }) : summaryText(flags, summary),
    );
    return 0;
  } catch (error) {
    io.progress.clear();
    if (error instanceof ReaderGone) return 0;
    if (io.signal?.aborted === true) io.error('stopped; nothing was written');
    else io.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof AskedWrongly || error instanceof PlaceRefused ? 2 : 1;
  }
}

/** Or the sentence that says what is wrong. */
function requestOf(flags: ExportFlags): ExportRequest | string {
  const { symbol, exchange, exchange1, exchange2, join, format, out, force = false } = flags;
  const fromUs = timeOption('--from', flags.from, false);
  const toUs = timeOption('--to', flags.to, true);
  for (const side of [fromUs, toUs]) if (typeof side === 'string') return side;
  const range = { fromUs: fromUs as number | undefined, toUs: toUs as number | undefined };
  if (range.fromUs !== undefined && range.toUs !== undefined && range.fromUs >= range.toUs)
    return `option '--to' expected a time after --from (${flags.from}), was "${flags.to}"`;
  if (format === 'parquet' && out === '-')
    return 'Parquet is written into a file: --out takes its name, not -';
  const rest = { symbol, ...range, format, out, force };
  if (exchange !== undefined && exchange1 === undefined && exchange2 === undefined) {
    if (join !== undefined) return 'option --join is for a pair: --exchange1 and --exchange2';
    return { ...rest, exchange };
  }
  if (exchange !== undefined || exchange1 === undefined || exchange2 === undefined)
    return 'give --exchange (its quotes), or --exchange1 and --exchange2 (the rows of a pair)';
  if (exchangeKey(exchange1) === exchangeKey(exchange2)) return '--exchange1 and --exchange2 are the same';
  return { ...rest, exchange1, exchange2, join: join ?? 'valid' };
}

function summaryText({ out }: ExportFlags, { rows, firstUs, lastUs, format }: ExportSummary): string {
  const span = firstUs === null || lastUs === null ? '' : `, ${isoMicros(firstUs)} to ${isoMicros(lastUs)}`;
  return `${rows.toLocaleString('en-US')} rows${span} → ${out === '-' ? 'standard output' : out} (${format})`;
}
