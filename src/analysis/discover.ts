// Which pairs of a lake are analysed: pure, from the list of its instruments. Reads nothing.
// A spot and a perpetual exchange never form a pair by themselves: their prices differ for reasons of their own.

import { exchangeKey, marketOf } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import type { LakeInstrument } from '../lake/reader.js';

/** One pair with its two instruments; the left one's rows are those of the join. */
export interface PairLegs {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly left: LakeInstrument;
  readonly right: LakeInstrument;
}

export interface PairSelection {
  /** Only these exchanges, in any case; absent or empty = all. */
  readonly exchanges?: readonly string[];
  /** Also pairs of a spot and a perpetual exchange. Default false. */
  readonly spotPerp?: boolean;
}

/** The instruments of the pairs, each once. */
export function instrumentsOf(pairs: readonly PairLegs[]): readonly LakeInstrument[] {
  return [...new Set(pairs.flatMap(({ left, right }) => [left, right]))];
}

/** Every two exchanges of every symbol, by symbol, exchange1, exchange2; exchange1 < exchange2 by code point. */
export function discoverPairs(
  instruments: readonly LakeInstrument[],
  selection: PairSelection = {},
): readonly PairLegs[] {
  const wanted = new Set((selection.exchanges ?? []).map(exchangeKey));
  const bySymbol = new Map<string, LakeInstrument[]>();
  for (const instrument of instruments) {
    if (wanted.size > 0 && !wanted.has(exchangeKey(instrument.exchange))) continue;
    const key = symbolKey(instrument.symbol);
    const known = bySymbol.get(key);
    if (known === undefined) bySymbol.set(key, [instrument]);
    else known.push(instrument);
  }
  const pairs = [...bySymbol.values()].flatMap((legs) => pairsOf(legs, selection.spotPerp === true));
  return pairs.sort(
    (a, b) =>
      compareText(a.symbol, b.symbol) ||
      compareText(a.left.exchange, b.left.exchange) ||
      compareText(a.right.exchange, b.right.exchange),
  );
}

/** The pairs of the instruments of one symbol. */
function pairsOf(legs: readonly LakeInstrument[], spotPerp: boolean): PairLegs[] {
  // One exchange may spell it without saying where base and quote part.
  const symbol = legs.find((leg) => leg.symbol.includes('/'))?.symbol ?? legs[0]?.symbol ?? '';
  const sorted = [...legs].sort((a, b) => compareText(a.exchange, b.exchange));
  const pairs: PairLegs[] = [];
  for (const [place, left] of sorted.entries()) {
    for (const right of sorted.slice(place + 1)) {
      if (spotPerp || marketOf(left.exchange) === marketOf(right.exchange))
        pairs.push({ symbol, left, right });
    }
  }
  return pairs;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
