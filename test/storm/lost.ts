// What the exchanges of a storm said, and the stretches in which nothing of an instrument was said to anybody.

import type { SimQuote } from '../../src/sim/exchange.js';
import type { HostedExchange } from '../../src/sim/hosted-exchange.js';
import type { SimServer } from '../../src/sim/server.js';

/** A stretch in which nothing of an instrument could arrive. */
export interface Lost {
  readonly key: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly why: 'nobody was connected' | 'nothing was sent';
}

interface Deaf {
  readonly fromUs: number;
  /** Since when nobody wants the instrument; null = somebody does. */
  unwantedFromUs: number | null;
}

export class Truth {
  readonly #prices = new Map<string, Set<string>>();
  readonly #deaf = new Map<string, Deaf>();
  readonly #lost: Lost[] = [];

  constructor(server: SimServer, names: readonly string[], clock: { nowUs(): number }) {
    for (const name of names) {
      const host = server.exchange(name);
      const keyOf = (exchangeSymbol: string): string => {
        const { base, quote } = host.book.find(exchangeSymbol)!;
        return `${name} ${base}/${quote}`;
      };
      const publish = host.publish.bind(host);
      host.publish = (exchangeSymbol, quote, eventUs) => {
        const frames = publish(exchangeSymbol, quote, eventUs);
        const key = keyOf(exchangeSymbol);
        if (frames > 0) this.#hears(key, clock.nowUs());
        else this.#misses(key, clock.nowUs(), !host.wanted().has(exchangeSymbol));
        return frames;
      };
      // The top that answers a subscription ends it too.
      host.onSent((exchangeSymbol) => this.#hears(keyOf(exchangeSymbol), clock.nowUs()));
      this.#watchWords(host, keyOf);
    }
  }

  /** Whether the exchange ever told this top of the instrument. */
  said(key: string, bid: number, ask: number): boolean {
    return this.#prices.get(key)?.has(words(bid, ask)) === true;
  }

  /** Whether the last top of every instrument was sent to somebody. */
  get allHeard(): boolean {
    return this.#deaf.size === 0;
  }

  /** Stretches until now, down to the shortest. */
  lost(nowUs: number): readonly Lost[] {
    for (const key of [...this.#deaf.keys()]) this.#hears(key, nowUs);
    return this.#lost;
  }

  /** Every top as it was told: of quotes, and of the answers to subscriptions. */
  #watchWords(host: HostedExchange, keyOf: (exchangeSymbol: string) => string): void {
    const { faults, book } = host;
    const shaped = faults.quote.bind(faults);
    faults.quote = (symbol, quote) => {
      const told = shaped(symbol, quote);
      this.#note(keyOf(symbol), told);
      return told;
    };
    const top = book.quoteOf.bind(book);
    book.quoteOf = (exchangeSymbol, atUs) => {
      const told = top(exchangeSymbol, atUs);
      if (told !== undefined) this.#note(keyOf(exchangeSymbol), told);
      return told;
    };
  }

  #misses(key: string, nowUs: number, unwanted: boolean): void {
    const deaf = this.#deaf.get(key) ?? { fromUs: nowUs, unwantedFromUs: null };
    if (unwanted) deaf.unwantedFromUs ??= nowUs;
    this.#deaf.set(key, deaf);
  }

  #hears(key: string, nowUs: number): void {
    const deaf = this.#deaf.get(key);
    if (deaf === undefined) return;
    this.#deaf.delete(key);
    const { fromUs, unwantedFromUs } = deaf;
    if (unwantedFromUs !== null)
      this.#lost.push({ key, fromUs: unwantedFromUs, toUs: nowUs, why: 'nobody was connected' });
    this.#lost.push({ key, fromUs, toUs: nowUs, why: 'nothing was sent' });
  }

  #note(key: string, { bid, ask }: SimQuote): void {
    const known = this.#prices.get(key) ?? new Set<string>();
    known.add(words(bid, ask));
    this.#prices.set(key, known);
  }
}

/** As a frame can tell them: the last bits of a product are lost in decimals. */
function words(bid: number, ask: number): string {
  return `${bid.toPrecision(12)} ${ask.toPrecision(12)}`;
}
