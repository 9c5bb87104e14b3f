// Instruments: exchange + symbol, interned as a small integer that everything in the process uses.
// Ids live as long as the process and are never reused; on disk an instrument is its two names.

import { assert } from './assert.js';
import { exchangeKey } from './exchange.js';
import { symbolKey } from './symbol.js';

export interface Instrument {
  readonly id: number;
  /** As written everywhere: `Binance`. */
  readonly exchange: string;
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
}

/** Gives out ids 0, 1, 2 … in order of first appearance. */
export class InstrumentTable {
  readonly #byKey = new Map<string, Instrument>();
  readonly #all: Instrument[] = [];

  get size(): number {
    return this.#all.length;
  }

  /** The instrument of these names, made on first use. Names match as everywhere: any case, any spelling. */
  intern(exchange: string, symbol: string): Instrument {
    const key = instrumentKey(exchange, symbol);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made: Instrument = { id: this.#all.length, exchange, symbol };
    this.#byKey.set(key, made);
    this.#all.push(made);
    return made;
  }

  find(exchange: string, symbol: string): Instrument | undefined {
    return this.#byKey.get(instrumentKey(exchange, symbol));
  }

  get(id: number): Instrument {
    const found = this.#all[id];
    assert(found !== undefined, `instrument id ${id} was never given out`);
    return found;
  }

  all(): readonly Instrument[] {
    return this.#all;
  }
}

/** Equal for two spellings of the same instrument. */
export function instrumentKey(exchange: string, symbol: string): string {
  return `${exchangeKey(exchange)}|${symbolKey(symbol)}`;
}
