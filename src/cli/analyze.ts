// `analyze`: statistics of every pair of a lake, as tables on standard output and as one CSV file. Reads the lake,
// takes no lock, so that it may run beside a recorder. Exit codes: 0 = a file was written; 1 = none was (no pair
// with rows, a bad date, a failing disk); 2 = asked wrongly.

import { type Command, InvalidArgumentError } from 'commander';
import { analyzePairs, namesOf, type PairOutcome } from '../analysis/analyze.js';
import { COMPAT_THRESHOLDS_PERCENT, type CompatThresholds, formatStatisticsCsv } from '../analysis/compat.js';
import { discoverPairs, type PairLegs } from '../analysis/discover.js';
import { createRecentCache } from '../analysis/recent-cache.js';
import { writeStatistics } from '../analysis/write.js';
import { createRealClock } from '../clock.js';
import { exchangeKey } from '../core/exchange.js';
import { diskSymbol } from '../core/symbol.js';
import { type Clock, dayStartUs, isoDate, type Micros, US_PER_DAY } from '../core/time.js';
import { openReader } from '../lake/reader.js';
import { topByCrossings, topByCycles, totals } from './analyze-tables.js';

const LAKE_DEFAULT = 'data/market_data';
const OUT_DEFAULT = 'analyzer/summary_stats';

export interface AnalyzeArgs {
  /** Folder of the lake; default `data/market_data`. */
  readonly lake?: string;
  /** UTC dates `YYYY-MM-DD`, both inclusive. `today` wins over `date`, `date` over the other two. */
  readonly today?: boolean;
  readonly date?: string;
  readonly startDate?: string;
  readonly endDate?: string;
  /** In any case; absent = all. */
  readonly exchanges?: readonly string[];
  /** Percent, three of them: for the columns 030bp, 050bp, 040bp. */
  readonly thresholds?: readonly number[];
  /** Default `analyzer/summary_stats`. */
  readonly out?: string;
  /** Exactly the 26 columns of the reference. There are no others yet. */
  readonly compat?: boolean;
}

export interface AnalyzeIo {
  readonly clock: Clock;
  /** Writes one line. */
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Shows what is being done, in one line over the last one; null takes it away. Absent: nobody looks. */
  readonly progress?: (text: string | null) => void;
}

export function analyzeCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .option('--lake <folder>', 'lake to read', LAKE_DEFAULT)
    .option('--date <day>', 'only this UTC day, YYYY-MM-DD (default: everything in the lake)')
    .option('--start-date <day>', 'from this UTC day on')
    .option('--end-date <day>', 'up to this UTC day, inclusive')
    .option('--today', 'only the present UTC day')
    .option('--exchanges <names...>', 'only these, in any case (default: all)')
    .option('--thresholds <percents...>', 'of the columns 030bp, 050bp, 040bp (0.3 0.5 0.4)', collectPercent)
    .option('--out <folder>', 'where the file goes', OUT_DEFAULT)
    .option('--compat', 'exactly the 26 columns of the reference')
    .action(async (flags: AnalyzeArgs) => done(await run(flags)));
}

