// The registry: every exchange this program knows, by name. The one place that lists them;
// knows nothing of what they do.

import { exchangeKey, type Market, PERP_SUFFIX } from '../core/exchange.js';
import { binance } from './binance.js';
import { binancePerp } from './binance-perp.js';
import { bingx } from './bingx.js';
import { bingxPerp } from './bingx-perp.js';
import { bitget, bitgetPerp } from './bitget.js';
import { bybit } from './bybit.js';
import { bybitPerp } from './bybit-perp.js';
import type { ExchangeAdapter } from './exchange.js';
import { gateio } from './gateio.js';
import { gateioPerp } from './gateio-perp.js';
import { htx } from './htx.js';
import { kucoin, kucoinPerp } from './kucoin.js';
import { mexc } from './mexc.js';
import { mexcPerp } from './mexc-perp.js';
import { okx } from './okx.js';
import { okxPerp } from './okx-perp.js';

const spot: readonly ExchangeAdapter[] = [binance, bybit, gateio, okx, kucoin, mexc, bitget, bingx, htx];
const perpetual: readonly ExchangeAdapter[] = [
  ...[binancePerp, bybitPerp, gateioPerp, okxPerp],
  ...[kucoinPerp, mexcPerp, bitgetPerp, bingxPerp],
];

export const adapters: readonly ExchangeAdapter[] = [...spot, ...perpetual];

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

/** Of the lowest tier, percent, by name; each file says of which day. */
export const TAKER_FEES_PERCENT: Readonly<Record<string, number>> = Object.fromEntries(
  adapters.map(({ name, takerFee }) => [name, takerFee.percent]),
);
