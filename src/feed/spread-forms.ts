// The present spread of one pair in its two forms: worked out once for an event, written at most once in each form. Where a
// leg does not stand there is no value and a reason: never a value too many.

import type { LatestQuotes } from '../core/event.js';
import { REFUSAL_BIT, type RefusalBits, refusalsOf } from '../core/refusals.js';
import type { Micros } from '../core/time.js';
import { ageMsOf, type FormCounters, flagsText, numberText, stampText } from './forms.js';
import type { WantedPair } from './pair-book.js';
import { RECORD, SPREAD_LEG, SPREAD_REASONS, SPREAD_RECORD, type SpreadReason } from './protocol.js';
import type { Standing } from './standing.js';

/** Percent, of two prices: `series/spread.ts`, handed in. */
export type SpreadPercent = (price1: number, price2: number) => number;

/** Why the spread of two instruments would not be traded at a moment: `core/refusals.ts` as bits, from the layer of quality. */
export type JudgeSpread = (leg1: number, leg2: number, nowUs: Micros) => RefusalBits;

interface Leg {
  id: number;
  stampUs: Micros;
  exchangeUs: Micros;
  ageMs: number;
  flags: number;
}

const newLeg = (): Leg => ({ id: -1, stampUs: 0, exchangeUs: 0, ageMs: 0, flags: 0 });

export class SpreadForms {
  readonly #counters: FormCounters;
  readonly #latest: LatestQuotes;
  readonly #standing: Standing;
  readonly #spreadPercent: SpreadPercent;
  readonly #judge: JudgeSpread;
  readonly #leg1 = newLeg();
  readonly #leg2 = newLeg();
  #text: Buffer | null = null;
  #record: Buffer | null = null;
  #pair: WantedPair | null = null;
  #seq = 0;
  #flags = 0;
  #leftOut = 0;
  #reason: SpreadReason | null = null;
  #reasonLeg = 0;
  #refusals: RefusalBits = 0;
  #bidBid = Number.NaN;
  #executable12 = Number.NaN;
  #executable21 = Number.NaN;

  constructor(
    counters: FormCounters,
    latest: LatestQuotes,
    standing: Standing,
    spreadPercent: SpreadPercent,
    judge: JudgeSpread,
  ) {
    this.#counters = counters;
    this.#latest = latest;
    this.#standing = standing;
    this.#spreadPercent = spreadPercent;
    this.#judge = judge;
  }

