// How many whole frames with a best bid and ask an exchange has sent, on all connections together. Counts, keeps none.

import { symbolKey } from '../core/symbol.js';

export class SentCounter {
  total = 0;
  readonly #bySymbol = new Map<string, number>();

  note(symbol: string): void {
    this.total++;
    this.#bySymbol.set(symbolKey(symbol), this.of(symbol) + 1);
  }

  /** By symbol, in any spelling. */
  of(symbol: string): number {
    return this.#bySymbol.get(symbolKey(symbol)) ?? 0;
  }
}
