// What `lake import` does: a lake of any generation into another one. Exit codes: 0 = all that could be read is there (also where
// nothing was missing); 1 = refused by the lake, or something was not written; 2 = asked wrongly.

import { existsSync } from 'node:fs';
import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import { holdLake } from '../lake/hold.js';
import {
  checkImport,
  type ImportOptions,
  ImportRefused,
  type ImportReport,
  importLake,
} from '../lake/import.js';
import { type LakeInstrument, openReader } from '../lake/reader.js';
import { folderProblem } from './lake-flags.js';
import type { Progress } from './progress.js';
import { timeOption } from './time-option.js';

export interface ImportFlags {
  readonly lake: string;
  readonly exchanges?: readonly string[];
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface ImportIo {
  /** Writes one line. */
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Of what was left out, so much is printed; `--json` has more. */
const SKIPPED_LINES_MAX = 100;

/** The exit code. Rejects on a bug only. */
export async function runImport(source: string, flags: ImportFlags, io: ImportIo): Promise<number> {
  const range = [timeOption('--from', flags.from, false), timeOption('--to', flags.to, true)] as const;
  for (const side of range)
    if (typeof side === 'string') {
      io.error(`error: ${side}`);
      return 2;
    }
  const [fromUs, toUs] = range as readonly (number | undefined)[];
  for (const folder of [source, flags.lake]) {
    // The target is made where it is not there.
    const problem = existsSync(folder) ? folderProblem(folder) : null;
    if (problem === null) continue;
    io.error(`error: ${problem}`);
    return 1;
  }
  try {
    checkImport(source, flags.lake);
    const wants = wanted(flags);
    const found = (await openReader(source).instruments()).filter(wants);
    if (found.length === 0) {
      io.error(
        `error: ${source}: nothing of a lake is there that is wanted (exchange=… folders, or dated runs)`,
      );
      return 1;
    }
    const options: ImportOptions = {
      source,
      target: flags.lake,
      wants,
      ...(fromUs === undefined ? {} : { fromUs }),
      ...(toUs === undefined ? {} : { toUs }),
      onProgress: io.progress.show,
      ...(io.signal === undefined ? {} : { signal: io.signal }),
    };
    return tell(source, flags, await held(options, flags.dryRun === true, io), io);
  } catch (error) {
    io.progress.clear();
    if (io.signal?.aborted === true) {
      io.error('stopped; what is brought in stays, and the same command goes on from there');
      return 1;
    }
    io.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof ImportRefused ? 2 : 1;
  }
}

async function held(options: ImportOptions, dryRun: boolean, io: ImportIo): Promise<ImportReport> {
  if (dryRun) return await importLake({ ...options, dryRun });
  const lake = await holdLake(options.target, 'live');
  try {
    for (const problem of lake.recovered?.problems ?? []) io.error(`warning: ${options.target}: ${problem}`);
    if (lake.recovered !== null && lake.recovered.filesWritten > 0)
      io.error(
        `${options.target}: what a killed recorder left was made into ${lake.recovered.filesWritten} files`,
      );
    return await importLake(options);
  } finally {
    lake.release();
  }
}

/** Lists may be written with commas too. */
function wanted({ exchanges, symbols }: ImportFlags): (instrument: LakeInstrument) => boolean {
  const set = (names: readonly string[] | undefined, key: (name: string) => string) =>
    names && new Set(names.flatMap((some) => some.split(',')).map(key));
  const [ofExchanges, ofSymbols] = [set(exchanges, exchangeKey), set(symbols, symbolKey)];
  return ({ exchange, symbol }) =>
    (ofExchanges?.has(exchangeKey(exchange)) ?? true) && (ofSymbols?.has(symbolKey(symbol)) ?? true);
}

function tell(source: string, flags: ImportFlags, report: ImportReport, io: ImportIo): number {
  io.progress.clear();
  if (flags.json === true)
    io.out(JSON.stringify({ source, lake: flags.lake, dryRun: flags.dryRun === true, ...report }));
  else for (const line of reportLines(source, flags, report)) io.out(line);
  return report.failed.length > 0 ? 1 : 0;
}

function reportLines(source: string, flags: ImportFlags, report: ImportReport): string[] {
  const number = (value: number) => value.toLocaleString('en-US');
  const { instruments, rows, added, alreadyThere, filesRead, filesWritten, skipped, skippedCount, failed } =
    report;
  const kinds = Object.entries(filesRead).map(([kind, count]) => `${number(count)} ${kind}`);
  const lines = [
    flags.dryRun === true
      ? `${source} → ${flags.lake}: nothing was written (--dry-run)`
      : `${source} → ${flags.lake}`,
    `  instruments  ${number(instruments)}`,
    `  files read   ${kinds.join(', ') || 'none'}`,
    `  rows         ${number(rows)} read, ${number(added)} added, ${number(alreadyThere)} there already`,
    `  files added  ${number(filesWritten)}`,
  ];
  if (skippedCount > 0) lines.push(`not read, or not wholly: ${number(skippedCount)}`);
  for (const { path, reason, message } of skipped.slice(0, SKIPPED_LINES_MAX))
    lines.push(`  ${path}: ${reason}: ${message}`);
  if (skippedCount > SKIPPED_LINES_MAX)
    lines.push(`  and ${number(skippedCount - SKIPPED_LINES_MAX)} more (--json)`);
  if (failed.length > 0) lines.push(`failed: ${number(failed.length)}`);
  for (const { exchange, symbol, message } of failed) lines.push(`  ${exchange} ${symbol}: ${message}`);
  return lines;
}
