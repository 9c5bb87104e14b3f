// Coverage of instruments out of a lake: finds the last row before the range, reads what was told since, and plays the
// rows through the sweep. Holds a chunk of rows and the lines of the instruments, whatever the range. Writes nothing.

import { join } from 'node:path';
import {
  dayStartUs,
  type Micros,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '../core/time.js';
import { CoverageSweep, type TakeSegment } from './coverage.js';
import { CoverageLines } from './coverage-lines.js';
import {
  COLLECTED_US_MAX,
  type CoverageFacts,
  type CoverageRange,
  PROOF_APART_US,
} from './coverage-rules.js';
import type { LakeInstrument } from './discover.js';
import { ledgerDays, readLedgerTexts, readRecentTexts } from './ledger-texts.js';
import { JOURNAL_DIR } from './paths.js';
import type { LakeReader } from './reader.js';
import { diskStore } from './store.js';

/** Gaps are noticed at most so much later; of a process that was down its last record tells it. */
const NOTICED_US = US_PER_HOUR;
/** The last row before the range is looked for in the last minute, then hour by hour for a day, then day by day. */
const HOURS_BACK = 24;

export interface CoverageReadInput {
  readonly root: string;
  /** Of the same root. */
  readonly reader: LakeReader;
  readonly instruments: readonly LakeInstrument[];
  readonly range: CoverageRange;
  readonly signal?: AbortSignal;
  /** Waits for one turn of the event loop: a cancellation that has arrived is noticed then. */
  readonly nextTurn: () => Promise<unknown>;
}

/**
 * Calls `begin` with each instrument in turn, and what it gives with the segments of that one: neighbours that make up
 * the range. Rejects with the signal's reason within one chunk of its abort.
 */
export async function readCoverage(
  input: CoverageReadInput,
  begin: (instrument: LakeInstrument) => TakeSegment,
): Promise<void> {
  const { instruments, range } = input;
  const lastRows: (Micros | null)[] = [];
  for (const instrument of instruments) lastRows.push(await lastRowBefore(input, instrument));
  const fromUs = Math.min(...lastRows.map((us) => us ?? range.fromUs - COLLECTED_US_MAX));
  const { lines, days } = await readLines(input, fromUs);
  for (const [at, instrument] of instruments.entries()) {
    const facts = lines.factsOf(instrument, days, range.nowUs);
    await sweepRows(input, instrument, lastRows[at]!, facts, begin(instrument));
  }
}

/** The last row before the second in which the range begins; null where none is within COLLECTED_US_MAX. */
async function lastRowBefore(input: CoverageReadInput, instrument: LakeInstrument): Promise<Micros | null> {
  const endUs = secondOf(input.range.fromUs);
  let toUs = endUs;
  while (endUs - toUs < COLLECTED_US_MAX) {
    const isNear = endUs - toUs < HOURS_BACK * US_PER_HOUR;
    const stepUs = toUs === endUs ? US_PER_MINUTE : isNear ? US_PER_HOUR : US_PER_DAY;
    const fromUs = Math.max(toUs - stepUs, endUs - COLLECTED_US_MAX);
    let lastUs: Micros | null = null;
    for await (const { length, receivedUs } of rowsOf(input, instrument, fromUs, toUs))
      lastUs = receivedUs[length - 1]!;
    if (lastUs !== null) return lastUs;
    toUs = fromUs;
  }
  return null;
}

async function readLines(
  { root, reader, instruments, range, signal }: CoverageReadInput,
  fromUs: Micros,
): Promise<{ readonly lines: CoverageLines; readonly days: readonly Micros[] }> {
  const { report } = reader;
  const toUs = range.toUs + NOTICED_US;
  const lines = new CoverageLines(instruments);
  // As with rows: the journal before the files. The same text twice does no harm.
  const { problems } = await readRecentTexts(root, fromUs, toUs, () => lines);
  for (const message of problems) report(join(root, JOURNAL_DIR), 'recent', message);
  const done = () => undefined;
  const taker = { text: (bytes: Uint8Array) => lines.text(bytes), done };
  await readLedgerTexts({ store: diskStore, root, fromUs, toUs, report, signal }, () => taker);
  return { lines, days: await ledgerDays(diskStore, root) };
}

async function sweepRows(
  input: CoverageReadInput,
  instrument: LakeInstrument,
  lastRowUs: Micros | null,
  facts: CoverageFacts,
  take: TakeSegment,
): Promise<void> {
  const { range } = input;
  const sweep = new CoverageSweep(range, facts, take);
  if (lastRowUs !== null) sweep.row(lastRowUs);
  // A row later on the same day makes the rest of a day without a ledger unknown.
  const dayUs = dayStartUs(range.toUs);
  const endUs = Math.max(range.toUs + PROOF_APART_US, facts.keptDays.has(dayUs) ? 0 : dayUs + US_PER_DAY);
  for await (const { length, receivedUs } of rowsOf(input, instrument, secondOf(range.fromUs), endUs)) {
    for (let row = 0; row < length; row += 1) sweep.row(receivedUs[row]!);
    if (receivedUs[length - 1]! >= range.toUs + PROOF_APART_US) break;
  }
  sweep.finish();
}

async function* rowsOf(
  { reader, signal, nextTurn }: CoverageReadInput,
  instrument: LakeInstrument,
  fromUs: Micros,
  toUs: Micros,
): ReturnType<LakeReader['readQuotes']> {
  const range = signal === undefined ? { fromUs, toUs } : { fromUs, toUs, signal };
  for await (const chunk of reader.readQuotes(instrument, range)) {
    await nextTurn();
    signal?.throwIfAborted();
    yield chunk;
  }
}

function secondOf(us: Micros): Micros {
  return Math.floor(us / US_PER_SECOND) * US_PER_SECOND;
}
