// One quote, gap or state of protocol v2 in its two forms, text and record, each written at most once whoever gets it.
// Nothing is stringified but names, once an instrument.

import { type Micros, US_PER_MS } from '../core/time.js';
import { FLAGS, QUOTE_RECORD, RECORD } from './protocol.js';

/** Of an instrument or pair: what its messages end with, and how its number is introduced. */
export interface Named {
  /** `,"exchange":…,"symbol":…` */
  readonly names: string;
  readonly introduction: Buffer;
}

export interface FormCounters {
  texts: number;
  records: number;
}

const FLAG_TEXTS = Array.from({ length: 1 << FLAGS.length }, (_, bits) => JSON.stringify(flagsOf(bits)));

export function flagsOf(bits: number): string[] {
  return FLAGS.filter((_, at) => (bits & (1 << at)) !== 0);
}

export function flagsText(bits: number): string {
  return FLAG_TEXTS[bits]!;
}

/** JSON's null where it is not finite. */
export function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

/** Since the exchange's own time, or where it gave none since `receivedUs`; NaN where neither is known. */
export function ageMsOf(nowUs: Micros, exchangeUs: Micros, receivedUs: Micros): number {
  return (nowUs - (Number.isNaN(exchangeUs) ? receivedUs : exchangeUs)) / US_PER_MS;
}

/** `"seq":…,"receivedUs":…,"exchangeUs":…,"ageMs":…,"flags":…` */
export function stampText(
  seq: number,
  receivedUs: Micros,
  exchangeUs: Micros,
  ageMs: number,
  flags: number,
): string {
  return (
    `"seq":${seq},"receivedUs":${numberText(receivedUs)},"exchangeUs":${numberText(exchangeUs)},` +
    `"ageMs":${numberText(ageMs)},"flags":${flagsText(flags)}`
  );
}

/** The values of the quote that is being sent; set, then asked for by whoever sends it. */
export class QuoteForms {
  readonly #counters: FormCounters;
  #text: Buffer | null = null;
  #record: Buffer | null = null;
  #named: Named | null = null;
  #instrumentId = 0;
  #seq = 0;
  #bid = 0;
  #bidSize = 0;
  #ask = 0;
  #askSize = 0;
  #exchangeUs = 0;
  #ageMs = 0;
  #flags = 0;
  #leftOut = 0;

  constructor(counters: FormCounters) {
    this.#counters = counters;
  }

  set(
    named: Named,
    instrumentId: number,
    seq: Micros,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    this.#text = null;
    this.#record = null;
    this.#named = named;
    this.#instrumentId = instrumentId;
    this.#seq = seq;
    this.#bid = bid;
    this.#bidSize = bidSize;
    this.#ask = ask;
    this.#askSize = askSize;
    // As in the compatible feed: 0 and the like are no time.
    this.#exchangeUs = exchangeUs > 0 && exchangeUs <= Number.MAX_SAFE_INTEGER ? exchangeUs : Number.NaN;
  }

  /** How it is sent. */
  as(nowUs: Micros, flags: number, leftOut: number): void {
    this.#ageMs = ageMsOf(nowUs, this.#exchangeUs, this.#seq);
    this.#flags = flags;
    this.#leftOut = leftOut;
  }

  get text(): Buffer {
    if (this.#text !== null) return this.#text;
    this.#counters.texts += 1;
    this.#text = Buffer.from(
      `{"type":"quote",${stampText(this.#seq, this.#seq, this.#exchangeUs, this.#ageMs, this.#flags)}` +
        `${this.#named?.names},"bid":${numberText(this.#bid)},"bidSize":${numberText(this.#bidSize)},` +
        `"ask":${numberText(this.#ask)},"askSize":${numberText(this.#askSize)},"leftOut":${this.#leftOut}}`,
    );
    return this.#text;
  }

  get record(): Buffer {
    if (this.#record !== null) return this.#record;
    this.#counters.records += 1;
    const at = QUOTE_RECORD;
    // Each its own: it lies in sockets until it has left.
    const bytes = Buffer.allocUnsafe(at.bytes);
    bytes.writeUInt16LE(RECORD.quote, at.type);
    bytes.writeUInt16LE(this.#flags, at.flags);
    bytes.writeUInt32LE(this.#instrumentId, at.instrument);
    bytes.writeDoubleLE(this.#seq, at.seq);
    bytes.writeDoubleLE(this.#exchangeUs, at.exchangeUs);
    bytes.writeDoubleLE(this.#ageMs, at.ageMs);
    bytes.writeDoubleLE(this.#bid, at.bid);
    bytes.writeDoubleLE(this.#bidSize, at.bidSize);
    bytes.writeDoubleLE(this.#ask, at.ask);
    bytes.writeDoubleLE(this.#askSize, at.askSize);
    bytes.writeUInt32LE(this.#leftOut, at.leftOut);
    bytes.writeUInt32LE(0, at.leftOut + 4);
    this.#record = bytes;
    return bytes;
  }
}

/** A gap (its reason and beginning) or a state (its word and value). */
export function coldText(
  { names }: Named,
  kind: 'gap' | 'status',
  seq: Micros,
  nowUs: Micros,
  flags: number,
  word: string,
  value: number,
): Buffer {
  const stamp = stampText(seq, seq, Number.NaN, ageMsOf(nowUs, Number.NaN, seq), flags);
  const said =
    kind === 'gap'
      ? `"fromUs":${value},"reason":"${word}"`
      : `"status":"${word}","value":${numberText(value)}`;
  return Buffer.from(`{"type":"${kind}",${stamp}${names},${said}}`);
}
