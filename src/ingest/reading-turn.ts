// What reading may take of one turn of the event loop, all connections of a thread together: past it they wait for the next
// turn, so that a flood of frames never keeps clients and timers waiting. And it knows how long what is read now may have lain
// unread at most, which is how late a quote is whose exchange gives it no time. Reads no frame.

import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';

export interface Pausable {
  pause(): void;
  resume(): void;
}

export interface ReadingTurnOptions {
  readonly clock: Clock;
  /** The time of this thread's loop since its start, µs, but for what it spent waiting for something to do. */
  readonly loopActiveUs: () => number;
  readonly turnMsMax: number;
}

/** How often it is looked at how late things are. */
export const LOOK_MS = 25;

export class ReadingTurn {
  readonly #options: ReadingTurnOptions;
  /** When the first frame of this turn was read; NaN between turns. */
  #beganUs: Micros = Number.NaN;
  #paused: Pausable[] = [];
  /** Turns that were cut short. */
  cut = 0;
  /** The last turn was cut short: more lies unread. */
  #isBehind = false;
  /** Since the last look. */
  #hadTurn = false;
  /** What came before this moment of the loop's activity has been read. */
  #drainedActiveUs: number;
  #lookedActiveUs: number;
  /** Since the last look, and of the one before it. */
  #waitedUs = 0;
  #lastWaitedUs = 0;
  readonly #cancel: Cancel;

  constructor(options: ReadingTurnOptions) {
    this.#options = options;
    this.#drainedActiveUs = options.loopActiveUs();
    this.#lookedActiveUs = this.#drainedActiveUs;
    this.#cancel = options.clock.every(LOOK_MS, this.#look);
  }

  /** A frame of it was read at `nowUs`: the source is paused until the next turn where this one has lasted too long. */
  read(nowUs: Micros, source: Pausable): void {
    if (Number.isNaN(this.#beganUs)) {
      this.#beganUs = nowUs;
      setImmediate(this.#end);
    }
    if (nowUs - this.#beganUs < this.#options.turnMsMax * US_PER_MS || this.#paused.includes(source)) return;
    source.pause();
    this.#paused.push(source);
  }

  /** How long, at most, anything that was read lately had lain unread before, µs. */
  get waitedUs(): number {
    return Math.max(this.#waitedUs, this.#lastWaitedUs);
  }

  /** The last turn was cut short: more lies unread. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  stop(): void {
    this.#cancel();
  }

  /** By a timer: between two of its calls all sockets have been read, but for those that were paused. */
  readonly #look = (): void => {
    const activeUs = this.#options.loopActiveUs();
    // Those that were paused have been read since, and had nothing more.
    if (!this.#hadTurn) this.#isBehind = false;
    this.#hadTurn = false;
    if (!this.#isBehind) this.#drainedActiveUs = Math.max(this.#drainedActiveUs, this.#lookedActiveUs);
    this.#lookedActiveUs = activeUs;
    this.#lastWaitedUs = this.#waitedUs;
    this.#waitedUs = 0;
  };

  /** After the sockets of this turn were read. */
  readonly #end = (): void => {
    const activeUs = this.#options.loopActiveUs();
    this.#waited(activeUs);
    this.#beganUs = Number.NaN;
    this.#hadTurn = true;
    this.#isBehind = this.#paused.length > 0;
    if (this.#isBehind) this.cut += 1;
    else this.#drainedActiveUs = activeUs;
    for (const source of this.#paused.splice(0)) source.resume();
  };

  #waited(activeUs: number): void {
    this.#waitedUs = Math.max(this.#waitedUs, activeUs - this.#drainedActiveUs);
  }
}
