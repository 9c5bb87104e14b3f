// What real exchanges do wrong, as switches of a simulated one: the closed list of faults, and what each makes of
// quotes and frames on their way out. Pure but for the randomness it is given; what a fault does to sockets and REST
// is done by the exchange that hosts it.

import { symbolKey } from '../core/symbol.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { SimBook, SimFrame, SimListed, SimQuote } from './exchange.js';
import type { Random } from './random.js';

/** What may happen to a symbol. */
export const SYMBOL_FAULTS = [
  'silent-symbol', // nothing of it goes out; its subscription is acknowledged
  'one-sided', // its ask is gone
  'empty-book', // both sides are
  'zero-price',
  'absurd-price', // a thousand times too high
  'crossed-book', // bid above ask
  'delisted', // halted in the listing, and silent
] as const;

/** What may happen to all frames with quotes of an exchange, each with some probability where that makes sense. */
export const FRAME_FAULTS = [
  'missing-frames',
  'duplicated-frames',
  'reordered-frames', // two change places
  'stale-frames', // an older top comes again, after newer ones
  'malformed-frames', // cut off in the middle: broken JSON, GZIP, protobuf
  'garbage-frames', // bytes of no meaning
  'huge-frames', // ten megabytes
  'time-zero',
  'time-future', // an hour ahead
  'time-past', // an hour behind
  'time-step', // five seconds back
] as const;

/** What may happen to connections and REST of an exchange. */
export const EXCHANGE_FAULTS = [
  'silent-sockets', // no quotes at all; pings are answered
  'half-open', // nothing is read and nothing comes, and no end is told
  'slow-drip', // the bytes of frames trickle
  'announced-close', // as before maintenance: a notice where the exchange has one, then the end
  'cut', // every socket at once, without a closing handshake
  'refused', // handshakes are dropped without an answer
  'handshake-429',
  'rest-429',
  'rest-418',
  'rest-500',
  'rest-html',
  'ack-without-data', // new subscriptions are acknowledged and stay silent
] as const;

export const FAULT_KINDS = [...SYMBOL_FAULTS, ...FRAME_FAULTS, ...EXCHANGE_FAULTS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export function isSymbolFault(kind: FaultKind): boolean {
  return (SYMBOL_FAULTS as readonly string[]).includes(kind);
}

const HUGE_BYTES = 10 * 1024 * 1024;
/** How often a frame is struck. */
const SHARE: Partial<Record<FaultKind, number>> = {
  'missing-frames': 0.3,
  'duplicated-frames': 0.3,
  'reordered-frames': 0.3,
  'stale-frames': 0.2,
  'malformed-frames': 0.3,
  'garbage-frames': 0.3,
  'huge-frames': 0.01,
};
const HOUR_US = 3_600 * US_PER_SECOND;
const TIME_SHIFT_US: Partial<Record<FaultKind, number>> = {
  'time-future': HOUR_US,
  'time-past': -HOUR_US,
  'time-step': -5 * US_PER_SECOND,
};

export class FaultSet {
  /** How often each has struck. */
  readonly struck = new Map<FaultKind, number>();
  readonly #random: Random;
  readonly #all = new Set<FaultKind>();
  /** By symbol key. */
  readonly #bySymbol = new Map<string, Set<FaultKind>>();
  #heldBack: SimFrame | null = null;
  readonly #older = new Map<string, SimFrame>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Of one symbol (any spelling), or of the whole exchange. */
  set(kind: FaultKind, active: boolean, symbol?: string): void {
    const own = symbol === undefined ? this.#all : this.#of(symbol);
    if (active) own.add(kind);
    else own.delete(kind);
    if (active) this.strike(kind);
  }

  /** Whether the whole exchange has it now. */
  has(kind: FaultKind): boolean {
    return this.#all.has(kind);
  }

  strike(kind: FaultKind): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }

  /** Whether nothing of the symbol may go out. */
  silences(symbol: string): boolean {
    const own = this.#of(symbol);
    return own.has('silent-symbol') || own.has('delisted');
  }

  /** The top as it is told. */
  quote(symbol: string, quote: SimQuote): SimQuote {
    const own = this.#of(symbol);
    if (own.size === 0) return quote;
    const nothing = Number.NaN;
    if (own.has('empty-book')) return { bid: nothing, bidSize: nothing, ask: nothing, askSize: nothing };
    if (own.has('one-sided')) return { ...quote, ask: nothing, askSize: nothing };
    if (own.has('zero-price')) return { ...quote, bid: 0, bidSize: 0 };
    if (own.has('absurd-price')) return { ...quote, bid: quote.bid * 1_000, ask: quote.ask * 1_000 };
    if (own.has('crossed-book')) return { ...quote, bid: quote.ask, ask: quote.bid };
    return quote;
  }

  /** The exchange's time as it is told. */
  time(eventUs: Micros): Micros {
    if (this.#all.has('time-zero')) return 0;
    let shifted = eventUs;
    for (const [kind, shiftUs] of Object.entries(TIME_SHIFT_US))
      if (this.#all.has(kind as FaultKind)) shifted += shiftUs;
    return shifted;
  }

  /** What goes out instead of a frame with a quote, in order. */
  frames(symbol: string, frame: SimFrame): readonly SimFrame[] {
    if (this.#all.size === 0 && this.#heldBack === null) return [frame];
    if (this.#strikes('missing-frames')) return [];
    if (this.#strikes('malformed-frames')) return [cutOff(frame)];
    if (this.#strikes('garbage-frames')) return [this.#garbage(frame)];
    if (this.#strikes('huge-frames')) return [' '.repeat(HUGE_BYTES)];
    if (this.#strikes('duplicated-frames')) return [frame, frame];
    const older = this.#older.get(symbol);
    this.#older.set(symbol, frame);
    if (older !== undefined && this.#strikes('stale-frames')) return [frame, older];
    const held = this.#heldBack;
    this.#heldBack = null;
    if (held !== null) return [frame, held];
    if (this.#strikes('reordered-frames')) {
      this.#heldBack = frame;
      return [];
    }
    return [frame];
  }

  /** The listing as it is told: what is delisted is halted. */
  book(book: SimBook): SimBook {
    const halted = (row: SimListed) =>
      this.#bySymbol.get(symbolKey(row.exchangeSymbol))?.has('delisted') === true;
    if (!book.listing.some(halted)) return book;
    const listing = book.listing.map((row) => (halted(row) ? { ...row, trading: false } : row));
    return { ...book, listing };
  }

  #of(symbol: string): Set<FaultKind> {
    const key = symbolKey(symbol);
    const known = this.#bySymbol.get(key) ?? new Set<FaultKind>();
    this.#bySymbol.set(key, known);
    return known;
  }

  #strikes(kind: FaultKind): boolean {
    if (!this.#all.has(kind) || this.#random.next() >= (SHARE[kind] ?? 1)) return false;
    this.strike(kind);
    return true;
  }

  #garbage(frame: SimFrame): SimFrame {
    if (typeof frame === 'string') return this.#random.hex(64);
    return Uint8Array.from({ length: 64 }, () => this.#random.below(256));
  }
}

function cutOff(frame: SimFrame): SimFrame {
  return frame.slice(0, frame.length >> 1);
}
