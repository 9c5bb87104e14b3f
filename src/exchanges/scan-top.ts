// In front of a decoder's JSON: frames that hold the whole top of one book go from their bytes to the sink, once a frame of the
// same form was read by its JSON and the bytes gave the same quote. What has another form, an unknown symbol or an old place
// in the order is the JSON's to judge: it sees the frame as if nobody had looked at it.

import type { Micros } from '../core/time.js';
import type { Decoder, DecoderSink } from './exchange.js';
import type { Books } from './order.js';
import { ASK, ASK_SIZE, BID, BID_SIZE, type FrameForm } from './scan.js';
import { formOf, type Roles } from './scan-learn.js';
import { SymbolSlots } from './symbol-slots.js';

export interface TopScannerOptions {
  readonly roles: Roles;
  /** What a compressed frame holds; undefined where it was rejected. Absent: frames come as they are. */
  readonly inflate?: (frame: Uint8Array, sink: DecoderSink) => Uint8Array | undefined;
  /** Whether the form of this frame may be known; its words stay as they are. Default: all may. */
  readonly learns?: (text: string) => boolean;
  /** The exchange's time of a frame, µs; NaN = none. Default: its `ms`, else its `ms2`. */
  readonly timeUs?: (form: FrameForm) => Micros;
  /** Whether the JSON's own eye is needed for a frame of a known form. */
  readonly isOdd?: (form: FrameForm) => boolean;
  /** What else has to be known of the quote that is given. */
  readonly given?: (instrumentId: number, bid: number, bidSize: number, ask: number, askSize: number) => void;
}

export type ByJson = (frame: Uint8Array, sink: DecoderSink) => void;

/** An exchange writes its frames in one or two ways; beyond that they are not worth looking through. */
const FORMS_MAX = 16;
/** A frame that is not learned costs: after so many one after the other, none is tried until the connection begins anew. */
const ATTEMPTS_MAX = 512;
/** Longer frames are not looked at. */
export const SCANNED_BYTES_MAX = 2_048;

export class TopScanner {
  /** Quotes that were read from their bytes. */
  scanned = 0;
  readonly #books: Books;
  readonly #options: TopScannerOptions;
  readonly #byJson: ByJson;
  readonly #timeUs: (form: FrameForm) => Micros;
  readonly #symbols: SymbolSlots;
  /** The one that was met last comes first. */
  readonly #forms: FrameForm[] = [];
  #attempts = 0;

  /** `byJson`: how the decoder reads any frame. */
  constructor(books: Books, options: TopScannerOptions, byJson: ByJson) {
    this.#books = books;
    this.#symbols = new SymbolSlots(books.listing);
    this.#options = options;
    this.#byJson = byJson;
    this.#timeUs = options.timeUs ?? ((form) => form.exchangeUs);
  }

  /** Gives what the frame holds to the sink: a quote from its bytes where it can be, else all by the JSON. */
  decode(frame: Uint8Array, sink: DecoderSink): void {
    const form = this.#formOf(frame);
    if (form !== undefined && this.#give(form, frame, sink)) return;
    const isKnown = form !== undefined;
    if (isKnown || this.#attempts === ATTEMPTS_MAX || frame.length > SCANNED_BYTES_MAX)
      this.#byJson(frame, sink);
    else this.#learn(frame, sink);
  }

  /** The connection begins anew: perhaps with other frames. */
  restart(): void {
    this.#attempts = 0;
  }

  #formOf(frame: Uint8Array): FrameForm | undefined {
    const forms = this.#forms;
    for (let n = 0; n < forms.length; n += 1) {
      const form = forms[n]!;
      if (!form.matches(frame)) continue;
      if (n > 0) [forms[0], forms[n]] = [form, forms[0]!];
      return form;
    }
    return undefined;
  }

  /** False: it has done nothing. */
  #give(form: FrameForm, frame: Uint8Array, sink: DecoderSink): boolean {
    const { listing, order } = this.#books;
    const { isOdd, given } = this.#options;
    const id = this.#symbols.idOf(frame, form.symbolFrom, form.symbolTo);
    if (id < 0 || form.hasOddTime || isOdd?.(form) === true) return false;
    const { numbers, updateId } = form;
    const unit = listing.contractSizeOf(id);
    let bid = numbers[BID]!;
    let bidSize = numbers[BID_SIZE]! * unit;
    let ask = numbers[ASK]!;
    let askSize = numbers[ASK_SIZE]! * unit;
    if (!(bidSize < Number.POSITIVE_INFINITY && askSize < Number.POSITIVE_INFINITY)) return false;
    const exchangeUs = this.#timeUs(form);
    if (order.isOlder(id, updateId, exchangeUs)) return false;
    // A side without a price or a size is none.
    if (!(bid > 0 && bidSize > 0)) bid = bidSize = Number.NaN;
    if (!(ask > 0 && askSize > 0)) ask = askSize = Number.NaN;
    this.scanned += 1;
    given?.(id, bid, bidSize, ask, askSize);
    sink.quote(id, bid, bidSize, ask, askSize, exchangeUs, updateId);
    return true;
  }

