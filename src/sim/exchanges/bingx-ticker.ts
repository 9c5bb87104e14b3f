// The 24 hour ticker that simulated BingX pushes once a second, spot and swap. Source: BingX docs, and captures
// of other public clients (2024). The letters swap meaning here: `B` and `A` are prices, `b` and `a` sizes.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { SimBook } from '../exchange.js';
import { decimalText, type JsonObject, lastPrice, quoteTexts } from '../wire.js';

const PERIOD_US = 1_000 * US_PER_MS;
const DAY_MS = 86_400_000;

/** Which symbols' tickers a connection has asked for, and when each went out last. */
export class TickerClock {
  readonly #sentUs = new Map<string, Micros>();

  set(exchangeSymbol: string, wanted: boolean): void {
    if (wanted) this.#sentUs.set(exchangeSymbol, Number.NEGATIVE_INFINITY);
    else this.#sentUs.delete(exchangeSymbol);
  }

  /** Symbols whose next push is due; they count as sent. */
  due(nowUs: Micros): readonly string[] {
    const due: string[] = [];
    for (const [exchangeSymbol, sentUs] of this.#sentUs) {
      if (nowUs - sentUs < PERIOD_US) continue;
      this.#sentUs.set(exchangeSymbol, nowUs);
      due.push(exchangeSymbol);
    }
    return due;
  }
}

/** The `data` of a push, numbers as texts; null where nobody knows a top. */
export function tickerData(book: SimBook, exchangeSymbol: string, nowUs: Micros): JsonObject | null {
  const listed = book.find(exchangeSymbol);
  const quote = book.quoteOf(exchangeSymbol, nowUs);
  if (listed === undefined || quote === undefined) return null;
  const { bid, ask } = quoteTexts(listed, quote);
  const last = lastPrice(quote);
  const price = decimalText(last, listed.priceDecimals);
  const nowMs = Math.floor(nowUs / US_PER_MS);
  return {
    e: '24hTicker',
    E: nowMs,
    s: exchangeSymbol,
    p: '0',
    P: '0.00',
    c: price,
    h: price,
    l: price,
    v: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
    q: decimalText(listed.quoteVolume24h, 2),
    o: price,
    O: nowMs - DAY_MS,
    C: nowMs,
    A: ask?.[0] ?? '',
    a: ask?.[1] ?? '',
    B: bid?.[0] ?? '',
    b: bid?.[1] ?? '',
  };
}

/** The same as spot tells it: texts that are numbers become numbers, the change is in percent. */
export function spotTickerData(data: JsonObject): JsonObject {
  const told = (key: string, value: unknown): unknown => {
    if (key === 'P') return `${String(value)}%`;
    return typeof value !== 'string' || 'es'.includes(key) ? value : Number(value);
  };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, told(key, value)]));
}
