// A chart as one line of NDJSON, in bytes. The edge where microseconds become seconds and NaN becomes null.

import type { ChartColumns } from '../series/downsample.js';
import { writeNumber, writeSeconds } from './fixed-point.js';
import type { PriceBasis } from './price.js';
import { TextOut, type WriteValue } from './text-out.js';

export type KeyCase = 'camel' | 'snake';

export interface ChartTitle {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Default bid. */
  readonly price?: PriceBasis;
}

/** What stands before each array of a line, and how its values are written, in their order. */
export interface ChartArray {
  readonly column: 'timestampsUs' | 'spreads' | 'upperBand' | 'lowerBand';
  readonly before: string;
  readonly write: WriteValue;
}

/** After the last array. */
export const LINE_END = ']}\n';

/**
 * `{"symbol","exchange1","exchange2","timestamps","spreads","upperBand","lowerBand"}` and a newline, UTF-8.
 * `"price"` follows the exchanges where it is not `bid`. Times are epoch seconds with three decimals at most, rounded
 * down; the others have twelve decimals at most, rounded.
 * The buffer owns its memory, so that it can be handed to another thread.
 */
export function encodeChart(title: ChartTitle, columns: ChartColumns, keyCase: KeyCase = 'camel'): Buffer {
  const { length } = columns;
  const out = new TextOut(TITLES_BYTES + length * POINT_BYTES);
  for (const { column, before, write } of chartArrays(title, keyCase)) {
    out.text(before);
    out.values(columns[column], 0, length, write, true);
  }
  out.text(LINE_END);
  return out.take();
}

export function chartArrays(title: ChartTitle, keyCase: KeyCase = 'camel'): readonly ChartArray[] {
  const { symbol, exchange1, exchange2, price = 'bid' } = title;
  const names = price === 'bid' ? { symbol, exchange1, exchange2 } : { symbol, exchange1, exchange2, price };
  const head = `${JSON.stringify(names).slice(0, -1)},"timestamps":[`;
  const { upper, lower } = bandNames(keyCase);
  return [
    { column: 'timestampsUs', before: head, write: writeStamp },
    { column: 'spreads', before: '],"spreads":[', write: writeNumber },
    { column: 'upperBand', before: `],"${upper}":[`, write: writeNumber },
    { column: 'lowerBand', before: `],"${lower}":[`, write: writeNumber },
  ];
}

export function bandNames(keyCase: KeyCase): { readonly upper: string; readonly lower: string } {
  return keyCase === 'snake'
    ? { upper: 'upper_band', lower: 'lower_band' }
    : { upper: 'upperBand', lower: 'lowerBand' };
}

/** Names, brackets, newline. */
const TITLES_BYTES = 256;
/** What a point usually takes at most; where it is more, room is made. */
const POINT_BYTES = 15 + 3 * 16;

const writeStamp: WriteValue = (bytes, at, us) => writeSeconds(bytes, at, Math.floor(us / 1_000));
