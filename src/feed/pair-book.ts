// The pairs that clients of protocol v2 have asked spreads of, by instrument: so that a quote costs the pairs of its
// instrument and no others. A pair is in it while somebody wants it.

import { type Instrument, instrumentKey } from '../core/instrument.js';
import { symbolKey } from '../core/symbol.js';
import type { Named } from './forms.js';
import type { PairNames } from './protocol.js';

export interface WantedPair extends Named {
  readonly number: number;
  readonly key: string;
  /** Instrument ids; -1 until the first event of the leg. */
  left: number;
  right: number;
  readonly leftKey: string;
  readonly rightKey: string;
  /** Both legs stood when last looked. */
  stands: boolean;
  clients: number;
}

/** Undefined where it is not known. */
export type FindInstrument = (exchange: string, symbol: string) => Instrument | undefined;

const NONE: readonly WantedPair[] = [];

export class PairBook {
  readonly #byKey = new Map<string, WantedPair>();
  readonly #byInstrument: WantedPair[][] = [];
  readonly #find: FindInstrument;
  #next = 0;

  constructor(find: FindInstrument) {
    this.#find = find;
  }

  get size(): number {
    return this.#byKey.size;
  }

  [Symbol.iterator](): IterableIterator<WantedPair> {
    return this.#byKey.values();
  }

  of(instrumentId: number): readonly WantedPair[] {
    return this.#byInstrument[instrumentId] ?? NONE;
  }

  /** One client more wants these; each once. */
  takeAll(list: readonly PairNames[]): ReadonlySet<WantedPair> {
    const taken = new Set<WantedPair>();
    for (const names of list) {
      const pair = this.#take(names);
      if (taken.has(pair)) pair.clients -= 1;
      taken.add(pair);
    }
    return taken;
  }

  #take(names: PairNames): WantedPair {
    const key = pairKey(names);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.clients += 1;
      return known;
    }
    const [symbol, exchange1, exchange2] = names;
    const [leg1, leg2] = [this.#find(exchange1, symbol), this.#find(exchange2, symbol)];
    // Spelled as we do, where we know it.
    const shown = {
      symbol: (leg1 ?? leg2)?.symbol ?? symbol,
      exchange1: leg1?.exchange ?? exchange1,
      exchange2: leg2?.exchange ?? exchange2,
    };
    const number = this.#next;
    this.#next += 1;
    const made: WantedPair = {
      number,
      key,
      names: `,${JSON.stringify(shown).slice(1, -1)}`,
      introduction: Buffer.from(JSON.stringify({ type: 'pair', number, ...shown })),
      left: leg1?.id ?? -1,
      right: leg2?.id ?? -1,
      leftKey: instrumentKey(exchange1, symbol),
      rightKey: instrumentKey(exchange2, symbol),
      stands: false,
      clients: 1,
    };
    this.#byKey.set(key, made);
    for (const id of [made.left, made.right]) if (id >= 0) this.#enter(id, made);
    return made;
  }

  /** One client less wants it. */
  release(pair: WantedPair): void {
    pair.clients -= 1;
    if (pair.clients > 0) return;
    this.#byKey.delete(pair.key);
    for (const id of [pair.left, pair.right])
      if (id >= 0) this.#byInstrument[id] = (this.#byInstrument[id] ?? []).filter((other) => other !== pair);
  }

  /** An instrument is heard of for the first time. */
  meet(instrumentId: number, key: string): void {
    for (const pair of this.#byKey.values()) {
      if (pair.left < 0 && pair.leftKey === key) {
        pair.left = instrumentId;
        this.#enter(instrumentId, pair);
      } else if (pair.right < 0 && pair.rightKey === key) {
        pair.right = instrumentId;
        this.#enter(instrumentId, pair);
      }
    }
  }

  #enter(id: number, pair: WantedPair): void {
    while (this.#byInstrument.length <= id) this.#byInstrument.push([]);
    this.#byInstrument[id]?.push(pair);
  }
}

function pairKey([symbol, exchange1, exchange2]: PairNames): string {
  return `${symbolKey(symbol)}|${instrumentKey(exchange1, '')}${instrumentKey(exchange2, '')}`;
}
