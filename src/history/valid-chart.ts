// One chart by the `valid` join: both legs trigger, a quote ends at a gap or its stale limit, and a hole is one null
// row. The rows are those that a live window of the pair would have; knows no lake, only functions that read.

import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../core/time.js';
import type { InstrumentLine } from '../lake/reader.js';
import type { RowSink } from '../series/banded-rows.js';
import { BandedSampler } from '../series/banded-sampler.js';
import { BANDS_WINDOW_ROWS } from '../series/bands.js';
import type { ChartColumns } from '../series/downsample.js';
import { LIMIT_TOLD_US, legEventsOf, NOTICED_US, QUOTE_US_MAX } from '../series/leg-events.js';
import type { LegIndex } from '../series/valid.js';
import type { LegEvent, SpreadPoints } from '../series/valid-points.js';
import { type ValidStreamInput, validStream } from '../series/valid-stream.js';
import { type ChartInput, drain, type TimeRange, wantedRange, watched } from './chart.js';

/** What was told of both legs with fromUs <= stamp < toUs, the left one first among them; ascending. */
export type ReadEvents = (fromUs: Micros, toUs: Micros) => Promise<readonly InstrumentLine[]>;

export interface ValidChartInput<Leg> extends ChartInput<Leg> {
  readonly readEvents: ReadEvents;
  /** The newest stamp of either leg: what happened after it is not known yet. */
  readonly knownUs: Micros;
}

/** Rows before the range that fill the bands' window. */
const WARM_ROWS = BANDS_WINDOW_ROWS - 1;
/**
 * So far before the range they are looked for, one after the other: rows of many pairs come many times a second. Where
 * none of these holds enough, what a day holds has to do.
 */
const WARM_UP_US = [2 * US_PER_MINUTE, US_PER_HOUR, US_PER_DAY];

/** As `chartRange`, but an end after the newest row of either leg is drawn back to it. */
export function validRange(
  asked: { readonly fromUs?: Micros | undefined; readonly toUs?: Micros | undefined },
  newestUs: readonly [Micros, Micros],
): TimeRange {
  const { fromUs, toUs } = wantedRange(asked, newestUs);
  return { fromUs, toUs: Math.min(toUs, Math.max(...newestUs) + 1) };
}

/** Rejects with the signal's reason within one chunk of its abort. */
export async function computeValidChart<Leg>(input: ValidChartInput<Leg>): Promise<ChartColumns> {
  const sampler = new BandedSampler(input.points, input.range.toUs, { everyHole: true });
  await drain(validSteps(input, sampler));
  return sampler.finish();
}

/**
 * The rows of the `valid` join, a chunk a step; before them those that the bands of the first ones rest on. Where the
 * rows from shortly before the range are too few for that, it begins again from earlier: nothing has been pushed yet.
 */
export async function* validSteps<Leg>(
  input: Omit<ValidChartInput<Leg>, 'points'>,
  sink: RowSink,
): AsyncGenerator<void, void, undefined> {
  const { range, signal } = input;
  signal?.throwIfAborted();
  if (!(range.fromUs < range.toUs)) return;
  const told = new Told(input.readEvents, range.toUs + NOTICED_US);
  for (const backUs of WARM_UP_US) {
    const isLongest = backUs === WARM_UP_US.at(-1);
    if (yield* stepsFrom(input, told, backUs, sink, isLongest ? 0 : WARM_ROWS)) break;
  }
  signal?.throwIfAborted();
}

/** False, and nothing pushed, where there are fewer rows than `warmRowsMin` in the time before the range. */
async function* stepsFrom<Leg>(
  input: Omit<ValidChartInput<Leg>, 'points'>,
  told: Told,
  backUs: number,
  sink: RowSink,
  warmRowsMin: number,
): AsyncGenerator<void, boolean, undefined> {
  const { fromUs, toUs } = input.range;
  const warm = new WarmRows();
  let isWarm = false;
  for await (const { length, stampUs, spread } of joined(input, told, fromUs - backUs, toUs)) {
    let row = 0;
    while (row < length && stampUs[row]! < fromUs - backUs) row += 1;
    for (; row < length && stampUs[row]! < fromUs; row += 1) warm.push(spread[row]!);
    let end = length;
    while (end > row && stampUs[end - 1]! >= toUs) end -= 1;
    if (!isWarm && row < end) {
      if (warm.rows < warmRowsMin) return false;
      warm.giveTo(sink);
      isWarm = true;
    }
    sink.pushRows(stampUs, spread, row, end);
    yield;
  }
  return true;
}

/** The newest rows from before a range, as many as bands look back. */
class WarmRows {
  rows = 0;
  readonly #spreads = new Float64Array(WARM_ROWS);

  push(spread: number): void {
    this.#spreads[this.rows % WARM_ROWS] = spread;
    this.rows += 1;
  }

  giveTo(sink: RowSink): void {
    for (let row = Math.max(0, this.rows - WARM_ROWS); row < this.rows; row += 1)
      sink.warm(this.#spreads[row % WARM_ROWS]!);
  }
}

/** Points up to `toUs`. Only those from `fromUs` on are all there: what stood before the first quotes read is not known. */
function joined<Leg>(
  input: JoinInput<Leg>,
  told: Told,
  fromUs: Micros,
  toUs: Micros,
): AsyncGenerator<SpreadPoints> {
  return joinedBy(validStream, input, told, fromUs, toUs);
}

/** What the join itself needs of a chart's input. */
export type JoinInput<Leg> = Pick<ValidChartInput<Leg>, 'legs' | 'read' | 'nextTurn' | 'signal' | 'knownUs'>;

/** The same as another stream of points gives it. */
export async function* joinedBy<Leg, Points>(
  stream: (input: ValidStreamInput) => AsyncIterable<Points>,
  { legs, read, nextTurn, signal, knownUs }: JoinInput<Leg>,
  told: Told,
  fromUs: Micros,
  toUs: Micros,
): AsyncGenerator<Points> {
  const events = await told.since(fromUs - QUOTE_US_MAX - LIMIT_TOLD_US);
  const quotes = (leg: Leg) => watched(read(leg, fromUs - QUOTE_US_MAX, toUs), nextTurn, signal);
  const streams = [quotes(legs[0]), quotes(legs[1])] as const;
  yield* stream({ legs: streams, events, endUs: Math.min(toUs, knownUs) });
}

/** What was told of the legs, read backwards as far as it is asked for, and nothing twice. */
export class Told {
  readonly #read: ReadEvents;
  #events: readonly LegEvent[] = [];
  #fromUs: Micros;

  constructor(read: ReadEvents, toUs: Micros) {
    this.#read = read;
    this.#fromUs = toUs;
  }

  async since(fromUs: Micros): Promise<readonly LegEvent[]> {
    if (fromUs < this.#fromUs) {
      const earlier = await this.#read(fromUs, this.#fromUs);
      this.#events = [...earlier.flatMap((line) => legEventsOf(line, line.at as LegIndex)), ...this.#events];
      this.#fromUs = fromUs;
    }
    return this.#events;
  }
}
