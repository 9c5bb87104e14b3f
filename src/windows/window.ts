// One watched pair, live: the `valid` join of its two legs, spread and bands, over the last minutes. Takes
// events in the one order, costs O(log n) each, and never asks a clock.

import type { Micros } from '../core/time.js';
import { RollingBands } from '../series/bands.js';
import { type ChartColumns, Downsampler } from '../series/downsample.js';
import { type LegIndex, STALE_LIMIT_US_DEFAULT, ValidJoin } from '../series/valid.js';
import { PointRing, WARM_POINTS } from './point-ring.js';

export type { ChartColumns } from '../series/downsample.js';

/** A pair as people name it; exchange1 is the left leg, and the pair the other way round is another one. */
export interface PairNames {
  /** Unified: `BTC/USDT` (every input takes any spelling and case). */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

export interface PairWindowOptions {
  readonly pair: PairNames;
  /** Instrument ids of the two legs. */
  readonly instrument1: number;
  readonly instrument2: number;
  /** Points older than this against the newest event leave. */
  readonly lengthUs: number;
  /** And so do the oldest beyond this many. */
  readonly pointsMax: number;
  /** When watching began: nothing is covered before it. */
  readonly startedUs: Micros;
  /** How long a quote of each leg counts at first. */
  readonly ageLimitsUs?: readonly [number, number];
}

/** How far one reader of a window's new points has come. The window lowers it where points are taken back. */
export interface Cursor {
  /** Stamp of the last point the reader has. */
  sentUs: Micros;
  /**
   * Of what the reader has, everything from here on is wrong; Infinity = nothing. The reader sets it back. On
   * a whole millisecond, because readers outside know no less.
   */
  retractedFromUs: Micros;
  /** Of the legs that were late, the last change the reader has. */
  lateSeen: number;
}

export class PairWindow {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly instrument1: number;
  readonly instrument2: number;
  readonly lengthUs: number;
  /** Grows with every change of what the window shows, and only then. */
  version = 0;
  /** Points taken back because a gap was noticed later. */
  retracted = 0;
  /** Changes of `late`. */
  lateChanges = 0;
  readonly #late: [boolean, boolean] = [false, false];
  readonly #startedUs: Micros;
  readonly #points: PointRing;
  readonly #bands = new RollingBands();
  readonly #join: ValidJoin;
  #cursors: readonly Cursor[] = [];
  #nowUs: Micros;

  constructor(options: PairWindowOptions) {
    this.symbol = options.pair.symbol;
    this.exchange1 = options.pair.exchange1;
    this.exchange2 = options.pair.exchange2;
    this.instrument1 = options.instrument1;
    this.instrument2 = options.instrument2;
    this.lengthUs = options.lengthUs;
    this.#startedUs = options.startedUs;
    this.#nowUs = Number.NEGATIVE_INFINITY;
    this.#points = new PointRing(options.pointsMax);
    const sink = {
      point: (stampUs: Micros, spread: number) => this.#point(stampUs, spread),
      retract: (fromUs: Micros) => this.#retract(fromUs),
    };
    this.#join = new ValidJoin(sink, options.ageLimitsUs ?? STALE_LIMIT_US_DEFAULT);
  }

  /** Points in the window, those that begin a hole included. */
  get length(): number {
    return this.#points.length;
  }

  /** Of the newest event or `advance`; -Infinity before the first. */
  get nowUs(): Micros {
    return this.#nowUs;
  }

  /** Stamp of the newest point; -Infinity while there is none. */
  get newestUs(): Micros {
    return this.length === 0 ? Number.NEGATIVE_INFINITY : this.#points.stampUs(this.length - 1);
  }

  /** Both legs stand now. */
  get valid(): boolean {
    return this.#join.valid;
  }

