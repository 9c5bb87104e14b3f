// The registry of simulated exchanges: the only list of them. Nothing else here names one.

import type { SimExchange } from '../exchange.js';
import { binance } from './binance.js';
import { binancePerp } from './binance-perp.js';
import { bingx } from './bingx.js';
import { bingxPerp } from './bingx-perp.js';
import { bitget, bitgetPerp } from './bitget.js';
import { bybit } from './bybit.js';
import { bybitPerp } from './bybit-perp.js';
import { gateio } from './gateio.js';
import { gateioPerp } from './gateio-perp.js';
import { htx } from './htx.js';
import { kucoin, kucoinPerp } from './kucoin.js';
import { mexc } from './mexc.js';
import { mexcPerp } from './mexc-perp.js';
import { okx } from './okx.js';
import { okxPerp } from './okx-perp.js';

export const SIM_EXCHANGES: readonly SimExchange[] = [
  ...[binance, bybit, gateio, okx, kucoin, mexc, bitget, bingx, htx],
  ...[binancePerp, bybitPerp, gateioPerp, okxPerp, kucoinPerp, mexcPerp, bitgetPerp, bingxPerp],
];
