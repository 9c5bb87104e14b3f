// Of each pair's last day: how long it was seen, paid its costs, and could have been traded. Counted in whole seconds, by clock hours, so
// that a day costs a pair 144 bytes; what was before this process is not known, and said to be not.

import { type Micros, US_PER_HOUR } from '../core/time.js';

const HOURS = 24;

/** Seconds of the last day: the hour under way and the 23 before it. */
export interface DayOfPair {
  /** Both legs stood. */
  readonly seenS: number;
  /** Some of them paid the costs of a round trip, by what was shown. */
  readonly payingS: number;
  /** Some of these could have been traded. */
  readonly tradableS: number;
}

export class DayShare {
  readonly #seen: readonly Uint16Array[];
  readonly #paying: readonly Uint16Array[];
  readonly #tradable: readonly Uint16Array[];
  #hour = Number.NEGATIVE_INFINITY;

  constructor(pairsMax: number) {
    const columns = () => Array.from({ length: HOURS }, () => new Uint16Array(pairsMax));
    [this.#seen, this.#paying, this.#tradable] = [columns(), columns(), columns()];
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * HOURS * 3 * 2;
  }

  /** The seconds that are counted next are of this moment's hour. Moments ascend. */
  open(us: Micros): void {
    const hour = Math.floor(us / US_PER_HOUR);
    for (let gone = Math.max(this.#hour + 1, hour - HOURS + 1, 0); gone <= hour; gone += 1)
      for (const columns of [this.#seen, this.#paying, this.#tradable]) columns[gone % HOURS]!.fill(0);
    this.#hour = hour;
  }

  count(pair: number, isPaying: boolean, isTradable: boolean): void {
    const at = this.#hour % HOURS;
    this.#seen[at]![pair]! += 1;
    if (isPaying) this.#paying[at]![pair]! += 1;
    if (isTradable) this.#tradable[at]![pair]! += 1;
  }

  of(pair: number): DayOfPair {
    const sum = (columns: readonly Uint16Array[]): number =>
      columns.reduce((total, column) => total + column[pair]!, 0);
    return { seenS: sum(this.#seen), payingS: sum(this.#paying), tradableS: sum(this.#tradable) };
  }
}
