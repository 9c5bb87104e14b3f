// How a lake spells its exchanges, for those who must name them as its charts do. Looks at folder names alone, and
// not more often than is of use: a new exchange in a lake is a rare thing.

import { type Clock, type Micros, US_PER_MINUTE } from '../core/time.js';
import { discoverExchanges } from './discover.js';
import { diskStore } from './store.js';

const REFRESH_US = US_PER_MINUTE;

/** Each exchange of the lake once; the last known ones where the lake cannot be listed. */
export function createExchangeNames(root: string, clock: Clock): () => Promise<readonly string[]> {
  let known: readonly string[] = [];
  let lookedUs: Micros = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.nowUs() - lookedUs < REFRESH_US) return known;
    lookedUs = clock.nowUs();
    try {
      known = await discoverExchanges(diskStore, root);
    } catch {
      // The readers of the lake say what is wrong with it; names can wait.
    }
    return known;
  };
}
