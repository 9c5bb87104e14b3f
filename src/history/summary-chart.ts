// A chart of a long range out of summaries: the range is cut into stretches of cells and stretches of rows, each is
// pushed into one Downsampler in the order of time. Its buckets are whole cells, so that each keeps what it would keep of
// all rows. Holds one stretch of cells, or a chunk of each leg.

import type { Micros } from '../core/time.js';
import type { RowSink } from '../series/banded-rows.js';
import { RollingBands } from '../series/bands.js';
import { CELL_LEVELS_US } from '../series/cells.js';
import { type ChartColumns, Downsampler } from '../series/downsample.js';
import { drain, type TimeRange } from './chart.js';
import type { Summaries, SummarySpan } from './summaries.js';
import { type ValidChartInput, validSteps } from './valid-chart.js';

/** Cells of the length; undefined: the rows themselves. */
export interface Stretch extends TimeRange {
  readonly cellUs?: number;
  readonly path?: string;
}

export interface SummaryChart {
  readonly columns: ChartColumns;
  /** How much of the range's time came out of summaries: 0 to 1. */
  readonly summarised: number;
}

/** `cellUs`: the coarsest cells to use; finer ones at the edges of the spans. */
export async function computeSummaryChart<Leg>(
  input: ValidChartInput<Leg>,
  summaries: Pick<Summaries, 'open' | 'columns'>,
  spans: readonly SummarySpan[],
  cellUs: number,
): Promise<SummaryChart> {
  const { range, points, signal, nextTurn } = input;
  const sampler = new Downsampler(points, range.toUs, { everyHole: true, cellUs });
  let summarisedUs = 0;
  for (const stretch of stretchesOf(range, spans, cellUs)) {
    signal?.throwIfAborted();
    await nextTurn();
    if (pushCells(stretch, summaries, sampler)) summarisedUs += stretch.toUs - stretch.fromUs;
    else await drain(validSteps({ ...input, range: stretch }, new BandedInto(sampler)));
  }
  return { columns: sampler.finish(), summarised: summarisedUs / (range.toUs - range.fromUs) };
}

/** The range from its begin to its end, each moment once; neighbours of rows are one. */
export function stretchesOf(
  { fromUs, toUs }: TimeRange,
  spans: readonly SummarySpan[],
  cellUs: number,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const add = (stretch: Stretch) => {
    const last = stretches.at(-1);
    if (stretch.fromUs >= stretch.toUs) return;
    if (last !== undefined && last.path === undefined && stretch.path === undefined)
      stretches[stretches.length - 1] = { fromUs: last.fromUs, toUs: stretch.toUs };
    else stretches.push(stretch);
  };
  let atUs = fromUs;
  for (const span of spans) {
    const from = Math.max(atUs, span.fromUs);
    const to = Math.min(toUs, span.toUs);
    if (from >= to) continue;
    add({ fromUs: atUs, toUs: from });
    for (const stretch of cut(from, to, CELL_LEVELS_US.indexOf(cellUs as never), span.path)) add(stretch);
    atUs = to;
  }
  add({ fromUs: atUs, toUs });
  return stretches;
}

/** Whole cells of the level, what is left on either side in finer ones, and in rows at the end. */
function* cut(fromUs: Micros, toUs: Micros, level: number, path: string): Generator<Stretch> {
  const cellUs = CELL_LEVELS_US[level];
  if (cellUs === undefined) {
    yield { fromUs, toUs };
    return;
  }
  const firstUs = Math.ceil(fromUs / cellUs) * cellUs;
  const lastUs = Math.floor(toUs / cellUs) * cellUs;
  if (firstUs >= lastUs) {
    yield* cut(fromUs, toUs, level - 1, path);
    return;
  }
  if (fromUs < firstUs) yield* cut(fromUs, firstUs, level - 1, path);
  yield { fromUs: firstUs, toUs: lastUs, cellUs, path };
  if (lastUs < toUs) yield* cut(lastUs, toUs, level - 1, path);
}

/** False where there are none to be had: nothing is pushed then. */
function pushCells(
  { fromUs, toUs, cellUs, path }: Stretch,
  summaries: Pick<Summaries, 'open' | 'columns'>,
  sampler: Downsampler,
): boolean {
  if (cellUs === undefined || path === undefined) return false;
  const summary = summaries.open(path);
  if (summary === undefined) return false;
  try {
    const columns = summaries.columns(path, summary, cellUs);
    if (columns === undefined) return false;
    const [stampUs, spread, upper, lower] = columns.slice(-4) as unknown as Rows;
    for (let row = firstNotBefore(stampUs, fromUs); row < stampUs.length && stampUs[row]! < toUs; row += 1)
      sampler.push(stampUs[row]!, spread[row]!, upper[row]!, lower[row]!);
    return true;
  } finally {
    summary.close();
  }
}

type Rows = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

function firstNotBefore(stampsUs: Float64Array, us: Micros): number {
  let [low, high] = [0, stampsUs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stampsUs[middle]! < us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows with their bands, each computed as it comes: a stretch begins with bands of its own. */
class BandedInto implements RowSink {
  readonly #bands = new RollingBands();
  readonly #sampler: Downsampler;

  constructor(sampler: Downsampler) {
    this.#sampler = sampler;
  }

  warm(spread: number): void {
    this.#bands.push(spread);
  }

  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void {
    const bands = this.#bands;
    for (let row = from; row < to; row += 1) {
      const spread = spreads[row]!;
      bands.push(spread);
      if (Number.isNaN(spread)) this.#sampler.push(stampsUs[row]!, spread);
      else this.#sampler.push(stampsUs[row]!, spread, bands.upper, bands.lower);
    }
  }
}
