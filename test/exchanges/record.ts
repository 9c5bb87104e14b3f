// The sink of decoder tests: every call as plain JSON, so that a fixture can state what it expects.

import type { ControlKind, GapReason, RejectReason } from '../../src/core/reasons.js';
import type { ControlDetail, Decoder, DecoderListing, DecoderSink } from '../../src/exchanges/exchange.js';

/**
 * One call. `["quote", symbol, bid, bidSize, ask, askSize, exchangeUs]` with null for NaN,
 * `["trade", symbol, price, size, side, exchangeUs, tradeId]`, `["control", kind, detail?]`, `["reject", reason]`, `["gap", symbol, reason]`.
 */
export type Call = readonly [string, ...unknown[]];

/** A listing that knows every symbol (`open`), or only the given ones. Ids are 0, 1, 2 … */
export class TestListing implements DecoderListing {
  readonly symbols: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #isOpen: boolean;
  readonly #contractSizes: readonly number[];

  /** `contractSizes` by id; 1 where it says none. */
  constructor(known: 'open' | readonly string[], contractSizes: readonly number[] = []) {
    this.#contractSizes = contractSizes;
    this.#isOpen = known === 'open';
    if (known !== 'open') for (const symbol of known) this.#add(symbol);
  }

  idOf(exchangeSymbol: string): number {
    const known = this.#ids.get(exchangeSymbol);
    if (known !== undefined) return known;
    return this.#isOpen ? this.#add(exchangeSymbol) : -1;
  }

  contractSizeOf(id: number): number {
    return this.#contractSizes[id] ?? 1;
  }

  #add(symbol: string): number {
    const id = this.symbols.push(symbol) - 1;
    this.#ids.set(symbol, id);
    return id;
  }
}

export class RecordingSink implements DecoderSink {
  readonly calls: Call[] = [];
  readonly #listing: TestListing;

  /** By itself it wants none, as a recorder of quotes alone. */
  constructor(
    listing: TestListing,
    readonly wantsTrades = false,
  ) {
    this.#listing = listing;
  }

  trade(id: number, price: number, size: number, side: 1 | -1, exchangeUs: number, tradeId: string): void {
    const time = Number.isNaN(exchangeUs) ? null : exchangeUs;
    this.calls.push(['trade', this.#listing.symbols[id], price, size, side, time, tradeId]);
  }

  quote(id: number, bid: number, bidSize: number, ask: number, askSize: number, exchangeUs: number): void {
    const numbers = [bid, bidSize, ask, askSize, exchangeUs].map((n) => (Number.isNaN(n) ? null : n));
    this.calls.push(['quote', this.#listing.symbols[id], ...numbers]);
  }

  gap(id: number, reason: GapReason): void {
    this.calls.push(['gap', this.#listing.symbols[id], reason]);
  }

  control(kind: ControlKind, detail?: ControlDetail): void {
    const isEmpty = detail === undefined || Object.keys(detail).length === 0;
    this.calls.push(isEmpty ? ['control', kind] : ['control', kind, detail]);
  }

  /** The detail is for people; what is promised is that it stays short. */
  reject(reason: RejectReason, detail?: string): void {
    if (detail !== undefined && detail.length > 300)
      throw new Error(`a detail of ${detail.length} characters`);
    this.calls.push(['reject', reason]);
  }
}

/** The calls that one frame gives. */
export function callsOf(
  decoder: Decoder,
  listing: TestListing,
  frame: string | Uint8Array,
  receivedUs = Number.NaN,
  wantsTrades = false,
): readonly Call[] {
  const sink = new RecordingSink(listing, wantsTrades);
  decoder.decode(typeof frame === 'string' ? Buffer.from(frame) : frame, receivedUs, sink);
  return sink.calls;
}
