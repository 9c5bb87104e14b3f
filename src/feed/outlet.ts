// What an instrument is called, who wants it, and the writing of quotes, spreads, gaps and states to clients: each form once
// for all who get it now. It does not know when: live, conflated or late are others' affairs.

import type { LatestQuotes } from '../core/event.js';
import { exchangeKey } from '../core/exchange.js';
import { type Instrument, instrumentKey } from '../core/instrument.js';
import { GAP_REASONS, STATUS_KINDS } from '../core/reasons.js';
import { symbolKey } from '../core/symbol.js';
import type { Micros } from '../core/time.js';
import { type FollowerClient, type Put, putForms } from './follower.js';
import { coldText, type FormCounters, type Named, QuoteForms } from './forms.js';
import type { PairBook, WantedPair } from './pair-book.js';
import { KIND, type RecentRing } from './recent-ring.js';
import type { Wanted } from './request.js';
import { type JudgeSpread, SpreadForms, type SpreadPercent } from './spread-forms.js';
import { BIT, type Standing } from './standing.js';

export interface OutletOptions {
  readonly nowUs: () => Micros;
  readonly instruments: (instrumentId: number) => Pick<Instrument, 'exchange' | 'symbol'>;
  readonly instrumentsMax: number;
  readonly latest: LatestQuotes;
  readonly standing: Standing;
  readonly pairs: PairBook;
  readonly spreadPercent: SpreadPercent;
  readonly judge: JudgeSpread;
}

interface Known extends Named {
  readonly key: string;
  readonly symbolKey: string;
  readonly exchangeKey: string;
}

export class Outlet {
  readonly quotes: FormCounters = { texts: 0, records: 0 };
  readonly spreads: FormCounters = { texts: 0, records: 0 };
  readonly #options: OutletOptions;
  readonly #known: (Known | undefined)[] = [];
  readonly #quote = new QuoteForms(this.quotes);
  readonly #spread: SpreadForms;
  #quoteId = 0;
  #pair: WantedPair | null = null;
  #cold: Buffer | null = null;

  constructor(options: OutletOptions) {
    this.#options = options;
    const { latest, standing, spreadPercent, judge } = options;
    this.#spread = new SpreadForms(this.spreads, latest, standing, spreadPercent, judge);
  }

  /** Learns an instrument's names; the pairs that wait for it are told. */
  meet(instrumentId: number): Known {
    const known = this.#known[instrumentId];
    if (known !== undefined) return known;
    const { exchange, symbol } = this.#options.instruments(instrumentId);
    const made: Known = {
      key: instrumentKey(exchange, symbol),
      symbolKey: symbolKey(symbol),
      exchangeKey: exchangeKey(exchange),
      names: `,"exchange":${JSON.stringify(exchange)},"symbol":${JSON.stringify(symbol)}`,
      introduction: Buffer.from(
        JSON.stringify({ type: 'instrument', number: instrumentId, exchange, symbol }),
      ),
    };
    while (this.#known.length <= instrumentId) this.#known.push(undefined);
    this.#known[instrumentId] = made;
    this.#options.pairs.meet(instrumentId, made.key);
    return made;
  }

  wants({ symbols, exchanges, legs }: Wanted, instrumentId: number): boolean {
    const known = this.meet(instrumentId);
    const isListed =
      (symbols === null || symbols.has(known.symbolKey)) &&
      (exchanges === null || exchanges.has(known.exchangeKey));
    return isListed || legs.has(known.key);
  }

  /** The quote that is given out next, with flags of the sending. */
  setQuote(
    instrumentId: number,
    seq: Micros,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    flags: number,
    leftOut: number,
  ): void {
    this.#quoteId = instrumentId;
    const known = this.meet(instrumentId);
    this.#quote.set(known, instrumentId, seq, bid, bidSize, ask, askSize, exchangeUs);
    this.#quote.as(this.#options.nowUs(), leftOut > 0 ? flags | BIT.conflated : flags, leftOut);
  }

  /** The same from the hub's latest; false where there is none. */
  setLatest(instrumentId: number, more: number, leftOut: number): boolean {
    const { latest, standing, nowUs } = this.#options;
    const { stampUs, bid, bidSize, ask, askSize, exchangeUs } = latest;
    const id = instrumentId;
    const seq = stampUs[id]!;
    if (Number.isNaN(seq)) return false;
    const flags = standing.flagsOf(id, nowUs()) | more;
    this.setQuote(id, seq, bid[id]!, bidSize[id]!, ask[id]!, askSize[id]!, exchangeUs[id]!, flags, leftOut);
    return true;
  }

  /** The same of a record that is held, a gap or a state too. */
  setRecord(ring: RecentRing, slot: number, leftOut: number): void {
    const [id, seq, value] = [ring.instrumentId[slot]!, ring.stampUs[slot]!, ring.bid[slot]!];
    const detail = ring.detail[slot]!;
    if (ring.kind[slot] !== KIND.quote) {
      this.setCold(ring.kind[slot]!, id, seq, detail, value, BIT.resumed);
      return;
    }
    const [bidSize, ask, askSize] = [ring.bidSize[slot]!, ring.ask[slot]!, ring.askSize[slot]!];
    const flags = detail | BIT.resumed;
    this.setQuote(id, seq, value, bidSize, ask, askSize, ring.exchangeUs[slot]!, flags, leftOut);
  }

  setCold(kind: number, instrumentId: number, seq: Micros, word: number, value: number, flags: number): void {
    const { nowUs } = this.#options;
    const known = this.meet(instrumentId);
    this.#cold =
      kind === KIND.gap
        ? coldText(known, 'gap', seq, nowUs(), flags, GAP_REASONS[word]!, value)
        : coldText(known, 'status', seq, nowUs(), flags, STATUS_KINDS[word]!, value);
  }

  /** The pair's spread as of now. */
  setSpread(pair: WantedPair, seq: Micros, more: number, leftOut: number): void {
    this.#pair = pair;
    const flags = leftOut > 0 ? more | BIT.conflated : more;
    pair.stands = this.#spread.set(pair, seq, this.#options.nowUs(), flags, leftOut);
  }

  /** Whether both legs stand now. */
  stands({ left, right }: WantedPair): boolean {
    return this.#isStanding(left) && this.#isStanding(right);
  }

  putQuote(client: FollowerClient, put: Put): void {
    const known = this.#known[this.#quoteId]!;
    putForms(client, this.#quote, known, this.#isNewInstrument, put);
  }

  putSpread(client: FollowerClient, put: Put): void {
    if (this.#pair !== null) putForms(client, this.#spread, this.#pair, this.#isNewPair, put);
  }

  putCold(client: FollowerClient, put: Put): void {
    client.state.count += 1;
    if (this.#cold !== null) put(client, this.#cold);
  }

  readonly #isNewInstrument = (follower: FollowerClient['state']): boolean =>
    follower.isNewInstrument(this.#quoteId, this.#options.instrumentsMax);

  readonly #isNewPair = (follower: FollowerClient['state']): boolean =>
    follower.isNewPair(this.#pair!.number);

  #isStanding(id: number): boolean {
    const { standing, nowUs } = this.#options;
    return id >= 0 && standing.reason(id, standing.flagsOf(id, nowUs())) === null;
  }
}
