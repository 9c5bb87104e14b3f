// `analyze`: statistics of every pair of a lake, as tables or JSON on standard output, as one CSV file, and as a page. Reads the
// lake, takes no lock, so that it may run beside a recorder. Exit codes: 0 = a file was written; 1 = none was (no pair
// with rows, a bad date, a failing disk); 2 = asked wrongly.

import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  type AnalysisResult,
  analyzePairs,
  inLanes,
  namesOf,
  type PairOutcome,
} from '../analysis/analyze.js';
import { type CompatThresholds, formatStatisticsCsv } from '../analysis/compat.js';
import type { CompatSettings } from '../analysis/compat-join.js';
import { discoverPairs, type PairLegs } from '../analysis/discover.js';
import { type FeeTables, takerFees } from '../analysis/fees.js';
import { keptToRead } from '../analysis/kept-parts.js';
import { openLanes } from '../analysis/lanes.js';
import { skippedPairs } from '../analysis/skipped.js';
import { writeStatistics } from '../analysis/write.js';
import { createRealClock } from '../clock.js';
import { exchangeKey } from '../core/exchange.js';
import { diskSymbol } from '../core/symbol.js';
import type { Clock } from '../core/time.js';
import { type LakeInstrument, type LakeProblem, type LakeReader, openReader } from '../lake/reader.js';
import { indexedRecent } from '../lake/segment-index.js';
import { diskStore } from '../lake/store.js';
import {
  type AnalyzeArgs,
  collectPercent,
  LAKE_DEFAULT,
  OUT_DEFAULT,
  percentOf,
  type Range,
  rangeOf,
  settingsOf,
  thresholdsOf,
  workersOf,
} from './analyze-args.js';
import { statisticsPage } from './analyze-html.js';
import { jsonOf } from './analyze-json.js';
import { topByCrossings, topByCycles, topByNetCycles, totals } from './analyze-tables.js';
import { createProgress, noProgress, type Progress } from './progress.js';

export type { AnalyzeArgs } from './analyze-args.js';

export interface AnalyzeIo {
  readonly clock: Clock;
  /** Writes one line. */
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Absent: nobody looks. */
  readonly progress?: Progress;
}

export function analyzeCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .option('--lake <folder>', `lake to read (default: that of --config, else ${LAKE_DEFAULT})`)
    .option('--data-path <folder>', 'the same, as the reference calls it')
    .option(
      '--config <file>',
      'YAML or JSON file, as of serve: its lake, statistics folder, fees, kinds of pairs',
    )
    .option('--date <day>', 'only this UTC day, YYYY-MM-DD (default: everything in the lake)')
    .option('--start-date <day>', 'from this UTC day on')
    .option('--end-date <day>', 'up to this UTC day, inclusive')
    .option('--today', 'only the present UTC day')
    .option('--exchanges <names...>', 'only these, in any case (default: all)')
    .option('--thresholds <percents...>', 'of the columns 030bp, 050bp, 040bp (0.3 0.5 0.4)', collectPercent)
    .option('--zero-threshold <percent>', 'nearer to zero a cycle is closed (0.05)', percentOf)
    .option('--out <folder>', `where the file goes (default: that of --config, else ${OUT_DEFAULT})`)
    .option('--workers <count>', 'threads that go over symbols side by side, some 40 MB each (1)', workersOf)
    .option('--compat', 'exactly the 26 columns of the reference')
    .option('--json', 'one JSON document on standard output instead of lines and tables')
    .option(
      '--html <file>',
      'also one self-contained page: ranking, charts of the first pairs, a verdict on each',
    )
    .action(async (flags: AnalyzeArgs) => done(await run(flags)));
}

async function run(flags: AnalyzeArgs): Promise<number> {
  const clock = createRealClock();
  const progress = process.stderr.isTTY ? { progress: createProgress(process.stderr, clock) } : {};
  try {
    return await runAnalyze(flags, {
      clock,
      out: (line) => console.log(line),
      error: (line) => console.error(line),
      ...progress,
    });
  } finally {
    clock.close();
  }
}

