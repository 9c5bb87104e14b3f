// Why a spread is refused or not, in numbers: for every reason whether it holds, and what it was decided by. Of one moment; what is not
// known is null, and never a reason.

import { orNull } from '../core/numbers.js';
import { REFUSAL_BIT, REFUSALS, type Refusal } from '../core/refusals.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import { CONFIRMING_QUOTES, type Legs } from './legs.js';
import type { PairQuality, Quality } from './quality.js';

/** By name, its unit last in it; of the legs in the order of the pair. */
export type Evidence = Readonly<Record<string, number | string | null | readonly (number | null)[]>>;

export interface Explained {
  readonly reason: Refusal;
  readonly holds: boolean;
  readonly evidence: Evidence;
}

/** Of what was found of the pair at `nowUs` (`Quality.look`), with nothing told since. In the order of the list of refusals. */
export function explain(
  quality: Quality,
  legIds: readonly [number, number],
  pair: number,
  found: PairQuality,
  nowUs: Micros,
  identity: Evidence,
): readonly Explained[] {
  const evidence = { ...evidenceOf(quality, legIds, quality.costPercent(pair), found, nowUs), identity };
  return REFUSALS.map((reason) => ({
    reason,
    holds: (found.refusals & REFUSAL_BIT[reason]) !== 0,
    evidence: evidence[reason],
  }));
}

function evidenceOf(
  { legs, thresholds }: Quality,
  ids: readonly [number, number],
  costPercent: number,
  found: PairQuality,
  nowUs: Micros,
): Readonly<Record<Exclude<Refusal, 'identity'>, Evidence>> {
  const both = (of: (id: number) => number): readonly (number | null)[] => ids.map((id) => orNull(of(id)));
  const { stampUs, bid, ask, bidSize, askSize } = legs.latest;
  const agesMs = both((id) => (nowUs - stampUs[id]!) / US_PER_MS);
  const standsMs = orNull((nowUs - found.sinceUs) / US_PER_MS);
  const holesMs = both((id) => (nowUs - legs.holeUs(id)) / US_PER_MS);
  const tops = { bids: both((id) => bid[id]!), asks: both((id) => ask[id]!) };
  const sizes = { bidSizes: both((id) => bidSize[id]!), askSizes: both((id) => askSize[id]!) };
  const executablePercent = orNull(found.edgePercent + costPercent);
  return {
    'no-live-leg': { agesMs },
    lagging: { lagging: both((id) => (legs.isLagging(id) ? 1 : 0)) },
    stale: { agesMs, limitsMs: both((id) => limitMs(legs, id)), holesMs },
    'below-costs': { executablePercent, costPercent, edgePercent: orNull(found.edgePercent) },
    halted: { holesMs },
    'one-sided': { ...tops, ...sizes, holesMs },
    crossed: tops,
    skewed: {
      delaysMs: both((id) => legs.delayUs[id]! / US_PER_MS),
      skewMs: orNull(found.skewUs / US_PER_MS),
      skewMsMax: thresholds.skewMsMax,
    },
    unconfirmed: {
      quotesSinceItCameBack: both((id) => legs.spoken[id]!),
      quotesWanted: CONFIRMING_QUOTES,
      standsMs,
      changedMs: both((id) => (nowUs - legs.changedUs[id]!) / US_PER_MS),
    },
    flicker: { standsMs, standsMsMin: thresholds.flickerMsMin },
    thin: { notional: orNull(found.notional), notionalMin: thresholds.notionalMin, ...sizes },
    basis: {
      basisPercent: orNull(found.basisPercent),
      edgePercent: orNull(found.edgePercent),
      freshEdgePercent: orNull(found.freshEdgePercent),
    },
    implausible: {
      spreadPercent: orNull(found.spreadPercent),
      executablePercent,
      implausiblePercent: thresholds.implausiblePercent,
      implausiblePendingPercent: thresholds.implausiblePendingPercent,
    },
  };
}

/** While it lags its limit is nothing, and says nothing. */
function limitMs(legs: Legs, id: number): number {
  return legs.isLagging(id) ? Number.NaN : legs.standing.limitUs[id]! / US_PER_MS;
}
