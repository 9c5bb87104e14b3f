// Looking after a lake on demand, while nobody records into it: takes the lock, turns what an earlier process left into
// files, compacts every closed day. Disk work is done by the encoding worker, so that the caller's thread stays free.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dayStartUs, type Micros } from '../core/time.js';
import { addSteps, type CareStep, NO_STEP } from './care-step.js';
import type { CareSettings } from './caretaker.js';
import { Encoder } from './encoder.js';
import { diskFiles } from './files.js';
import { inventory } from './inventory.js';
import { takeLock } from './lock.js';
import { DAYS_DIR, JOURNAL_DIR, ORIGIN_FILE, RUNS_DIR } from './paths.js';
import { findLeftovers } from './recover.js';
import { diskStore } from './store.js';

export interface CompactOptions {
  readonly root: string;
  readonly settings: CareSettings;
  readonly nowUs: Micros;
  /** Aborted: ends at the next step; what was begun is finished by the next one. */
  readonly asked: AbortSignal;
  /** What was done so far, after each step. */
  readonly progress?: (sum: CareStep, daysDue: number) => void;
}

export interface CompactSummary extends CareStep {
  /** Rows that an earlier process had left outside of files. */
  readonly recoveredRows: number;
  /** False where it was stopped before its end. */
  readonly complete: boolean;
}

/** Throws LakeLocked while a living process holds the lake, and where there is no such folder. */
export async function compactLake({
  root,
  settings,
  nowUs,
  asked,
  progress,
}: CompactOptions): Promise<CompactSummary> {
  if (!existsSync(root)) throw new Error(`there is no lake at ${root}`);
  const isBounded = settings.retentionDays !== undefined || settings.maxBytes !== undefined;
  if (!isBounded && !(await holdsOurs(root, asked)))
    return { ...NO_STEP, recoveredRows: 0, complete: !asked.aborted };
  const unlock = takeLock(root);
  const encoder = new Encoder(root);
  const stop = () => encoder.stop();
  asked.addEventListener('abort', stop);
  try {
    if (asked.aborted) stop();
    const { recoveredRows, problems } = await recover(root, encoder, asked);
    const { hotDays, retentionDays = null, maxBytes: bytesMax = null } = settings;
    const closedBeforeUs = dayStartUs(nowUs);
    const order = { nowUs, closedBeforeUs, hotDays, retentionDays, bytesMax, walk: true };
    let sum: CareStep = { ...NO_STEP, problems };
    let daysDue = 0;
    for (;;) {
      const step = await encoder.care(order);
      if (step === null) break;
      daysDue = Math.max(daysDue, step.daysWaiting + step.daysCompacted);
      sum = addSteps(sum, step);
      progress?.(sum, daysDue);
    }
    return { ...sum, recoveredRows, complete: !asked.aborted };
  } finally {
    asked.removeEventListener('abort', stop);
    await encoder.close();
    unlock();
  }
}

/** Whether there is anything to compact: of a lake of others nothing is, and not even a mark is put into it. */
async function holdsOurs(root: string, asked: AbortSignal): Promise<boolean> {
  const marks = [ORIGIN_FILE, JOURNAL_DIR, RUNS_DIR, DAYS_DIR];
  if (marks.some((name) => existsSync(join(root, name)))) return true;
  for await (const { lastUs } of inventory(root)) {
    if (asked.aborted) return false;
    if (lastUs !== null) return true;
  }
  return false;
}

/** A lake that this program never recorded into has nothing of the kind, and gets none. */
async function recover(
  root: string,
  encoder: Encoder,
  asked: AbortSignal,
): Promise<{ recoveredRows: number; problems: readonly string[] }> {
  if (![JOURNAL_DIR, RUNS_DIR].some((name) => existsSync(join(root, name))))
    return { recoveredRows: 0, problems: [] };
  const { segments, runs, lastStampUs } = await findLeftovers(root, diskFiles, diskStore, asked);
  if (segments + runs === 0) return { recoveredRows: 0, problems: [] };
  const report = await encoder.run({ convertBeforeUs: lastStampUs + 1, encodeBeforeUs: lastStampUs + 1 });
  const cuts = report.cuts.map(
    ({ segment, bytesCut }) => `${segment}: its torn tail of ${bytesCut} bytes was cut`,
  );
  return {
    recoveredRows: report.encodedRows + report.encodedTrades,
    problems: [...report.problems, ...cuts],
  };
}
