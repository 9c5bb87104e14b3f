// Tracked pairs as the rules see them, by hand: names, and columns that a test writes.

import type { AlertPairs, PairNames } from '../../src/alerts/engine.js';

export interface HandPairs extends AlertPairs {
  /** Another pair: its number. */
  add(names: PairNames): number;
  /** Percent; of one that is not told there is none. */
  set(pair: number, values: { spread?: number; executable12?: number; executable21?: number }): void;
}

export function handPairs(pairsMax = 64): HandPairs {
  const all: PairNames[] = [];
  const column = () => new Float64Array(pairsMax).fill(Number.NaN);
  const columns = { spread: column(), executable12: column(), executable21: column() };
  return {
    ...columns,
    pairs: {
      get size() {
        return all.length;
      },
      pairsMax,
      names: (pair) => all[pair]!,
      find({ symbol, exchange1, exchange2 }) {
        const at = (left: string, right: string) =>
          all.findIndex((one) => one.symbol === symbol && one.exchange1 === left && one.exchange2 === right);
        const [straight, back] = [at(exchange1, exchange2), at(exchange2, exchange1)];
        if (straight >= 0) return { pair: straight, isTurned: false };
        return back >= 0 ? { pair: back, isTurned: true } : undefined;
      },
    },
    add: (names) => all.push(names) - 1,
    set(pair, { spread = Number.NaN, executable12 = Number.NaN, executable21 = Number.NaN }) {
      columns.spread[pair] = spread;
      columns.executable12[pair] = executable12;
      columns.executable21[pair] = executable21;
    },
  };
}
