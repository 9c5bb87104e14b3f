// The registry: every exchange this program knows, by name. The one place that lists them;
// knows nothing of what they do.

import { exchangeKey, type Market } from '../core/exchange.js';
import { binance } from './binance.js';
import { bybit } from './bybit.js';
import type { ExchangeAdapter } from './exchange.js';
import { gateio } from './gateio.js';
import { okx } from './okx.js';

export const adapters: readonly ExchangeAdapter[] = [binance, bybit, gateio, okx];

/** What the name of an exchange's perpetuals ends with. */
const PERP_SUFFIX = 'Perp';

/** The exchange of this name or alias, in any case; undefined where none has it. */
export function findAdapter(name: string): ExchangeAdapter | undefined {
  const key = exchangeKey(name);
  return adapters.find(
    (adapter) =>
      exchangeKey(adapter.name) === key || adapter.aliases?.some((alias) => exchangeKey(alias) === key),
  );
}

/** As findAdapter, but of this market: `Binance` and `linear` is `BinancePerp`, where that exists. */
export function findAdapterFor(name: string, market: Market): ExchangeAdapter | undefined {
  const named = findAdapter(name);
  if (named === undefined || named.market === market) return named;
  const other =
    market === 'linear'
      ? named.name + PERP_SUFFIX
      : named.name.slice(0, named.name.length - PERP_SUFFIX.length);
  const found = findAdapter(other);
  return found?.market === market ? found : undefined;
}
