// The picture of one pair, by uPlot: spread, both bands, a zero line and a time axis; holes stay holes.
// Draws what it is given: never fills, thins or computes a value.

import uPlot from 'uplot';
import { timeAxis, tzDate, valueAxis } from './axes.js';
import { ink } from './ink.js';
import { drawLevels, levels } from './levels.js';
import type { Columns } from './thin.js';

const HEIGHT_PX = 220;
/** Where the y axis of a chart without any value ends, percent. */
const EMPTY_RANGE_PERCENT = 0.1;
/** On both sides of a lone point. */
const LONE_POINT_SECONDS = 30;

/** Epoch seconds. */
export type TimeSpan = readonly [from: number, to: number];

export class Chart {
  readonly #place: HTMLElement;
  readonly #plot: uPlot;
  readonly #resized: ResizeObserver;
  #lone: number[] = [];
  /** The user has chosen what is in sight: it stays until a double click. */
  #zoomed = false;

  /** Costs of a round trip, percent, drawn as a line each way; null = not known. */
  costPercent: number | null = null;

  /** `place` must be in the page: the width is read from it. `show` hears the row under the cursor. */
  constructor(place: HTMLElement, show: (row: number | null) => void) {
    this.#place = place;
    const hooks: uPlot.Hooks.Arrays = {
      drawAxes: [(u) => drawLevels(u, levels(this.costPercent))],
      setCursor: [(u) => show(u.cursor.idx ?? null)],
      setSelect: [
        (u) => {
          if (u.select.width > 0) this.#zoomed = true;
        },
      ],
    };
    this.#plot = new uPlot(
      options(place.clientWidth, () => this.#lone, hooks),
      [[], [], [], []],
      place,
    );
    this.#plot.over.addEventListener('dblclick', () => this.showAll());
    this.#resized = new ResizeObserver(() => {
      const width = place.clientWidth;
      if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT_PX });
    });
    this.#resized.observe(place);
  }

  /** Columns with at least one row, now uPlot's own; `span` = null: as long as they are. */
  draw(columns: Columns, span: TimeSpan | null): void {
    const { timestamps, spreads, upperBand, lowerBand } = columns;
    this.#lone = loneRows(spreads);
    const { min, max } = this.#plot.scales['x'] ?? {};
    const [from, to] =
      this.#zoomed && min !== undefined && max !== undefined ? [min, max] : (span ?? whole(timestamps));
    this.#plot.batch(() => {
      this.#plot.setData([timestamps, spreads, upperBand, lowerBand], false);
      this.#plot.setScale('x', { min: from, max: to });
    });
  }

  /** The row under the cursor. */
  get row(): number | null {
    return this.#plot.cursor.idx ?? null;
  }

  showAll(): void {
    this.#zoomed = false;
  }

  destroy(): void {
    this.#resized.disconnect();
    this.#plot.destroy();
    this.#place.replaceChildren();
  }
}

function whole(timestamps: readonly number[]): TimeSpan {
  const first = timestamps[0]!;
  const last = timestamps.at(-1)!;
  return first < last ? [first, last] : [first - LONE_POINT_SECONDS, last + LONE_POINT_SECONDS];
}

function options(width: number, lone: () => number[], hooks: uPlot.Hooks.Arrays): uPlot.Options {
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    tzDate,
    // One cursor over all charts: the same moment in each.
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false },
      sync: { key: 'board', setSeries: false, scales: ['x', null] },
    },
    scales: { x: { time: true }, y: { range: (_, low, high) => rangeWithZero(low, high) } },
    axes: [timeAxis(56), valueAxis(58, percentTick)],
    series: [
      {},
      {
        stroke: () => ink('spread'),
        width: 1.25,
        spanGaps: false,
        points: { show: false, size: 4, fill: () => ink('spread'), filter: lone },
      },
      { stroke: () => ink('upper'), width: 1, dash: [5, 4], spanGaps: false, points: { show: false } },
      { stroke: () => ink('lower'), width: 1, dash: [5, 4], spanGaps: false, points: { show: false } },
    ],
    bands: [{ series: [2, 3], fill: () => ink('band') }],
    hooks,
  };
}

/** The zero line is always in sight: a spread is read against it. */
function rangeWithZero(low: number | null, high: number | null): [number, number] {
  const bottom = Math.min(0, low ?? 0);
  const top = Math.max(0, high ?? 0);
  if (bottom === top) return [-EMPTY_RANGE_PERCENT, EMPTY_RANGE_PERCENT];
  const margin = (top - bottom) * 0.08;
  return [bottom - margin, top + margin];
}

/** Rows of values between two holes: no line reaches them, so they are drawn as points. */
function loneRows(values: Columns['spreads']): number[] {
  const none = (row: number): boolean => (values[row] ?? null) === null;
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += 1)
    if (!none(row) && none(row - 1) && none(row + 1)) rows.push(row);
  return rows;
}

function percentTick(at: number, step: number): string {
  const digits = [0, 1, 2, 3, 4, 5].find((count) => isWhole(step * 10 ** count)) ?? 6;
  return `${at.toFixed(digits).replace('-', '−')} %`;
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}
