// Shapes of frames that recordings and fixtures show. Made by scripts/write-shapes.mjs: not to be edited.

import { exchangeFamily } from '../core/exchange.js';
import { binance } from './known-shapes/binance.js';
import { bingx } from './known-shapes/bingx.js';
import { bitget } from './known-shapes/bitget.js';
import { bybit } from './known-shapes/bybit.js';
import { gateio } from './known-shapes/gateio.js';
import { htx } from './known-shapes/htx.js';
import { kucoin } from './known-shapes/kucoin.js';
import { mexc } from './known-shapes/mexc.js';
import { okx } from './known-shapes/okx.js';

const families: Readonly<Record<string, readonly string[]>> = {
  binance,
  bybit,
  gateio,
  okx,
  kucoin,
  mexc,
  bitget,
  bingx,
  htx,
};

/** As ingest/frame-shape.ts writes them; spot and perpetual together. Empty where nobody has recorded the exchange. */
export function knownShapesOf(exchange: string): readonly string[] {
  return families[exchangeFamily(exchange)] ?? [];
}
