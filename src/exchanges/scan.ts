// Reads frames of one known form from their bytes, without making an object or a text of them: what JSON.parse and the
// readers of fields.ts would give, or nothing at all. Whatever differs from the form by a byte is left to them.

import { type Micros, US_PER_MS } from '../core/time.js';

/** Places of the numbers of a frame; NaN where its form has none. */
export const BID = 0;
export const BID_SIZE = 1;
export const ASK = 2;
export const ASK_SIZE = 3;
export const UPDATE_ID = 4;
/** The exchange's time, milliseconds, and a second one of the same frame. */
export const TIME_MS = 5;
export const TIME2_MS = 6;
/** Its nanoseconds, as the nearest number. */
export const TIME_NS = 7;
const NUMBERS = 8;

/** What a value of a frame is: a number of its quote, its symbol, or nothing that matters. */
export type Role = 'symbol' | 'any' | keyof typeof PLACES;

const PLACES = {
  bid: BID,
  bidSize: BID_SIZE,
  ask: ASK,
  askSize: ASK_SIZE,
  id: UPDATE_ID,
  ms: TIME_MS,
  ms2: TIME2_MS,
  ns: TIME_NS,
} as const;

/** A value that may be another in the next frame, and the bytes before it, which may not. */
export interface Gap {
  readonly before: string;
  readonly role: Role;
  /** In quotes. */
  readonly isText: boolean;
}

/** How a value is read: decimals and whole numbers of the quote, the symbol, and text and numbers that do not matter. */
const [DECIMAL, WHOLE, SYMBOL, TEXT, NUMBER, NANOS] = [0, 1, 2, 3, 4, 5];

const [QUOTE, BACKSLASH, ZERO, NINE, BLANK, DELETE] = [0x22, 0x5c, 0x30, 0x39, 0x20, 0x7f];
const DOT = 0x2e;
/** More of them are past what a whole number of the machine holds. */
const PART_DIGITS = 9;

const MS_MAX = Number.MAX_SAFE_INTEGER / US_PER_MS;

/** Powers of ten that a double holds exactly: a whole number below 2^53 divided by one is rounded once, as Number() does. */
const TENS = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

/** The form of a frame: bytes that stand there, and values between them. */
export class FrameForm {
  /** Of the last frame that had this form; overwritten by the next one. */
  readonly numbers = new Float64Array(NUMBERS).fill(Number.NaN);
  symbolFrom = 0;
  symbolTo = 0;
  /** All literals, one after the other, and where each ends. */
  readonly #literals: Uint8Array;
  readonly #ends: Int32Array;
  /** What follows each literal but the last. */
  readonly #kinds: Uint8Array;
  readonly #places: Int32Array;

