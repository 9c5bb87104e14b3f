// The joined rows of a pair, every one, with both legs' quotes: what a chart is made of, for those who want to compute
// themselves. In one pass over chunks; knows no lake, only functions that read.

import { ASOF_TOLERANCE_US, asofStream } from '../series/asof.js';
import { NOTICED_US } from '../series/leg-events.js';
import { spreadPercent } from '../series/spread.js';
import { validQuoteStream } from '../series/valid-stream.js';
import { type ChartInput, watched } from './chart.js';
import { joinedBy, Told, type ValidChartInput } from './valid-chart.js';

/** Ascending; NaN where absent. What lies behind `length` is not data. */
export interface PairRows {
  readonly length: number;
  readonly stampUs: Float64Array;
  readonly bid1: Float64Array;
  readonly ask1: Float64Array;
  readonly bid2: Float64Array;
  readonly ask2: Float64Array;
  /** Percent, bid against bid. */
  readonly spread: Float64Array;
}

/** Rows of exchange1 with the last quote of exchange2, at most two seconds old. Each portion holds until the next pull. */
export async function* asofRows<Leg>(input: Omit<ChartInput<Leg>, 'points'>): AsyncGenerator<PairRows> {
  const { legs, read, range, nextTurn, signal } = input;
  const { fromUs, toUs } = range;
  if (!(fromUs < toUs)) return;
  const left = watched(read(legs[0], fromUs, toUs), nextTurn, signal);
  const right = watched(read(legs[1], fromUs - ASOF_TOLERANCE_US, toUs), nextTurn, signal);
  for await (const rows of asofStream(left, right, { toleranceUs: ASOF_TOLERANCE_US, asks: true })) {
    const spread = new Float64Array(rows.length);
    for (let row = 0; row < rows.length; row += 1)
      spread[row] = spreadPercent(rows.bid1[row]!, rows.bid2[row]!);
    const { length, stampUs, bid1, ask1, bid2, ask2 } = rows;
    if (length > 0) yield { length, stampUs, bid1, ask1, bid2, ask2, spread };
  }
}

/** Rows of both legs; one of NaN where a hole begins. Each portion holds until the next pull. */
export async function* validRows<Leg>(input: Omit<ValidChartInput<Leg>, 'points'>): AsyncGenerator<PairRows> {
  const { fromUs, toUs } = input.range;
  if (!(fromUs < toUs)) return;
  const told = new Told(input.readEvents, toUs + NOTICED_US);
  for await (const points of joinedBy(validQuoteStream, input, told, fromUs, toUs)) {
    const { length, stampUs } = points;
    let [first, end] = [0, length];
    while (first < length && stampUs[first]! < fromUs) first += 1;
    while (end > first && stampUs[end - 1]! >= toUs) end -= 1;
    const part = (values: Float64Array) => values.subarray(first, end);
    const { bid1, ask1, bid2, ask2, spread } = points;
    if (first === end) continue;
    yield {
      ...{ length: end - first, stampUs: part(stampUs), spread: part(spread) },
      ...{ bid1: part(bid1), ask1: part(ask1), bid2: part(bid2), ask2: part(ask2) },
    };
  }
}
