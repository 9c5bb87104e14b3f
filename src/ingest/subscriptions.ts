// The subscribing of one connection: which symbols still have to be asked for, which request asked for
// which, and what to do when the exchange refuses. Pure state; the connection sends and paces.

import type { ExchangeAdapter } from '../exchanges/exchange.js';

type RefusalScope = ExchangeAdapter['refusalScope'];

export interface SubscribeBatch {
  readonly requestId: number;
  readonly exchangeSymbols: readonly string[];
}

export class Subscriptions {
  readonly #waiting: string[][] = [];
  readonly #sent = new Map<number, readonly string[]>();
  readonly #refused = new Map<string, string>();
  readonly #scope: RefusalScope;
  #lastRequestId = 0;

  constructor(exchangeSymbols: readonly string[], symbolsPerMessage: number, scope: RefusalScope) {
    this.#scope = scope;
    for (let at = 0; at < exchangeSymbols.length; at += symbolsPerMessage)
      this.#waiting.push(exchangeSymbols.slice(at, at + symbolsPerMessage));
  }

  /** Symbols the exchange refused, with its words. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  /** What to send next; undefined when everything has been sent. */
  next(): SubscribeBatch | undefined {
    const exchangeSymbols = this.#waiting.shift();
    if (exchangeSymbols === undefined) return undefined;
    this.#lastRequestId += 1;
    this.#sent.set(this.#lastRequestId, exchangeSymbols);
    return { requestId: this.#lastRequestId, exchangeSymbols };
  }

  acknowledged(requestId: string | undefined): void {
    if (requestId !== undefined) this.#sent.delete(Number(requestId));
  }

  /**
   * A refusal, as far as the exchange describes it. The culprit is dropped and its neighbours asked for
   * again; where the exchange names no culprit the message is halved until it stands alone.
   */
  refuse(requestId: string | undefined, exchangeSymbol: string | undefined, message: string): void {
    const id = this.#requestOf(requestId, exchangeSymbol);
    const batch = id === undefined ? undefined : this.#sent.get(id);
    if (id === undefined || batch === undefined) {
      if (exchangeSymbol !== undefined) this.#refused.set(exchangeSymbol, message);
      return;
    }
    const named = batch.find((symbol) => symbol === exchangeSymbol);
    const culprit = named ?? (batch.length === 1 ? batch[0] : undefined);
    if (culprit !== undefined) this.#refused.set(culprit, message);
    if (culprit !== undefined && this.#scope === 'named') return;
    this.#sent.delete(id);
    const rest = batch.filter((symbol) => !this.#refused.has(symbol));
    if (rest.length === 0) return;
    if (culprit !== undefined) this.#waiting.push(rest);
    else this.#waiting.push(rest.slice(0, rest.length >> 1), rest.slice(rest.length >> 1));
  }

  #requestOf(requestId: string | undefined, exchangeSymbol: string | undefined): number | undefined {
    if (requestId !== undefined && this.#sent.has(Number(requestId))) return Number(requestId);
    if (exchangeSymbol === undefined) return undefined;
    for (const [id, symbols] of this.#sent) if (symbols.includes(exchangeSymbol)) return id;
    return undefined;
  }
}
