// The layer between a number and a fact, put together: quality over the tracked pairs, with the costs and limits of the configuration.
// Composition only, like app.ts.

import type { JudgedSpread } from './api/explain.js';
import type { SpellsDeps } from './api/spells.js';
import { costPercentOf } from './app-costs.js';
import type { AppOptions } from './app-options.js';
import { assert } from './core/assert.js';
import type { InstrumentTable } from './core/instrument.js';
import type { Hub } from './hub/hub.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import { explain } from './quality/explain.js';
import { Quality } from './quality/quality.js';
import type { PairTable } from './windows/pair-table.js';
import type { PairNames } from './windows/window.js';

export interface QualityParts {
  readonly options: AppOptions;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
  readonly pairs: PairTable;
}

/** Subscribe it before whoever asks it about a quote. */
export function openQuality({ options, hub, pairs }: Omit<QualityParts, 'instruments'>): Quality {
  const { instrumentsMax, windows } = LIMITS;
  const bytes = Quality.bytesMax(windows.trackedPairsMax, instrumentsMax);
  const share = MEMORY_TABLE_MB.quality * 1024 * 1024;
  assert(bytes <= share, `what is known of the quality of pairs takes ${bytes} of ${share} bytes`);
  const costPercent = costPercentOf(options);
  return new Quality({
    pairs,
    latest: hub.latest,
    lagging: hub.lagging,
    instrumentsMax,
    costPercent: (pair) => {
      const { exchange1, exchange2 } = pairs.names(pair);
      return costPercent(exchange1, exchange2);
    },
    identity: () => 'pending',
    thresholds: options.config.quality,
  });
}

/** What `/api/…/explain` tells of a pair: as of the newest event that was told. */
export function explainer(
  { hub, instruments, pairs }: Omit<QualityParts, 'options'>,
  quality: Quality,
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
      reasons: explain(quality, legs, pair, atUs),
      day: quality.dayOf(pair),
    };
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

/** Named the other way round: the spread is that of the other quotient. */
function turnedPercent(percent: number): number {
  return (1 / (1 + percent / 100) - 1) * 100;
}