  /** `after`: the bytes after the last value; no literal after a text may be empty. */
  constructor(gaps: readonly Gap[], after: string) {
    const literals = [...gaps.map(({ before }) => before), after];
    let end = 0;
    this.#ends = Int32Array.from(literals, (literal) => {
      end += literal.length;
      return end;
    });
    this.#literals = Buffer.from(literals.join(''), 'latin1');
    this.#kinds = Uint8Array.from(gaps, kindOf);
    this.#places = Int32Array.from(gaps, ({ role }) =>
      role === 'symbol' || role === 'any' ? 0 : PLACES[role],
    );
  }

  /** Whether the frame has the form, from its first to its last byte. Everything it works on is local: it is the hot path. */
  matches(frame: Uint8Array): boolean {
    const literals = this.#literals;
    const ends = this.#ends;
    const kinds = this.#kinds;
    const length = frame.length;
    let at = 0;
    let from = 0;
    for (let n = 0; n < kinds.length; n += 1) {
      const end = ends[n]!;
      if (at + end - from >= length) return false;
      // Four at a time: half the branches.
      for (; from + 3 < end; from += 4, at += 4)
        if (
          ((frame[at]! ^ literals[from]!) |
            (frame[at + 1]! ^ literals[from + 1]!) |
            (frame[at + 2]! ^ literals[from + 2]!) |
            (frame[at + 3]! ^ literals[from + 3]!)) !==
          0
        )
          return false;
      for (; from < end; from += 1, at += 1) if (frame[at] !== literals[from]) return false;
      const kind = kinds[n]!;
      if (kind === SYMBOL || kind === TEXT) {
        const to = textEnd(frame, at, literals[from]!);
        if (to < 0) return false;
        if (kind === SYMBOL) {
          this.symbolFrom = at;
          this.symbolTo = to;
        }
        at = to;
      } else {
        at = kind === NANOS ? this.#nanos(frame, at) : this.#number(frame, at, n, kind);
        if (at < 0) return false;
      }
    }
    if (at + literals.length - from !== length) return false;
    for (; at < length; from += 1, at += 1) if (frame[at] !== literals[from]) return false;
    return true;
  }

  /** Where it ends; -1 where it is none, or one that JSON and doubles have a say in. */
  #number(frame: Uint8Array, from: number, n: number, kind: number): number {
    let whole = part(frame, from);
    let at = partEnd;
    // 00 is no number of JSON, and neither is one without a digit.
    if (at === from || (frame[from] === ZERO && at - from > 1)) return -1;
    if (at === from + PART_DIGITS) {
      const more = part(frame, at);
      whole = whole * TENS[partEnd - at]! + more;
      if (partEnd === at + PART_DIGITS || whole > Number.MAX_SAFE_INTEGER) return -1;
      at = partEnd;
    }
    if (frame[at] !== DOT) {
      if (kind !== NUMBER) this.numbers[this.#places[n]!] = whole;
      return at;
    }
    const dot = at;
    let fraction = part(frame, dot + 1);
    at = partEnd;
    if (at === dot + 1) return -1;
    if (at === dot + 1 + PART_DIGITS) {
      const more = part(frame, at);
      fraction = fraction * TENS[partEnd - at]! + more;
      if (partEnd === at + PART_DIGITS) return -1;
      at = partEnd;
    }
    if (kind === NUMBER) return at;
    const tens = TENS[at - dot - 1]!;
    // Past 2^53 it is no longer exact.
    const mantissa = whole * tens + fraction;
    if (kind === WHOLE || mantissa > Number.MAX_SAFE_INTEGER) return -1;
    this.numbers[this.#places[n]!] = mantissa / tens;
    return at;
  }

  /** Past 2^53: nothing but Number() rounds it as the JSON does. */
  #nanos(frame: Uint8Array, from: number): number {
    let at = from;
    let text = '';
    for (; at < frame.length && frame[at]! >= ZERO && frame[at]! <= NINE; at += 1)
      text += String.fromCharCode(frame[at]!);
    if (text.length === 0 || frame[from] === ZERO) return -1;
    this.numbers[TIME_NS] = Number(text);
    return at;
  }

  /** Microseconds from the milliseconds, else from the second ones; NaN where the exchange gives none. */
  get exchangeUs(): Micros {
    const ms = this.numbers[TIME_MS]!;
    return (Number.isNaN(ms) ? this.numbers[TIME2_MS]! : ms) * US_PER_MS;
  }

  /** One of its times is zero, or past what whole microseconds can say. */
  get hasOddTime(): boolean {
    const ms = this.numbers[TIME_MS]!;
    const ms2 = this.numbers[TIME2_MS]!;
    return ms === 0 || ms2 === 0 || ms > MS_MAX || ms2 > MS_MAX;
  }

  /** NaN where it is none. */
  get updateId(): number {
    const id = this.numbers[UPDATE_ID]!;
    return id > 0 ? id : Number.NaN;
  }
}

/** Where the last part ended. */
let partEnd = 0;

/** Up to nine digits, added up in a whole number of the machine: twice the speed of doubles. */
function part(frame: Uint8Array, from: number): number {
  const stop = Math.min(frame.length, from + PART_DIGITS);
  let sum = 0;
  let at = from;
  for (; at < stop; at += 1) {
    const digit = frame[at]! - ZERO;
    if (digit >>> 0 > 9) break;
    sum = (sum * 10 + digit) | 0;
  }
  partEnd = at;
  return sum;
}

function kindOf({ role, isText }: Gap): number {
  if (role === 'symbol') return SYMBOL;
  if (role === 'any') return isText ? TEXT : NUMBER;
  if (role === 'ns') return NANOS;
  return PLACES[role] <= ASK_SIZE ? DECIMAL : WHOLE;
}

/** Plain ASCII without quote and escape. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= BLANK && byte < DELETE && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** Where the byte stands that ends it; -1 where the text is not plain, or empty. */
function textEnd(frame: Uint8Array, from: number, stop: number): number {
  const length = frame.length;
  for (let at = from; at < length; at += 1) {
    const byte = frame[at]!;
    if (byte === stop) return at === from ? -1 : at;
    if (PLAIN[byte] === 0) return -1;
  }
  return -1;
}
