// The main thread's end of looking after a lake: asks the worker for one step after the other, gives way to encoding
// between them, and keeps the sums for /health. Knows nothing of files.

import { isoMicros, type Micros } from '../core/time.js';
import { addSteps, type CareOrder, type CareStep, NO_STEP } from './care-step.js';
import type { Encoder } from './encoder.js';

/** How a lake is kept; see the configuration's `lake`. */
export interface CareSettings {
  /** So many of the newest UTC days, today's included, keep their hour files. */
  readonly hotDays: number;
  /** So many of the newest UTC days are kept; absent = all. */
  readonly retentionDays?: number;
  /** The oldest days go until it is no larger; absent = no bound. */
  readonly maxBytes?: number;
}

export interface CareState {
  readonly running: boolean;
  /** Days that are due and not compacted yet, as last seen. */
  readonly daysWaiting: number;
  /** Since the start. */
  readonly daysCompacted: number;
  readonly daysRemoved: number;
  readonly bytesRemoved: number;
  /** The last one that changed anything. */
  readonly lastCompaction: LastCompaction | null;
}

export interface LastCompaction {
  /** ISO 8601: when it ended. */
  readonly at: string;
  readonly days: number;
  readonly instruments: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly rows: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export class Caretaker {
  readonly #encoder: Pick<Encoder, 'care'>;
  readonly #settings: CareSettings;
  readonly #nowUs: () => Micros;
  #order: CareOrder | null = null;
  #running = false;
  /** Of the order under way. */
  #sum: CareStep = NO_STEP;
  #total: CareStep = NO_STEP;
  #last: LastCompaction | null = null;

  constructor(encoder: Pick<Encoder, 'care'>, settings: CareSettings, nowUs: () => Micros) {
    this.#encoder = encoder;
    this.#settings = settings;
    this.#nowUs = nowUs;
  }

  get state(): CareState {
    const { daysWaiting, daysCompacted, daysRemoved, bytesRemoved } = this.#total;
    return {
      running: this.#running,
      ...{ daysWaiting, daysCompacted, daysRemoved, bytesRemoved },
      lastCompaction: this.#last,
    };
  }

  /** What is over by now is looked after with the next `work`. */
  ask(closedBeforeUs: Micros, walk = false): void {
    if (this.#running) return;
    const { hotDays, retentionDays = null, maxBytes: bytesMax = null } = this.#settings;
    this.#order = { nowUs: this.#nowUs(), closedBeforeUs, hotDays, retentionDays, bytesMax, walk };
  }

  /**
   * Steps until all is done or `givesWay` says so: then the rest comes with the next call. Problems are told as they
   * come. Rejects where the worker died, or the lake's own marks cannot be written: then until it is asked again.
   */
  async work(givesWay: () => boolean, tell: (step: CareStep) => void): Promise<void> {
    while (this.#order !== null && !givesWay()) {
      this.#running = true;
      const step = await this.#step(this.#order);
      if (step === null) return;
      this.#sum = addSteps(this.#sum, { ...step, problems: [] });
      this.#total = addSteps(this.#total, { ...step, problems: [] });
      tell(step);
    }
  }

  async #step(order: CareOrder): Promise<CareStep | null> {
    try {
      const step = await this.#encoder.care(order);
      if (step === null) this.#finish(true);
      return step;
    } catch (error) {
      this.#finish(false);
      throw error;
    }
  }

  #finish(isDone: boolean): void {
    const {
      daysCompacted: days,
      instruments,
      filesBefore,
      filesAfter,
      rows,
      bytesBefore,
      bytesAfter,
    } = this.#sum;
    if (instruments > 0) {
      const at = isoMicros(this.#nowUs());
      this.#last = { at, days, instruments, filesBefore, filesAfter, rows, bytesBefore, bytesAfter };
    }
    // Where steps were seen, the last of them says what still waits.
    if (isDone && this.#sum === NO_STEP) this.#total = { ...this.#total, daysWaiting: 0 };
    this.#sum = NO_STEP;
    this.#order = null;
    this.#running = false;
  }
}
