// Statistics of pairs, streamed out of the lake: each instrument's quotes are read once for all its pairs, symbol by symbol.
// Holds a window of each instrument of one symbol, whatever the range. What cannot be read costs the pairs that need it,
// which is told, and no others.

import { type Micros, US_PER_DAY } from '../core/time.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { LIMIT_TOLD_US, legEventsOf, NOTICED_US, QUOTE_US_MAX } from '../series/leg-events.js';
import type { RowStretch } from '../series/pair-join.js';
import type { CompatThresholds, PairRow } from './compat.js';
import type { PairLegs } from './discover.js';
import { PairRun } from './pair-run.js';
import { type SweptLeg, sweepSymbol } from './symbol-sweep.js';

/** `no-match`: both legs have rows, but the right one's begin after the left one's end. */
export const SKIP_REASONS = ['no-left-rows', 'no-right-rows', 'no-match'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type PairOutcome =
  | { readonly status: 'ok'; readonly row: PairRow }
  | { readonly status: 'skipped'; readonly reason: SkipReason }
  | { readonly status: 'failed'; readonly message: string };

export interface FailedPair {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly message: string;
}

/** How far the work has come. */
export interface AnalysisProgress {
  /** Whose quotes are gone over. */
  readonly symbol: string;
  readonly pairsDone: number;
  /** The time of the quotes, as far as it is known. */
  readonly us: Micros;
}

export interface AnalysisInput {
  readonly reader: Pick<LakeReader, 'readQuotes' | 'readEvents'>;
  /** Those of one symbol next to each other. */
  readonly pairs: readonly PairLegs[];
  /** Half-open, by the time of receiving. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly thresholds?: CompatThresholds;
  /** Percent: nearer to zero a cycle is closed. Default 0.05. */
  readonly neutralPercent?: number;
  /** Percent, of an exchange. Absent: the reference's numbers alone. */
  readonly takerFeePercent?: (exchange: string) => number;
  /** Ends the work within one chunk: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After each pair; `done` counts it. */
  readonly onPair?: (pair: PairLegs, outcome: PairOutcome, done: number) => void;
  readonly onProgress?: (progress: AnalysisProgress) => void;
}

export interface AnalysisResult {
  /** In the order of the pairs. */
  readonly rows: readonly PairRow[];
  readonly skipped: Readonly<Record<SkipReason, number>>;
  readonly failed: readonly FailedPair[];
}

/** Rejects only when the signal aborts. */
export async function analyzePairs(input: AnalysisInput): Promise<AnalysisResult> {
  const { pairs, signal, onPair } = input;
  const rows: PairRow[] = [];
  const failed: FailedPair[] = [];
  const skipped = { 'no-left-rows': 0, 'no-right-rows': 0, 'no-match': 0 };
  let done = 0;
  while (done < pairs.length) {
    const { symbol } = pairs[done]!;
    const end = pairs.findIndex((pair, at) => at > done && pair.symbol !== symbol);
    const group = pairs.slice(done, end < 0 ? pairs.length : end);
    const outcomes = await analyzeSymbol(group, done, input);
    for (const [at, pair] of group.entries()) {
      const outcome = outcomes[at]!;
      if (outcome.status === 'ok') rows.push(outcome.row);
      else if (outcome.status === 'skipped') skipped[outcome.reason] += 1;
      else failed.push({ ...namesOf(pair), message: outcome.message });
      done += 1;
      onPair?.(pair, outcome, done);
      signal?.throwIfAborted();
    }
  }
  return { rows, skipped, failed };
}

export function namesOf({ symbol, left, right }: PairLegs): Omit<FailedPair, 'message'> {
  return { symbol, exchange1: left.exchange, exchange2: right.exchange };
}

/** A pair's two places among the instruments of its symbol. */
interface Placed {
  readonly pair: PairLegs;
  readonly run: PairRun;
  readonly sides: readonly [number, number];
}

/** In the order of the pairs. */
async function analyzeSymbol(
  pairs: readonly PairLegs[],
  pairsDone: number,
  input: AnalysisInput,
): Promise<readonly PairOutcome[]> {
  const instruments = [...new Set(pairs.flatMap(({ left, right }) => [left, right]))];
  const { fromUs, toUs, thresholds, neutralPercent, takerFeePercent, reader, signal } = input;
  const placed = pairs.map((pair): Placed => {
    const cost = (fee: (exchange: string) => number) =>
      2 * (fee(pair.left.exchange) + fee(pair.right.exchange));
    const costs = takerFeePercent === undefined ? {} : { costPercent: cost(takerFeePercent) };
    const sides = [instruments.indexOf(pair.left), instruments.indexOf(pair.right)] as const;
    return { pair, sides, run: new PairRun({ fromUs, thresholds, neutralPercent, ...costs }) };
  });
  const warmUs = takerFeePercent === undefined ? 0 : QUOTE_US_MAX;
  const range = {
    fromUs: fromUs - warmUs,
    toUs,
    fleeting: true,
    ...(signal === undefined ? {} : { signal }),
  };
  const events = new Events(input, instruments, placed);
  try {
    const legs = await sweepSymbol({
      legs: instruments.map((instrument) => reader.readQuotes(instrument, range)),
      toUs,
      take: async (rows, beforeUs) => {
        signal?.throwIfAborted();
        await events.tell(rows, beforeUs);
        for (const { run, sides } of placed) run.rows(rows[sides[0]]!, rows[sides[1]]!, beforeUs);
        input.onProgress?.({ symbol: pairs[0]!.symbol, pairsDone, us: beforeUs });
      },
    });
    return placed.map((one) => outcomeOf(one, legs));
  } catch (error) {
    signal?.throwIfAborted();
    return pairs.map(() => ({ status: 'failed', message: messageOf(error) }));
  }
}

/** What was told of the instruments of a symbol, read a day at a time, ahead of the quotes. */
class Events {
  readonly #input: AnalysisInput;
  readonly #instruments: readonly LakeInstrument[];
  readonly #placed: readonly Placed[];
  /** Up to here it was told. */
  #toldUs = Number.NEGATIVE_INFINITY;

  constructor(input: AnalysisInput, instruments: readonly LakeInstrument[], placed: readonly Placed[]) {
    this.#input = input;
    this.#instruments = instruments;
    this.#placed = placed;
  }

  /** All that concerns these rows, which lie before `beforeUs`, and how long they stand. */
  async tell(rows: readonly RowStretch[], beforeUs: Micros): Promise<void> {
    const { reader, takerFeePercent, signal } = this.#input;
    const some = rows.filter(({ from, to }) => from < to);
    if (takerFeePercent === undefined || some.length === 0) return;
    const oldestUs = Math.min(...some.map(({ columns, from }) => columns.receivedUs[from]!));
    const newestUs = Math.max(...some.map(({ columns, to }) => columns.receivedUs[to - 1]!));
    const untilUs = Math.min(beforeUs, newestUs + QUOTE_US_MAX) + NOTICED_US;
    if (untilUs <= this.#toldUs) return;
    const fromUs = Math.max(this.#toldUs, oldestUs - QUOTE_US_MAX - LIMIT_TOLD_US);
    const toUs = untilUs + US_PER_DAY;
    this.#toldUs = toUs;
    const range = { fromUs, toUs, ...(signal === undefined ? {} : { signal }) };
    const lines = await reader.readEvents(this.#instruments, range);
    for (const { run, sides } of this.#placed) {
      const events = lines.flatMap((line) => {
        const leg = sides.indexOf(line.at);
        return leg < 0 ? [] : legEventsOf(line, leg === 0 ? 0 : 1);
      });
      run.tell(events);
    }
  }
}

function outcomeOf({ pair, run, sides }: Placed, legs: readonly SweptLeg[]): PairOutcome {
  const failed = sides.map((side) => legs[side]!).find(({ error }) => error !== undefined);
  if (failed !== undefined) return { status: 'failed', message: messageOf(failed.error) };
  const found = run.finish();
  if (found !== undefined) return { status: 'ok', row: { ...namesOf(pair), ...found } };
  if (run.compat.leftRows === 0) return { status: 'skipped', reason: 'no-left-rows' };
  return { status: 'skipped', reason: run.compat.rightRows === 0 ? 'no-right-rows' : 'no-match' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
