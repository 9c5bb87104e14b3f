// What went wrong while writing, for /health: each kind once with a count and its newest words; bounded.

import type { Clock, Micros } from '../core/time.js';

export interface WriteProblem {
  /** The kind, with the system's word for it: `journal write: ENOSPC`. */
  readonly what: string;
  readonly message: string;
  readonly count: number;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

const KINDS_MAX = 50;
const MESSAGE_LENGTH_MAX = 300;

export class ProblemBook {
  readonly #clock: Clock;
  readonly #byKind = new Map<string, WriteProblem>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True where it is the first of its kind: then it is worth a line in the log. */
  add(what: string, message: string): boolean {
    const nowUs = this.#clock.nowUs();
    const known = this.#byKind.get(what);
    if (known === undefined && this.#byKind.size >= KINDS_MAX) return false;
    this.#byKind.set(what, {
      what,
      message: message.slice(0, MESSAGE_LENGTH_MAX),
      count: (known?.count ?? 0) + 1,
      firstUs: known?.firstUs ?? nowUs,
      lastUs: nowUs,
    });
    return known === undefined;
  }

  all(): readonly WriteProblem[] {
    return [...this.#byKind.values()];
  }
}
