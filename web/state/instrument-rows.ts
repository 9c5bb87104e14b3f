// Which instruments of an exchange are listed, and in which order: those that need a look first, then by name. Pure.

import type { SymbolSummary } from '../../src/api/contract.js';
import { hasAll, searchedText, wordsOf } from './search.js';

/** In the order of the list; `left` = not watched. */
export const STATES = ['refused', 'down', 'stale', 'waiting', 'live', 'left'] as const;
export type InstrumentState = (typeof STATES)[number];

/** `words`: each is in the name, in either spelling; `state` null = all. */
export function instrumentRows(
  all: readonly SymbolSummary[],
  words: string,
  state: InstrumentState | null,
): readonly SymbolSummary[] {
  const wanted = wordsOf(words);
  const passes = (row: SymbolSummary): boolean => {
    if (state !== null && (row.state ?? 'left') !== state) return false;
    const { symbol, exchangeSymbol } = row;
    return hasAll(searchedText(symbol, exchangeSymbol), wanted);
  };
  return all.filter(passes).toSorted((a, b) => rank(a) - rank(b) || (a.symbol < b.symbol ? -1 : 1));
}

function rank({ state }: SymbolSummary): number {
  const at = STATES.indexOf((state ?? 'left') as InstrumentState);
  // A state that is not known needs a look too.
  return at < 0 ? -1 : at;
}
