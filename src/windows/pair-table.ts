// Every pair of instruments there is: same symbol, two exchanges, one market (or any). Found once and numbered,
// so that whoever looks at all of them keeps typed columns by number. Never forgets a pair, never names one twice.

import { exchangeKey, marketOf } from '../core/exchange.js';
import type { Instrument } from '../core/instrument.js';
import { symbolKey } from '../core/symbol.js';
import type { PairNames } from './window.js';

export interface PairTableOptions {
  readonly instruments: { all(): readonly Instrument[] };
  /** Pairs beyond are left out, and counted. */
  readonly pairsMax: number;
  /** True: spot is paired with perpetuals too. */
  readonly spotPerp: boolean;
}

const NONE: readonly number[] = [];

export class PairTable {
  /** Pairs that found no room. */
  leftOut = 0;
  /** Numbers are 0 … size − 1. */
  size = 0;
  readonly pairsMax: number;
  /** Instrument ids of the legs, by number. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly #options: PairTableOptions;
  readonly #bySymbol = new Map<string, Instrument[]>();
  /** Index = instrument id. */
  readonly #ofInstrument: number[][] = [];
  #known = 0;
  #byName: readonly number[] = NONE;

  constructor(options: PairTableOptions) {
    this.#options = options;
    this.pairsMax = options.pairsMax;
    this.left = new Int32Array(options.pairsMax);
    this.right = new Int32Array(options.pairsMax);
  }

  /** Of the table: legs, the numbers by instrument and by name. */
  static bytesMax(pairsMax: number): number {
    return pairsMax * (2 * 4 + 2 * 12 + 8);
  }

  /** Takes in the instruments that came since the last call; costs nothing where none did. */
  meetNewInstruments(): void {
    // Ids are given out in order and never reused: what is new lies at the end.
    const all = this.#options.instruments.all();
    for (; this.#known < all.length; this.#known += 1) {
      const instrument = all[this.#known]!;
      const kind = this.#options.spotPerp ? 'any' : marketOf(instrument.exchange);
      const key = `${symbolKey(instrument.symbol)}|${kind}`;
      const others = this.#bySymbol.get(key) ?? [];
      for (const other of others) this.#meet(other, instrument);
      others.push(instrument);
      this.#bySymbol.set(key, others);
    }
  }

  /** Numbers of the pairs that the instrument is a leg of. */
  of(instrumentId: number): readonly number[] {
    return this.#ofInstrument[instrumentId] ?? NONE;
  }

  /** As statistics name it: the exchange that comes first by code points is the left one. */
  names(pair: number): PairNames {
    const all = this.#options.instruments.all();
    const left = all[this.left[pair]!]!;
    return { symbol: left.symbol, exchange1: left.exchange, exchange2: all[this.right[pair]!]!.exchange };
  }

  /** All numbers by symbol, exchange1, exchange2, in code-point order. */
  byName(): readonly number[] {
    if (this.#byName.length !== this.size) {
      const names = Array.from({ length: this.size }, (_, pair) => this.names(pair));
      this.#byName = Array.from(names.keys()).sort((a, b) => compareNames(names[a]!, names[b]!));
    }
    return this.#byName;
  }

  /** The number of a pair by names in any spelling; `isTurned`: its exchange1 is the table's second leg. */
  find(names: PairNames): { readonly pair: number; readonly isTurned: boolean } | undefined {
    const kinds = this.#options.spotPerp ? ['any'] : [marketOf(names.exchange1)];
    const [left, right] = [names.exchange1, names.exchange2].map((exchange) =>
      kinds
        .flatMap((kind) => this.#bySymbol.get(`${symbolKey(names.symbol)}|${kind}`) ?? [])
        .find((instrument) => exchangeKey(instrument.exchange) === exchangeKey(exchange)),
    );
    if (left === undefined || right === undefined) return undefined;
    const pair = this.of(left.id).find((other) => this.of(right.id).includes(other));
    return pair === undefined ? undefined : { pair, isTurned: this.left[pair] !== left.id };
  }

  #meet(one: Instrument, other: Instrument): void {
    if (exchangeKey(one.exchange) === exchangeKey(other.exchange)) return;
    if (this.size === this.pairsMax) {
      this.leftOut += 1;
      return;
    }
    const [left, right] = one.exchange < other.exchange ? [one, other] : [other, one];
    const pair = this.size;
    this.left[pair] = left.id;
    this.right[pair] = right.id;
    this.size += 1;
    for (const { id } of [left, right]) {
      while (this.#ofInstrument.length <= id) this.#ofInstrument.push([]);
      this.#ofInstrument[id]!.push(pair);
    }
  }
}

export function compareNames(a: PairNames, b: PairNames): number {
  return (
    compareText(a.symbol, b.symbol) ||
    compareText(a.exchange1, b.exchange1) ||
    compareText(a.exchange2, b.exchange2)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
