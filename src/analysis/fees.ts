// What a taker pays: a table of percents by exchange. Pure; where the defaults come from is for others to say.

import { exchangeKey } from '../core/exchange.js';

/** Of an exchange that nobody says anything of: what most spot exchanges take from those who trade little. */
export const TAKER_FEE_PERCENT_OTHERS = 0.1;

/** Both legs opened and closed again. */
export function roundTripPercent(
  fee: (exchange: string) => number,
  exchange1: string,
  exchange2: string,
): number {
  return 2 * (fee(exchange1) + fee(exchange2));
}

/** Percent of the notional, by exchange. */
export type FeeTables = readonly Readonly<Record<string, number>>[];

/** Percent of the notional. Names in any case; of tables that have the same name the first counts. */
export function takerFees(...tables: FeeTables): (exchange: string) => number {
  const known = new Map<string, number>();
  for (const [name, percent] of tables.flatMap((table) => Object.entries(table)))
    if (!known.has(exchangeKey(name))) known.set(exchangeKey(name), percent);
  return (exchange) => known.get(exchangeKey(exchange)) ?? TAKER_FEE_PERCENT_OTHERS;
}
