// When what is sent leaves: a write costs more than a message, so those of one turn of the event loop go together;
// and a thousand writes take longer than quotes should wait, so a few connections have their turn in each.
// It never reorders: what a connection is given while it waits goes behind what it was given before.

import type { Duplex } from 'node:stream';

export interface Holdable {
  readonly connection: Duplex | null;
  /** What was sent to it is kept by us until its turn. Set here only. */
  held: boolean;
}

/** Connections of one turn of the loop, some 4 ms of writes: quotes wait no longer, and a thousand clients take four turns. */
const TURN_CONNECTIONS = 256;

export class Release {
  readonly #whenAllHadTheirs: () => void;
  readonly #connections: () => number;
  #waiting: Holdable[] = [];
  #isUnderWay = false;
  #released = 0;

  /** `whenAllHadTheirs`: after each round, also where some always wait. `connections`: how many there are. */
  constructor(connections: () => number, whenAllHadTheirs: () => void) {
    this.#connections = connections;
    this.#whenAllHadTheirs = whenAllHadTheirs;
  }

  /** To be called before each send; what is sent then stays in the connection's own buffer. */
  hold(one: Holdable): void {
    if (one.held) return;
    one.held = true;
    one.connection?.cork();
    this.#waiting.push(one);
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    process.nextTick(this.#turn);
  }

  readonly #turn = (): void => {
    const released = this.#waiting.splice(0, TURN_CONNECTIONS);
    for (const one of released) {
      one.held = false;
      one.connection?.uncork();
    }
    this.#isUnderWay = this.#waiting.length > 0;
    if (this.#isUnderWay) setImmediate(this.#turn);
    this.#released += released.length;
    if (this.#isUnderWay && this.#released < this.#connections()) return;
    this.#released = 0;
    this.#whenAllHadTheirs();
  };
}
