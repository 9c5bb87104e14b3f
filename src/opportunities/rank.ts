// Which of the recommended pairs could be traded now, why the others could not, and in what order they are shown. Pure: what is
// alive and what it costs is told to it.

import { exchangeKey } from '../core/exchange.js';
import type { Refusal } from '../core/refusals.js';
import { symbolKey } from '../core/symbol.js';
import type { Opportunity } from './filter.js';

/** Of one leg of a pair. */
export interface LegNow {
  /** NaN: no quote came yet. */
  readonly ageMs: number;
  /** By the rules of the `valid` join. */
  readonly stands: boolean;
}

/** What is known of a pair at this moment. Percent; NaN where there is none. */
export interface PairNow {
  readonly spreadPercent: number;
  /** Sold on exchange1, bought on exchange2; and the other way round. */
  readonly executablePercent: readonly [number, number];
  readonly legs: readonly [LegNow, LegNow];
  /** Every reason that holds why it would not be traded; empty: it could be. */
  readonly refusals: readonly Refusal[];
  /** What is left of the edge beyond the pair's own long median; NaN where there is none. */
  readonly freshEdgePercent: number;
}

export interface JudgedPair {
  readonly opportunity: Opportunity;
  /** Null: not both legs are received. */
  readonly now: PairNow | null;
  /** Basis points: the better executable spread less the taker fees of a round trip; NaN where there is none. */
  readonly edgeBps: number;
  /** The same less what stands there all the time. */
  readonly freshEdgeBps: number;
  /** Why it would not be traded now; empty: it could. */
  readonly refusals: readonly Refusal[];
}

export const ORDERS = ['name', 'edge', 'fresh', 'net', 'cycles'] as const;
export type Order = (typeof ORDERS)[number];

/** What is left out is not asked for. */
export interface Wanted {
  readonly sort?: Order | undefined;
  /** At least. */
  readonly minEdgeBps?: number | undefined;
  /** Any spelling, any case; the exchange as either leg. */
  readonly symbol?: string | undefined;
  readonly exchange?: string | undefined;
  /** Both legs stand. */
  readonly alive?: boolean | undefined;
  readonly tradable?: boolean | undefined;
}

const BPS_PER_PERCENT = 100;
const NOT_RECEIVED: readonly Refusal[] = ['no-live-leg'];

/** The better of the two less the costs of a round trip, all in percent; NaN where there is none. */
export function edgeBpsOf(executable12: number, executable21: number, costPercent: number): number {
  const best = Math.max(orLeast(executable12), orLeast(executable21));
  return Number.isFinite(best) ? (best - costPercent) * BPS_PER_PERCENT : Number.NaN;
}

/** `costPercent`: of a round trip. */
export function judge(opportunity: Opportunity, now: PairNow | null, costPercent: number): JudgedPair {
  const edgeBps = now === null ? Number.NaN : edgeBpsOf(...now.executablePercent, costPercent);
  const freshEdgeBps = (now?.freshEdgePercent ?? Number.NaN) * BPS_PER_PERCENT;
  return { opportunity, now, edgeBps, freshEdgeBps, refusals: now?.refusals ?? NOT_RECEIVED };
}

function orLeast(percent: number): number {
  return Number.isNaN(percent) ? Number.NEGATIVE_INFINITY : percent;
}

function isAlive(now: PairNow | null): boolean {
  return now?.legs.every(({ stands }) => stands) === true;
}

/** Those that are wanted, in the order that is wanted; without one, in that of the list. */
export function chosen(pairs: readonly JudgedPair[], wanted: Wanted): readonly JudgedPair[] {
  const { sort = 'name' } = wanted;
  const found = pairs.filter((pair) => matches(pair, wanted));
  if (sort === 'name') return found;
  const value = VALUES[sort];
  // Stable: equal ones, and those without a value, stay as they were.
  return found.sort((a, b) => orLeast(value(b)) - orLeast(value(a)) || 0);
}

const VALUES: Readonly<Record<Exclude<Order, 'name'>, (pair: JudgedPair) => number>> = {
  edge: ({ edgeBps }) => edgeBps,
  fresh: ({ freshEdgeBps }) => freshEdgeBps,
  net: ({ opportunity }) => Number(opportunity.statistics['net_cycles'] ?? Number.NaN),
  cycles: ({ opportunity }) => opportunity.opportunityCycles,
};

function matches({ opportunity, now, edgeBps, refusals }: JudgedPair, wanted: Wanted): boolean {
  const { minEdgeBps, symbol, exchange, alive, tradable } = wanted;
  if (minEdgeBps !== undefined && !(edgeBps >= minEdgeBps)) return false;
  if (symbol !== undefined && symbolKey(opportunity.symbol) !== symbolKey(symbol)) return false;
  if (alive === true && !isAlive(now)) return false;
  if (tradable === true && refusals.length > 0) return false;
  if (exchange === undefined) return true;
  const names = [opportunity.exchange1, opportunity.exchange2];
  return names.some((name) => exchangeKey(name) === exchangeKey(exchange));
}
