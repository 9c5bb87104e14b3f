// The REST limits of simulated Binance, spot and USD-M: weights a minute, told as 429 with the time to wait.

import type { SimRestLimit } from '../exchange.js';

export const SPOT_REST_LIMIT = limitOf(6_000, {
  '/api/v3/exchangeInfo': 20,
  '/api/v3/ticker/24hr': 80,
  '/api/v3/ticker/bookTicker': 4,
});

export const PERP_REST_LIMIT = limitOf(2_400, {
  '/fapi/v1/ticker/24hr': 40,
  '/fapi/v1/ticker/bookTicker': 5,
});

/** `weights` by path; all others weigh one. */
function limitOf(perMinute: number, weights: Readonly<Record<string, number>>): SimRestLimit {
  return {
    count: perMinute,
    windowMs: 60_000,
    isPerPath: false,
    weightOf: (pathname) => weights[pathname] ?? 1,
    reply: {
      status: 429,
      headers: { 'retry-after': '60' },
      body: {
        code: -1003,
        msg: `Too much request weight used; current limit is ${perMinute} request weight per 1 MINUTE.`,
      },
    },
  };
}
