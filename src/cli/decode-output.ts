// The sink of `decode`: every call of a decoder as one line of NDJSON, and the counts.
// Without a listing: symbols in the exchange's own spelling, sizes as the frame gives them.

import type { ControlKind, RejectReason } from '../core/reasons.js';
import { CONTROL_KINDS, GAP_REASONS, type GapReason, REJECT_REASONS } from '../core/reasons.js';
import { US_PER_MS } from '../core/time.js';
import type { ControlDetail, DecoderListing, DecoderSink } from '../exchanges/exchange.js';

export class OutputSink implements DecoderSink {
  readonly #exchange: string;
  readonly #ids = new Map<string, number>();
  readonly #symbols: string[] = [];
  readonly #counts = new Map<string, number>();
  #lines: string[] = [];
  #receivedMs = Number.NaN;

  constructor(exchange: string) {
    this.#exchange = exchange;
  }

  /** Knows every symbol it is asked for. */
  readonly listing: DecoderListing = {
    idOf: (exchangeSymbol) => {
      const known = this.#ids.get(exchangeSymbol);
      if (known !== undefined) return known;
      const id = this.#symbols.push(exchangeSymbol) - 1;
      this.#ids.set(exchangeSymbol, id);
      return id;
    },
    contractSizeOf: () => 1,
  };

  /** What follows belongs to a frame received then (milliseconds; NaN = not known). */
  beginFrame(receivedMs: number): void {
    this.#receivedMs = receivedMs;
    this.#count('frames');
  }

  quote(id: number, bid: number, bidSize: number, ask: number, askSize: number, exchangeUs: number): void {
    this.#count('quotes');
    this.#write({
      type: 'quote',
      exchange: this.#exchange,
      symbol: this.#symbols[id],
      bid: orNull(bid),
      bidSize: orNull(bidSize),
      ask: orNull(ask),
      askSize: orNull(askSize),
      exchangeTimeMs: orNull(exchangeUs / US_PER_MS),
      receivedTimeMs: orNull(this.#receivedMs),
    });
  }

  /** Trades are told as what they are to a recorder of quotes: frames of another channel. */
  readonly wantsTrades = false;

  trade(): void {}

  gap(id: number, reason: GapReason): void {
    this.#count(`gap ${reason}`);
    this.#write({ type: 'gap', reason, exchange: this.#exchange, symbol: this.#symbols[id] });
  }

  control(kind: ControlKind, detail?: ControlDetail): void {
    this.#count(`control ${kind}`);
    this.#write({ type: 'control', reason: kind, ...detail });
  }

  reject(reason: RejectReason, detail?: string): void {
    this.#count(`reject ${reason}`);
    this.#write({ type: 'reject', reason, ...(detail === undefined ? {} : { detail }) });
  }

  /** The lines written since the last call, each with its newline. */
  take(): string {
    const text = this.#lines.join('');
    this.#lines = [];
    return text;
  }

  /** `Binance: 12 frames, 10 quotes, 1 control (subscribed 1), 1 reject (malformed 1), 0 gap`. */
  summary(): string {
    const of = (key: string) => this.#counts.get(key) ?? 0;
    const group = (kind: string, reasons: readonly string[]) => {
      const named = reasons.filter((reason) => of(`${kind} ${reason}`) > 0);
      const total = named.reduce((sum, reason) => sum + of(`${kind} ${reason}`), 0);
      const parts = named.map((reason) => `${reason} ${of(`${kind} ${reason}`)}`).join(', ');
      return `${total} ${kind}${parts.length > 0 ? ` (${parts})` : ''}`;
    };
    return [
      `${this.#exchange}: ${of('frames')} frames`,
      `${of('quotes')} quotes`,
      group('control', CONTROL_KINDS),
      group('reject', REJECT_REASONS),
      group('gap', GAP_REASONS),
    ].join(', ');
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #write(line: object): void {
    this.#lines.push(`${JSON.stringify(line)}\n`);
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
