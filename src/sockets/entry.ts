// One client as this room knows it: its socket, whether it lives, and how much it asks. It sends nothing.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { Client } from './client.js';
import type { Holdable } from './release.js';

/** Messages that one client may send in a period: who asks more is no client. */
const MESSAGES_MAX = 1_000;
const MESSAGES_PERIOD_US = 10 * US_PER_SECOND;

export class Entry<State> implements Client<State>, Holdable {
  /** False from a ping until the next sign of life. */
  proven = true;
  held = false;
  /** Agreed to permessage-deflate, the only extension there is. */
  readonly deflates: boolean;
  #messages = 0;
  #periodUs: Micros = Number.NEGATIVE_INFINITY;
  constructor(
    readonly id: number,
    readonly state: State,
    readonly socket: WebSocket,
    readonly connection: Duplex | null,
  ) {
    this.deflates = socket.extensions !== '';
  }

  /** For each message of it: false when there were too many. */
  mayAsk(nowUs: Micros): boolean {
    if (Math.abs(nowUs - this.#periodUs) > MESSAGES_PERIOD_US) {
      this.#periodUs = nowUs;
      this.#messages = 0;
    }
    this.#messages += 1;
    return this.#messages <= MESSAGES_MAX;
  }
}
