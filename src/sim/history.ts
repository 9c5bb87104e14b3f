// The past of a generated market, as columns: what a recorder would have written had it been running.
// Writes nothing itself: the caller has the lake.

import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import { type SimQuote, sameTop } from './exchange.js';
import type { Market, MarketInstrument } from './market.js';
import { createRandom } from './random.js';

/** Values of a row: what the columns are. */
const WIDTH = 6;
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
  // A third more than is to be expected: it is hardly ever made anew.
  let rows = new Float64Array(Math.ceil(((toUs - fromUs) / US_PER_MS / meanIntervalMs) * 1.33 + 64) * WIDTH);
  let length = 0;
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
    if (length * WIDTH === rows.length) {
      const larger = new Float64Array(rows.length * 2);
      larger.set(rows);
      rows = larger;
    }
    const at = length * WIDTH;
    rows[at] = receivedUs;
    rows[at + 1] = quote.bid;
    rows[at + 2] = quote.bidSize;
    rows[at + 3] = quote.ask;
    rows[at + 4] = quote.askSize;
    rows[at + 5] = exchangeUs;
    length += 1;
  }
  return columnsOf(rows, length);
}

function columnsOf(rows: Float64Array, length: number): Required<QuoteColumns> {
  const column = (place: number): Float64Array => {
    const values = new Float64Array(length);
    for (let row = 0; row < length; row += 1) values[row] = rows[row * WIDTH + place]!;
    return values;
  };
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
