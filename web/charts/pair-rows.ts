// The columns that the charts of one pair draw, of history and of what came since, in one order of time. Pure. A hole is null; where
// only another line has a row it is undefined, and the line goes on.

import type { LegPrices } from '../../src/api/contract.js';
import type { PairData } from '../state/pair-data.js';
import { LINES } from '../state/pair-data.js';
import type { LivePoint } from '../state/pair-live.js';

export type Cell = number | null | undefined;
export type Columns = [times: number[], ...values: Cell[][]];

/** Times, then bid, edge12, edge21, mid, upper and lower band (of `bid`). */
export function spreadColumns(data: PairData, live: readonly LivePoint[]): Columns {
  const bid = data.lines.bid ?? null;
  const tables: Table[] = LINES.map((line) => {
    const chart = data.lines[line];
    return chart ? [chart.timestamps, chart.spreads] : [[], []];
  });
  const bands: Table[] =
    bid === null
      ? [
          [[], []],
          [[], []],
        ]
      : [
          [bid.timestamps, bid.upperBand],
          [bid.timestamps, bid.lowerBand],
        ];
  const columns = merged([...tables, ...bands]);
  return append(columns, live, ({ values }) => [
    ...LINES.map((line) => (line in data.lines ? values[line] : undefined)),
    undefined,
    undefined,
  ]);
}

/** Times, then bid and ask of both legs. */
export function legColumns(data: PairData, live: readonly LivePoint[]): Columns {
  const of = (leg: LegPrices | undefined): Table[] =>
    leg === undefined
      ? [
          [[], []],
          [[], []],
        ]
      : [
          [leg.timestamps, leg.bid],
          [leg.timestamps, leg.ask],
        ];
  const columns = merged([...of(data.legs?.legs[0]), ...of(data.legs?.legs[1])]);
  return append(columns, live, ({ quotes: [left, right], leg }) => {
    // A quote that stands no longer is a hole of its own leg.
    const price = (quote: typeof left, side: 'bid' | 'ask', isGone: boolean): Cell =>
      isGone ? null : (quote?.[side] ?? undefined);
    const [isLeftGone, isRightGone] = [
      leg !== null && leg.toLowerCase() === left?.exchange.toLowerCase(),
      leg !== null && leg.toLowerCase() === right?.exchange.toLowerCase(),
    ];
    return [
      price(left, 'bid', isLeftGone),
      price(left, 'ask', isLeftGone),
      price(right, 'bid', isRightGone),
      price(right, 'ask', isRightGone),
    ];
  });
}

type Table = readonly [times: readonly number[], values: readonly (number | null)[]];

/** Every time once; of rows at the same time in one table the last. */
function merged(tables: readonly Table[]): Columns {
  const times = [...new Set(tables.flatMap(([own]) => own))].sort((a, b) => a - b);
  const values = tables.map(([own, cells]): Cell[] => {
    const column: Cell[] = [];
    let at = 0;
    for (const time of times) {
      let cell: Cell;
      for (; at < own.length && own[at]! <= time; at += 1) cell = own[at] === time ? cells[at] : cell;
      column.push(cell);
    }
    return column;
  });
  return [times, ...values];
}

/** What is not newer than history is history's. */
function append(
  columns: Columns,
  live: readonly LivePoint[],
  cellsOf: (point: LivePoint) => Cell[],
): Columns {
  const [times, ...values] = columns;
  let last = times.at(-1) ?? Number.NEGATIVE_INFINITY;
  for (const point of live) {
    if (point.at <= last) continue;
    last = point.at;
    times.push(point.at);
    for (const [at, cell] of cellsOf(point).entries()) values[at]!.push(cell);
  }
  return columns;
}
