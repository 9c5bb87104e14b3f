// Lakes for tests of the analysis: legs of made-up quotes in real files, and waves whose statistics are arithmetic.

import type { TestContext } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import {
  COMPAT_THRESHOLDS_PERCENT,
  type CompatThresholds,
  formatStatisticsCsv,
} from '../../src/analysis/compat.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { type LakeReader, openReader } from '../../src/lake/reader.js';
import { writeHistory } from '../../src/lake/write-history.js';
import { at, EVERYTHING, recentColumns, temporaryLake } from '../lake/parquet-files.js';

/** Half an hour before midnight, so that an hour of rows lies in two days. */
export const START_US = at('2025-11-18T23:30:00Z');
export const SECOND_US = 1_000_000;

/** One leg: stamps and bids of equal length; asks lie a little above. */
export interface TestLeg {
  readonly us: readonly number[];
  readonly bid: readonly number[];
}

/** A row a second from `fromSecond` on, each with the bid that stands `deviations[row]` percent from 100. */
export function legOf(deviations: readonly number[], fromSecond = 0): TestLeg {
  return {
    us: deviations.map((_, row) => START_US + (fromSecond + row) * SECOND_US),
    bid: deviations.map((deviation) => 100 * (1 + deviation / 100)),
  };
}

export function constant(rows: number, deviation = 0): number[] {
  return Array.from({ length: rows }, () => deviation);
}

export function place(root: string, exchange: string, symbol: string, { us, bid }: TestLeg): void {
  writeHistory(root, exchange, symbol, recentColumns({ us, bid, ask: bid.map((price) => price + 0.01) }));
}

/** A lake of one symbol, a leg an exchange. */
export async function lakeOf(t: TestContext, legs: Readonly<Record<string, TestLeg>>): Promise<string> {
  const root = await temporaryLake(t);
  for (const [exchange, leg] of Object.entries(legs)) place(root, exchange, 'BTC/USDT', leg);
  return root;
}

/** The whole file's text of a lake. */
export async function csvOf(
  lake: string | LakeReader,
  range: { readonly fromUs: number; readonly toUs: number } = EVERYTHING,
  thresholds: CompatThresholds = COMPAT_THRESHOLDS_PERCENT,
): Promise<string> {
  const reader = typeof lake === 'string' ? openReader(lake) : lake;
  const pairs = discoverPairs(await reader.instruments());
  const { rows } = await analyzePairs({ reader, pairs, ...range, thresholds });
  return formatStatisticsCsv(rows);
}

interface OwnAsked {
  readonly feePercent?: number;
  readonly neutralPercent?: number;
  readonly toUs?: number;
}

/** The whole file's text with our columns; taker fees of every exchange alike. */
export async function ownCsvOf(root: string, asked: OwnAsked = {}): Promise<string> {
  const { feePercent = 0.1, toUs = EVERYTHING.toUs, ...more } = asked;
  const reader = openReader(root);
  const pairs = discoverPairs(await reader.instruments());
  const takerFeePercent = () => feePercent;
  const range = { fromUs: EVERYTHING.fromUs, toUs };
  const { rows } = await analyzePairs({ reader, pairs, ...range, takerFeePercent, ...more });
  return formatStatisticsCsv(rows);
}

/** The rows of a file, each as a function from a column's name to its cell. */
export function rowsOf(csv: string): ((column: string) => string)[] {
  const [header = '', ...lines] = csv.split('\n').slice(0, -1);
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return (column) => {
      const cell = cells[columns.indexOf(column)];
      if (cell === undefined) throw new Error(`no column ${column} in ${header}`);
      return cell;
    };
  });
}

/** As in the columns, in their order. */
export const NAMES = ['030bp', '050bp', '040bp'] as const;
