// What came over the socket, as messages: texts and binary records alike. What a record's number stands for was told before
// it. Throws where it cannot be read: the server is then another than the one this was made for.

import {
  FLAGS,
  type Flag,
  type InstrumentName,
  type PairName,
  QUOTE_RECORD,
  type Quote,
  RECORD,
  REFUSALS,
  type ServerMessage,
  SPREAD_LEG,
  SPREAD_REASONS,
  SPREAD_RECORD,
  type Spread,
  type SpreadLeg,
} from '../feed/protocol.js';

/** Numbers are of one connection: a decoder each. */
export class Decoder {
  readonly #instruments = new Map<number, InstrumentName>();
  readonly #pairs = new Map<number, PairName>();

  /** Names of numbers are kept, and given out too. */
  decode(data: string | ArrayBuffer): readonly ServerMessage[] {
    if (typeof data !== 'string') return this.#records(new DataView(data));
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === 'instrument') this.#instruments.set(message.number, message);
    if (message.type === 'pair') this.#pairs.set(message.number, message);
    return [message];
  }

  #records(view: DataView): readonly ServerMessage[] {
    const messages: ServerMessage[] = [];
    let from = 0;
    while (from < view.byteLength) {
      const type = view.getUint8(from);
      if (type === RECORD.quote) {
        messages.push(this.#quote(view, from));
        from += QUOTE_RECORD.bytes;
      } else if (type === RECORD.spread) {
        messages.push(this.#spread(view, from));
        from += SPREAD_RECORD.bytes;
      } else throw new Error(`a record of unknown type ${type}`);
    }
    return messages;
  }

  #quote(view: DataView, from: number): Quote {
    const at = QUOTE_RECORD;
    const number = view.getUint32(from + at.instrument, true);
    const named = this.#instruments.get(number);
    if (named === undefined) throw new Error(`a quote of instrument ${number}, which was not introduced`);
    const float = (offset: number): number => view.getFloat64(from + offset, true);
    return {
      type: 'quote',
      seq: float(at.seq),
      receivedUs: float(at.seq),
      exchangeUs: orNull(float(at.exchangeUs)),
      ageMs: float(at.ageMs),
      flags: flagsOf(view.getUint16(from + at.flags, true)),
      exchange: named.exchange,
      symbol: named.symbol,
      bid: float(at.bid),
      bidSize: orNull(float(at.bidSize)),
      ask: float(at.ask),
      askSize: orNull(float(at.askSize)),
      leftOut: view.getUint32(from + at.leftOut, true),
    };
  }

  #spread(view: DataView, from: number): Spread {
    const at = SPREAD_RECORD;
    const number = view.getUint32(from + at.pair, true);
    const named = this.#pairs.get(number);
    if (named === undefined) throw new Error(`a spread of pair ${number}, which was not introduced`);
    const float = (offset: number): number => view.getFloat64(from + offset, true);
    const { symbol, exchange1, exchange2 } = named;
    const reason = view.getUint8(from + at.reason);
    const leg = (n: number): SpreadLeg => {
      const start = at.legs + n * SPREAD_LEG.bytes;
      return {
        seq: orNull(float(start + SPREAD_LEG.seq)),
        exchangeUs: orNull(float(start + SPREAD_LEG.exchangeUs)),
        ageMs: orNull(float(start + SPREAD_LEG.ageMs)),
        flags: flagsOf(view.getUint16(from + at.legFlags + n * 2, true)),
      };
    };
    return {
      type: 'spread',
      seq: float(at.seq),
      receivedUs: orNull(float(at.receivedUs)),
      exchangeUs: orNull(float(at.exchangeUs)),
      ageMs: orNull(float(at.ageMs)),
      flags: flagsOf(view.getUint16(from + at.flags, true)),
      ...{ symbol, exchange1, exchange2 },
      bidBid: orNull(float(at.bidBid)),
      executable12: orNull(float(at.executable12)),
      executable21: orNull(float(at.executable21)),
      reason: SPREAD_REASONS[(reason & 0x0f) - 1] ?? null,
      reasonLeg: reason >> 4,
      refusals: REFUSALS.filter((_, bit) => (view.getUint32(from + at.refusals, true) & (1 << bit)) !== 0),
      leftOut: view.getUint32(from + at.leftOut, true),
      legs: [leg(0), leg(1)],
    };
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function flagsOf(bits: number): Flag[] {
  return FLAGS.filter((_, at) => (bits & (1 << at)) !== 0);
}
