// What `analyze` is asked for: flags, and where they say nothing the configuration's file. Pure but for reading that file.

import { InvalidArgumentError } from 'commander';
import { COMPAT_THRESHOLDS_PERCENT, type CompatThresholds } from '../analysis/compat.js';
import { loadConfig } from '../config/config.js';
import { dayStartUs, isoDate, type Micros, US_PER_DAY } from '../core/time.js';
import { adapters, TAKER_FEES_PERCENT } from '../exchanges/index.js';

export const LAKE_DEFAULT = 'data/market_data';
export const OUT_DEFAULT = 'analyzer/summary_stats';

/** Each has the lake open and some 40 MB. */
const WORKERS_MAX = 64;

export interface AnalyzeArgs {
  /** Folder of the lake. */
  readonly lake?: string;
  /** The reference's name of `lake`. */
  readonly dataPath?: string;
  /** A configuration as of `serve`: what is not said here comes from there. */
  readonly config?: string;
  /** UTC dates `YYYY-MM-DD`, both inclusive. `today` wins over `date`, `date` over the other two. */
  readonly today?: boolean;
  readonly date?: string;
  readonly startDate?: string;
  readonly endDate?: string;
  /** In any case; absent = all. */
  readonly exchanges?: readonly string[];
  /** Percent, three of them: for the columns 030bp, 050bp, 040bp. */
  readonly thresholds?: readonly number[];
  /** Percent. */
  readonly zeroThreshold?: number;
  readonly out?: string;
  /** Threads that go over symbols side by side; default 1: this one. */
  readonly workers?: number;
  /** Exactly the 26 columns of the reference. */
  readonly compat?: boolean;
  /** Standard output is one JSON document. */
  readonly json?: boolean;
  /** A page is written there too. */
  readonly html?: string;
}

/** Half-open. */
export interface Range {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** What the flags say, else the configuration, else the defaults. Throws a ConfigError. */
export function settingsOf({ lake, dataPath, out, config: file }: AnalyzeArgs) {
  const exchangeNames = adapters.map(({ name }) => name);
  const config =
    file === undefined ? null : loadConfig({ file, environment: process.env, flags: [], exchangeNames });
  return {
    lake: lake ?? dataPath ?? config?.lake.root ?? LAKE_DEFAULT,
    out: out ?? config?.statistics.directory ?? OUT_DEFAULT,
    spotPerp: config?.pairs.spotPerp ?? false,
    takerFeePercent: [config?.analysis.takerFeePercent ?? {}, TAKER_FEES_PERCENT],
  };
}

/** Commander calls it for each value of the list. */
export function collectPercent(text: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), percentOf(text)];
}

export function percentOf(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('Expected numbers above 0.');
  return value;
}

export function workersOf(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= WORKERS_MAX))
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${WORKERS_MAX}.`);
  return value;
}

export function thresholdsOf(given: readonly number[] | undefined): CompatThresholds | string {
  if (given === undefined) return COMPAT_THRESHOLDS_PERCENT;
  const [first, second, third, ...more] = given;
  if (first !== undefined && second !== undefined && third !== undefined && more.length === 0)
    return [first, second, third];
  return `option '--thresholds' expected three numbers, got ${given.length}`;
}

/** Or one line that says which date is none. */
export function rangeOf(args: AnalyzeArgs, nowUs: Micros): Range | string {
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
