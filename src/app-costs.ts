// What a round trip costs, by the exchanges' own fees and the configuration's. Composition only, like app.ts.

import { roundTripPercent, takerFees } from './analysis/fees.js';
import type { AppOptions } from './app-options.js';
import { TAKER_FEES_PERCENT } from './exchanges/index.js';

/** Percent, of a round trip. */
export function costPercentOf({
  config,
}: Pick<AppOptions, 'config'>): (exchange1: string, exchange2: string) => number {
  const fee = takerFees(config.analysis.takerFeePercent, TAKER_FEES_PERCENT);
  return (exchange1, exchange2) => roundTripPercent(fee, exchange1, exchange2);
}
