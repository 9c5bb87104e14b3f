// What brings quotes of one exchange, whatever way it takes: how the rest of the program starts, stops and asks it.

import type { ExchangeHealth, InstrumentHealth } from './feed-health.js';
import type { Selection } from './selection.js';

export interface Source {
  /** The exchange's name, which carries the market. */
  readonly name: string;
  /** What of the listing is watched; another array after each listing. */
  readonly selected: Selection['selected'];
  /** Begins and returns at once; how far it got is in `health`. */
  start(): void;
  stop(): void;
  health(): ExchangeHealth;
  /** Every listed instrument: whether it is watched, why not, and how it is. */
  instruments(): readonly InstrumentHealth[];
}
