// What one pair does now, from the feed (protocol v2, by its client): both legs' quotes and the pair's spreads, a few times a second.
// Points that came while history was asked for wait to be put behind it.

import { signal } from '@preact/signals';
import type { PairName } from '../../src/api/contract.js';
import { FeedClient, type Quote, type Spread, type SpreadReason } from '../../src/client/index.js';
import type { Line } from './pair-data.js';

const CONFLATE_MS = 200;
/** More than a quarter of an hour of them: then history is asked anew. */
export const POINTS_MAX = 6_000;

export interface LivePoint {
  /** Epoch seconds. */
  readonly at: number;
  /** Percent; null = a leg does not stand. */
  readonly values: Readonly<Record<Line, number | null>>;
  /** Why there is none, and of whose leg. */
  readonly reason: SpreadReason | null;
  readonly leg: string | null;
  /** Bid and ask of both, as they stood then; null before the first. */
  readonly quotes: readonly [Quote | null, Quote | null];
}

export type FeedState = 'connecting' | 'connected' | 'reconnecting';

export class PairLive {
  /** Raised with each point. */
  readonly version = signal(0);
  /** Raised when it is back after a break: what came in between is history's. */
  readonly returns = signal(0);
  readonly state = signal<FeedState>('connecting');
  readonly quotes = signal<readonly [Quote | null, Quote | null]>([null, null]);
  readonly spread = signal<Spread | null>(null);
  #points: LivePoint[] = [];
  readonly #client: FeedClient;
  readonly #name: PairName;

  constructor(name: PairName) {
    this.#name = name;
    this.#client = new FeedClient({
      url: `${location.origin.replace(/^http/, 'ws')}/ws/v2`,
      streams: ['quotes', 'spreads'],
      pairs: [[name.symbol, name.exchange1, name.exchange2]],
      conflate: CONFLATE_MS,
    });
    this.#client.on('quote', (quote) => this.#quoted(quote));
    this.#client.on('spread', (spread) => this.#spread(spread));
    this.#client.on('control', ({ type }) => {
      if (type !== 'ready') return;
      if (this.state.value === 'reconnecting') this.returns.value += 1;
      this.state.value = 'connected';
    });
    this.#client.on('disconnect', ({ retryMs }) => {
      if (retryMs === null) return;
      this.state.value = 'reconnecting';
      this.#broken();
    });
  }

  /** In the order of time. */
  get points(): readonly LivePoint[] {
    return this.#points;
  }

  /** History has them now. */
  forgetUntil(seconds: number): void {
    this.#points = this.#points.filter(({ at }) => at > seconds);
  }

  close(): void {
    this.#client.close();
  }

  /** No line over what was not heard. */
  #broken(): void {
    const last = this.#points.at(-1);
    if (last === undefined || last.values.bid === null) return;
    const none = { bid: null, edge12: null, edge21: null, mid: null };
    this.#points.push({ ...last, at: last.at + 0.001, values: none });
  }

  #quoted(quote: Quote): void {
    const [left, right] = this.quotes.value;
    const isLeft = quote.exchange.toLowerCase() === this.#name.exchange1.toLowerCase();
    this.quotes.value = isLeft ? [quote, right] : [left, quote];
  }

  #spread(spread: Spread): void {
    this.spread.value = spread;
    const { bidBid, executable12, executable21, reason } = spread;
    const quotes = this.quotes.value;
    const values = {
      bid: bidBid,
      edge12: executable12,
      edge21: executable21,
      mid: bidBid === null ? null : mid(quotes),
    };
    const at = spread.seq / 1e6;
    const leg = [null, this.#name.exchange1, this.#name.exchange2][spread.reasonLeg] ?? null;
    if (at <= (this.#points.at(-1)?.at ?? 0)) return;
    this.#points.push({ at, values, reason, leg, quotes });
    if (this.#points.length > POINTS_MAX) this.#points.splice(0, this.#points.length - POINTS_MAX);
    this.version.value += 1;
  }
}

function mid([left, right]: readonly [Quote | null, Quote | null]): number | null {
  if (left === null || right === null) return null;
  return ((left.bid + left.ask) / (right.bid + right.ask) - 1) * 100;
}
