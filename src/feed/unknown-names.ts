// Which names of a request nothing is received of, now: for telling its sender of a slip of the pen. It is no mistake: an
// instrument may still come.

import { exchangeKey } from '../core/exchange.js';
import type { Instrument } from '../core/instrument.js';
import { symbolKey } from '../core/symbol.js';
import type { FindInstrument } from './pair-book.js';
import type { Wanted } from './request.js';

/** As they were written; legs of pairs as `symbol exchange`. */
export function unknownNames(
  { written, pairs }: Wanted,
  instruments: { readonly find: FindInstrument; all(): readonly Instrument[] },
): string[] {
  const legs = pairs.flatMap(([symbol, one, two]) =>
    [one, two]
      .filter((exchange) => instruments.find(exchange, symbol) === undefined)
      .map((exchange) => `${symbol} ${exchange}`),
  );
  if (written.symbols.length + written.exchanges.length === 0) return legs;
  const all = instruments.all();
  const symbols = new Set(all.map(({ symbol }) => symbolKey(symbol)));
  const exchanges = new Set(all.map(({ exchange }) => exchangeKey(exchange)));
  return [
    ...written.symbols.filter((name) => !symbols.has(symbolKey(name))),
    ...written.exchanges.filter((name) => !exchanges.has(exchangeKey(name))),
    ...legs,
  ];
}
