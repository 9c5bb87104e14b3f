// One leg of a world: its hidden book with every top it ever had lately, what an order gets of it, and its feed: frames as its exchange makes
// them, through the decoder that meets the real one, and what ingest says of their instrument beside them.

import type { Decoder, DecoderSink } from '../../../src/exchanges/exchange.js';
import { findAdapter } from '../../../src/exchanges/index.js';
import type { Hub } from '../../../src/hub/hub.js';
import { LagMeter } from '../../../src/ingest/lag-meter.js';
import { InstrumentLife } from '../../../src/ingest/life.js';
import { type Conversation, createBook, type SimExchange, type SimQuote } from '../../../src/sim/exchange.js';

export const BASE = 'XYZ';
const KEPT_US = 30_000_000;
const LEVELS = 5;
const LAG_US_MAX = 150_000;

export class Leg {
  readonly exchange: SimExchange;
  readonly #hub: Hub;
  readonly #id: number;
  readonly #conversation: Conversation;
  readonly #symbol: string;
  readonly #decoder: Decoder;
  readonly #life: InstrumentLife;
  readonly #meter = new LagMeter();
  /** True tops with their moments, the newest last. */
  readonly #tops: { readonly us: number; readonly quote: SimQuote; readonly usual: SimQuote }[] = [];
  #updateId = 1_000;
  #receivedUs = 0;
  #isLagging = false;
  /** As the hub has it, whatever it is worth: what a naive eye sees. */
  seen: SimQuote | null = null;

  constructor(exchange: SimExchange, hub: Hub, id: number, startUs: number) {
    this.exchange = exchange;
    this.#hub = hub;
    this.#id = id;
    this.#symbol = exchange.exchangeSymbolOf(BASE, 'USDT');
    const listed = {
      ...{
        exchangeSymbol: this.#symbol,
        base: BASE,
        quote: 'USDT',
        tickSize: 1e-8,
        priceDecimals: 8,
        sizeDecimals: 6,
      },
      ...{ contractSize: 1, quoteVolume24h: 1e9, trading: true },
    };
    const peer = {
      token: '0'.repeat(32),
      ...{
        header: () => undefined,
        send() {},
        sendTop() {},
        sendQuote() {},
        ping() {},
        close() {},
        cut() {},
      },
      ...{ want() {}, wantTrades() {} },
    };
    const book = createBook([listed], () => undefined);
    this.#conversation = exchange.open(new URL(`ws://sim${exchange.wsPath}`), peer, book, startUs);
    const adapter = findAdapter(exchange.name)!;
    this.#decoder = adapter.createDecoder({
      idOf: (symbol) => (symbol === this.#symbol ? id : -1),
      contractSizeOf: () => 1,
    });
    this.#life = new InstrumentLife(id, `${BASE}/USDT`, {
      ...{ exchangeSymbol: this.#symbol, base: BASE, quote: 'USDT', trading: true, statusText: '' },
      ...{ quoteVolume24h: null, tickSize: null, contractSize: 1 },
    });
  }

  /** `usual`: what stands behind a top that is somewhere else. */
  truth(us: number, quote: SimQuote, usual = quote): void {
    this.#tops.push({ us, quote, usual });
    while (this.#tops.length > 2 && this.#tops[1]!.us < us - KEPT_US) this.#tops.shift();
  }

  /** The top that stood at the moment. */
  topAt(us: number): SimQuote | undefined {
    return this.#tops.findLast((top) => top.us <= us)?.quote ?? this.#tops[0]?.quote;
  }

  /** Mean price of an order of this worth against the true book at the moment; NaN where it is not filled. Deeper levels are as large, each worse. */
  fill(side: 'sell' | 'buy', notional: number, us: number): number {
    const top = this.#tops.findLast((one) => one.us <= us);
    if (top === undefined) return Number.NaN;
    const isSale = side === 'sell';
    const [price, size] = isSale ? [top.quote.bid, top.quote.bidSize] : [top.quote.ask, top.quote.askSize];
    const behind = isSale ? top.usual.bid : top.usual.ask;
    let [left, coins] = [notional, 0];
    // Behind the top stands the usual book, a basis point or two away from the usual price.
    for (let level = 0; level < LEVELS && left > 0; level += 1) {
      const at = level === 0 ? price : behind * (1 + ((isSale ? -1 : 1) * level * 12) / 10_000);
      const worth = Math.min(left, at * (level === 0 ? size : Math.max(size, notional / at)));
      coins += worth / at;
      left -= worth;
    }
    return left > 1e-9 ? Number.NaN : notional / coins;
  }

  /** A frame of this quote, dated `eventUs`, is read at `receivedUs`. */
  receive(quote: SimQuote, eventUs: number, receivedUs: number): void {
    this.#updateId += 1;
    this.#receivedUs = receivedUs;
    const frame = this.#conversation.quoteFrame(this.#symbol, quote, this.#updateId, eventUs, eventUs);
    this.#decoder.decode(typeof frame === 'string' ? Buffer.from(frame) : frame, receivedUs, this.#sink);
  }

  readonly #sink: DecoderSink = {
    wantsTrades: false,
    quote: (id, bid, bidSize, ask, askSize, exchangeUs) => {
      const us = this.#receivedUs;
      this.#meter.quote(exchangeUs, us);
      if (!Number.isNaN(bid) && !Number.isNaN(ask)) this.seen = { bid, bidSize, ask, askSize };
      this.#life.quote(bid, bidSize, ask, askSize, us);
      const limitUs = this.#life.newAgeLimitUs();
      if (!Number.isNaN(limitUs)) this.#hub.status(id, 'age-limit', limitUs, us);
      this.#hub.quote(id, bid, bidSize, ask, askSize, exchangeUs, us);
    },
    trade() {},
    gap: (id, reason) => this.#hub.gap(id, this.#receivedUs, reason, this.#receivedUs),
    control() {},
    reject: (reason, detail) => {
      throw new Error(`${this.exchange.name} rejects its twin's frame: ${reason} ${detail}`);
    },
  };

  gap(reason: 'disconnect' | 'unsubscribed', us: number): void {
    this.#life.interrupt();
    this.#decoder.reset();
    this.#hub.gap(this.#id, us, reason, us);
  }

  /** As the watch over lateness does, which looks often. */
  look(us: number, waitedUs: number): void {
    this.#meter.look(us, waitedUs, LAG_US_MAX);
    if (this.#meter.lagging === this.#isLagging) return;
    this.#isLagging = this.#meter.lagging;
    this.#life.lagging = this.#isLagging;
    if (this.#isLagging) this.#hub.status(this.#id, 'lagging', this.#meter.lagUs, us);
    else this.#hub.status(this.#id, 'in-time', this.#life.ageLimitUs, us);
  }
}
