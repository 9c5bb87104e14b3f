// Statistics of pairs, streamed out of the lake: the as-of join without tolerance, the left leg's rows, one pair
// after the other. Holds one chunk of each leg. One pair's failure is told and never stops the others.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { asofStream } from '../series/asof.js';
import { CompatAccumulator, type CompatThresholds, compatDeviation, type PairRow } from './compat.js';
import type { PairLegs } from './discover.js';

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

export interface AnalysisInput {
  readonly reader: Pick<LakeReader, 'readQuotes'>;
  readonly pairs: readonly PairLegs[];
  /** Half-open, by the time of receiving. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly thresholds?: CompatThresholds;
  /** Ends the work within one chunk: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After each pair; `done` counts it. */
  readonly onPair?: (pair: PairLegs, outcome: PairOutcome, done: number) => void;
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
  for (const [place, pair] of pairs.entries()) {
    const outcome = await outcomeOf(pair, input);
    signal?.throwIfAborted();
    if (outcome.status === 'ok') rows.push(outcome.row);
    else if (outcome.status === 'skipped') skipped[outcome.reason] += 1;
    else failed.push({ ...namesOf(pair), message: outcome.message });
    onPair?.(pair, outcome, place + 1);
  }
  return { rows, skipped, failed };
}

export function namesOf({ symbol, left, right }: PairLegs): Omit<FailedPair, 'message'> {
  return { symbol, exchange1: left.exchange, exchange2: right.exchange };
}

async function outcomeOf(pair: PairLegs, input: AnalysisInput): Promise<PairOutcome> {
  try {
    return await analyzePair(pair, input);
  } catch (error) {
    return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

async function analyzePair(pair: PairLegs, input: AnalysisInput): Promise<PairOutcome> {
  const statistics = new CompatAccumulator(input.thresholds);
  const left = new Leg(pair.left, input);
  const right = new Leg(pair.right, input);
  const join = { toleranceUs: Number.POSITIVE_INFINITY, keepUnmatched: true };
  for await (const joined of asofStream(left.chunks(), right.chunks(), join)) {
    const { length, stampUs, bid1, bid2 } = joined;
    for (let row = 0; row < length; row += 1) {
      statistics.push(stampUs[row]!, compatDeviation(bid1[row]!, bid2[row]!), !Number.isNaN(bid2[row]!));
    }
  }
  const found = statistics.finish();
  if (found !== undefined) return { status: 'ok', row: { ...namesOf(pair), ...found } };
  if (left.rows === 0) return { status: 'skipped', reason: 'no-left-rows' };
  // The join reads the right leg until a row comes too late, so none read means that there is none.
  return { status: 'skipped', reason: right.rows === 0 ? 'no-right-rows' : 'no-match' };
}

/** The rows of one instrument that count: both prices known. */
class Leg {
  /** That counted so far. */
  rows = 0;
  readonly #instrument: LakeInstrument;
  readonly #input: AnalysisInput;

  constructor(instrument: LakeInstrument, input: AnalysisInput) {
    this.#instrument = instrument;
    this.#input = input;
  }

  async *chunks(): AsyncGenerator<QuoteColumns> {
    const { reader, fromUs, toUs, signal } = this.#input;
    const range = { fromUs, toUs, ...(signal === undefined ? {} : { signal }) };
    for await (const chunk of reader.readQuotes(this.#instrument, range)) {
      const complete = withoutNulls(chunk);
      this.rows += complete.length;
      if (complete.length > 0) yield complete;
    }
  }
}

/** The rows with bid and ask; the chunk itself where it has no others, as nearly all have. */
export function withoutNulls(chunk: QuoteColumns): QuoteColumns {
  const { length, receivedUs, bid, ask } = chunk;
  let first = 0;
  while (first < length && !Number.isNaN(bid[first]!) && !Number.isNaN(ask[first]!)) first += 1;
  if (first === length) return chunk;
  const kept = {
    receivedUs: receivedUs.slice(0, length),
    bid: bid.slice(0, length),
    ask: ask.slice(0, length),
  };
  let to = first;
  for (let row = first; row < length; row += 1) {
    if (Number.isNaN(bid[row]!) || Number.isNaN(ask[row]!)) continue;
    kept.receivedUs[to] = receivedUs[row]!;
    kept.bid[to] = bid[row]!;
    kept.ask[to] = ask[row]!;
    to += 1;
  }
  return { length: to, ...kept };
}
