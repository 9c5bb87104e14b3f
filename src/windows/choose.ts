// Which pairs are worth a window now: pure, from what statistics, configuration and clients ask for. Never
// invents a pair beside the movers, and says when it had to fall back on those.

import type { PairNames } from './window.js';

/** A pair that the statistics recommend. */
export interface RatedPair extends PairNames {
  /** The more of them, the higher its rank. */
  readonly opportunityCycles: number;
}

export interface PairWishes {
  /** What clients hold on to; first in rank. */
  readonly pinned?: readonly PairNames[];
  readonly configured?: readonly PairNames[];
  /** The filtered opportunities, sorted by name; null while there are no statistics at all. */
  readonly opportunities: readonly RatedPair[] | null;
  /** Taken only while there are no statistics. */
  readonly movers: readonly PairNames[];
}

/** Shown wherever the watched pairs are shown. */
export const NO_STATISTICS_NOTE = 'no statistics yet';

export interface ChosenPairs {
  /** By rank; may hold doubles and more than can be watched: Watched refuses by name. */
  readonly pairs: readonly PairNames[];
  readonly note: typeof NO_STATISTICS_NOTE | null;
}

/** Rank: pinned, configured, then opportunities by their cycles (most first; of equally many, by name). */
export function choosePairs(wishes: PairWishes): ChosenPairs {
  const { pinned = [], configured = [], opportunities, movers } = wishes;
  const found = opportunities?.toSorted((a, b) => b.opportunityCycles - a.opportunityCycles) ?? movers;
  return {
    pairs: [...pinned, ...configured, ...found],
    note: opportunities === null ? NO_STATISTICS_NOTE : null,
  };
}