  /** `more`: flags of the sending. True: both legs stand. */
  set(pair: WantedPair, seq: Micros, nowUs: Micros, more: number, leftOut: number): boolean {
    this.#text = null;
    this.#record = null;
    this.#pair = pair;
    this.#seq = seq;
    this.#leftOut = leftOut;
    const reason1 = this.#look(this.#leg1, pair.left, nowUs);
    const reason2 = this.#look(this.#leg2, pair.right, nowUs);
    this.#flags = this.#leg1.flags | this.#leg2.flags | more;
    this.#reason = reason1 ?? reason2;
    this.#reasonLeg = reason1 !== null ? 1 : reason2 !== null ? 2 : 0;
    const stands = this.#reason === null;
    const { bid, ask } = this.#latest;
    const [bid1, ask1] = stands ? [bid[pair.left]!, ask[pair.left]!] : [Number.NaN, Number.NaN];
    const [bid2, ask2] = stands ? [bid[pair.right]!, ask[pair.right]!] : [Number.NaN, Number.NaN];
    this.#bidBid = this.#spreadPercent(bid1, bid2);
    this.#executable12 = this.#spreadPercent(bid1, ask2);
    this.#executable21 = this.#spreadPercent(bid2, ask1);
    if (stands && Number.isNaN(this.#bidBid)) this.#reason = 'no-value';
    const isKnown = pair.left >= 0 && pair.right >= 0;
    this.#refusals = isKnown ? this.#judge(pair.left, pair.right, nowUs) : REFUSAL_BIT['no-live-leg'];
    return stands;
  }

  get text(): Buffer {
    if (this.#text !== null) return this.#text;
    this.#counters.texts += 1;
    const [newer, older] = this.#byAge();
    const reason = this.#reason === null ? 'null' : `"${this.#reason}"`;
    this.#text = Buffer.from(
      `{"type":"spread",${stampText(this.#seq, newer.stampUs, newer.exchangeUs, older, this.#flags)}` +
        `${this.#pair?.names},"bidBid":${numberText(this.#bidBid)},` +
        `"executable12":${numberText(this.#executable12)},"executable21":${numberText(this.#executable21)},` +
        `"reason":${reason},"reasonLeg":${this.#reasonLeg},` +
        `"refusals":${JSON.stringify(refusalsOf(this.#refusals))},"leftOut":${this.#leftOut},` +
        `"legs":[${legText(this.#leg1)},${legText(this.#leg2)}]}`,
    );
    return this.#text;
  }

  get record(): Buffer {
    if (this.#record !== null) return this.#record;
    this.#counters.records += 1;
    const at = SPREAD_RECORD;
    const bytes = Buffer.allocUnsafe(at.bytes);
    const [newer, older] = this.#byAge();
    const reason = this.#reason === null ? 0 : SPREAD_REASONS.indexOf(this.#reason) + 1;
    bytes.writeUInt8(RECORD.spread, at.type);
    bytes.writeUInt8(reason | (this.#reasonLeg << 4), at.reason);
    bytes.writeUInt16LE(this.#flags, at.flags);
    bytes.writeUInt32LE(this.#pair?.number ?? 0, at.pair);
    bytes.writeDoubleLE(this.#seq, at.seq);
    bytes.writeDoubleLE(newer.stampUs, at.receivedUs);
    bytes.writeDoubleLE(newer.exchangeUs, at.exchangeUs);
    bytes.writeDoubleLE(older, at.ageMs);
    bytes.writeDoubleLE(this.#bidBid, at.bidBid);
    bytes.writeDoubleLE(this.#executable12, at.executable12);
    bytes.writeDoubleLE(this.#executable21, at.executable21);
    [this.#leg1, this.#leg2].forEach((leg, n) => {
      const from = at.legs + n * SPREAD_LEG.bytes;
      bytes.writeDoubleLE(leg.stampUs, from + SPREAD_LEG.seq);
      bytes.writeDoubleLE(leg.exchangeUs, from + SPREAD_LEG.exchangeUs);
      bytes.writeDoubleLE(leg.ageMs, from + SPREAD_LEG.ageMs);
      bytes.writeUInt16LE(leg.flags, at.legFlags + n * 2);
    });
    bytes.writeUInt32LE(this.#leftOut, at.leftOut);
    bytes.writeUInt32LE(this.#refusals, at.refusals);
    this.#record = bytes;
    return bytes;
  }

  /** The leg that came last, and the age of the older one. */
  #byAge(): readonly [Leg, number] {
    const [leg1, leg2] = [this.#leg1, this.#leg2];
    const newer = leg2.stampUs > leg1.stampUs || Number.isNaN(leg1.stampUs) ? leg2 : leg1;
    return [newer, Math.max(leg1.ageMs, leg2.ageMs)];
  }

  #look(leg: Leg, id: number, nowUs: Micros): SpreadReason | null {
    leg.id = id;
    const { stampUs, exchangeUs } = this.#latest;
    leg.stampUs = id < 0 ? Number.NaN : stampUs[id]!;
    const given = id < 0 ? Number.NaN : exchangeUs[id]!;
    leg.exchangeUs = given > 0 && given <= Number.MAX_SAFE_INTEGER ? given : Number.NaN;
    leg.ageMs = ageMsOf(nowUs, leg.exchangeUs, leg.stampUs);
    leg.flags = id < 0 ? 0 : this.#standing.flagsOf(id, nowUs);
    return id < 0 ? 'no-quote' : this.#standing.reason(id, leg.flags);
  }
}

function legText({ stampUs, exchangeUs, ageMs, flags }: Leg): string {
  return (
    `{"seq":${numberText(stampUs)},"exchangeUs":${numberText(exchangeUs)},` +
    `"ageMs":${numberText(ageMs)},"flags":${flagsText(flags)}}`
  );
}
