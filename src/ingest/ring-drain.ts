// Reads the ingest rings on the thread of the hub: records of all of them by their moments, a bounded number in a turn of
// the loop, again each millisecond while something comes, and asleep until it is woken where nothing does.

import type { Cancel, Clock, Micros } from '../core/time.js';
import type { RingLane } from './ring-lane.js';

export interface RingDrainOptions {
  readonly clock: Clock;
  /** Records handed on before the loop has its turn. */
  readonly recordsPerTurn: number;
}

/** Pause between two looks while something comes: what comes meanwhile needs no waking. */
const LOOK_MS = 1;

export class RingDrain {
  readonly #options: RingDrainOptions;
  #lanes: readonly RingLane[] = [];
  /** A turn will come by itself. */
  #isDue = false;
  #next: Cancel = () => {};
  #closed = false;

  constructor(options: RingDrainOptions) {
    this.#options = options;
  }

  add(lane: RingLane): void {
    this.#lanes = [...this.#lanes, lane];
    this.wake();
  }

  /** Its writer is gone: everything that it has handed over is read, and the lane is forgotten. */
  remove(lane: RingLane): void {
    this.#drain(lane.counters().waitingMax);
    while (lane.drain(Number.POSITIVE_INFINITY, this.#options.recordsPerTurn) > 0);
    this.#lanes = this.#lanes.filter((other) => other !== lane);
  }

  /** The moment of the oldest record that waits; Infinity: none does; 0: names do, and what is behind them is not known yet. */
  get oldestUs(): Micros {
    return Math.min(...this.#lanes.map(({ nextUs }) => nextUs), Number.POSITIVE_INFINITY);
  }

  /** Something came while it slept. */
  wake(): void {
    if (!this.#isDue && !this.#closed) this.#turn();
  }

  close(): void {
    this.#closed = true;
    this.#next();
  }

  #turn(): void {
    this.#isDue = false;
    if (this.#closed) return;
    const { recordsPerTurn, clock } = this.#options;
    const nowUs = clock.nowUs();
    for (const lane of this.#lanes) lane.begins(nowUs);
    const count = this.#drain(recordsPerTurn);
    if (count === 0 && this.#sleep()) return;
    this.#isDue = true;
    if (count === recordsPerTurn) {
      const turn = setImmediate(() => this.#turn());
      this.#next = () => clearImmediate(turn);
    } else this.#next = clock.after(LOOK_MS, () => this.#turn());
  }

  /** The ring whose next record is the oldest is read up to the moment of another's next one. */
  #drain(countMax: number): number {
    let count = 0;
    while (count < countMax) {
      let first: RingLane | undefined;
      let firstUs: Micros = Number.POSITIVE_INFINITY;
      let secondUs: Micros = Number.POSITIVE_INFINITY;
      for (const lane of this.#lanes) {
        const { nextUs } = lane;
        if (nextUs < firstUs) {
          secondUs = firstUs;
          firstUs = nextUs;
          first = lane;
        } else secondUs = Math.min(secondUs, nextUs);
      }
      if (first === undefined) break;
      count += first.drain(Math.max(firstUs, secondUs), countMax - count);
    }
    for (const lane of this.#lanes) lane.letGo();
    return count;
  }

  #sleep(): boolean {
    let asleep = true;
    for (const lane of this.#lanes) asleep = lane.sleep() && asleep;
    return asleep;
  }
}
