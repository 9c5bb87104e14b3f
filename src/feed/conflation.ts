// Clients of protocol v2 that want no more than the latest quote of each instrument in an interval: all of one interval are
// served by one pass. What waits is a count an instrument, and the gaps and states in between: bounded by construction.

import type { LatestQuotes } from '../core/event.js';
import type { Cancel, Clock, Micros } from '../core/time.js';
import type { FollowerClient, Put } from './follower.js';
import type { Outlet } from './outlet.js';
import type { PairBook, WantedPair } from './pair-book.js';

/** Gaps and states waiting; more are sent before the interval is over. */
const COLDS_MAX = 1_024;

interface Cold {
  readonly kind: number;
  readonly id: number;
  readonly seq: Micros;
  readonly word: number;
  readonly value: number;
  readonly isGap: boolean;
}

export interface ConflationParts {
  readonly outlet: Outlet;
  readonly pairs: PairBook;
  readonly latest: LatestQuotes;
  readonly clock: Clock;
  readonly lastSeq: () => Micros;
  readonly put: Put;
}

export class Conflation {
  readonly #parts: ConflationParts;
  readonly #ms: number;
  /** Quotes that came since the last pass, by instrument; 0 = only its pairs are concerned. */
  readonly #waiting = new Map<number, number>();
  #colds: Cold[] = [];
  #members: readonly FollowerClient[] = [];
  #cancel: Cancel | null = null;
  /** Quotes that were never sent because a later one took their place. */
  leftOut = 0;

  constructor(parts: ConflationParts, ms: number) {
    this.#parts = parts;
    this.#ms = ms;
  }

  get size(): number {
    return this.#members.length;
  }

  /** What waits is not the newcomer's: it goes out before. */
  join(client: FollowerClient): void {
    this.flush();
    this.#members = [...this.#members, client];
    this.#cancel ??= this.#parts.clock.every(this.#ms, () => this.flush());
  }

  leave(client: FollowerClient): void {
    this.#members = this.#members.filter((member) => member !== client);
    if (this.#members.length > 0) return;
    this.#cancel?.();
    this.#cancel = null;
    this.#waiting.clear();
    this.#colds = [];
  }

  quote(instrumentId: number): void {
    this.#waiting.set(instrumentId, (this.#waiting.get(instrumentId) ?? 0) + 1);
  }

  /** Only its pairs are concerned. */
  touch(instrumentId: number): void {
    if (!this.#waiting.has(instrumentId)) this.#waiting.set(instrumentId, 0);
  }

  cold(cold: Cold): void {
    this.touch(cold.id);
    this.#colds.push(cold);
    if (this.#colds.length >= COLDS_MAX) this.flush();
  }

  /** Everything that waits, in its order: so that a client cut off in the middle knows how far it is. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    const { stampUs } = this.#parts.latest;
    const quoted = [...this.#waiting].filter(([, count]) => count > 0);
    quoted.sort(([a], [b]) => stampUs[a]! - stampUs[b]!);
    const colds = this.#colds;
    const touched = [...this.#waiting];
    this.#colds = [];
    this.#waiting.clear();
    let at = 0;
    for (const [id, count] of quoted) {
      for (; at < colds.length && colds[at]!.seq < stampUs[id]!; at += 1) this.#sendCold(colds[at]!);
      this.#sendQuote(id, count - 1);
    }
    for (; at < colds.length; at += 1) this.#sendCold(colds[at]!);
    this.#sendSpreads(touched);
  }

  #sendQuote(id: number, leftOut: number): void {
    const { outlet, put } = this.#parts;
    this.leftOut += leftOut;
    let isSet = false;
    for (const client of this.#members) {
      const { wanted } = client.state;
      if (wanted === null || !wanted.streams.has('quotes') || !outlet.wants(wanted, id)) continue;
      if (!isSet) outlet.setLatest(id, 0, leftOut);
      isSet = true;
      outlet.putQuote(client, put);
    }
  }

  #sendCold({ kind, id, seq, word, value, isGap }: Cold): void {
    const { outlet, put } = this.#parts;
    const stream = isGap ? 'gaps' : 'status';
    let isSet = false;
    for (const client of this.#members) {
      const { wanted } = client.state;
      if (wanted === null || !wanted.streams.has(stream) || !outlet.wants(wanted, id)) continue;
      if (!isSet) outlet.setCold(kind, id, seq, word, value, 0);
      isSet = true;
      outlet.putCold(client, put);
    }
  }

  /** After the quotes: a spread is of all of them. */
  #sendSpreads(touched: readonly (readonly [number, number])[]): void {
    const { outlet, pairs, put, lastSeq } = this.#parts;
    const counts = new Map<WantedPair, number>();
    for (const [id, count] of touched)
      for (const pair of pairs.of(id)) counts.set(pair, (counts.get(pair) ?? 0) + count);
    for (const [pair, count] of counts) {
      let isSet = false;
      for (const client of this.#members) {
        if (!client.state.pairs.has(pair)) continue;
        if (!isSet) outlet.setSpread(pair, lastSeq(), 0, Math.max(0, count - 1));
        isSet = true;
        outlet.putSpread(client, put);
      }
    }
  }
}
