// Brings a client of protocol v2 to the present, no faster than it reads: the latest quotes where it begins, then from what is
// held whatever came since, without a hole and without a double. What is held bounds it: who is too slow for that must go.

import type { LatestQuotes } from '../core/event.js';
import type { Micros } from '../core/time.js';
import type { FollowerClient, Put } from './follower.js';
import type { Outlet } from './outlet.js';
import { KIND, type RecentRing } from './recent-ring.js';
import type { Wanted } from './request.js';
import { BIT } from './standing.js';

/** Instruments of a snapshot that are written at once. */
const BLOCK = 64;
/** Messages, and records looked at, between two looks at whether the client reads. */
const MESSAGES_MAX = 64;
const RECORDS_MAX = 4_096;

export interface CatchUpParts {
  readonly outlet: Outlet;
  readonly ring: RecentRing;
  readonly latest: LatestQuotes;
  readonly lastSeq: () => Micros;
  /** Ids are below it. */
  readonly instrumentsKnown: () => number;
  /** Sends these in order and then, when they have left, calls back; may do that at once where the client has gone. */
  readonly send: (client: FollowerClient, pieces: readonly Buffer[], done: () => void) => void;
  readonly isHere: (client: FollowerClient) => boolean;
  /** It has everything up to now. */
  readonly arrived: (client: FollowerClient) => void;
  /** What it lacks is no longer held. */
  readonly lost: (client: FollowerClient) => void;
}

export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #client: FollowerClient;
  readonly #wanted: Wanted;
  readonly #turn: number;
  /** The next record of the ring to look at. */
  #next: number;
  /** The next instrument of the snapshot; past the end where there is none. */
  #instrument: number;
  #instruments: number;
  /** By block: its quotes up to here were in the snapshot. */
  readonly #coveredUs: Micros[] = [];
  #pieces: Buffer[] = [];

  /** `sinceUs` null = begins with a snapshot. */
  constructor(parts: CatchUpParts, client: FollowerClient, wanted: Wanted, sinceUs: Micros | null) {
    this.#parts = parts;
    this.#client = client;
    this.#wanted = wanted;
    this.#turn = client.state.turn;
    this.#next = sinceUs === null ? parts.ring.next : parts.ring.after(sinceUs);
    this.#instruments = sinceUs === null && wanted.streams.has('quotes') ? parts.instrumentsKnown() : 0;
    this.#instrument = 0;
  }

  readonly run = (): void => {
    const { send, isHere, arrived, lost, ring } = this.#parts;
    const client = this.#client;
    for (;;) {
      if (!isHere(client) || client.state.turn !== this.#turn) return;
      if (this.#next < ring.oldest) {
        lost(client);
        return;
      }
      this.#pieces = [];
      const isThere = this.#instrument < this.#instruments ? this.#snapshot() : this.#records();
      if (this.#pieces.length > 0) {
        // Called back at once: it has gone, or is going.
        let isGone = true;
        send(client, this.#pieces, () => isGone || this.run());
        isGone = false;
        return;
      }
      if (isThere) {
        arrived(client);
        return;
      }
    }
  };

  /** The next block of the snapshot; never the end of it all. */
  #snapshot(): false {
    const { outlet, lastSeq } = this.#parts;
    const to = Math.min(this.#instrument + BLOCK, this.#instruments);
    for (let id = this.#instrument; id < to; id += 1)
      if (outlet.wants(this.#wanted, id) && outlet.setLatest(id, BIT.snapshot, 0))
        outlet.putQuote(this.#client, this.#put);
    this.#coveredUs.push(lastSeq());
    this.#instrument = to;
    return false;
  }

  /** The next records; true: those were the last. */
  #records(): boolean {
    const { ring } = this.#parts;
    if (this.#wanted.conflateMs > 0) return this.#latestRecords();
    const to = Math.min(ring.next, this.#next + RECORDS_MAX);
    for (; this.#next < to && this.#pieces.length < MESSAGES_MAX; this.#next += 1)
      if (this.#isLacking(this.#next % ring.length)) this.#putRecord(this.#next % ring.length, 0);
    return this.#next === ring.next;
  }

  /** Of each instrument the last quote, with how many came before it; and all gaps and states. */
  #latestRecords(): boolean {
    const { ring } = this.#parts;
    const chosen = new Map<number, number>();
    const leftOut = new Map<number, number>();
    for (let record = this.#next; record < ring.next; record += 1) {
      const slot = record % ring.length;
      if (!this.#isLacking(slot)) continue;
      const id = ring.instrumentId[slot]!;
      const key = ring.kind[slot] === KIND.quote ? id : -1 - record;
      if (key >= 0) leftOut.set(id, (leftOut.get(id) ?? -1) + 1);
      // Anew, so that they stay in the order of their last.
      chosen.delete(key);
      chosen.set(key, slot);
    }
    for (const [key, slot] of chosen) this.#putRecord(slot, key < 0 ? 0 : leftOut.get(key)!);
    this.#next = ring.next;
    return true;
  }

  #isLacking(slot: number): boolean {
    const { outlet, ring } = this.#parts;
    const kind = ring.kind[slot];
    const stream = kind === KIND.quote ? 'quotes' : kind === KIND.gap ? 'gaps' : 'status';
    if (!this.#wanted.streams.has(stream)) return false;
    const id = ring.instrumentId[slot]!;
    const coveredUs = this.#coveredUs[Math.floor(id / BLOCK)] ?? Number.NEGATIVE_INFINITY;
    if (kind === KIND.quote && ring.stampUs[slot]! <= coveredUs) return false;
    return outlet.wants(this.#wanted, id);
  }

  #putRecord(slot: number, leftOut: number): void {
    const { outlet, ring } = this.#parts;
    outlet.setRecord(ring, slot, leftOut);
    if (ring.kind[slot] === KIND.quote) outlet.putQuote(this.#client, this.#put);
    else outlet.putCold(this.#client, this.#put);
  }

  readonly #put: Put = (_client, bytes) => {
    this.#pieces.push(bytes);
  };
}
