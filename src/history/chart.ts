// One chart from two legs' quotes: as-of join, spread, bands, fewer points, in one pass over chunks. Holds a
// chunk of each leg and the chart's own points, never a whole leg; knows no lake, only a function that reads.

import type { QuoteColumns } from '../core/columns.js';
import { type Micros, US_PER_DAY } from '../core/time.js';
import { ASOF_TOLERANCE_US, asofStream } from '../series/asof.js';
import type { RowSink } from '../series/banded-rows.js';
import { BandedSampler } from '../series/banded-sampler.js';
import type { ChartColumns } from '../series/downsample.js';
import { spreadsPercent } from '../series/spread.js';

/** Quotes with fromUs <= stamp < toUs, ascending, in chunks. */
export type ReadQuotes<Leg> = (leg: Leg, fromUs: Micros, toUs: Micros) => AsyncIterable<QuoteColumns>;

/** Half-open. */
export interface TimeRange {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export interface ChartInput<Leg> {
  readonly read: ReadQuotes<Leg>;
  /** exchange1's instrument first: it gives the rows. */
  readonly legs: readonly [Leg, Leg];
  readonly range: TimeRange;
  /** At most this many (see Downsampler); Infinity = all. */
  readonly points: number;
  readonly signal?: AbortSignal;
  /** Waits for one turn of the event loop: a cancellation that has arrived is noticed then. */
  readonly nextTurn: () => Promise<unknown>;
}

/** How long a range is when nobody says it. */
export const RANGE_US_DEFAULT = US_PER_DAY;

/**
 * What is given stays; a missing end is the smaller of the two newest stamps, inclusive, however old; a
 * missing beginning lies 24 hours before the end. An end after the left leg's newest row is drawn back to it,
 * because nothing can lie there. May come out empty.
 */
export function chartRange(
  asked: { readonly fromUs?: Micros | undefined; readonly toUs?: Micros | undefined },
  newestUs: readonly [Micros, Micros],
): TimeRange {
  const { fromUs, toUs } = wantedRange(asked, newestUs);
  return { fromUs, toUs: Math.min(toUs, newestUs[0] + 1) };
}

/** The range of either join before its end is drawn back to what there is. */
export function wantedRange(
  asked: { readonly fromUs?: Micros | undefined; readonly toUs?: Micros | undefined },
  newestUs: readonly [Micros, Micros],
): TimeRange {
  const toUs = asked.toUs ?? Math.min(...newestUs) + 1;
  return { fromUs: asked.fromUs ?? toUs - RANGE_US_DEFAULT, toUs };
}

/** The `asof2s` chart of a range. Rejects with the signal's reason within one chunk of its abort. */
export async function computeChart<Leg>(input: ChartInput<Leg>): Promise<ChartColumns> {
  const sampler = new BandedSampler(input.points, input.range.toUs);
  await drain(asofSteps(input, sampler));
  return sampler.finish();
}

/** Takes every step, for what is done on the way. */
export async function drain(steps: AsyncIterator<void>): Promise<void> {
  while ((await steps.next()).done !== true);
}

/**
 * The rows of the `asof2s` join, a chunk a step; the first starts the bands' window. Rows of the right leg from before
 * the range are used where a row in it needs them.
 */
export async function* asofSteps<Leg>(
  { legs, read, range, signal, nextTurn }: Omit<ChartInput<Leg>, 'points'>,
  sink: RowSink,
): AsyncGenerator<void, void, undefined> {
  const { fromUs, toUs } = range;
  signal?.throwIfAborted();
  if (!(fromUs < toUs)) return;
  const left = watched(read(legs[0], fromUs, toUs), nextTurn, signal);
  const right = watched(read(legs[1], fromUs - ASOF_TOLERANCE_US, toUs), nextTurn, signal);
  let spreads = new Float64Array(0);
  for await (const joined of asofStream(left, right, { toleranceUs: ASOF_TOLERANCE_US })) {
    const { length, stampUs, bid1, bid2 } = joined;
    if (spreads.length < length) spreads = new Float64Array(stampUs.length);
    spreadsPercent(bid1, bid2, length, spreads);
    sink.pushRows(stampUs, spreads, 0, length);
    yield;
  }
  signal?.throwIfAborted();
}

/** The same chunks; between two of them the event loop turns and the signal is looked at. */
export async function* watched(
  chunks: AsyncIterable<QuoteColumns>,
  nextTurn: () => Promise<unknown>,
  signal?: AbortSignal,
): AsyncGenerator<QuoteColumns, void, undefined> {
  for await (const chunk of chunks) {
    await nextTurn();
    signal?.throwIfAborted();
    yield chunk;
  }
}
