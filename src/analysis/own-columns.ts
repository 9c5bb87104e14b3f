// The columns that stand behind the reference's 26, each with its formula out of what was counted of the pair; what they mean
// and what they are good for: docs/statistics.md. Empty where a number has no meaning.

import { US_PER_HOUR, US_PER_SECOND } from '../core/time.js';
import type { CycleTotals } from '../series/cycle-track.js';
import type { PairTotals } from '../series/pair-totals.js';

/** What a pair's numbers are made from. */
export interface OwnStatistics {
  readonly totals: PairTotals;
  /** From the first quote of either leg (of what stands: from the beginning) to the end, or to where the last one ends at the latest. */
  readonly spanUs: number;
  /** Quotes of both legs in it. */
  readonly quotes: number;
  /** Percent: the taker fees of a round trip. */
  readonly costPercent: number;
}

/** NaN: no meaning. */
export type OwnValue = number | boolean;

const THRESHOLD_NAMES = ['030bp', '050bp', '040bp'] as const;
const FORTY = 2;
/** Above the threshold for so much of the time and not back once: it is not a spread that comes and goes. */
const STUCK_SHARE_MIN = 0.05;
const STUCK_US_MIN = US_PER_HOUR;

interface OwnColumn {
  readonly name: string;
  readonly isCount?: boolean;
  readonly of: (own: OwnStatistics) => OwnValue;
}

const perThreshold: readonly OwnColumn[] = THRESHOLD_NAMES.flatMap((name, at): OwnColumn[] => {
  const of = ({ totals }: OwnStatistics) => totals.thresholds[at]!;
  const durations = (own: OwnStatistics) => [...of(own).up.durationsUs, ...of(own).down.durationsUs];
  return [
    { name: `time_above_${name}_pct`, of: (own) => percentOf(own, of(own).upUs + of(own).downUs) },
    { name: `cycles_up_${name}`, isCount: true, of: (own) => of(own).up.cycles },
    { name: `cycles_down_${name}`, isCount: true, of: (own) => of(own).down.cycles },
    { name: `cycles_broken_${name}`, isCount: true, of: (own) => of(own).up.broken + of(own).down.broken },
    { name: `cycle_median_${name}_sec`, of: (own) => quantile(durations(own), 0.5) / US_PER_SECOND },
    { name: `cycle_p90_${name}_sec`, of: (own) => quantile(durations(own), 0.9) / US_PER_SECOND },
  ];
});

const perDirection: readonly OwnColumn[] = (['12', '21'] as const).flatMap((name, at): OwnColumn[] => {
  const of = ({ totals }: OwnStatistics) => totals.directions[at]!;
  return [
    { name: `edge${name}_mean_pct`, of: (own) => of(own).mean },
    { name: `edge${name}_max_pct`, of: (own) => of(own).max },
    { name: `edge${name}_above_cost_pct`, of: (own) => percentOf(own, of(own).aboveCostUs) },
  ];
});

const COLUMNS: readonly OwnColumn[] = [
  { name: 'covered_hours', of: ({ totals }) => totals.validUs / US_PER_HOUR },
  { name: 'covered_pct', of: ({ totals, spanUs }) => (100 * totals.validUs) / spanUs },
  { name: 'joined_rows', isCount: true, of: ({ totals }) => totals.rows },
  { name: 'match_rate_pct', of: ({ totals, quotes }) => (100 * totals.rows) / quotes },
  { name: 'crossings', isCount: true, of: ({ totals }) => totals.crossings },
  { name: 'spread_mean_pct', of: ({ totals }) => totals.mean },
  { name: 'spread_max_pct', of: ({ totals }) => totals.max },
  { name: 'spread_min_pct', of: ({ totals }) => totals.min },
  { name: 'spread_p01_pct', of: ({ totals }) => totals.p01 },
  { name: 'spread_p50_pct', of: ({ totals }) => totals.p50 },
  { name: 'spread_p99_pct', of: ({ totals }) => totals.p99 },
  { name: 'spread_last_pct', of: ({ totals }) => totals.last },
  { name: 'percentile_of_last', of: ({ totals }) => 100 * totals.rankOfLast },
  ...perThreshold,
  ...perDirection,
  { name: 'cost_pct', of: ({ costPercent }) => costPercent },
  { name: 'net_cycles', isCount: true, of: ({ totals }) => sum(totals, ({ gained }) => gained) },
  {
    name: 'net_cycles_lost',
    isCount: true,
    of: ({ totals }) => sum(totals, (net) => net.cycles - net.gained),
  },
  { name: 'net_gain_pct', of: ({ totals }) => sum(totals, ({ gain }) => gain) },
  { name: 'half_life_sec', of: ({ totals }) => totals.halfLifeSeconds },
  { name: 'stuck', of: ({ totals }) => isStuck(totals) },
];

export const OWN_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

/** Cells of a row, in the order of the columns; `text` writes a number that is no count. */
export function ownCells(own: OwnStatistics, text: (value: number) => string): readonly string[] {
  return COLUMNS.map(({ isCount, of }) => {
    const value = of(own);
    if (typeof value === 'boolean' || isCount === true) return String(value);
    return Number.isNaN(value) ? '' : text(value);
  });
}

/** The same by name, as numbers; null where one has no meaning or is not finite. */
export function ownValues(own: OwnStatistics): Readonly<Record<string, number | boolean | null>> {
  const entries = COLUMNS.map(({ name, of }) => {
    const value = of(own);
    return [name, typeof value === 'number' && !Number.isFinite(value) ? null : value] as const;
  });
  return Object.fromEntries(entries);
}

/** Of the time in which there was a spread. */
function percentOf({ totals }: OwnStatistics, us: number): number {
  return (100 * us) / totals.validUs;
}

/** The smallest of which at least this share is no larger; NaN of none. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

function sum({ directions }: PairTotals, of: (net: CycleTotals) => number): number {
  return of(directions[0].net) + of(directions[1].net);
}

function isStuck({ thresholds, validUs }: PairTotals): boolean {
  const { upUs, downUs, up, down } = thresholds[FORTY]!;
  const isLong = validUs >= STUCK_US_MIN && upUs + downUs >= STUCK_SHARE_MIN * validUs;
  return isLong && up.cycles + down.cycles === 0;
}
