// The layer between a number and a fact, put together: quality over the tracked pairs, with the costs and limits of the configuration.
// Composition only, like app.ts.

import type { JudgedSpread } from './api/explain.js';
import { costPercentOf } from './app-costs.js';
import type { AppOptions } from './app-options.js';
import { assert } from './core/assert.js';
import { exchangeFamily } from './core/exchange.js';
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
export function openQuality({ options, hub, instruments, pairs }: QualityParts): Quality {
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
    exchangeOf: numbered((id) => exchangeFamily(instruments.get(id).exchange)),
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

/** Named the other way round: the spread is that of the other quotient. */
function turnedPercent(percent: number): number {
  return (1 / (1 + percent / 100) - 1) * 100;
}

/** Names as small numbers, in order of first appearance. */
function numbered(nameOf: (id: number) => string): (id: number) => number {
  const numbers = new Map<string, number>();
  return (id) => {
    const name = nameOf(id);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
}
