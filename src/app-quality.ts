// The layer between a number and a fact, put together: quality over the tracked pairs, with the costs and limits of the configuration.
// Composition only, like app.ts.

import { costPercentOf } from './app-costs.js';
import type { AppOptions } from './app-options.js';
import { assert } from './core/assert.js';
import { exchangeFamily } from './core/exchange.js';
import type { InstrumentTable } from './core/instrument.js';
import type { Hub } from './hub/hub.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import { Quality } from './quality/quality.js';
import type { PairTable } from './windows/pair-table.js';

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
