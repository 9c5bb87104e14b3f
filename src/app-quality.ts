// The layer between a number and a fact, put together: quality over the tracked pairs, with the costs and limits of the configuration.
// Composition only, like app.ts.

import type { JudgedSpread } from './api/explain.js';
import type { SpellsDeps } from './api/spells.js';
import { costPercentOf } from './app-costs.js';
import { openIdentity } from './app-identity.js';
import type { AppOptions } from './app-options.js';
import { assert } from './core/assert.js';
import type { InstrumentTable } from './core/instrument.js';
import { orNull } from './core/numbers.js';
import { turnedPercent } from './core/percent.js';
import type { Hub } from './hub/hub.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import { type Evidence, explain } from './quality/explain.js';
import { Identity } from './quality/identity.js';
import { type IdentityState, Quality } from './quality/quality.js';
import type { PairTable } from './windows/pair-table.js';
import type { PairNames } from './windows/window.js';

/** By the numbers of verdicts: a coin in another unit is no spread either. */
const STATES: readonly IdentityState[] = ['pending', 'same', 'other', 'other'];

export interface QualityParts {
  readonly options: AppOptions;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
  readonly pairs: PairTable;
}

export interface OpenQuality {
  readonly quality: Quality;
  readonly identity: Identity;
}

/** Both hear of everything from now on: before whoever asks about a quote. */
export function openQuality({ options, hub, pairs }: Omit<QualityParts, 'instruments'>): OpenQuality {
  const { instrumentsMax, windows } = LIMITS;
  const { trackedPairsMax } = windows;
  const bytes =
    Quality.bytesMax(trackedPairsMax, instrumentsMax) + Identity.bytesMax(trackedPairsMax, instrumentsMax);
  const share = MEMORY_TABLE_MB.quality * 1024 * 1024;
  assert(bytes <= share, `what is known of the quality of pairs takes ${bytes} of ${share} bytes`);
  const costPercent = costPercentOf(options);
  let identity: Identity;
  const quality = new Quality({
    pairs,
    latest: hub.latest,
    lagging: hub.lagging,
    instrumentsMax,
    costPercent: (pair) => {
      const { exchange1, exchange2 } = pairs.names(pair);
      return costPercent(exchange1, exchange2);
    },
    identity: (pair) => STATES[identity.verdictOf(pair)]!,
    thresholds: options.config.quality,
  });
  identity = openIdentity({ options, hub, pairs, standing: quality.legs.standing });
  hub.subscribe(quality);
  return { quality, identity };
}

/** What `/api/…/explain` tells of a pair: as of the newest event that was told. */
export function explainer(
  { hub, instruments, pairs }: Omit<QualityParts, 'options'>,
  { quality, identity }: OpenQuality,
): (names: PairNames) => JudgedSpread | undefined {
  return (names) => {
    const found = pairs.find(names);
    if (found === undefined) return undefined;
    const { pair, isTurned } = found;
    const atUs = hub.lastStampUs;
    const [left, right] = [pairs.left[pair]!, pairs.right[pair]!];
    const legs = isTurned ? ([right, left] as const) : ([left, right] as const);
    const judged = { ...quality.look(pair, atUs) };
    const { direction, spreadPercent, basisPercent } = judged;
    const { symbol, exchange } = instruments.get(legs[0]);
    return {
      ...judged,
      names: { symbol, exchange1: exchange, exchange2: instruments.get(legs[1]).exchange },
      atUs,
      soldLeg: (direction === 12) === isTurned ? 1 : 0,
      spreadPercent: isTurned ? turnedPercent(spreadPercent) : spreadPercent,
      basisPercent: isTurned ? turnedPercent(basisPercent) : basisPercent,
      costPercent: quality.costPercent(pair),
      notionalMin: quality.thresholds.notionalMin,
      reasons: explain(quality, legs, pair, judged, atUs, identityEvidence(identity, pair)),
      day: quality.dayOf(pair),
    };
  };
}

/** What the verdict on a pair rests on, flat: as evidence of a refusal. */
function identityEvidence(identity: Identity, pair: number): Evidence {
  const of = identity.evidence(pair);
  return {
    ...{ verdict: of.verdict, decidedBy: of.reason, metadata: of.metadata },
    ratio: orNull(of.ratio),
    factor: orNull(of.factor),
    deviationPercent: orNull(of.deviationPercent),
    seenSeconds: of.seconds,
    nearShare: orNull(of.nearShare),
    correlation: orNull(of.correlation),
    ...{
      motionNats: orNull(of.motionNats),
      levelNats: orNull(of.levelNats),
      neededNats: orNull(of.neededNats),
    },
    votesSame: of.votes.map(({ same }) => same),
    votesOther: of.votes.map(({ other }) => other),
    restoredSeconds: of.restoredSeconds,
  };
}

/** By what the past of a pair is judged: what is known of it now. */
export function judgeOf(
  { options, pairs }: Pick<QualityParts, 'options' | 'pairs'>,
  quality: Quality,
): SpellsDeps['judgedBy'] {
  const costPercent = costPercentOf(options);
  return (names) => {
    const found = pairs.find(names);
    return {
      costPercent: costPercent(names.exchange1, names.exchange2),
      // Both legs of a pair that is not received may be anything.
      identity: found === undefined ? 'pending' : quality.identityOf(found.pair),
      thresholds: quality.thresholds,
    };
  };
}