async function run(flags: AnalyzeArgs): Promise<number> {
  const clock = createRealClock();
  const progress = (text: string | null) => process.stderr.write(`\r\x1b[K${text ?? ''}`);
  try {
    return await runAnalyze(flags, {
      clock,
      out: (line) => console.log(line),
      error: (line) => console.error(line),
      ...(process.stderr.isTTY ? { progress } : {}),
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
  const range = rangeOf(args, io.clock.nowUs());
  if (typeof range === 'string') {
    io.error(`error: ${range}`);
    return 1;
  }
  try {
    return await analyze(args, thresholds, range, io);
  } catch (error) {
    io.progress?.(null);
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
  const lake = args.lake ?? LAKE_DEFAULT;
  const reader = openReader(lake, { recent: createRecentCache() });
  const instruments = await reader.instruments();
  // `serve` takes the same list with commas: both spellings are understood.
  const exchanges = (args.exchanges ?? []).flatMap((names) => names.split(',')).filter((name) => name !== '');
  const known = [...new Set(instruments.map(({ exchange }) => exchange))];
  for (const name of exchanges) {
    if (!known.some((other) => exchangeKey(other) === exchangeKey(name))) {
      io.error(`warning: the lake has nothing of "${name}"; it has ${known.join(', ') || 'nothing at all'}`);
    }
  }
  const pairs = discoverPairs(instruments, { exchanges });
  if (pairs.length === 0) {
    io.error(`error: no symbol is on two exchanges in ${lake}; no file was written`);
    return 1;
  }
  io.progress?.(progressText(pairs, 0));
  const onPair = (pair: PairLegs, outcome: PairOutcome, done: number) => {
    io.progress?.(null);
    io.out(`[${done}/${pairs.length}] ${outcomeText(pair, outcome)}`);
    if (done < pairs.length) io.progress?.(progressText(pairs, done));
  };
  const { rows, skipped, failed } = await analyzePairs({ reader, pairs, ...range, thresholds, onPair });
  for (const { path, message } of reader.problems()) io.error(`warning: ${path || lake}: ${message}`);
  if (rows.length > 0) {
    const text = formatStatisticsCsv(rows);
    const { path } = writeStatistics({
      directory: args.out ?? OUT_DEFAULT,
      text,
      nowUs: io.clock.nowUs(),
    });
    io.out(`\nStatistics written to ${path}`);
    for (const line of [...topByCrossings(rows), ...topByCycles(rows)]) io.out(line);
  }
  const skippedPairs = Object.values(skipped).reduce((sum, count) => sum + count, 0);
  for (const line of totals(pairs.length, rows.length, skippedPairs, failed.length)) io.out(line);
  if (rows.length > 0) return 0;
  const why =
    failed.length > 0 ? `${failed.length} pairs failed` : 'no pair has rows in both legs in that time';
  io.error(`error: ${why}; no file was written`);
  return 1;
}

function outcomeText(pair: PairLegs, outcome: PairOutcome): string {
  const { symbol, exchange1, exchange2 } = namesOf(pair);
  const names = `${diskSymbol(symbol)} (${exchange1} vs ${exchange2})`;
  if (outcome.status === 'ok') return `OK ${names}`;
  if (outcome.status === 'skipped') return `SKIPPED ${names}: ${outcome.reason}`;
  return `ERROR ${names}: ${outcome.message}`;
}

function progressText(pairs: readonly PairLegs[], place: number): string {
  const pair = pairs[place];
  if (pair === undefined) return '';
  return `[${place + 1}/${pairs.length}] reading ${pair.symbol} of ${pair.left.exchange} and ${pair.right.exchange}`;
}

/** Commander calls it for each value of the list. */
function collectPercent(text: string, before: readonly number[] | undefined): readonly number[] {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('Expected numbers above 0.');
  return [...(before ?? []), value];
}

function thresholdsOf(given: readonly number[] | undefined): CompatThresholds | string {
  if (given === undefined) return COMPAT_THRESHOLDS_PERCENT;
  const [first, second, third, ...more] = given;
  if (first !== undefined && second !== undefined && third !== undefined && more.length === 0)
    return [first, second, third];
  return `option '--thresholds' expected three numbers, got ${given.length}`;
}

interface Range {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Half-open; or one line that says which date is none. */
function rangeOf(args: AnalyzeArgs, nowUs: Micros): Range | string {
  const { today, date, startDate, endDate } = args;
  if (today === true) return { fromUs: dayStartUs(nowUs), toUs: dayStartUs(nowUs) + US_PER_DAY };
  const first = date !== undefined ? dayOf('--date', date) : dayOf('--start-date', startDate);
  const last = date !== undefined ? first : dayOf('--end-date', endDate);
  if (typeof first === 'string') return first;
  if (typeof last === 'string') return last;
  if (first !== undefined && last !== undefined && last < first)
    return `option '--end-date' expected a day not before --start-date (${startDate}), was "${endDate}"`;
  const toUs = last === undefined ? Number.MAX_SAFE_INTEGER : last + US_PER_DAY;
  return { fromUs: first ?? 0, toUs };
}

function dayOf(option: string, text: string | undefined): Micros | undefined | string {
  if (text === undefined) return undefined;
  const us = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) * 1_000 : Number.NaN;
  // The 30th of February reads as a day of March.
  if (!Number.isNaN(us) && isoDate(us) === text) return us;
  return `option '${option}' expected a date YYYY-MM-DD, was "${text}"`;
}
