// Pairs as the configuration writes them: `BTC/USDT Binance Bybit` in YAML, JSON and the environment alike. Pure.

import { exchangeKey, marketOf } from '../core/exchange.js';
import { symbolKey, unifiedFromSpelling } from '../core/symbol.js';
import type { Config } from './schema.js';

export interface ConfiguredPair {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

/** The pairs of `pairs.watched`, in their order. The configuration has been checked. */
export function watchedPairs({ pairs }: Pick<Config, 'pairs'>): readonly ConfiguredPair[] {
  return pairs.watched.map(readPair);
}

/** What makes no sense in `pairs.watched`: its place, and what was expected and was there. */
export function pairContradictions(
  { pairs, windows, exchanges }: Pick<Config, 'pairs' | 'windows' | 'exchanges'>,
  exchangeNames: readonly string[],
): (readonly [path: string, line: string])[] {
  const lines: string[] = [];
  const seen = new Set<string>();
  const names = [...exchangeNames, ...Object.keys(exchanges)];
  const known = new Map(names.map((name) => [exchangeKey(name), name]));
  for (const text of pairs.watched) {
    const expected = whatIsExpected(text, known, pairs.spotPerp);
    if (expected !== null) lines.push(`expected ${expected}, was ${JSON.stringify(text)}`);
    const { symbol, exchange1, exchange2 } = readPair(text);
    const key = [symbolKey(symbol), exchangeKey(exchange1), exchangeKey(exchange2)].join('|');
    if (seen.has(key)) lines.push(`expected each pair once, has ${JSON.stringify(text)} again`);
    seen.add(key);
  }
  const { pairsMax } = windows;
  if (pairs.watched.length > pairsMax)
    lines.push(`expected at most windows.pairsMax (${pairsMax}) pairs, has ${pairs.watched.length}`);
  return lines.map((line) => ['pairs.watched', line]);
}

/** Null where the pair is as it must be. */
function whatIsExpected(text: string, known: ReadonlyMap<string, string>, spotPerp: boolean): string | null {
  const { symbol, exchange1, exchange2 } = readPair(text);
  const unknown = [exchange1, exchange2].find((name) => !known.has(exchangeKey(name)));
  if (symbolKey(symbol) === '') return 'a symbol such as BTC/USDT first';
  if (unknown !== undefined) return `exchanges among ${[...known.values()].join(', ')}`;
  if (exchangeKey(exchange1) === exchangeKey(exchange2)) return 'two exchanges';
  if (!spotPerp && marketOf(exchange1) !== marketOf(exchange2))
    return 'two spot or two perpetual exchanges (pairs.spotPerp is false)';
  return null;
}

/** The schema's pattern has seen to the three words. */
function readPair(text: string): ConfiguredPair {
  const [symbol = '', exchange1 = '', exchange2 = ''] = text.trim().split(/\s+/);
  return { symbol: unifiedFromSpelling(symbol), exchange1, exchange2 };
}
