// Which instruments of a listing are watched, and why the others are not. Pure.

import { symbolKey, unifiedSymbol } from '../core/symbol.js';
import type { ListedInstrument } from '../exchanges/exchange.js';

export interface SelectionRule {
  /** Quote currencies, e.g. USDT, USDC; case does not matter. */
  readonly quotes: readonly string[];
  /** 24 h volume in the quote currency, inclusive at both ends; an unknown volume counts as 0. */
  readonly minUsdVolume: number;
  readonly maxUsdVolume: number;
  /** When not empty: exactly these symbols (any spelling), whatever their quote and volume. */
  readonly allow: readonly string[];
  /** Never these. */
  readonly deny: readonly string[];
}

export type Exclusion =
  | 'not-trading'
  | 'denied'
  | 'not-allowed'
  | 'quote'
  | 'volume-low'
  | 'volume-high'
  | 'duplicate';

export interface SelectedInstrument {
  readonly symbol: string;
  readonly listed: ListedInstrument;
}

export interface Selection {
  readonly selected: readonly SelectedInstrument[];
  /** Those left out, each with its reason. */
  readonly left: readonly (SelectedInstrument & { readonly why: Exclusion })[];
  /** How many were left out, by reason. */
  readonly excluded: Readonly<Partial<Record<Exclusion, number>>>;
}

export const NOTHING_SELECTED: Selection = { selected: [], left: [], excluded: {} };

/** What is watched already stays until its volume is this much beyond a bound: it does not come and go hourly. */
const STAYING = 0.8;

/** `watched` are the exchange symbols watched until now. */
export function selectInstruments(
  listing: readonly ListedInstrument[],
  rule: SelectionRule,
  watched: { has(exchangeSymbol: string): boolean } = new Set<string>(),
): Selection {
  const keys = (symbols: readonly string[]) => new Set(symbols.map(symbolKey));
  const lists = { allow: keys(rule.allow), deny: keys(rule.deny), quotes: keys(rule.quotes) };
  const selected: SelectedInstrument[] = [];
  const left: (SelectedInstrument & { why: Exclusion })[] = [];
  const taken = new Set<string>();
  const excluded: Partial<Record<Exclusion, number>> = {};
  for (const listed of listing) {
    const symbol = unifiedSymbol(listed.base, listed.quote);
    const key = symbolKey(symbol);
    const slack = watched.has(listed.exchangeSymbol) ? STAYING : 1;
    const why = taken.has(key) ? 'duplicate' : exclusion(listed, key, rule, lists, slack);
    if (why === undefined) {
      taken.add(key);
      selected.push({ symbol, listed });
    } else {
      excluded[why] = (excluded[why] ?? 0) + 1;
      left.push({ symbol, listed, why });
    }
  }
  return { selected, left, excluded };
}

/** Whether the exchange still trades a symbol that is left out. */
export function tradesStill({ left }: Selection, exchangeSymbol: string): boolean {
  return left.some(({ listed, why }) => listed.exchangeSymbol === exchangeSymbol && why !== 'not-trading');
}

interface Lists {
  readonly allow: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
  readonly quotes: ReadonlySet<string>;
}

function exclusion(
  listed: ListedInstrument,
  key: string,
  rule: SelectionRule,
  lists: Lists,
  slack: number,
): Exclusion | undefined {
  if (!listed.trading) return 'not-trading';
  if (lists.deny.has(key)) return 'denied';
  if (lists.allow.size > 0) return lists.allow.has(key) ? undefined : 'not-allowed';
  if (!lists.quotes.has(symbolKey(listed.quote))) return 'quote';
  const volume = listed.quoteVolume24h ?? 0;
  if (volume < rule.minUsdVolume * slack) return 'volume-low';
  return volume > rule.maxUsdVolume / slack ? 'volume-high' : undefined;
}
