// Statistics of pairs, streamed out of the lake: each instrument's quotes are read once for all its pairs, symbol by symbol.
// Holds a window of each instrument of one symbol, whatever the range. What cannot be read costs the pairs that need it,
// which is told, and no others.

import { US_PER_HOUR } from '../core/time.js';
import { messageOf } from '../lake/files.js';
import type { PairRow } from './compat.js';
import type { PairLegs } from './discover.js';
import type { KnownParts } from './kept-parts.js';
import { PairWhole } from './pair-run.js';
import { costOf, type StatisticsAsked, sweepPairs } from './pair-sweep.js';
import type { Skipped, SkipReason } from './skipped.js';

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

export interface AnalysisInput extends StatisticsAsked {
  /** Those of one symbol next to each other. */
  readonly pairs: readonly PairLegs[];
  /** After each pair; `done` counts it. */
  readonly onPair?: (pair: PairLegs, outcome: PairOutcome, done: number) => void;
}

export interface AnalysisResult {
  /** In the order of the pairs. */
  readonly rows: readonly PairRow[];
  readonly skipped: Skipped;
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

/** In the order of the pairs. */
async function analyzeSymbol(
  pairs: readonly PairLegs[],
  pairsDone: number,
  input: AnalysisInput,
): Promise<readonly PairOutcome[]> {
  try {
    const known = await keptOf(pairs, pairsDone, input);
    const errors = await sweepPairs({ ...input, pairs, pairsDone, known });
    return pairs.map((pair, at) => {
      const error = errors[at];
      if (error !== undefined) return { status: 'failed', message: messageOf(error) };
      return outcomeOf(pair, known.pairs[at]!, input);
    });
  } catch (error) {
    input.signal?.throwIfAborted();
    return pairs.map(() => ({ status: 'failed', message: messageOf(error) }));
  }
}

/** By pair: what need not be read again, after what lies before the first whole hour. */
async function keptOf(
  pairs: readonly PairLegs[],
  pairsDone: number,
  input: AnalysisInput,
): Promise<KnownParts> {
  const { kept, fromUs, toUs } = input;
  const firstUs = Math.ceil(fromUs / US_PER_HOUR) * US_PER_HOUR;
  const none = () => ({ untilUs: fromUs, pairs: pairs.map(() => new PairWhole()) });
  const known = none();
  if (kept === undefined || firstUs >= toUs) return known;
  if (fromUs < firstUs) {
    const { kept: _, ...rest } = input;
    const errors = await sweepPairs({ ...rest, pairs, pairsDone, known, toUs: firstUs, isWhole: true });
    // As if nothing were kept: who cannot be read is told at the end.
    if (errors.some((error) => error !== undefined)) return none();
  }
  return { untilUs: await kept.load(pairs, firstUs, known.pairs), pairs: known.pairs };
}

function outcomeOf(pair: PairLegs, whole: PairWhole, input: AnalysisInput): PairOutcome {
  const { leftRows, rightRows } = whole.compat;
  const found = whole.finish(costOf(pair, input));
  if (found !== undefined) return { status: 'ok', row: { ...namesOf(pair), ...found } };
  if (leftRows === 0) return { status: 'skipped', reason: 'no-left-rows' };
  return { status: 'skipped', reason: rightRows === 0 ? 'no-right-rows' : 'no-match' };
}
