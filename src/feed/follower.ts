// One client of protocol v2: what it wants, how far it is, what it has been told of numbers. And the one place where a message
// about the market goes to a client, in its form, counted.

import type { Client } from '../sockets/clients.js';
import type { Named } from './forms.js';
import type { WantedPair } from './pair-book.js';
import type { Wanted } from './request.js';

export class Follower {
  /** Where a request does not say: pages are content with less. */
  readonly conflateMsUsual: number;
  wanted: Wanted | null = null;
  pairs: ReadonlySet<WantedPair> = new Set();
  /** Messages about the market, sent on this connection. */
  count = 0;
  isGone = false;
  /** Nothing is on its way to it that happened earlier. */
  isCaughtUp = true;
  /** Pieces are with its socket; and what is done when they have left, instead of the next ones. */
  isSending = false;
  waiting: (() => void) | null = null;
  /** Raised by each request, so that what an earlier one began ends. */
  turn = 0;
  /** A bit an instrument: its number has been introduced. Made for binary clients only. */
  #instruments: Uint8Array | null = null;
  readonly #pairNumbers = new Set<number>();

  constructor(conflateMsUsual: number) {
    this.conflateMsUsual = conflateMsUsual;
  }

  /** Whether the instrument must be introduced first; from then on it is. */
  isNewInstrument(id: number, instrumentsMax: number): boolean {
    this.#instruments ??= new Uint8Array(Math.ceil(instrumentsMax / 8));
    const [at, bit] = [id >> 3, 1 << (id & 7)];
    if ((this.#instruments[at]! & bit) !== 0) return false;
    this.#instruments[at]! |= bit;
    return true;
  }

  isNewPair(number: number): boolean {
    if (this.#pairNumbers.has(number)) return false;
    this.#pairNumbers.add(number);
    return true;
  }
}

export type FollowerClient = Client<Follower>;

/** Takes bytes on their way to a client. */
export type Put = (client: FollowerClient, bytes: Buffer) => void;

interface Forms {
  readonly text: Buffer;
  readonly record: Buffer;
}

/** `isNew`: its number must be introduced, asked of binary clients only. */
export function putForms(
  client: FollowerClient,
  forms: Forms,
  { introduction }: Named,
  isNew: (follower: Follower) => boolean,
  put: Put,
): void {
  const follower = client.state;
  follower.count += 1;
  if (follower.wanted?.isBinary === true) {
    if (isNew(follower)) put(client, introduction);
    put(client, forms.record);
  } else put(client, forms.text);
}
