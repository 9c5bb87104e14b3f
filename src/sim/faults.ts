// What real exchanges do wrong, as switches of a simulated one: the closed list of faults, which are on, how often
// each struck, and what each makes of quotes, times, listings and REST. Pure; what a fault does to frames on their
// way out stands in frame-faults.ts, what it does to sockets is done by the exchange that hosts it.

import { symbolKey } from '../core/symbol.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { RestReply, SimBook, SimListed, SimQuote } from './exchange.js';

/** Each lasts from its begin to its end, unless it says otherwise. */
export const FAULTS = {
  'silent-symbol': { of: 'symbol', about: 'nothing of it goes out; its subscription is acknowledged' },
  'one-sided': { of: 'symbol', about: 'its ask is gone' },
  'empty-book': { of: 'symbol', about: 'both sides are gone' },
  'zero-price': { of: 'symbol', about: 'its bid is zero' },
  'absurd-price': { of: 'symbol', about: 'its prices are a thousand times too high' },
  'crossed-book': { of: 'symbol', about: 'its bid is above its ask' },
  delisted: { of: 'symbol', about: 'it is halted in the listing, and silent' },
  unlisted: { of: 'symbol', about: 'the listing does not have it; its end is a new listing' },

  'missing-frames': { of: 'exchange', about: 'some are not sent' },
  'duplicated-frames': { of: 'exchange', about: 'some are sent twice' },
  'reordered-frames': { of: 'exchange', about: 'some change places with the next of their symbol' },
  'stale-frames': { of: 'exchange', about: 'an older top comes again, after a newer one' },
  'malformed-frames': { of: 'exchange', about: 'some are cut off: broken JSON, GZIP, protobuf' },
  'garbage-frames': { of: 'exchange', about: 'some are bytes of no meaning' },
  'huge-frames': { of: 'exchange', about: 'some are ten megabytes' },

  'time-zero': { of: 'exchange', about: 'the exchange’s time is 0' },
  'time-future': { of: 'exchange', about: 'it is an hour ahead' },
  'time-past': { of: 'exchange', about: 'it is an hour behind' },
  'time-step': { of: 'exchange', about: 'it steps five seconds back' },
  'time-step-ahead': { of: 'exchange', about: 'it steps five seconds ahead' },

  'silent-sockets': { of: 'socket', about: 'no quotes at all; pings are answered' },
  'half-open': { of: 'socket', about: 'nothing is heard, nothing comes, no end is told; has no end' },
  'slow-drip': { of: 'socket', about: 'the bytes of frames trickle' },
  'announced-close': { of: 'socket', about: 'a notice at its begin where there is one, closed at its end' },
  cut: { of: 'socket', about: 'ends at its begin, without a closing handshake' },

  refused: { of: 'exchange', about: 'handshakes are dropped without an answer' },
  'handshake-429': { of: 'exchange', about: 'handshakes are answered 429 with Retry-After' },
  'handshake-418': { of: 'exchange', about: 'handshakes are answered 418 with Retry-After' },
  'rest-429': { of: 'exchange', about: 'REST answers 429 with Retry-After' },
  'rest-418': { of: 'exchange', about: 'REST answers 418 with Retry-After' },
  'rest-500': { of: 'exchange', about: 'REST answers 500' },
  'rest-html': { of: 'exchange', about: 'REST answers 200 with HTML' },
  'ack-without-data': { of: 'exchange', about: 'subscriptions made meanwhile stay silent until made again' },
} as const satisfies Readonly<Record<string, FaultRule>>;

interface FaultRule {
  /** What it strikes: one symbol, the exchange, or its sockets: one of them or all, new ones too. */
  readonly of: 'symbol' | 'exchange' | 'socket';
  readonly about: string;
}

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

export function isSymbolFault(kind: FaultKind): boolean {
  return FAULTS[kind].of === 'symbol';
}

export function isSocketFault(kind: FaultKind): boolean {
  return FAULTS[kind].of === 'socket';
}

/** Why a handshake fails; `hang-up` = without an answer. */
export type Refusal = { readonly status: 404 | 418 | 429; readonly retryAfterS?: number } | 'hang-up';

const HOUR_US = 3_600 * US_PER_SECOND;
const TIME_SHIFT_US: Partial<Record<FaultKind, number>> = {
  'time-future': HOUR_US,
  'time-past': -HOUR_US,
  'time-step': -5 * US_PER_SECOND,
  'time-step-ahead': 5 * US_PER_SECOND,
};
const TIME_KINDS = Object.keys(TIME_SHIFT_US) as FaultKind[];

const HTML = '<html><body><h1>503 Service Unavailable</h1></body></html>';
const REST: Partial<Record<FaultKind, RestReply>> = {
  'rest-429': { status: 429, headers: { 'retry-after': '20' }, body: '' },
  'rest-418': { status: 418, headers: { 'retry-after': '60' }, body: '' },
  'rest-500': { status: 500, body: '' },
  'rest-html': { status: 200, body: HTML },
};
const HANDSHAKE: Partial<Record<FaultKind, Refusal>> = {
  refused: 'hang-up',
  'handshake-429': { status: 429, retryAfterS: 20 },
  'handshake-418': { status: 418, retryAfterS: 60 },
};

