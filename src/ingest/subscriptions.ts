// The subscribing of one connection: which symbols it should carry, which still have to be asked for or given up,
// which request asked for which, and what to do when the exchange refuses. Pure state that outlives a reconnect;
// the connection sends and paces.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import type { ExchangeAdapter } from '../exchanges/exchange.js';

type RefusalScope = ExchangeAdapter['refusalScope'];

/** Trades are subscribed beside the quotes, on the same connection, where they are wanted. */
type Channel = 'quotes' | 'trades';

export interface SubscriptionRequest {
  readonly channel: Channel;
  readonly kind: 'subscribe' | 'unsubscribe';
  readonly requestId: number;
  readonly exchangeSymbols: readonly string[];
}

interface Waiting {
  readonly channel: Channel;
  readonly kind: SubscriptionRequest['kind'];
  readonly exchangeSymbols: string[];
}

export class Subscriptions {
  readonly #wanted = new Set<string>();
  #waiting: Waiting[] = [];
  readonly #sent = new Map<number, Pick<Waiting, 'channel' | 'exchangeSymbols'>>();
  /** Whether it could be given up is of no matter: the answers to these are not looked at. */
  readonly #givenUp = new Set<number>();
  readonly #refused = new Map<string, string>();
  readonly #symbolsPerMessage: number;
  readonly #scope: RefusalScope;
  /** Trades first: when quotes of a symbol come, its trades are asked for already. */
  readonly #channels: readonly Channel[];
  #lastRequestId = 0;

  constructor(symbolsPerMessage: number, scope: RefusalScope, wantsTrades = false) {
    this.#symbolsPerMessage = symbolsPerMessage;
    this.#scope = scope;
    this.#channels = wantsTrades ? ['trades', 'quotes'] : ['quotes'];
  }

  /** What the connection should carry, refused ones included. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  /** Symbols the exchange refused since the connection opened, with its words. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  add(exchangeSymbols: readonly string[]): void {
    for (const symbol of exchangeSymbols) this.#wanted.add(symbol);
    this.#enqueue('subscribe', exchangeSymbols);
  }

  remove(exchangeSymbols: readonly string[]): void {
    for (const symbol of exchangeSymbols) {
      this.#wanted.delete(symbol);
      this.#refused.delete(symbol);
    }
    this.#forgetWaiting(exchangeSymbols, this.#channels);
    this.#enqueue('unsubscribe', exchangeSymbols);
  }

  /** Gives a symbol up and asks for it anew: some exchanges take no second subscription beside the first. */
  renew(exchangeSymbol: string): void {
    const wasRefused = this.#refused.delete(exchangeSymbol);
    this.#forgetWaiting([exchangeSymbol], ['quotes']);
    // What was refused is not there to be given up; an error about that would be taken for another refusal.
    if (!wasRefused) this.#push('quotes', 'unsubscribe', [exchangeSymbol]);
    this.#push('quotes', 'subscribe', [exchangeSymbol]);
  }

  /** It streams after all: a refusal of it says nothing any more. */
  streams(exchangeSymbol: string): void {
    this.#refused.delete(exchangeSymbol);
  }

  /** A new connection: the exchange knows of nothing that was asked before. */
  restart(): void {
    this.#sent.clear();
    this.#givenUp.clear();
    this.#refused.clear();
    this.#waiting = [];
    this.#enqueue('subscribe', [...this.#wanted]);
  }

  /** What to send next; undefined when everything has been sent. */
  next(): SubscriptionRequest | undefined {
    const request = this.#waiting.shift();
    if (request === undefined) return undefined;
    this.#lastRequestId += 1;
    if (request.kind === 'subscribe') this.#sent.set(this.#lastRequestId, request);
    else this.#givenUp.add(this.#lastRequestId);
    return { ...request, requestId: this.#lastRequestId };
  }

  acknowledged(requestId: string | undefined): void {
    if (requestId !== undefined) this.#sent.delete(Number(requestId));
  }

  /**
   * A refusal, as far as the exchange describes it. The culprit is dropped and its neighbours asked for
   * again; where the exchange names no culprit the message is halved until it stands alone.
   */
  refuse(requestId: string | undefined, exchangeSymbol: string | undefined, message: string): void {
    if (this.#givenUp.has(Number(requestId))) return;
    const id = this.#requestOf(requestId, exchangeSymbol);
    const sent = id === undefined ? undefined : this.#sent.get(id);
    if (id === undefined || sent === undefined) {
      if (exchangeSymbol !== undefined && this.#wanted.has(exchangeSymbol))
        this.#refused.set(exchangeSymbol, message);
      return;
    }
    const { channel, exchangeSymbols: batch } = sent;
    const named = batch.find((symbol) => symbol === exchangeSymbol);
    const culprit = named ?? (batch.length === 1 ? batch[0] : undefined);
    // Without its trades an instrument is still what it was.
    if (culprit !== undefined && channel === 'quotes' && this.#wanted.has(culprit))
      this.#refused.set(culprit, message);
    if (culprit !== undefined && this.#scope === 'named') return;
    this.#sent.delete(id);
    const rest = batch.filter(
      (symbol) => this.#wanted.has(symbol) && !this.#refused.has(symbol) && symbol !== culprit,
    );
    if (culprit !== undefined) this.#push(channel, 'subscribe', rest);
    else {
      this.#push(channel, 'subscribe', rest.slice(0, rest.length >> 1));
      this.#push(channel, 'subscribe', rest.slice(rest.length >> 1));
    }
  }

  #enqueue(kind: Waiting['kind'], exchangeSymbols: readonly string[]): void {
    for (const channel of this.#channels)
      for (let at = 0; at < exchangeSymbols.length; at += this.#symbolsPerMessage)
        this.#push(channel, kind, exchangeSymbols.slice(at, at + this.#symbolsPerMessage));
  }

  /** A request of its own: one that was halved must not be put together again. */
  #push(channel: Channel, kind: Waiting['kind'], exchangeSymbols: readonly string[]): void {
    if (exchangeSymbols.length > 0)
      this.#waiting.push({ channel, kind, exchangeSymbols: [...exchangeSymbols] });
  }

  #forgetWaiting(exchangeSymbols: readonly string[], channels: readonly Channel[]): void {
    const gone = new Set(exchangeSymbols);
    this.#waiting = this.#waiting.flatMap((request) => {
      if (!channels.includes(request.channel)) return [request];
      const left = request.exchangeSymbols.filter((symbol) => !gone.has(symbol));
      return left.length === 0 ? [] : [{ ...request, exchangeSymbols: left }];
    });
  }

  #requestOf(requestId: string | undefined, exchangeSymbol: string | undefined): number | undefined {
    if (requestId !== undefined && this.#sent.has(Number(requestId))) return Number(requestId);
    if (exchangeSymbol === undefined) return undefined;
    for (const [id, sent] of this.#sent) if (sent.exchangeSymbols.includes(exchangeSymbol)) return id;
    return undefined;
  }
}

/** The request in the exchange's words. */
export function requestFrame(adapter: ExchangeAdapter, request: SubscriptionRequest, nowUs: Micros): string {
  const { channel, kind, exchangeSymbols, requestId } = request;
  const frames = channel === 'trades' ? adapter.trades : adapter;
  assert(frames !== undefined, `trades of ${adapter.name} were asked for, which has no such channel`);
  return kind === 'subscribe'
    ? frames.subscribeFrame(exchangeSymbols, requestId, nowUs)
    : frames.unsubscribeFrame(exchangeSymbols, requestId, nowUs);
}
