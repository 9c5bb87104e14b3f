// The reading side of one connection: frames through the decoder, everything counted, and which instruments have a
// valid quote because of it. One call a frame; nothing here waits, nothing is allocated for a quote.

import type { TradeSide } from '../core/event.js';
import type { RejectReason } from '../core/reasons.js';
import type { Micros } from '../core/time.js';
import type { ControlDetail, Decoder, DecoderSink } from '../exchanges/exchange.js';
import type { ConnectionCounters } from './connection-types.js';
import { noCounters } from './counters.js';
import { IdSet } from './id-set.js';
import { LagMeter } from './lag-meter.js';
import type { ConnectionOwner } from './sink.js';

export interface FrameReaderOptions {
  readonly decoder: Decoder;
  readonly owner: ConnectionOwner;
  readonly wantsTrades: boolean;
  /** Called for every quote, before it goes on. */
  readonly quoteRead: () => void;
  readonly control: (kind: string, detail: ControlDetail | undefined) => void;
}

export class FrameReader {
  readonly #counters = noCounters();
  /** When the last quote came, whatever its instrument; NaN before the first. */
  lastQuoteUs: Micros = Number.NaN;
  /** How late its quotes are. */
  readonly lag = new LagMeter();
  readonly #options: FrameReaderOptions;
  /** Instruments with a valid quote: those a fall of the connection makes a hole in. */
  readonly #valid = new IdSet();
  readonly #sink: DecoderSink;
  #receivedUs: Micros = 0;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#sink = this.#makeSink(options.wantsTrades);
  }

  get counters(): Readonly<ConnectionCounters> {
    return { ...this.#counters, scanned: this.#options.decoder.scanned ?? 0 };
  }

  read(frame: Uint8Array, receivedUs: Micros): void {
    this.#counters.frames += 1;
    this.#receivedUs = receivedUs;
    this.#options.decoder.decode(frame, receivedUs, this.#sink);
  }

  /** A new connection: nothing of an earlier one counts. */
  restart(): void {
    this.#options.decoder.reset();
    this.lag.restart();
  }

  /** What the connection says of the instrument from now on does not continue what it said. */
  forget(instrumentId: number): void {
    this.#valid.delete(instrumentId);
    this.#options.decoder.reset(instrumentId);
  }

  /** Somebody else speaks for the instrument: a fall of the connection is no hole of it. Whether it had a valid quote. */
  release(instrumentId: number): boolean {
    return this.#valid.delete(instrumentId);
  }

  /** It speaks for the instrument now, whose valid quote another connection brought: a fall is a hole of it. */
  adopt(instrumentId: number): void {
    this.#valid.add(instrumentId);
  }

  /** The connection fell: no quote it brought is valid since `fromUs`. */
  fell(fromUs: Micros, nowUs: Micros): void {
    for (const id of this.#valid.taken()) {
      this.#counters.gaps += 1;
      this.#options.owner.gap(id, fromUs, 'disconnect', nowUs);
    }
  }

  #makeSink(wantsTrades: boolean): DecoderSink {
    return {
      wantsTrades,
      quote: (
        id: number,
        bid: number,
        bidSize: number,
        ask: number,
        askSize: number,
        exchangeUs: Micros,
        updateId = Number.NaN,
      ) => {
        this.#counters.quotes += 1;
        this.lastQuoteUs = this.#receivedUs;
        this.#valid.add(id);
        this.lag.quote(exchangeUs, this.#receivedUs);
        const { quoteRead, owner } = this.#options;
        quoteRead();
        owner.quote(id, bid, bidSize, ask, askSize, exchangeUs, this.#receivedUs, updateId);
      },
      trade: (
        id: number,
        price: number,
        size: number,
        side: TradeSide,
        exchangeUs: Micros,
        tradeId: string,
      ) => {
        this.#counters.trades += 1;
        this.#options.owner.trade(id, price, size, side, exchangeUs, this.#receivedUs, tradeId);
      },
      gap: (id: number, reason: Parameters<ConnectionOwner['gap']>[2]) => {
        this.#counters.gaps += 1;
        this.#valid.delete(id);
        this.#options.owner.gap(id, this.#receivedUs, reason, this.#receivedUs);
      },
      control: (kind: string, detail?: ControlDetail) => {
        this.#counters.controls += 1;
        this.#options.control(kind, detail);
      },
      reject: (reason: RejectReason) => {
        const { rejects } = this.#counters;
        rejects[reason] = (rejects[reason] ?? 0) + 1;
      },
    };
  }
}