/** The exit code. Rejects on a bug only. */
export async function runAnalyze(args: AnalyzeArgs, io: AnalyzeIo): Promise<number> {
  const thresholds = thresholdsOf(args.thresholds);
  if (typeof thresholds === 'string') {
    io.error(`error: ${thresholds}`);
    return 2;
  }
  if (args.compat === true && args.html !== undefined) {
    io.error(`error: option '--html' expected statistics of ours, which '--compat' leaves out`);
    return 2;
  }
  const range = rangeOf(args, io.clock.nowUs());
  if (typeof range === 'string') {
    io.error(`error: ${range}`);
    return 1;
  }
  try {
    return await analyze(args, thresholds, range, io);
  } catch (error) {
    io.progress?.clear();
    io.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function analyze(
  args: AnalyzeArgs,
  thresholds: CompatThresholds,
  range: Range,
  io: AnalyzeIo,
): Promise<number> {
  const { lake, out, spotPerp, takerFeePercent } = settingsOf(args);
  const reader = openReader(lake, { recent: indexedRecent(diskStore) });
  const instruments = await reader.instruments();
  const pairs = discoverPairs(instruments, { exchanges: exchangesOf(args, instruments, io), spotPerp });
  if (pairs.length === 0) {
    io.error(`error: no symbol is on two exchanges in ${lake}; no file was written`);
    return 1;
  }
  const compat = args.compat === true;
  const neutral = args.zeroThreshold === undefined ? {} : { neutralPercent: args.zeroThreshold };
  const asked = { ...range, thresholds, ...neutral };
  const fees = compat ? {} : { takerFeePercent };
  const { result, problems } = await analyzed(args, { lake, reader, pairs, asked, fees }, io);
  const { rows, failed } = result;
  for (const { path, message } of problems) io.error(`warning: ${path || lake}: ${message}`);
  const nowUs = io.clock.nowUs();
  const text = formatStatisticsCsv(rows, { compat });
  const file = rows.length === 0 ? null : writeStatistics({ directory: out, text, nowUs }).path;
  if (args.html !== undefined) await writePage(args.html, { reader, range, result, pairs, nowUs });
  if (args.json === true) io.out(JSON.stringify(jsonOf(result, pairs.length, file)));
  else for (const line of resultLines(result, pairs.length, file)) io.out(line);
  if (file !== null) return 0;
  const why =
    failed.length > 0 ? `${failed.length} pairs failed` : 'no pair has rows in both legs in that time';
  io.error(`error: ${why}; no file was written`);
  return 1;
}

interface Work {
  readonly lake: string;
  readonly reader: LakeReader;
  readonly pairs: readonly PairLegs[];
  readonly asked: Range & CompatSettings;
  /** None: the reference's numbers alone. */
  readonly fees: { readonly takerFeePercent?: FeeTables };
}

interface Analyzed {
  readonly result: AnalysisResult;
  readonly problems: readonly LakeProblem[];
}

/** In this thread, or in as many as were asked for. */
async function analyzed({ workers = 1, ...args }: AnalyzeArgs, work: Work, io: AnalyzeIo): Promise<Analyzed> {
  const { lake: root, reader, pairs, asked, fees } = work;
  const nowUs = io.clock.nowUs();
  const shown = watching(pairs, args, io);
  if (workers > 1) {
    const lanes = openLanes({ root, ...asked, nowUs, ...fees }, workers);
    try {
      const result = await inLanes({ pairs, ...shown }, lanes.lanes);
      return { result, problems: [...reader.problems(), ...lanes.problems()] };
    } finally {
      await lanes.close();
    }
  }
  const tables = fees.takerFeePercent;
  const takerFeePercent = takerFees(...(tables ?? []));
  const own =
    tables === undefined
      ? {}
      : { takerFeePercent, kept: keptToRead({ ...asked, root, reader, nowUs, takerFeePercent }) };
  const result = await analyzePairs({ reader, pairs, ...asked, ...own, ...shown });
  return { result, problems: reader.problems() };
}

/** `serve` takes the same list with commas: both spellings are understood. Warns of those that the lake has not. */
function exchangesOf(
  args: AnalyzeArgs,
  instruments: readonly LakeInstrument[],
  io: AnalyzeIo,
): readonly string[] {
  const exchanges = (args.exchanges ?? []).flatMap((names) => names.split(',')).filter((name) => name !== '');
  const known = [...new Set(instruments.map(({ exchange }) => exchange))];
  for (const name of exchanges) {
    if (!known.some((other) => exchangeKey(other) === exchangeKey(name))) {
      io.error(`warning: the lake has nothing of "${name}"; it has ${known.join(', ') || 'nothing at all'}`);
    }
  }
  return exchanges;
}

function watching(pairs: readonly PairLegs[], args: AnalyzeArgs, io: AnalyzeIo) {
  const progress = io.progress ?? noProgress;
  return {
    onPair: (pair: PairLegs, outcome: PairOutcome, done: number) => {
      if (args.json === true) return;
      progress.clear();
      io.out(`[${done}/${pairs.length}] ${outcomeText(pair, outcome)}`);
    },
    onProgress: ({ symbol, pairsDone }: { symbol: string; pairsDone: number }) =>
      progress.show(pairsDone, pairs.length, `reading ${symbol}`),
  };
}

function outcomeText(pair: PairLegs, outcome: PairOutcome): string {
  const { symbol, exchange1, exchange2 } = namesOf(pair);
  const names = `${diskSymbol(symbol)} (${exchange1} vs ${exchange2})`;
  if (outcome.status === 'ok') return `OK ${names}`;
  if (outcome.status === 'skipped') return `SKIPPED ${names}: ${outcome.reason}`;
  return `ERROR ${names}: ${outcome.message}`;
}

function resultLines(result: AnalysisResult, pairs: number, file: string | null): readonly string[] {
  const { rows, skipped, failed } = result;
  const tables =
    file === null
      ? []
      : [
          `\nStatistics written to ${file}`,
          ...topByCrossings(rows),
          ...topByCycles(rows),
          ...topByNetCycles(rows),
        ];
  return [...tables, ...totals(pairs, rows.length, skippedPairs(skipped), failed.length)];
}

interface Page {
  readonly reader: LakeReader;
  readonly range: Range;
  readonly result: AnalysisResult;
  readonly pairs: readonly PairLegs[];
  readonly nowUs: number;
}

async function writePage(path: string, page: Page): Promise<void> {
  await writeFile(path, await statisticsPage(page));
}
