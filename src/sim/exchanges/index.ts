// The registry of simulated exchanges: the only list of them. Nothing else here names one.

import type { SimExchange } from '../exchange.js';
import { binance } from './binance.js';
import { bybit } from './bybit.js';
import { gateio } from './gateio.js';
import { okx } from './okx.js';

export const SIM_EXCHANGES: readonly SimExchange[] = [binance, bybit, gateio, okx];
