// Charts as the API would send them, made up: for the tests of the page.

import type { ChartData } from '../../src/api/contract.js';

const START_SECONDS = Date.UTC(2026, 10, 22, 9, 0, 0) / 1_000;

/** Two sines around zero, a point every 43.2 s (2,000 points are a day). */
export function wave(
  symbol: string,
  exchange1 = 'Binance',
  exchange2 = 'Bybit',
  points = 200,
  phase = 0,
): ChartData {
  const rows = Array.from({ length: points }, (_, i) => i);
  const spread = (i: number) =>
    0.45 * Math.sin(i / 31 + phase) + 0.07 * Math.sin(i * 1.7) + 0.04 * Math.sin(i * 0.61);
  return {
    symbol,
    exchange1,
    exchange2,
    timestamps: rows.map((i) => START_SECONDS + i * 43.2),
    spreads: rows.map(spread),
    upperBand: rows.map((i) => 0.46 + 0.04 * Math.sin(i / 90)),
    lowerBand: rows.map((i) => -0.44 + 0.05 * Math.sin(i / 70)),
  };
}

/** The only row with a value inside the hole of `flatWithHole`. */
export const LONE_ROW = 125;

/** 300 seconds at 0.2 %, without a value in the middle third, but for one row. */
export function flatWithHole(): ChartData {
  const rows = Array.from({ length: 300 }, (_, i) => i);
  return {
    symbol: 'BTC/USDT',
    exchange1: 'Binance',
    exchange2: 'Bybit',
    timestamps: rows.map((i) => START_SECONDS + i),
    spreads: rows.map((i) => (i >= 100 && i < 200 && i !== LONE_ROW ? null : 0.2)),
    upperBand: rows.map(() => 0.5),
    lowerBand: rows.map(() => -0.5),
  };
}

/** Every kind of chart side by side. */
export function gallery(): ChartData[] {
  const holed = wave('ETH/USDT', 'GateIo', 'OKX', 2_000, 1);
  return [
    wave('BTC/USDT', 'Binance', 'Bybit', 2_000),
    {
      ...holed,
      spreads: holed.spreads.map((spread, i) =>
        (i > 600 && i < 800 && i !== 700) || i > 1_900 ? null : spread,
      ),
    },
    flatWithHole(),
    wave('1000PEPE/USDT', 'BinancePerp', 'KucoinPerp', 60, 2),
    { ...wave('SOL/USDT'), timestamps: [], spreads: [], upperBand: [], lowerBand: [] },
    wave('XRP/USDC', 'Bybit', 'OKX', 1_000, 4),
  ];
}
