// What the API reads of the layer that says whether a spread is real: its type alone, for that room is another.

import type { RefusalBits } from '../core/refusals.js';

/** By the pair table's numbers, as of the last whole second. */
export interface SpreadQuality {
  /** Why a spread would not be traded; 0: it could be. */
  readonly refusals: { readonly [pair: number]: RefusalBits };
  /** Percent: the edge beyond the pair's own long median; NaN where there is none. */
  readonly freshEdge: { readonly [pair: number]: number };
}
