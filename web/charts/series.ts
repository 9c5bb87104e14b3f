// The points of one chart: history, then live, without a seam. Pure: no page, no network, no clock. Never
// shows a point twice or out of order, knows where points may be missing, and never draws a line over a break
// that was shown unless history has data across it.

import type { ChartData, LiveChart } from '../../src/api/contract.js';
import { type Columns, emptyColumns, joined, rowAt, slice, thin } from './thin.js';

/** Past it the chart is made thinner. */
export const POINTS_MAX = 6_000;
/** What is then left of the newest stretch, and of all before it. */
const POINTS_KEPT_EACH = 2_500;
const NEWEST_SECONDS = 900;
/** As long as a history is: what is older goes when room is needed. */
const KEPT_SECONDS = 86_400;
/** Where nobody knows for longer than this what was, the line is broken rather than drawn on. */
const BREAK_SECONDS = 10;
const MS = 0.001;
/** The newest points before a silence are doubtful: what was taken back in it was not heard. */
const DOUBTFUL_SECONDS = 15;
/** Bands are those of the last 200 rows: so much is asked for before a hole, for them to be there. */
const WARM_UP_SECONDS = 300;

type Rows = Pick<ChartData, keyof Columns>;

/** Points may be missing in [from, to), epoch seconds; from −Infinity: nothing is known before `to`. */
export interface Hole {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export class Series {
  #columns = emptyColumns();
  /** From here on the live stream is right and history is not asked. */
  #liveFrom = Number.POSITIVE_INFINITY;
  #hole: Hole | null = null;

  /** Ascending. Valid until the next change. */
  get columns(): Readonly<Columns> {
    return this.#columns;
  }

  get length(): number {
    return this.#columns.timestamps.length;
  }

  /** Stamp of the newest row; undefined where there is none. */
  get newestSeconds(): number | undefined {
    return this.#columns.timestamps.at(-1);
  }

  get hole(): Hole | null {
    return this.#hole;
  }

