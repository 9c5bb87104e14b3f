// What happens, given to every client of protocol v2 that is up to the present and wants it: at once, or by the interval it
// asked for. Until somebody subscribes for the first time it only follows which quotes stand.

import type { ColdEvent, Subscriber } from '../core/event.js';
import { GAP_REASONS, STATUS_KINDS } from '../core/reasons.js';
import type { Micros } from '../core/time.js';
import { Conflation, type ConflationParts } from './conflation.js';
import type { FollowerClient } from './follower.js';
import { KIND, RecentRing } from './recent-ring.js';
import type { Standing } from './standing.js';

export interface BroadcastParts extends ConflationParts {
  readonly standing: Standing;
}

export class Broadcast implements Subscriber {
  readonly #parts: BroadcastParts;
  readonly #conflations = new Map<number, Conflation>();
  #direct: readonly FollowerClient[] = [];
  #ring: RecentRing | null = null;

  constructor(parts: BroadcastParts) {
    this.#parts = parts;
  }

  /** Null until `holding` was asked for. */
  get ring(): RecentRing | null {
    return this.#ring;
  }

  get leftOut(): number {
    let sum = 0;
    for (const { leftOut } of this.#conflations.values()) sum += leftOut;
    return sum;
  }

  /** From now on everything is held. */
  holding(recordsMax: number): RecentRing {
    this.#ring ??= new RecentRing(recordsMax, this.#parts.lastSeq());
    return this.#ring;
  }

  /** It has everything up to now. */
  join(client: FollowerClient): void {
    client.state.isCaughtUp = true;
    const ms = client.state.wanted?.conflateMs ?? 0;
    if (ms === 0) {
      this.#direct = [...this.#direct, client];
      return;
    }
    const conflation = this.#conflations.get(ms) ?? new Conflation(this.#parts, ms);
    this.#conflations.set(ms, conflation);
    conflation.join(client);
  }

  leave(client: FollowerClient): void {
    this.#direct = this.#direct.filter((other) => other !== client);
    for (const conflation of this.#conflations.values()) conflation.leave(client);
  }

  /** What waits for an interval to end. */
  flush(): void {
    for (const conflation of this.#conflations.values()) conflation.flush();
  }

  quote(
    stampUs: Micros,
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    const { outlet, standing, put } = this.#parts;
    const flags = standing.quote(id, bid, ask);
    if (this.#ring === null) return;
    outlet.meet(id);
    this.#ring.add(KIND.quote, flags, stampUs, id, bid, bidSize, ask, askSize, exchangeUs);
    let isSet = false;
    for (const client of this.#direct) {
      const { wanted } = client.state;
      if (wanted === null || !wanted.streams.has('quotes') || !outlet.wants(wanted, id)) continue;
      if (!isSet) outlet.setQuote(id, stampUs, bid, bidSize, ask, askSize, exchangeUs, flags, 0);
      isSet = true;
      outlet.putQuote(client, put);
    }
    this.#spreads(id, stampUs);
    for (const conflation of this.#conflations.values()) if (conflation.size > 0) conflation.quote(id);
  }

  cold(event: ColdEvent): void {
    const { outlet, standing, put } = this.#parts;
    standing.cold(event);
    if (this.#ring === null || (event.type !== 'gap' && event.type !== 'status')) return;
    const { stampUs: seq, instrumentId: id } = event;
    const isGap = event.type === 'gap';
    const kind = isGap ? KIND.gap : KIND.status;
    const word = isGap ? GAP_REASONS.indexOf(event.reason) : STATUS_KINDS.indexOf(event.status);
    const value = isGap ? event.fromUs : event.value;
    this.#ring.add(kind, word, seq, id, value, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
    outlet.meet(id);
    let isSet = false;
    for (const client of this.#direct) {
      const { wanted } = client.state;
      const isWanted = wanted?.streams.has(isGap ? 'gaps' : 'status') === true;
      if (!isWanted || !outlet.wants(wanted, id)) continue;
      if (!isSet) outlet.setCold(kind, id, seq, word, value, 0);
      isSet = true;
      outlet.putCold(client, put);
    }
    this.#spreads(id, seq);
    for (const conflation of this.#conflations.values())
      if (conflation.size > 0) conflation.cold({ kind, id, seq, word, value, isGap });
  }

  /** A leg that has grown too old for its pair: nothing else would tell. */
  readonly second = (): void => {
    const { outlet, pairs, lastSeq, put } = this.#parts;
    for (const pair of pairs) {
      if (!pair.stands || outlet.stands(pair)) continue;
      outlet.setSpread(pair, lastSeq(), 0, 0);
      for (const client of this.#direct) if (client.state.pairs.has(pair)) outlet.putSpread(client, put);
      for (const conflation of this.#conflations.values())
        if (conflation.size > 0) conflation.touch(pair.left);
    }
  };

  /** To those who get every one; after the quote, so that who is cut off in between has the quote. */
  #spreads(instrumentId: number, seq: Micros): void {
    const { outlet, pairs, put } = this.#parts;
    for (const pair of pairs.of(instrumentId)) {
      let isSet = false;
      for (const client of this.#direct) {
        if (!client.state.pairs.has(pair)) continue;
        if (!isSet) outlet.setSpread(pair, seq, 0, 0);
        isSet = true;
        outlet.putSpread(client, put);
      }
    }
  }
}
