// One instrument while two connections carry it: one of them speaks and its quotes go on, those of the other are held
// as long as the speaker has not brought them. The other becomes the speaker where it has shown the same quote, and
// then repeats nothing. Knows no socket and no clock; never reorders what it passes on.

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

/** Quotes kept of the one that speaks, to find the other's among them. */
const RECENT_MAX = 512;

export class Crossing {
  /** Of the other one, and not brought by the speaker. */
  held: Heard[] = [];
  /** The two were found to bring the same quotes; else nothing tells what of the other's is a repetition. */
  agreed = true;
  /** When the speaker last brought one; NaN = not since the two carry it. */
  spokenUs: Micros = Number.NaN;
  readonly #pass: (quote: Heard) => void;
  #recent: Heard[] = [];
  /** What was passed on last; undefined = nothing since the two carry it, or a hole was told since. */
  #last: Heard | undefined;
  /** What the other one brought last. */
  #otherLast: Heard | undefined;
  /** The speaker has taken over and may still repeat: by id, or quote by quote. */
  #mayRepeat = false;
  #skipToId = Number.NaN;
  #skip: readonly Heard[] = [];
  /** The same of the other one, should it take over now. */
  #thenSkipToId = Number.NaN;
  #thenSkip: readonly Heard[] = [];

  constructor(pass: (quote: Heard) => void) {
    this.#pass = pass;
  }

  /** A quote of the one that speaks. Whether it went on: else it is a repetition. */
  spoken(quote: Heard): boolean {
    this.spokenUs = quote.receivedUs;
    if (this.#mayRepeat && this.#isRepetition(quote)) return false;
    this.#mayRepeat = false;
    this.#pass(quote);
    this.#last = quote;
    this.#recent.push(quote);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    return true;
  }

  /**
   * After a quote of the speaker: where the other one has shown it, or one before and one after it, it may speak. What
   * of the held is repetition is let go; how many, or -1 = the other one has shown nothing of it.
   */
  covered(quote: Heard): number {
    const at = lastCovered(this.held, quote);
    if (at < 0) return -1;
    // The other one has shown what came before this quote, and has still to bring the quote itself.
    this.#thenSkipToId = same(this.held[at]!, quote) ? Number.NaN : quote.updateId;
    this.#thenSkip = [];
    this.held = this.held.slice(at + 1);
    this.agreed = true;
    return at + 1;
  }

  /** A quote of the other one. Whether the speaker has brought it already, and perhaps later ones. */
  isRepeated(quote: Heard): boolean {
    this.#otherLast = quote;
    const last = this.#recent.at(-1);
    if (last === undefined) return false;
    const isByTheId =
      quote.updateId < last.updateId || (quote.updateId === last.updateId && same(quote, last));
    const at = isByTheId ? -1 : this.#recent.findLastIndex((other) => same(other, quote));
    if (!isByTheId && at < 0) return false;
    this.#thenSkipToId = isByTheId ? last.updateId : Number.NaN;
    this.#thenSkip = isByTheId ? [] : this.#recent.slice(at + 1);
    this.held = [];
    this.agreed = true;
    return true;
  }

  /** Holds a quote of the other one; past `most` the oldest is let go. */
  hold(quote: Heard, most: number): void {
    this.held.push(quote);
    if (this.held.length > most) this.held.shift();
  }

  /** Where the other one has shown the very quote that stands: nothing up to it is held any more. Whether it has. */
  showsStanding(isStanding: (quote: Heard) => boolean): boolean {
    const at = this.held.findIndex(isStanding);
    if (at < 0) return false;
    this.#last = this.held[at];
    this.held = this.held.slice(at + 1);
    return true;
  }

  /** The other one speaks from now on; what is held of it goes on. */
  turn(): void {
    const rest = this.held;
    this.#skipToId = this.#thenSkipToId;
    this.#skip = this.#thenSkip;
    this.#thenSkipToId = Number.NaN;
    this.#thenSkip = [];
    this.held = [];
    this.#recent = [];
    this.#mayRepeat = true;
    this.#otherLast = undefined;
    this.spokenUs = Number.NaN;
    for (const quote of rest) {
      this.#pass(quote);
      this.#last = quote;
      this.#recent.push(quote);
    }
  }

  /** The speaker is gone, and the other one speaks again. How many of its quotes only it has brought: they go on. */
  turnBack(): number {
    const last = this.#last;
    const isAfter = (quote: Heard) => last === undefined || !(quote.receivedUs <= last.receivedUs);
    const rest = this.agreed ? this.held : this.held.filter(isAfter);
    const otherLast = this.#otherLast;
    // It lags behind, and has still to bring what the one that is gone has brought.
    const at = otherLast === undefined ? -1 : this.#recent.findLastIndex((quote) => same(quote, otherLast));
    this.#thenSkip = rest.length > 0 ? [] : this.#recent.slice(at + 1);
    this.#thenSkipToId = rest.length > 0 ? Number.NaN : (last?.updateId ?? Number.NaN);
    this.held = rest;
    this.turn();
    return rest.length;
  }

  /** A hole was told: what comes next is no repetition, whatever it says. */
  interrupted(): void {
    this.#last = undefined;
    this.#mayRepeat = false;
    this.#recent = [];
  }

  #isRepetition(quote: Heard): boolean {
    const at = this.#skip.findIndex((other) => same(other, quote));
    if (at >= 0) {
      this.#skip = this.#skip.slice(at + 1);
      return true;
    }
    return quote.updateId <= this.#skipToId || (this.#last !== undefined && same(this.#last, quote));
  }
}

/** The last of the held quotes that is not later than this one of the speaker; -1 = all are later. */
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
