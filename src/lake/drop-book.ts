// What did not fit while the disk was behind: quotes as first and last stamp an instrument, events as they are.
// Comes out again as events in the order of their stamps, one Gap an instrument.

import type { ColdEvent } from '../core/event.js';
import type { Micros } from '../core/time.js';

const COLD_HELD_MAX = 10_000;

interface Dropped {
  readonly fromUs: Micros;
  lastUs: Micros;
  disk: boolean;
}

export class DropBook {
  readonly #quotes = new Map<number, Dropped>();
  #cold: ColdEvent[] = [];
  #waiting: ColdEvent[] = [];
  #coldLost = 0;

  get isEmpty(): boolean {
    return this.#quotes.size === 0 && this.#cold.length === 0 && this.#waiting.length === 0;
  }

  /** Events that were not even held. */
  get coldLost(): number {
    return this.#coldLost;
  }

  /** `diskFailed`: the disk refuses; else it is only slow. */
  quote(id: number, stampUs: Micros, diskFailed: boolean): void {
    const known = this.#quotes.get(id);
    if (known === undefined) {
      this.#quotes.set(id, { fromUs: stampUs, lastUs: stampUs, disk: diskFailed });
      return;
    }
    known.lastUs = stampUs;
    known.disk ||= diskFailed;
  }

  cold(event: ColdEvent): void {
    if (this.#cold.length < COLD_HELD_MAX) this.#cold.push(event);
    else this.#coldLost += 1;
  }

  /** Gives out everything, oldest first, until `write` refuses; the rest waits. True when nothing is left. */
  drain(write: (event: ColdEvent) => boolean): boolean {
    if (this.#quotes.size > 0 || this.#cold.length > 0) {
      this.#waiting.push(...this.#cold, ...this.#gaps());
      this.#waiting.sort((a, b) => a.stampUs - b.stampUs);
      this.#cold = [];
      this.#quotes.clear();
    }
    let done = 0;
    while (done < this.#waiting.length && write(this.#waiting[done]!)) done += 1;
    this.#waiting.splice(0, done);
    return this.#waiting.length === 0;
  }

  /** A gap takes the stamp of the last quote it stands for: nothing else has it. */
  #gaps(): ColdEvent[] {
    return [...this.#quotes].map(([instrumentId, { fromUs, lastUs, disk }]) => ({
      type: 'gap',
      stampUs: lastUs,
      instrumentId,
      fromUs,
      reason: disk ? 'disk' : 'dropped',
    }));
  }
}
