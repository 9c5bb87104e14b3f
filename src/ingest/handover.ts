// One connection takes over from another without a quote lost or doubled: both carry the same instruments for a
// while, the old one's quotes are passed on, the new one's are held until both have shown the same quote of the
// instrument; from there on the new one speaks. Knows no socket and no clock; never reorders what it passes on.

import type { Micros } from '../core/time.js';

/** A quote with everything that tells it from another one. `updateId` is NaN where the exchange gives none. */
export interface Heard {
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  readonly exchangeUs: Micros;
  readonly receivedUs: Micros;
  readonly updateId: number;
}

/** Both connections have been silent about an instrument for so long: the new one may speak. */
const QUIET_US = 5_000_000;
/** Quotes kept of the old connection to find the new one's first among them, and held of the new one. */
const RECENT_MAX = 512;
const HELD_MAX = 4_096;

export interface HandoverOptions {
  /** Where quotes go on to. */
  readonly pass: (instrumentId: number, quote: Heard) => void;
  /** The new connection speaks for it from now on; the old one no longer does. */
  readonly switched: (instrumentId: number) => void;
  /** Whether this is what was passed on last of it, times apart: a snapshot that says nothing new. */
  readonly isKnown: (instrumentId: number, quote: Heard) => boolean;
}

/** One instrument on its way from the old connection to the new one. */
interface Crossing {
  recent: Heard[];
  held: Heard[];
  done: boolean;
  /** What the new connection has still to repeat: by id, or quote by quote. */
  skipToId: number;
  skip: Heard[];
  /** What was passed on last. */
  last: Heard | undefined;
}

export class Handover {
  /** Quotes that both connections brought. */
  duplicates = 0;
  readonly #options: HandoverOptions;
  readonly #crossings = new Map<number, Crossing>();

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  has(instrumentId: number): boolean {
    return this.#crossings.get(instrumentId)?.done === true;
  }

  fromOld(instrumentId: number, quote: Heard): void {
    const crossing = this.#crossing(instrumentId);
    if (crossing.done) {
      this.duplicates += 1;
      return;
    }
    this.#pass(instrumentId, crossing, quote);
    crossing.recent.push(quote);
    if (crossing.recent.length > RECENT_MAX) crossing.recent.shift();
    const at = lastCovered(crossing.held, quote);
    if (at < 0) return;
    // The new connection has shown what came before this quote, and has still to bring the quote itself.
    if (!same(crossing.held[at]!, quote)) crossing.skipToId = quote.updateId;
    this.duplicates += at + 1;
    this.#switch(instrumentId, crossing, crossing.held.slice(at + 1));
  }

  fromNew(instrumentId: number, quote: Heard): void {
    const crossing = this.#crossing(instrumentId);
    if (crossing.done) this.#afterSwitch(instrumentId, crossing, quote);
    else if (this.#isRepeated(crossing, quote)) {
      this.duplicates += 1;
      this.#switch(instrumentId, crossing, []);
    } else {
      crossing.held.push(quote);
      // The old one is far behind: no use in waiting for it.
      if (crossing.held.length >= HELD_MAX) this.#switch(instrumentId, crossing, crossing.held);
    }
  }

  /**
   * Whether the new connection may speak for the instrument, or speaks now. `askedUs` is when it was asked for on
   * the new connection (NaN = not yet), `force` ends the waiting whatever was heard.
   */
  settle(instrumentId: number, askedUs: Micros, nowUs: Micros, force: boolean): boolean {
    const crossing = this.#crossing(instrumentId);
    if (crossing.done) return true;
    const { held, recent } = crossing;
    const oldUs = recent.at(-1)?.receivedUs ?? Number.NEGATIVE_INFINITY;
    const newUs = held.at(0)?.receivedUs ?? Number.NEGATIVE_INFINITY;
    const quiet = nowUs - Math.max(askedUs, oldUs, newUs) > QUIET_US;
    if (!quiet && !force) return false;
    const [first] = held;
    const rest = first !== undefined && this.#options.isKnown(instrumentId, first) ? held.slice(1) : held;
    this.#switch(instrumentId, crossing, rest);
    return true;
  }

  /** The old connection is gone: what the new one held goes on, whatever the old one had still to say. */
  oldFell(instrumentIds: Iterable<number>): void {
    for (const id of instrumentIds) {
      const crossing = this.#crossing(id);
      if (!crossing.done) this.#switch(id, crossing, crossing.held);
    }
  }

  /** The new connection is gone before the instrument was handed over: what it held is the old one's to say. */
  newFell(): void {
    for (const crossing of this.#crossings.values()) if (!crossing.done) crossing.held = [];
  }

  #crossing(instrumentId: number): Crossing {
    const known = this.#crossings.get(instrumentId);
    if (known !== undefined) return known;
    const made = { recent: [], held: [], done: false, skipToId: Number.NaN, skip: [], last: undefined };
    this.#crossings.set(instrumentId, made);
    return made;
  }

  #afterSwitch(instrumentId: number, crossing: Crossing, quote: Heard): void {
    const [expected] = crossing.skip;
    if (expected !== undefined && same(expected, quote)) {
      crossing.skip.shift();
      this.duplicates += 1;
      return;
    }
    const { last } = crossing;
    if (quote.updateId <= crossing.skipToId || (last !== undefined && same(last, quote))) {
      this.duplicates += 1;
      return;
    }
    crossing.skip = [];
    crossing.skipToId = Number.NaN;
    this.#pass(instrumentId, crossing, quote);
  }

  /** The old connection has brought this quote already, and perhaps later ones, which are then still to be repeated. */
  #isRepeated(crossing: Crossing, quote: Heard): boolean {
    const { recent } = crossing;
    const last = recent.at(-1);
    if (last === undefined) return false;
    if (quote.updateId < last.updateId || (quote.updateId === last.updateId && same(quote, last))) {
      crossing.skipToId = last.updateId;
      return true;
    }
    const at = recent.findLastIndex((other) => same(other, quote));
    if (at < 0) return false;
    crossing.skip = recent.slice(at + 1);
    return true;
  }

  #switch(instrumentId: number, crossing: Crossing, rest: readonly Heard[]): void {
    crossing.done = true;
    crossing.held = [];
    crossing.recent = [];
    this.#options.switched(instrumentId);
    for (const quote of rest) this.#pass(instrumentId, crossing, quote);
  }

  #pass(instrumentId: number, crossing: Crossing, quote: Heard): void {
    crossing.last = quote;
    this.#options.pass(instrumentId, quote);
  }
}

/** The last of the held quotes that is not later than this one of the old connection; -1 = all are later. */
function lastCovered(held: readonly Heard[], quote: Heard): number {
  let at = held.findIndex((other) => same(other, quote));
  // The first push of a subscription may be the very next one's twin.
  while (at >= 0 && at + 1 < held.length && same(held[at + 1]!, quote)) at += 1;
  if (at >= 0) return at;
  return held.findLastIndex((other) => other.updateId < quote.updateId);
}

function same(one: Heard, other: Heard): boolean {
  return (
    Object.is(one.bid, other.bid) &&
    Object.is(one.ask, other.ask) &&
    Object.is(one.bidSize, other.bidSize) &&
    Object.is(one.askSize, other.askSize) &&
    Object.is(one.exchangeUs, other.exchangeUs) &&
    Object.is(one.updateId, other.updateId)
  );
}