  /**
   * From here to now the window holds every point: its whole length, unless it was opened later or the bound
   * on its count has cut it.
   */
  get coversFromUs(): Micros {
    const crowdedUs = this.#points.crowdedOutUs + 1;
    return Math.max(this.#startedUs, this.#nowUs - this.lengthUs, crowdedUs);
  }

  /** Exchanges of the legs whose quotes come too late to count. */
  get late(): readonly string[] {
    return [this.exchange1, this.exchange2].filter((_, leg) => this.#late[leg]);
  }

  /** What comes of the leg is late from now on, or no longer. Whether that is new. */
  setLate(leg: LegIndex, isLate: boolean): boolean {
    if (this.#late[leg] === isLate) return false;
    this.#late[leg] = isLate;
    this.lateChanges += 1;
    this.version += 1;
    return true;
  }

  get pointsMax(): number {
    return this.#points.pointsMax;
  }

  get bytes(): number {
    return this.#points.bytes;
  }

  /** Each says whether what the window shows has changed. Calls come in stamp order. */
  quote(leg: LegIndex, stampUs: Micros, bid: number, ask: number): boolean {
    const before = this.version;
    this.#join.quote(leg, stampUs, bid, ask);
    this.#evict(stampUs);
    return this.version !== before;
  }

  /** No quote of the leg is valid from `fromUs` on: what was shown from there on is taken back. */
  gap(leg: LegIndex, stampUs: Micros, fromUs: Micros): boolean {
    const before = this.version;
    this.#join.gap(leg, stampUs, fromUs);
    this.#evict(stampUs);
    return this.version !== before;
  }

  /** How long a quote of the leg counts from now on. */
  limit(leg: LegIndex, stampUs: Micros, limitUs: number): boolean {
    const before = this.version;
    this.#join.limit(leg, stampUs, limitUs);
    this.#evict(stampUs);
    return this.version !== before;
  }

  /** Time has come to `nowUs` without an event. An earlier moment than the last one seen changes nothing. */
  advance(nowUs: Micros): boolean {
    if (nowUs <= this.#nowUs) return false;
    const before = this.version;
    this.#join.advance(nowUs);
    this.#evict(nowUs);
    this.#join.forget(this.#nowUs - this.lengthUs);
    return this.version !== before;
  }

  resize(pointsMax: number): void {
    if (pointsMax === this.#points.pointsMax) return;
    const { length } = this;
    this.#points.resize(pointsMax);
    if (this.length !== length) this.version += 1;
  }

  /**
   * The points after `afterUs` up to `toUs`, inclusive; of more than `points`, what a Downsampler keeps
   * (least, greatest and every hole).
   */
  chart(
    points: number,
    afterUs: Micros = Number.NEGATIVE_INFINITY,
    toUs: Micros = this.newestUs,
  ): ChartColumns {
    const sampler = new Downsampler(points, toUs + 1, { everyHole: true });
    const ring = this.#points;
    const end = ring.rowAfter(toUs);
    for (let row = ring.rowAfter(afterUs); row < end; row += 1)
      sampler.push(ring.stampUs(row), ring.spread(row), ring.upper(row), ring.lower(row));
    return sampler.finish();
  }

  /** Readers of new points. */
  get followers(): number {
    return this.#cursors.length;
  }

  /** A reader of new points that has nothing yet; `unfollow` it when done. */
  follow(): Cursor {
    const retractedFromUs = Number.POSITIVE_INFINITY;
    const cursor = { sentUs: Number.NEGATIVE_INFINITY, retractedFromUs, lateSeen: 0 };
    this.#cursors = [...this.#cursors, cursor];
    return cursor;
  }

  unfollow(cursor: Cursor): void {
    this.#cursors = this.#cursors.filter((other) => other !== cursor);
  }

  /** After the join, whose null points may themselves lie before the window. */
  #evict(nowUs: Micros): void {
    if (nowUs > this.#nowUs) this.#nowUs = nowUs;
    if (this.#points.evictBefore(this.#nowUs - this.lengthUs) > 0) this.version += 1;
  }

  #point(stampUs: Micros, spread: number): void {
    this.#bands.push(spread);
    // No band is drawn over a hole either, though its row takes its place in the bands' window.
    const isHole = Number.isNaN(spread);
    const upper = isHole ? Number.NaN : this.#bands.upper;
    this.#points.push(stampUs, spread, upper, isHole ? Number.NaN : this.#bands.lower);
    this.version += 1;
  }

  #retract(fromUs: Micros): void {
    const ring = this.#points;
    if (ring.length + ring.warm === 0 || ring.stampUs(ring.length - 1) < fromUs) return;
    const gone = ring.retract(fromUs);
    if (gone > 0) this.version += 1;
    this.retracted += gone;
    this.#refillBands();
    const wholeMs = Math.floor(fromUs / 1_000) * 1_000;
    for (const cursor of this.#cursors) {
      if (cursor.sentUs < fromUs) continue;
      cursor.sentUs = wholeMs - 1;
      cursor.retractedFromUs = Math.min(cursor.retractedFromUs, wholeMs);
    }
  }

  /**
   * As if only the points that are left had ever come. Exact while the gap reaches back no further than the
   * window: so many rows from before it are kept.
   */
  #refillBands(): void {
    const ring = this.#points;
    this.#bands.refill(NOTHING, 0);
    const from = Math.max(-ring.warm, ring.length - WARM_POINTS);
    for (let row = from; row < ring.length; row += 1) this.#bands.push(ring.spread(row));
  }
}

const NOTHING = new Float64Array(0);