  #learn(frame: Uint8Array, sink: DecoderSink): void {
    const seen = new Seen(sink);
    this.#byJson(frame, seen);
    const quote = seen.onlyQuote;
    if (quote === undefined) return;
    this.#attempts += 1;
    const form = this.#tried(frame, quote);
    if (form === undefined) return;
    this.#attempts = 0;
    if (this.#forms.length === FORMS_MAX) this.#forms.pop();
    this.#forms.unshift(form);
  }

  /** A form under which the bytes give the very quote that the JSON gave. */
  #tried(frame: Uint8Array, [id, ...quote]: Parameters<DecoderSink['quote']>): FrameForm | undefined {
    const { listing } = this.#books;
    const text = Buffer.from(frame).toString('latin1');
    if (this.#options.learns?.(text) === false) return undefined;
    const symbol = symbolIn(text, id, listing.idOf.bind(listing));
    const form = symbol === undefined ? undefined : formOf(text, this.#options.roles, symbol);
    if (form?.matches(frame) !== true) return undefined;
    const unit = listing.contractSizeOf(id);
    const { numbers } = form;
    const own = [
      ...[numbers[BID]!, numbers[BID_SIZE]! * unit, numbers[ASK]!, numbers[ASK_SIZE]! * unit],
      ...[this.#timeUs(form), form.updateId],
    ];
    const isSame = own.every((value, n) => Object.is(value, quote[n] ?? Number.NaN));
    const found = this.#symbols.textOf(frame, form.symbolFrom, form.symbolTo);
    return isSame && found === symbol ? form : undefined;
  }
}

/** `reset`: of what the decoder holds beside the order. */
export function scanningDecoder(
  books: Books,
  options: TopScannerOptions,
  byJson: ByJson,
  reset: Decoder['reset'] = () => undefined,
): Decoder {
  const scanner = new TopScanner(books, options, byJson);
  const { inflate } = options;
  return {
    get scanned() {
      return scanner.scanned;
    },
    decode(frame, _receivedUs, sink) {
      const plain = inflate === undefined ? frame : inflate(frame, sink);
      if (plain !== undefined) scanner.decode(plain, sink);
    },
    reset(instrumentId) {
      if (instrumentId === undefined) scanner.restart();
      books.order.reset(instrumentId);
      reset(instrumentId);
    },
  };
}

/** The text of the frame that names the instrument: the first of its words that the listing knows by that id. */
function symbolIn(text: string, id: number, idOf: (symbol: string) => number): string | undefined {
  for (const [word] of text.matchAll(/[\w-]+/g)) if (idOf(word) === id) return word;
  return undefined;
}

/** Passes everything on, and remembers whether it was one quote and nothing else. */
class Seen implements DecoderSink {
  readonly wantsTrades: boolean;
  readonly #sink: DecoderSink;
  #calls = 0;
  #quote: Parameters<DecoderSink['quote']> | undefined;

  constructor(sink: DecoderSink) {
    this.#sink = sink;
    this.wantsTrades = sink.wantsTrades;
  }

  get onlyQuote(): Parameters<DecoderSink['quote']> | undefined {
    return this.#calls === 1 ? this.#quote : undefined;
  }

  quote(...quote: Parameters<DecoderSink['quote']>): void {
    this.#calls += 1;
    this.#quote = quote;
    this.#sink.quote(...quote);
  }

  trade(...trade: Parameters<DecoderSink['trade']>): void {
    this.#calls += 1;
    this.#sink.trade(...trade);
  }

  gap(...gap: Parameters<DecoderSink['gap']>): void {
    this.#calls += 1;
    this.#sink.gap(...gap);
  }

  control(...control: Parameters<DecoderSink['control']>): void {
    this.#calls += 1;
    this.#sink.control(...control);
  }

  reject(...reject: Parameters<DecoderSink['reject']>): void {
    this.#calls += 1;
    this.#sink.reject(...reject);
  }
}
