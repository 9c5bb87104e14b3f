// Which pairs clients hold on to, and who holds what. A pair that nobody holds any more stays for a while, so
// that a page that is loaded again finds its window as it was. Knows no socket and decides nothing about room.

import type { Cancel, Clock } from '../core/time.js';
import type { PairNames } from './window.js';

export interface PinsOptions {
  readonly clock: Clock;
  /** A pair is released so long after its last holder let go or left. */
  readonly releaseMs: number;
  /** Called when one was. */
  readonly onReleased: () => void;
}

interface Pin {
  readonly pair: PairNames;
  readonly holders: Set<object>;
  /** Set while nobody holds it. */
  cancelRelease: Cancel | null;
}

export class Pins {
  readonly #options: PinsOptions;
  /** By key, in the order of pinning. */
  readonly #pins = new Map<string, Pin>();

  constructor(options: PinsOptions) {
    this.#options = options;
  }

  /** Held, or not yet released; the one pinned first comes first. */
  get pairs(): readonly PairNames[] {
    return Array.from(this.#pins.values(), ({ pair }) => pair);
  }

  get size(): number {
    return this.#pins.size;
  }

  /** How many pairs this one holds. */
  countOf(holder: object): number {
    let count = 0;
    for (const { holders } of this.#pins.values()) if (holders.has(holder)) count += 1;
    return count;
  }

  isHeldBy(holder: object, key: string): boolean {
    return this.#pins.get(key)?.holders.has(holder) === true;
  }

  /** `key` is the same for every spelling of the pair. */
  hold(holder: object, key: string, pair: PairNames): void {
    const pin = this.#pins.get(key) ?? { pair, holders: new Set(), cancelRelease: null };
    pin.cancelRelease?.();
    pin.cancelRelease = null;
    pin.holders.add(holder);
    this.#pins.set(key, pin);
  }

  /** Does nothing where the holder does not hold it. */
  letGo(holder: object, key: string): void {
    const pin = this.#pins.get(key);
    if (pin === undefined || !pin.holders.delete(holder) || pin.holders.size > 0) return;
    const { clock, releaseMs, onReleased } = this.#options;
    pin.cancelRelease = clock.after(releaseMs, () => {
      this.#pins.delete(key);
      onReleased();
    });
  }

  /** The holder lets go of everything. */
  leave(holder: object): void {
    for (const key of this.#pins.keys()) this.letGo(holder, key);
  }

  /** Releases everything at once, and tells nobody. */
  close(): void {
    for (const { cancelRelease } of this.#pins.values()) cancelRelease?.();
    this.#pins.clear();
  }
}
