// A market, a process that follows it and a page that sometimes listens, for the tests of the page's charts:
// what the page then holds can be compared with what was.

import type { ChartData, LiveChart } from '../../src/api/contract.js';
import { loadWebModule } from '../support/web-module.js';

type Rows = Pick<ChartData, 'timestamps' | 'spreads' | 'upperBand' | 'lowerBand'>;

interface Hole {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** As much of web/charts/series.ts as the page uses. */
export interface Series {
  readonly columns: Rows;
  readonly length: number;
  readonly hole: Hole | null;
  setHistory(chart: ChartData): void;
  apply(chart: LiveChart, fresh: boolean): void;
  fill(asked: Hole, chart: ChartData | null): void;
}

interface SeriesClass {
  new (): Series;
  askFromSeconds(hole: Hole): number;
}

export const { Series, POINTS_MAX } = await loadWebModule<{ Series: SeriesClass; POINTS_MAX: number }>(
  'charts/series',
);
const NAMES = { symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' };
const WINDOW_SECONDS = 40;

export type Point = readonly [seconds: number, spread: number | null];

/**
 * The market, the process that follows it, and a page that sometimes listens. Points have even milliseconds and
 * windows begin at odd ones: what is at the very seam has a test of its own.
 */
export class World {
  readonly page = new Series();
  /** What the lake would say, and what is true: all points. */
  truth: Point[] = [];
  nowMs = 1_000_000;
  /** What the process watches since when; a new process starts anew. */
  #startedMs = this.nowMs;
  #connected = false;
  #fresh = true;
  #sent = Number.NEGATIVE_INFINITY;
  #retracted = Number.POSITIVE_INFINITY;
  #asked: { hole: Hole; chart: ChartData } | null = null;
  #serial = 0;
  #toldMs = this.nowMs;

  point(stepMs: number, hole: boolean): void {
    // Deltas come many times within a window: nothing leaves it unsent.
    if (this.nowMs + stepMs - this.#toldMs > (WINDOW_SECONDS * 1_000) / 2) this.delta();
    this.nowMs += stepMs;
    this.#serial += 1;
    this.truth.push([this.nowMs / 1_000, hole ? null : this.#serial]);
  }

  /** What was shown for so long is taken back; a hole begins there. */
  gap(backMs: number): void {
    const from = (this.nowMs - backMs) / 1_000;
    if ((this.truth.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY) < from) return;
    this.truth = [...this.truth.filter(([seconds]) => seconds < from), [from, null]];
    if (this.#sent < from) return;
    this.#retracted = Math.min(this.#retracted, from);
    this.#sent = from - 0.0001;
  }

  delta(): void {
    if (!this.#connected) return;
    const points = this.#watched().filter(([seconds]) => seconds > this.#sent);
    if (points.length === 0 && this.#retracted === Number.POSITIVE_INFINITY) return;
    const retracted = this.#retracted < Number.POSITIVE_INFINITY ? { retractedFrom: this.#retracted } : {};
    this.page.apply({ ...this.#chart(points), ...retracted }, this.#fresh);
    this.#told(points);
  }

  snapshot(): void {
    this.#connected = true;
    const points = this.#watched();
    this.#fresh = points.length === 0;
    if (points.length > 0) this.page.apply(this.#chart(points), true);
    this.#told(points);
  }

  disconnect(): void {
    this.#connected = false;
  }

  /** Nothing is recorded while it is away. */
  restart(awayMs: number): void {
    if (this.truth.at(-1)?.[1] != null) this.truth.push([(this.nowMs + 2) / 1_000, null]);
    this.nowMs += awayMs + 4;
    this.#startedMs = this.nowMs;
    this.#connected = false;
  }

  history(): void {
    this.page.setHistory(chartOf(this.truth));
  }

  ask(): void {
    const { hole } = this.page;
    if (hole === null) return;
    const from = SeriesFrom(hole);
    this.#asked = {
      hole,
      chart: chartOf(this.truth.filter(([seconds]) => seconds >= from && seconds < hole.toSeconds)),
    };
  }

  answer(): void {
    if (this.#asked !== null) this.page.fill(this.#asked.hole, this.#asked.chart);
    this.#asked = null;
  }

  /** The page listens, and asks until it has no more questions. */
  settle(): void {
    this.point(4, false);
    if (this.#connected) this.delta();
    else this.snapshot();
    this.answer();
    for (let i = 0; i < 3; i += 1) {
      this.ask();
      this.answer();
    }
  }

  #watched(): Point[] {
    const from = this.#coversFrom();
    return this.truth.filter(([seconds]) => seconds >= from);
  }

  #chart(points: readonly Point[]): LiveChart {
    return { ...chartOf(points), window: WINDOW_SECONDS, coversFrom: this.#coversFrom() };
  }

  #coversFrom(): number {
    return (Math.max(this.#startedMs, this.nowMs - WINDOW_SECONDS * 1_000) - 1) / 1_000;
  }

  #told(points: readonly Point[]): void {
    this.#toldMs = this.nowMs;
    this.#sent = Math.max(this.#sent, points.at(-1)?.[0] ?? this.#sent);
    this.#retracted = Number.POSITIVE_INFINITY;
    if (points.length > 0) this.#fresh = false;
  }
}

function SeriesFrom(hole: Hole): number {
  return Series.askFromSeconds(hole);
}

export function chartOf(points: readonly Point[]): ChartData {
  const spreads = points.map(([, spread]) => spread);
  const timestamps = points.map(([seconds]) => seconds);
  return { ...NAMES, timestamps, spreads, upperBand: spreads, lowerBand: spreads };
}

export function pointsOf({ timestamps, spreads }: Rows): Point[] {
  return timestamps.map((seconds, row) => [seconds, spreads[row]!]);
}
