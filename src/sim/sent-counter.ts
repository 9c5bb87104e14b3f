// How many whole frames with a best bid and ask an exchange has sent, on all connections together. Counts, keeps none.

import { symbolKey } from '../core/symbol.js';

export class SentCounter {
  total = 0;
  /** As the exchange spells them: nothing is made of a name for a frame. */
  readonly #bySymbol = new Map<string, number>();

  note(exchangeSymbol: string): void {
    this.total++;
    this.#bySymbol.set(exchangeSymbol, (this.#bySymbol.get(exchangeSymbol) ?? 0) + 1);
  }

  /** By symbol, in any spelling. */
  of(symbol: string): number {
    const key = symbolKey(symbol);
    let count = 0;
    for (const [exchangeSymbol, sent] of this.#bySymbol) if (symbolKey(exchangeSymbol) === key) count += sent;
    return count;
  }
}
