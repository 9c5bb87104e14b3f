// What the tests of compaction and retention share: a lake of some hours of two days, and one looked after to the end.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ColdEvent } from '../../../src/core/event.js';
import { dayStartUs, US_PER_DAY, US_PER_HOUR } from '../../../src/core/time.js';
import { care } from '../../../src/lake/care.js';
import { addSteps, type CareOrder, type CareStep, NO_STEP } from '../../../src/lake/care-step.js';
import { runEncodeJob } from '../../../src/lake/encode-job.js';
import { diskFiles, type LakeFiles } from '../../../src/lake/files.js';
import {
  filesMatching,
  journalOf,
  type Row,
  realClock,
  rowsInFiles,
  rowsOf,
  someInstruments,
  type TradeRow,
  tempRoot,
  tradesOf,
} from './lakes.js';

export const DAY_US = dayStartUs(Date.parse('2026-11-22T00:00:00Z') * 1_000);
export const instruments = someInstruments();
export const ALL = {
  convertBeforeUs: Number.POSITIVE_INFINITY,
  encodeBeforeUs: Number.POSITIVE_INFINITY,
};
export const never = () => false;

/** The disk, without waiting for it: a process that dies leaves what the kernel has. */
export const unsynced: LakeFiles = { ...diskFiles, sync() {}, syncDirectory() {} };

/** Nothing is kept but today, four days later. */
export const ORDER: CareOrder = {
  nowUs: DAY_US + 4 * US_PER_DAY + 1,
  closedBeforeUs: DAY_US + 4 * US_PER_DAY,
  hotDays: 1,
  retentionDays: null,
  bytesMax: null,
  walk: false,
};

/** Looks after the lake until nothing is left to do. */
export async function cared(
  root: string,
  order: Partial<CareOrder> = {},
  files: LakeFiles = diskFiles,
): Promise<CareStep> {
  let whole = NO_STEP;
  for await (const step of care(files, root, { ...ORDER, ...order }, never)) whole = addSteps(whole, step);
  return whole;
}

/** Three rows an hour of the first `ids` instruments, one of them without sizes, from `fromHour` on. */
export function hoursOfRows(fromHour: number, hours: number, ids: number, atUs = 5_000_000): Row[] {
  const rows: Row[] = [];
  for (let hour = fromHour; hour < fromHour + hours; hour++)
    for (let i = 0; i < 3 * ids; i++) {
      const us = DAY_US + hour * US_PER_HOUR + atUs + i * 1_000;
      const has = i >= ids;
      const values = [100 + i / 7, has ? 0.1 * i : NaN, 101 + hour, has ? 2 : NaN] as const;
      rows.push([us, i % ids, ...values, has ? us - 7_000 : NaN]);
    }
  return rows;
}

export function tradesBeside(rows: readonly Row[]): TradeRow[] {
  return rows
    .filter((_, i) => i % 4 === 0)
    .map(([us], i) => [
      us + 1,
      0,
      1 + i / 3,
      2,
      i % 2 === 0 ? 1 : -1,
      i % 3 === 0 ? NaN : us,
      i % 3 === 1 ? '' : `${i}`,
    ]);
}

/** All of it in hour files. */
export async function hourLake(
  t: TestContext,
  root: string,
  entries: readonly (Row | TradeRow | ColdEvent)[],
): Promise<void> {
  const stampOf = (entry: Row | TradeRow | ColdEvent) => ('type' in entry ? entry.stampUs : entry[0]);
  await journalOf(
    root,
    realClock(t),
    instruments,
    [...entries].sort((a, b) => stampOf(a) - stampOf(b)),
  );
  const { problems } = runEncodeJob(diskFiles, root, ALL, never);
  if (problems.length > 0) throw new Error(problems.join());
}

/** Everything that the lake's reader gives, and how much stands in its files. */
export async function contentOf(root: string) {
  return {
    rows: await rowsOf(root, instruments),
    rowsInFiles: rowsInFiles(root),
    trades: await tradesOf(root, instruments),
  };
}

export function lakeIn(t: TestContext): string {
  return join(tempRoot(t), 'lake');
}

export const PARQUET = /\.parquet$/;
export const HALF_MADE = /\.tmp-/;
export { filesMatching };
