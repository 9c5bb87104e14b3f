// Reads the protocol buffers of MEXC's public spot channels: the wrapper of every push, and what carries a best bid
// and ask. Knows the wire format and these messages only; unknown fields are skipped, whatever their number.
// Must never throw, whatever the bytes are: what is no such message is undefined.

/** `oneof body` of the wrapper: the field numbers of the public channels. */
export const PUSH_BODY = {
  deals: 301,
  increaseDepths: 302,
  limitDepths: 303,
  bookTicker: 305,
  spotKline: 308,
  miniTicker: 309,
  miniTickers: 310,
  bookTickerBatch: 311,
  increaseDepthsBatch: 312,
  aggreDepths: 313,
  aggreDeals: 314,
  aggreBookTicker: 315,
} as const;
const BODY_FIRST = 301;
const BODY_LAST = 315;

/** `PushDataV3ApiWrapper`. Absent texts are empty; absent times, and those past 2^53, are NaN. */
export interface PushData {
  readonly channel: string;
  readonly symbol: string;
  readonly createTimeMs: number;
  readonly sendTimeMs: number;
  /** Field number of the body; 0 = none of those known. Where several came, the last. */
  readonly bodyField: number;
  /** Empty where there is no body. */
  readonly body: Uint8Array;
}

/** `PublicAggreBookTickerV3Api`; of `PublicBookTickerV3Api` the first four. Absent texts are empty: no quote on that side. */
export interface AggreBookTicker {
  readonly bidPrice: string;
  readonly bidQuantity: string;
  readonly askPrice: string;
  readonly askQuantity: string;
  readonly version: string;
  readonly lastOrderCreateTimeMs: number;
}

/** `PublicLimitDepthsV3Api`: a whole book of few levels, each price and quantity. */
export interface LimitDepths {
  readonly asks: readonly (readonly [string, string])[];
  readonly bids: readonly (readonly [string, string])[];
  readonly version: string;
}

const NO_BYTES = new Uint8Array(0);

export function readPushData(bytes: Uint8Array): PushData | undefined {
  const fields = new FieldReader(bytes);
  let [channel, symbol] = ['', ''];
  let [createTimeMs, sendTimeMs] = [Number.NaN, Number.NaN];
  let bodyField = 0;
  let body: Uint8Array = NO_BYTES;
  while (fields.next()) {
    const { field } = fields;
    if (fields.isBytes) {
      if (field === 1) channel = fields.text();
      else if (field === 3) symbol = fields.text();
      else if (field >= BODY_FIRST && field <= BODY_LAST) {
        bodyField = field;
        body = fields.bytes();
      }
    } else if (field === 5) createTimeMs = fields.int64();
    else if (field === 6) sendTimeMs = fields.int64();
  }
  if (fields.isBroken) return undefined;
  return { channel, symbol, createTimeMs, sendTimeMs, bodyField, body };
}

export function readAggreBookTicker(bytes: Uint8Array): AggreBookTicker | undefined {
  const fields = new FieldReader(bytes);
  let [bidPrice, bidQuantity, askPrice, askQuantity, version] = ['', '', '', '', ''];
  let lastOrderCreateTimeMs = Number.NaN;
  while (fields.next()) {
    const { field } = fields;
    if (fields.isBytes) {
      if (field === 1) bidPrice = fields.text();
      else if (field === 2) bidQuantity = fields.text();
      else if (field === 3) askPrice = fields.text();
      else if (field === 4) askQuantity = fields.text();
      else if (field === 5) version = fields.text();
    } else if (field === 6) lastOrderCreateTimeMs = fields.int64();
  }
  if (fields.isBroken) return undefined;
  return { bidPrice, bidQuantity, askPrice, askQuantity, version, lastOrderCreateTimeMs };
}

/** `PublicBookTickerBatchV3Api`: tickers of one symbol, in their order. */
export function readBookTickerBatch(bytes: Uint8Array): readonly AggreBookTicker[] | undefined {
  const fields = new FieldReader(bytes);
  const tickers: AggreBookTicker[] = [];
  while (fields.next()) {
    if (!fields.isBytes || fields.field !== 1) continue;
    const ticker = readAggreBookTicker(fields.bytes());
    if (ticker === undefined) return undefined;
    tickers.push(ticker);
  }
  return fields.isBroken ? undefined : tickers;
}

export function readLimitDepths(bytes: Uint8Array): LimitDepths | undefined {
  const fields = new FieldReader(bytes);
  const asks: (readonly [string, string])[] = [];
  const bids: (readonly [string, string])[] = [];
  let version = '';
  while (fields.next()) {
    const { field } = fields;
    if (!fields.isBytes) continue;
    if (field === 4) version = fields.text();
    else if (field === 1 || field === 2) {
      // Price and quantity have the numbers that they have as a ticker's bid.
      const level = readAggreBookTicker(fields.bytes());
      if (level === undefined) return undefined;
      (field === 1 ? asks : bids).push([level.bidPrice, level.bidQuantity]);
    }
  }
  return fields.isBroken ? undefined : { asks, bids, version };
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const VARINT_BYTES_MAX = 10;
const FIELD_BITS = 0x1_0000_0000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Walks over the fields of one message; once something is broken it stays so and has no further field. */
class FieldReader {
  field = 0;
  isBroken = false;
  readonly #bytes: Uint8Array;
  #at = 0;
  #wire = -1;
  /** Where the value of the present field stands, when it is a length of bytes. */
  #start = 0;
  #varint = Number.NaN;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Goes to the next field; false at the end and where the message is broken. */
  next(): boolean {
    if (this.isBroken || this.#at >= this.#bytes.length) return false;
    const tag = this.#readVarint();
    // Numbers of fields start from 1 and have 29 bits; groups have gone out of the format long ago.
    if (!(tag < FIELD_BITS)) return this.#broken();
    this.field = tag >>> 3;
    this.#wire = tag & 7;
    if (this.field === 0) return this.#broken();
    if (this.#wire === WIRE.varint) this.#varint = this.#readVarint();
    else if (this.#wire === WIRE.bytes) this.#skip(this.#readVarint());
    else if (this.#wire === WIRE.fixed64) this.#skip(8);
    else if (this.#wire === WIRE.fixed32) this.#skip(4);
    else return this.#broken();
    return !this.isBroken;
  }

  /** Whether the present field is a text or a message; else it is a number. */
  get isBytes(): boolean {
    return this.#wire === WIRE.bytes;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#at);
  }

  text(): string {
    try {
      return utf8.decode(this.bytes());
    } catch {
      this.isBroken = true;
      return '';
    }
  }

  /** NaN for negative ones and for what a number does not hold exactly: no time of ours is such. */
  int64(): number {
    const isExact = this.#wire === WIRE.varint && this.#varint <= Number.MAX_SAFE_INTEGER;
    return isExact ? this.#varint : Number.NaN;
  }

  #readVarint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    this.isBroken = true;
    return Number.NaN;
  }

  #skip(length: number): void {
    this.#start = this.#at;
    if (length <= this.#bytes.length - this.#at) this.#at += length;
    else this.isBroken = true;
  }

  #broken(): false {
    this.isBroken = true;
    return false;
  }
}