const NOTHING = Number.NaN;
/** What each makes of a top. */
const SHAPES: Partial<Record<FaultKind, (quote: SimQuote) => SimQuote>> = {
  'empty-book': () => ({ bid: NOTHING, bidSize: NOTHING, ask: NOTHING, askSize: NOTHING }),
  'one-sided': (quote) => ({ ...quote, ask: NOTHING, askSize: NOTHING }),
  'zero-price': (quote) => ({ ...quote, bid: 0, bidSize: 0 }),
  'absurd-price': (quote) => ({ ...quote, bid: quote.bid * 1_000, ask: quote.ask * 1_000 }),
  'crossed-book': (quote) => ({ ...quote, bid: quote.ask, ask: quote.bid }),
};
const SILENCING: readonly FaultKind[] = ['silent-symbol', 'delisted', 'unlisted'];

export class FaultSet {
  /** How often each began. */
  readonly struck = new Map<FaultKind, number>();
  /** How many quotes, frames, answers, handshakes or sockets each has changed or kept from going out. */
  readonly touched = new Map<FaultKind, number>();
  readonly #all = new Set<FaultKind>();
  /** By symbol key; only symbols that have any. */
  readonly #bySymbol = new Map<string, Set<FaultKind>>();

  /** Of one symbol (any spelling), or of the whole exchange. */
  set(kind: FaultKind, active: boolean, symbol?: string): void {
    if (active) this.strike(kind);
    if (symbol === undefined) {
      if (active) this.#all.add(kind);
      else this.#all.delete(kind);
      return;
    }
    const key = symbolKey(symbol);
    const own = this.#bySymbol.get(key) ?? new Set<FaultKind>();
    if (active) own.add(kind);
    else own.delete(kind);
    if (own.size === 0) this.#bySymbol.delete(key);
    else this.#bySymbol.set(key, own);
  }

  /** Whether a symbol (any spelling), or the exchange as a whole, has it now. */
  has(kind: FaultKind, symbol?: string): boolean {
    return symbol === undefined ? this.#all.has(kind) : this.#of(symbol)?.has(kind) === true;
  }

  /** Whether the exchange as a whole has none. */
  get isCalm(): boolean {
    return this.#all.size === 0;
  }

  /** Counts a begin. */
  strike(kind: FaultKind): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }

  /** Counts that the fault changed something. */
  touch(kind: FaultKind): void {
    this.touched.set(kind, (this.touched.get(kind) ?? 0) + 1);
  }

  /** Whether nothing of the symbol may go out. */
  silences(symbol: string): boolean {
    return this.#first(SILENCING, this.#of(symbol)) !== undefined;
  }

  /** The top as it is told. */
  quote(symbol: string, quote: SimQuote): SimQuote {
    const own = this.#of(symbol);
    if (own === undefined) return quote;
    const kind = this.#first(Object.keys(SHAPES) as FaultKind[], own);
    return kind === undefined ? quote : SHAPES[kind]!(quote);
  }

  /** The exchange's time as it is told. */
  time(eventUs: Micros): Micros {
    if (this.#all.size === 0) return eventUs;
    if (this.#first(['time-zero'], this.#all) !== undefined) return 0;
    let shifted = eventUs;
    for (const kind of TIME_KINDS) {
      if (!this.#all.has(kind)) continue;
      this.touch(kind);
      shifted += TIME_SHIFT_US[kind]!;
    }
    return shifted;
  }

  /** What REST answers instead; null = it answers. */
  rest(): RestReply | null {
    const kind = this.#first(Object.keys(REST) as FaultKind[], this.#all);
    return kind === undefined ? null : REST[kind]!;
  }

  /** Why no handshake may go on; null = it may. */
  refusal(): Refusal | null {
    const kind = this.#first(Object.keys(HANDSHAKE) as FaultKind[], this.#all);
    return kind === undefined ? null : HANDSHAKE[kind]!;
  }

  /** What the exchange shows of its book; a symbol that is not listed is still found by whom `knows` says. */
  book(book: SimBook, knows: (exchangeSymbol: string) => boolean): SimBook {
    const hides = (exchangeSymbol: string) => this.has('unlisted', exchangeSymbol);
    const listing = () => this.#listing(book.listing);
    return {
      get listing() {
        return listing();
      },
      find: (exchangeSymbol) =>
        hides(exchangeSymbol) && !knows(exchangeSymbol) ? undefined : book.find(exchangeSymbol),
      quoteOf: (exchangeSymbol, atUs) =>
        hides(exchangeSymbol) ? undefined : book.quoteOf(exchangeSymbol, atUs),
    };
  }

  /** Without what is not listed, with what is delisted halted. */
  #listing(listing: readonly SimListed[]): readonly SimListed[] {
    if (this.#bySymbol.size === 0) return listing;
    return listing
      .filter(({ exchangeSymbol }) => !this.has('unlisted', exchangeSymbol))
      .map((row) => (this.has('delisted', row.exchangeSymbol) ? { ...row, trading: false } : row));
  }

  #of(symbol: string): ReadonlySet<FaultKind> | undefined {
    return this.#bySymbol.size === 0 ? undefined : this.#bySymbol.get(symbolKey(symbol));
  }

  /** The first of them that is on: it counts as having struck. */
  #first(kinds: readonly FaultKind[], active: ReadonlySet<FaultKind> | undefined): FaultKind | undefined {
    const kind = active === undefined ? undefined : kinds.find((one) => active.has(one));
    if (kind !== undefined) this.touch(kind);
    return kind;
  }
}
