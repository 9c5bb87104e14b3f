// Statistics of pairs, streamed out of the lake: each instrument's quotes are read once for all its pairs, symbol by symbol.
// Holds a window of each instrument of one symbol, whatever the range. What cannot be read costs the pairs that need it,
// which is told, and no others.

import type { Micros } from '../core/time.js';
import { messageOf } from '../lake/files.js';
import type { PairRow } from './compat.js';
import type { PairLegs } from './discover.js';
import type { KeptParts, KeptSymbol } from './kept-parts.js';
import { PairWhole } from './pair-run.js';
import { costOf, type PairSweep, type StatisticsAsked, sweepPairs } from './pair-sweep.js';
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
  /** Parts from earlier runs, and where those of this one go. Absent: everything is read. */
  readonly kept?: KeptParts;
  /** After each pair; `done` counts it. */
  readonly onPair?: (pair: PairLegs, outcome: PairOutcome, done: number) => void;
}

export interface AnalysisResult {
  /** In the order of the pairs. */
  readonly rows: readonly PairRow[];
  readonly skipped: Skipped;
  readonly failed: readonly FailedPair[];
}

/** What is found of all pairs of one symbol, in their order; `pairsDone`: before them. */
export type SymbolAnalysis = (
  pairs: readonly PairLegs[],
  pairsDone: number,
) => Promise<readonly PairOutcome[]>;

/** Rejects only when the signal aborts. */
export async function analyzePairs(input: AnalysisInput): Promise<AnalysisResult> {
  return await inLanes(input, [(pairs, pairsDone) => analyzeSymbol(pairs, pairsDone, input)]);
}

/** Each lane takes one symbol after the other. */
export async function inLanes(
  { pairs, signal, onPair }: Pick<AnalysisInput, 'pairs' | 'signal' | 'onPair'>,
  lanes: readonly SymbolAnalysis[],
): Promise<AnalysisResult> {
  const symbols = bySymbol(pairs);
  const found: (readonly PairOutcome[])[] = [];
  let [next, done] = [0, 0];
  await Promise.all(
    lanes.map(async (analyze) => {
      for (let at = next++; at < symbols.length; at = next++) {
        const group = symbols[at]!;
        const outcomes = await analyze(group, done);
        found[at] = outcomes;
        for (const [n, pair] of group.entries()) {
          done += 1;
          onPair?.(pair, outcomes[n]!, done);
          signal?.throwIfAborted();
        }
      }
    }),
  );
  return resultOf(pairs, found.flat());
}

function bySymbol(pairs: readonly PairLegs[]): readonly (readonly PairLegs[])[] {
  const groups: PairLegs[][] = [];
  for (const pair of pairs) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]!.symbol === pair.symbol) last.push(pair);
    else groups.push([pair]);
  }
  return groups;
}

function resultOf(pairs: readonly PairLegs[], outcomes: readonly PairOutcome[]): AnalysisResult {
  const rows: PairRow[] = [];
  const failed: FailedPair[] = [];
  const skipped = { 'no-left-rows': 0, 'no-right-rows': 0, 'no-match': 0 };
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === 'ok') rows.push(outcome.row);
    else if (outcome.status === 'skipped') skipped[outcome.reason] += 1;
    else failed.push({ ...namesOf(pairs[at]!), message: outcome.message });
  }
  return { rows, skipped, failed };
}

export function namesOf({ symbol, left, right }: PairLegs): Omit<FailedPair, 'message'> {
  return { symbol, exchange1: left.exchange, exchange2: right.exchange };
}

/** In the order of the pairs. Rejects only when the signal aborts. */
export async function analyzeSymbol(
  pairs: readonly PairLegs[],
  pairsDone: number,
  input: AnalysisInput,
): Promise<readonly PairOutcome[]> {
  try {
    const known = pairs.map(() => new PairWhole(input));
    const { kept, ...asked } = input;
    const errors = await addAll({ ...asked, pairs, pairsDone, known }, kept?.of(pairs));
    return pairs.map((pair, at) => {
      const error = errors[at];
      if (error !== undefined) return { status: 'failed', message: messageOf(error) };
      return outcomeOf(pair, known[at]!, input);
    });
  } catch (error) {
    input.signal?.throwIfAborted();
    return pairs.map(() => ({ status: 'failed', message: messageOf(error) }));
  }
}

/** What is kept, and in between what is read again; by pair, why a leg could not be read. */
async function addAll(sweep: PairSweep, kept: KeptSymbol | undefined): Promise<readonly unknown[]> {
  const { pairs, known, toUs } = sweep;
  if (kept === undefined) return await sweepPairs(sweep);
  let errors: readonly unknown[] = pairs.map(() => undefined);
  for (let us: Micros = sweep.fromUs; us < toUs; ) {
    us = await kept.add(us, toUs, known);
    if (us >= toUs) break;
    const untilUs = await kept.nextUs(us, toUs);
    const found = await sweepPairs({ ...sweep, fromUs: us, toUs: untilUs, isWhole: untilUs < toUs, kept });
    errors = errors.map((error, at) => error ?? found[at]);
    us = untilUs;
  }
  return errors;
}

function outcomeOf(pair: PairLegs, whole: PairWhole, input: AnalysisInput): PairOutcome {
  const { leftRows, rightRows } = whole.compat;
  const found = whole.finish(costOf(pair, input));
  if (found !== undefined) return { status: 'ok', row: { ...namesOf(pair), ...found } };
  if (leftRows === 0) return { status: 'skipped', reason: 'no-left-rows' };
  return { status: 'skipped', reason: rightRows === 0 ? 'no-right-rows' : 'no-match' };
}
