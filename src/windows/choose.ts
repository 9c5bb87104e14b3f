// Which pairs are worth a window now: pure, from what statistics, configuration and clients ask for. Never
// invents a pair beside the movers, and says when it had to fall back on those.

import type { PairNames } from './window.js';

export interface PairWishes {
  /** What clients hold on to; first in rank. */
  readonly pinned?: readonly PairNames[];
  readonly configured?: readonly PairNames[];
  /** The filtered opportunities; null while there are no statistics at all. */
  readonly opportunities: readonly PairNames[] | null;
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

export function choosePairs(wishes: PairWishes): ChosenPairs {
  const { pinned = [], configured = [], opportunities, movers } = wishes;
  const found = opportunities ?? movers;
  return {
    pairs: [...pinned, ...configured, ...found],
    note: opportunities === null ? NO_STATISTICS_NOTE : null,
  };
}