  /** Everything before the live points; those before a hole are history's too. */
  setHistory(chart: ChartData): void {
    const untilSeconds = this.#hole?.toSeconds ?? this.#liveFrom;
    const live = this.#from(untilSeconds);
    const shown = before(this.#columns, untilSeconds, live);
    const history = withBreaks(before(chart, untilSeconds, live), shown, chart.timestamps);
    this.#columns = joined(history, live);
    this.#liveFrom = untilSeconds;
    this.#hole = null;
    const last = history.timestamps.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (Number.isFinite(untilSeconds)) this.#unknown(last, untilSeconds);
  }

  /**
   * Points of the live stream. `fresh`: the first of a chart that was not followed until now (or of a
   * snapshot), so that it says all that is known from `coversFrom` on.
   */
  apply(chart: LiveChart, fresh: boolean): void {
    const given = copied(chart);
    if (chart.retractedFrom !== undefined) this.#retract(chart.retractedFrom, given);
    if (fresh) {
      const last = this.newestSeconds ?? Number.NEGATIVE_INFINITY;
      this.#columns = joined(before(this.#columns, chart.coversFrom, given), given);
      this.#liveFrom = Math.min(this.#liveFrom, chart.coversFrom);
      if (this.#hole !== null) this.#hole = clipped(this.#hole, chart.coversFrom);
      this.#unknown(last, chart.coversFrom);
    } else {
      append(this.#columns, given);
    }
    if (this.length > POINTS_MAX) this.#thin();
  }

  /** What to ask history for, to fill this hole: from where on, in epoch seconds. Bands need rows before it. */
  static askFromSeconds(hole: Hole): number {
    return hole.fromSeconds - WARM_UP_SECONDS;
  }

  /**
   * History's answer to a hole that was asked about, which it closes; null: it has nothing. Where the hole has
   * become another one in the meantime, the answer is of no use, and that one is to be asked about.
   */
  fill(asked: Hole, chart: ChartData | null): void {
    if (this.#hole !== asked) return;
    this.#hole = null;
    if (chart === null) return;
    const { fromSeconds, toSeconds } = asked;
    const { timestamps } = chart;
    const rows = slice(copied(chart), rowAt(timestamps, fromSeconds), rowAt(timestamps, toSeconds));
    if (rows.timestamps.length === 0) return;
    const shown = this.#columns;
    const [first, end] = [rowAt(shown.timestamps, fromSeconds), rowAt(shown.timestamps, toSeconds)];
    const filled = withBreaks(rows, slice(shown, first, end), timestamps);
    this.#columns = joined(slice(shown, 0, first), filled, slice(shown, end));
    this.#break(filled.timestamps.at(-1)!);
    if (this.length > POINTS_MAX) this.#thin();
  }

  /** Forgets the rows at or after this; from there on there is no spread until the rows that follow. */
  #retract(fromSeconds: number, following: Columns): void {
    this.#columns = slice(this.#columns, 0, rowAt(this.#columns.timestamps, fromSeconds));
    const { timestamps, spreads, upperBand, lowerBand } = this.#columns;
    // A window that began later does not know that its pair was valid then, and gives no null of its own. Nor is it
    // known here: the null before may be a break of ours that history will close.
    if (following.timestamps[0] !== fromSeconds) {
      timestamps.push(fromSeconds);
      for (const column of [spreads, upperBand, lowerBand]) column.push(null);
    }
    this.#liveFrom = Math.min(this.#liveFrom, fromSeconds);
    if (this.#hole !== null) this.#hole = clipped(this.#hole, fromSeconds);
  }

  #from(seconds: number): Columns {
    return slice(this.#columns, rowAt(this.#columns.timestamps, seconds));
  }

  /** After the row of the first moment nothing is known until the second; the first may lie later, too. */
  #unknown(lastSeconds: number, toSeconds: number): void {
    const fromSeconds = lastSeconds - DOUBTFUL_SECONDS;
    if (!(fromSeconds < toSeconds)) return;
    this.#hole = {
      fromSeconds: Math.min(fromSeconds, this.#hole?.fromSeconds ?? fromSeconds),
      toSeconds: Math.max(toSeconds, this.#hole?.toSeconds ?? toSeconds),
    };
    if (lastSeconds < toSeconds) this.#break(lastSeconds);
  }

  /** A null row after the row of this moment, where the next one is far away. */
  #break(atSeconds: number): void {
    const { timestamps, spreads, upperBand, lowerBand } = this.#columns;
    const next = rowAt(timestamps, atSeconds + MS / 2);
    if (next === 0 || next === timestamps.length) return;
    if (spreads[next - 1] === null || timestamps[next]! - timestamps[next - 1]! <= BREAK_SECONDS) return;
    timestamps.splice(next, 0, timestamps[next - 1]! + MS);
    for (const column of [spreads, upperBand, lowerBand]) column.splice(next, 0, null);
  }

  #thin(): void {
    const { timestamps } = this.#columns;
    const newest = timestamps.at(-1)!;
    const first = rowAt(timestamps, newest - KEPT_SECONDS);
    const recent = rowAt(timestamps, newest - NEWEST_SECONDS);
    this.#columns = joined(
      thin(slice(this.#columns, first, recent), POINTS_KEPT_EACH),
      thin(slice(this.#columns, recent), POINTS_KEPT_EACH),
    );
  }
}

/**
 * The rows before this moment. Stamps are whole milliseconds, so that the row of that very one may be on
 * either side: it stays unless those that follow begin with it.
 */
function before(chart: Rows, seconds: number, following: Columns): Columns {
  const begins = following.timestamps[0] === seconds;
  return slice(copied(chart), 0, rowAt(chart.timestamps, begins ? seconds : seconds + MS / 2));
}

/**
 * The rows of history, and of the nulls that were shown in its place those that it says nothing of: it has no row
 * before them, or none after. Between two rows of its own it knows whether there was a hole.
 */
function withBreaks(rows: Columns, shown: Readonly<Columns>, known: readonly number[]): Columns {
  const first = known[0] ?? Number.POSITIVE_INFINITY;
  const last = known.at(-1) ?? Number.NEGATIVE_INFINITY;
  const isUnknown = (seconds: number): boolean => seconds < first || seconds > last;
  const breaks = shown.timestamps.filter((at, row) => shown.spreads[row] === null && isUnknown(at));
  const nulls = (stamps: number[]): Columns => {
    const none = stamps.map(() => null);
    return { timestamps: stamps, spreads: none, upperBand: [...none], lowerBand: [...none] };
  };
  return joined(nulls(breaks.filter((at) => at < first)), rows, nulls(breaks.filter((at) => at > last)));
}

function copied({ timestamps, spreads, upperBand, lowerBand }: Rows): Columns {
  return {
    timestamps: [...timestamps],
    spreads: [...spreads],
    upperBand: [...upperBand],
    lowerBand: [...lowerBand],
  };
}

/** A row before the newest is one that we have, and so is the newest itself. */
function append(columns: Columns, given: Columns): void {
  const newest = columns.timestamps.at(-1) ?? Number.NEGATIVE_INFINITY;
  const spread = columns.spreads.at(-1);
  for (let row = rowAt(given.timestamps, newest); row < given.timestamps.length; row += 1) {
    if (given.timestamps[row] === newest && given.spreads[row] === spread) continue;
    columns.timestamps.push(given.timestamps[row]!);
    columns.spreads.push(given.spreads[row]!);
    columns.upperBand.push(given.upperBand[row]!);
    columns.lowerBand.push(given.lowerBand[row]!);
  }
}

function clipped(hole: Hole, toSeconds: number): Hole | null {
  if (toSeconds >= hole.toSeconds) return hole;
  return toSeconds > hole.fromSeconds ? { ...hole, toSeconds } : null;
}
