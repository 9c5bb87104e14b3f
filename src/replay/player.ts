// Plays a lake into the hub: as fast as the machine and the slowest client allow, or so many times as fast as it was
// recorded. Moves the replay's clock, reads one slice ahead, and leaves the event loop its turns. Writes nothing.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Micros, US_PER_MINUTE } from '../core/time.js';
import type { OrderedSlice } from '../lake/in-order.js';
import type { ReplayClock } from './replay-clock.js';
import { type RecordedDoor, type ReplayCounters, SliceCursor } from './slice-cursor.js';

export type { ReplayCounters } from './slice-cursor.js';

export type ReplaySpeed = number | 'max';

export interface PlayerOptions {
  readonly slices: AsyncIterable<OrderedSlice>;
  readonly hub: RecordedDoor;
  /** Moved by the player. */
  readonly clock: ReplayClock;
  /** The machine's time, which paces. */
  readonly realClock: Clock;
  /** Instrument ids by their places in what is read. */
  readonly ids: readonly number[];
  /** True while a client has not taken what it was sent: the replay then waits for it. */
  readonly behind: () => boolean;
  readonly signal: AbortSignal;
}

/** Records of one turn of the event loop: fewer than fill what may wait for a bot. */
const TURN_RECORDS = 1_024;
/** So much of quiet time is passed in one turn: timers of every second run in it. */
const TURN_US = US_PER_MINUTE;
/** How often a paced replay moves on where nothing happens, and a waiting one looks again. */
const STEP_MS = 4;

export class Player {
  readonly counters: ReplayCounters = {
    quotes: 0,
    events: 0,
    trades: 0,
    oneSided: 0,
    raised: 0,
    lastUs: Number.NEGATIVE_INFINITY,
  };
  readonly #options: PlayerOptions;
  readonly #slices: AsyncIterator<OrderedSlice>;
  /** Read while the one before it is played. */
  #ahead: Promise<IteratorResult<OrderedSlice>> | null = null;
  #cursor: SliceCursor | null = null;
  #ended = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#slices = options.slices[Symbol.asyncIterator]();
  }

  /** Stamp of the next record; Infinity where there is none. */
  async nextUs(): Promise<Micros> {
    while (!this.#ended) {
      const nextUs = this.#cursor?.nextUs ?? Number.POSITIVE_INFINITY;
      if (nextUs !== Number.POSITIVE_INFINITY) return nextUs;
      this.#ahead ??= this.#slices.next();
      const { done, value } = await this.#ahead;
      this.#ahead = done === true ? null : this.#slices.next();
      // It is awaited, and its failure met, when its time comes.
      this.#ahead?.catch(() => {});
      this.#cursor =
        done === true ? null : new SliceCursor(value, { ...this.#options, counters: this.counters });
      this.#ended = done === true;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Plays everything stamped before `endUs`; the clock then shows it, or the last record where none is left. */
  async play(endUs: Micros, speed: ReplaySpeed): Promise<void> {
    const { clock, realClock, signal, behind } = this.#options;
    const [startUs, realStartUs] = [clock.nowUs(), realClock.nowUs()];
    const dueUs = (): Micros =>
      speed === 'max' ? Number.POSITIVE_INFINITY : startUs + (realClock.nowUs() - realStartUs) * speed;
    for (;;) {
      const nextUs = await this.nextUs();
      signal.throwIfAborted();
      if (nextUs === Number.POSITIVE_INFINITY) return;
      const untilUs = Math.min(endUs - 1, dueUs(), clock.nowUs() + TURN_US);
      const given = this.#cursor!.give(untilUs, TURN_RECORDS);
      const { nextUs: laterUs } = this.#cursor!;
      // At a slice's end nobody knows yet what comes next.
      const isWhole = laterUs > untilUs && laterUs !== Number.POSITIVE_INFINITY;
      if (isWhole && untilUs === endUs - 1) break;
      if (isWhole) clock.runTo(Math.floor(untilUs));
      if (given < TURN_RECORDS && speed !== 'max') await pause(realClock);
      else await nextTurn();
      while (behind() && !signal.aborted) await pause(realClock);
    }
    clock.runTo(endUs);
  }

  /** Of no use afterwards. */
  async close(): Promise<void> {
    await this.#ahead?.catch(() => {});
    await this.#slices.return?.();
  }
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(STEP_MS, resolve);
  });
}
