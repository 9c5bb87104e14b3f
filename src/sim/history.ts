// The past of a generated market, as columns: what a recorder would have written had it been running.
// Writes nothing itself: the caller has the lake.

import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import { type SimQuote, sameTop } from './exchange.js';
import type { Market, MarketInstrument } from './market.js';
import { createRandom } from './random.js';

/** From the exchange's moment to ours. */
const LATENCY_MS = { from: 4, to: 24 };

/**
 * Quotes of one instrument received in [fromUs, toUs), at irregular times about `meanIntervalMs` apart,
 * ascending strictly, only where the top changed. No two instruments of a market ever share a stamp: the one
 * order holds over all of them. `exchangeUs` has whole milliseconds, or is NaN where the exchange gives no time.
 * The same arguments give the same rows.
 */
export function generateHistory(
  market: Market,
  instrument: MarketInstrument,
  fromUs: Micros,
  toUs: Micros,
  meanIntervalMs: number,
): Required<QuoteColumns> {
  assert(meanIntervalMs >= 1, `a mean interval of ${meanIntervalMs} ms is none`);
  const random = createRandom(market.seed, 'history', instrument.exchange, instrument.symbol, fromUs);
  const rows: number[] = [];
  const lanes = market.instruments.length;
  let receivedUs = Math.floor(fromUs) - 1;
  let last: SimQuote | null = null;
  for (;;) {
    receivedUs += 1 + Math.floor(random.exponential(meanIntervalMs * US_PER_MS));
    // Up to the next microsecond that is this instrument's own.
    receivedUs += (instrument.index + lanes - (receivedUs % lanes)) % lanes;
    const latencyMs = LATENCY_MS.from + (LATENCY_MS.to - LATENCY_MS.from) * random.next();
    if (receivedUs >= toUs) break;
    const eventUs = receivedUs - Math.round(latencyMs * US_PER_MS);
    const quote = market.quoteOf(instrument.index, eventUs);
    if (last !== null && sameTop(last, quote)) continue;
    last = quote;
    const exchangeUs = instrument.givesTime ? Math.floor(eventUs / US_PER_MS) * US_PER_MS : NaN;
    rows.push(receivedUs, quote.bid, quote.bidSize, quote.ask, quote.askSize, exchangeUs);
  }
  return columnsOf(rows);
}

const WIDTH = 6;

function columnsOf(rows: readonly number[]): Required<QuoteColumns> {
  const length = rows.length / WIDTH;
  const column = (place: number): Float64Array =>
    Float64Array.from({ length }, (_, row) => rows[row * WIDTH + place]!);
  return {
    length,
    receivedUs: column(0),
    bid: column(1),
    bidSize: column(2),
    ask: column(3),
    askSize: column(4),
    exchangeUs: column(5),
  };
}
