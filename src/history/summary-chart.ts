// A chart of a long range out of summaries: the range is cut into stretches of cells and stretches of rows, each is
// pushed into one Downsampler in the order of time. Its buckets are whole cells, so that each keeps what it would keep of
// all rows. Holds one stretch of cells, or a chunk of each leg.

import { firstNotBelow } from '../core/search.js';
import type { Micros } from '../core/time.js';
import { BandedEach, type TakeBanded } from '../series/banded-each.js';
import { CELL_LEVELS_US } from '../series/cells.js';
import { type ChartColumns, Downsampler } from '../series/downsample.js';
import { drain, type TimeRange } from './chart.js';
import type { Summaries, SummarySpan } from './summaries.js';
import { type ValidChartInput, validSteps } from './valid-chart.js';

/** Of most spans hardly anything is read: the event loop turns after so many. */
const SPANS_A_TURN = 16;

const LEVELS_US: readonly number[] = CELL_LEVELS_US;

/** Whole cells of one length. */
interface Stretch extends TimeRange {
  readonly cellUs: number;
}

export interface SummaryChart {
  readonly columns: ChartColumns;
  /** How much of the range's time came out of summaries: 0 to 1. */
  readonly summarised: number;
}

/**
 * `cellUs`: the coarsest cells to use; finer ones at the edges of the spans, which come ascending and apart. Undefined where
 * there is no span: nothing has been read then.
 */
export async function computeSummaryChart<Leg>(
  input: ValidChartInput<Leg>,
  summaries: Pick<Summaries, 'blocks'>,
  spans: AsyncIterable<SummarySpan>,
  cellUs: number,
): Promise<SummaryChart | undefined> {
  const { range, points, signal, nextTurn } = input;
  const sampler = new Downsampler(points, range.toUs, { everyHole: true, cellUs });
  const push: TakeBanded = (stampUs, spread, upper, lower) => sampler.push(stampUs, spread, upper, lower);
  // Each stretch of rows begins with bands of its own.
  const rows = async (fromUs: Micros, toUs: Micros) => {
    if (fromUs < toUs) await drain(validSteps({ ...input, range: { fromUs, toUs } }, new BandedEach(push)));
  };
  const level = LEVELS_US.indexOf(cellUs);
  /** What lies before has been pushed. */
  let [read, rowsFromUs, summarisedUs] = [0, range.fromUs, 0];
  for await (const span of spans) {
    if (read % SPANS_A_TURN === 0) await nextTurn();
    read += 1;
    signal?.throwIfAborted();
    const [from, to] = [Math.max(range.fromUs, span.fromUs), Math.min(range.toUs, span.toUs)];
    for (const stretch of cut(from, to, level)) {
      const blocks = summaries.blocks(span, stretch.cellUs, stretch.fromUs, stretch.toUs);
      if (blocks === undefined) continue;
      await rows(rowsFromUs, stretch.fromUs);
      for (const columns of blocks) pushCells(columns, stretch, sampler);
      rowsFromUs = stretch.toUs;
      summarisedUs += stretch.toUs - stretch.fromUs;
    }
  }
  if (read === 0) return undefined;
  await rows(rowsFromUs, range.toUs);
  return { columns: sampler.finish(), summarised: summarisedUs / (range.toUs - range.fromUs) };
}

/** Whole cells of the level, and finer ones on either side, ascending; what is left lies between them. */
function* cut(fromUs: Micros, toUs: Micros, level: number): Generator<Stretch> {
  const cellUs = LEVELS_US[level];
  if (cellUs === undefined) return;
  const firstUs = Math.ceil(fromUs / cellUs) * cellUs;
  const lastUs = Math.floor(toUs / cellUs) * cellUs;
  if (firstUs >= lastUs) {
    yield* cut(fromUs, toUs, level - 1);
    return;
  }
  if (fromUs < firstUs) yield* cut(fromUs, firstUs, level - 1);
  yield { fromUs: firstUs, toUs: lastUs, cellUs };
  if (lastUs < toUs) yield* cut(lastUs, toUs, level - 1);
}

function pushCells(columns: readonly Float64Array[], { fromUs, toUs }: Stretch, sampler: Downsampler): void {
  const [stampUs, spread, upper, lower] = columns.slice(-4) as unknown as Rows;
  for (let row = firstNotBelow(stampUs, fromUs); row < stampUs.length && stampUs[row]! < toUs; row += 1)
    sampler.push(stampUs[row]!, spread[row]!, upper[row]!, lower[row]!);
}

type Rows = readonly [Float64Array, Float64Array, Float64Array, Float64Array];
