// Reading the fields of a best-bid-and-ask message: amounts, sides, times, ids; and handing a whole top of
// book to the sink. Knows no exchange; classifies what is bad, never guesses and never throws.

import type { TradeSide } from '../core/event.js';
import type { RejectReason } from '../core/reasons.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import type { ControlDetail, DecoderListing, DecoderSink } from './exchange.js';
import { excerpt } from './frame.js';
import type { UpdateId } from './order.js';

/** What readAmount answers for text or a value that is no amount; amounts are never negative. */
export const BAD_AMOUNT = -1;

/** One side of a quote. Both NaN, or both finite and above zero. */
export interface Side {
  price: number;
  size: number;
}

/**
 * A price or a size, as text or as a JSON number: exactly Number(text), times `unit`, above zero and finite.
 * NaN = absent (missing, null, empty text, zero: no exchange means a price of zero). BAD_AMOUNT otherwise.
 */
export function readAmount(value: unknown, unit = 1): number {
  if (typeof value === 'string') {
    if (value.length === 0) return Number.NaN;
    return isDecimal(value) ? amount(Number(value) * unit) : BAD_AMOUNT;
  }
  if (typeof value === 'number') return amount(value * unit);
  return value === undefined || value === null ? Number.NaN : BAD_AMOUNT;
}

function amount(value: number): number {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
  return value === 0 ? Number.NaN : BAD_AMOUNT;
}

/** Number() would take `0x10`, `Infinity` and blanks too; no exchange writes a price so. */
function isDecimal(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 48 && code <= 57;
    const isOther = code === 46 || code === 45 || code === 43 || code === 101 || code === 69; // . - + e E
    if (!isDigit && !isOther) return false;
  }
  return true;
}

/** Reads one side; the reason where it is bad (`side` is then not to be used). Sizes are times `unit`. */
export function readSide(price: unknown, size: unknown, unit: number, side: Side): RejectReason | undefined {
  const readPrice = readAmount(price);
  if (readPrice === BAD_AMOUNT) return 'bad-price';
  const readSize = readAmount(size, unit);
  if (readSize === BAD_AMOUNT) return 'bad-size';
  const isPresent = readPrice > 0 && readSize > 0;
  side.price = isPresent ? readPrice : Number.NaN;
  side.size = isPresent ? readSize : Number.NaN;
  return undefined;
}

/**
 * Microseconds from the exchange's milliseconds (number, or text as some send); NaN where it gives none, or
 * one that is past what whole microseconds can say (year 2255).
 */
export function readExchangeUs(ms: unknown): Micros {
  const value = typeof ms === 'string' && ms.length > 0 ? Number(ms) : ms;
  const us = typeof value === 'number' ? Math.round(value * US_PER_MS) : Number.NaN;
  return us > 0 && us <= Number.MAX_SAFE_INTEGER ? us : Number.NaN;
}

/** The id of a symbol field; undefined when it was rejected (no symbol, or one not selected). */
export function readInstrument(
  listing: DecoderListing,
  symbol: unknown,
  sink: DecoderSink,
): number | undefined {
  if (typeof symbol !== 'string' || symbol.length === 0) {
    sink.reject('missing-field', 'symbol');
    return undefined;
  }
  const id = listing.idOf(symbol);
  if (id >= 0) return id;
  sink.reject('unknown-symbol', excerpt(symbol));
  return undefined;
}

/** The detail of a bad side: which, and what it held. */
export function rejectSide(sink: DecoderSink, reason: RejectReason, side: string, fields: unknown): void {
  sink.reject(reason, `${side} ${excerpt(fields)}`);
}

// Overwritten by every call below and read before it returns: no state, only no allocation.
const bidScratch: Side = { price: Number.NaN, size: Number.NaN };
const askScratch: Side = { price: Number.NaN, size: Number.NaN };

/** A message that holds the whole top of one book: one quote, or one reject. */
export function emitTop(
  sink: DecoderSink,
  instrumentId: number,
  unit: number,
  bid: unknown,
  bidSize: unknown,
  ask: unknown,
  askSize: unknown,
  exchangeUs: Micros,
  updateId: UpdateId,
): void {
  const badBid = readSide(bid, bidSize, unit, bidScratch);
  const bad = badBid ?? readSide(ask, askSize, unit, askScratch);
  if (bad === undefined) {
    const { price, size } = bidScratch;
    emitQuote(sink, instrumentId, price, size, askScratch.price, askScratch.size, exchangeUs, updateId);
  } else if (badBid === undefined) rejectSide(sink, bad, 'ask', [ask, askSize]);
  else rejectSide(sink, bad, 'bid', [bid, bidSize]);
}

/** One quote of sides that were read. An id that a number cannot hold exactly is not told: it would tell doubles wrongly. */
export function emitQuote(
  sink: DecoderSink,
  instrumentId: number,
  bid: number,
  bidSize: number,
  ask: number,
  askSize: number,
  exchangeUs: Micros,
  updateId: UpdateId,
): void {
  const id = typeof updateId === 'number' ? updateId : Number.NaN;
  sink.quote(instrumentId, bid, bidSize, ask, askSize, exchangeUs, id);
}

/** One trade, or one reject. `side` undefined = the message does not say who took; sizes are times `unit`. */
export function emitTrade(
  sink: DecoderSink,
  instrumentId: number,
  unit: number,
  price: unknown,
  size: unknown,
  side: TradeSide | undefined,
  exchangeUs: Micros,
  tradeId: unknown,
): void {
  const readPrice = readAmount(price);
  const readSize = readAmount(size, unit);
  if (!(readPrice > 0)) sink.reject('bad-price', `trade ${excerpt(price)}`);
  else if (!(readSize > 0)) sink.reject('bad-size', `trade ${excerpt(size)}`);
  else if (side === undefined) sink.reject('missing-field', 'side of a trade');
  else sink.trade(instrumentId, readPrice, readSize, side, exchangeUs, readTradeId(tradeId));
}

/** No exchange's ids are longer; a longer one is not kept. */
const TRADE_ID_LENGTH_MAX = 64;

/** Empty where there is none, or one that a number cannot hold exactly. */
function readTradeId(id: unknown): string {
  if (typeof id === 'string') return id.length <= TRADE_ID_LENGTH_MAX ? id : '';
  return Number.isSafeInteger(id) ? String(id) : '';
}

const NO_LEVEL: readonly unknown[] = [];

/** `[price, size, …]` of the first of a side's levels; what is no list of levels reads as a bad price. */
export function firstLevel(levels: unknown): readonly unknown[] {
  if (levels === undefined || levels === null || levels === '') return NO_LEVEL;
  if (!Array.isArray(levels)) return [{ levels }];
  const level: unknown = levels[0];
  if (level === undefined) return NO_LEVEL;
  return Array.isArray(level) ? level : [{ level }];
}

/** A request id as our subscriptions know it; undefined where the message carries none. */
export function readRequestId(id: unknown): string | undefined {
  if (typeof id === 'string') return id.length > 0 ? id : undefined;
  return typeof id === 'number' ? String(id) : undefined;
}

/** The detail of a control frame, of whatever is known; the message is cut where it is long. */
export function controlDetail(known: {
  readonly requestId?: string | undefined;
  readonly exchangeSymbol?: string | undefined;
  readonly message?: string | undefined;
}): ControlDetail {
  const { requestId, exchangeSymbol, message } = known;
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(exchangeSymbol === undefined ? {} : { exchangeSymbol }),
    ...(message === undefined ? {} : { message: excerpt(message) }),
  };
}

/** A text field; undefined where it is absent, empty or something else. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 ? value : undefined;
}
