// The two pictures of the view of a pair, by uPlot, on one time axis: its spreads with bands, thresholds, costs and cycles, and below them
// both legs' prices. Draws what it is given; a stretch that is drawn over with the mouse is told to its owner.

import uPlot from 'uplot';
import type { CycleSummary } from '../../src/api/contract.js';
import { priceText } from '../format.js';
import { timeAxis, tzDate, valueAxis } from './axes.js';
import { type Ink, ink } from './ink.js';
import { drawLevels, type Level } from './levels.js';
import type { Columns } from './pair-rows.js';

export interface PlotOptions {
  readonly place: HTMLElement;
  readonly heightPx: number;
  /** Ink of each column; dashed ones are drawn so. */
  readonly lines: readonly { readonly ink: Ink; readonly isDashed?: true; readonly isBold?: true }[];
  readonly isPercent: boolean;
  readonly selected: (from: number, to: number) => void;
  readonly whole: () => void;
  /** The row under the cursor; null = none. */
  readonly pointed: (row: number | null) => void;
}

/** Both pictures have their axis as wide, so that a moment lies below itself. */
const AXIS_PX = 78;
const SYNC_KEY = 'pair';
const EMPTY_RANGE_PERCENT = 0.1;

export class PairPlot {
  readonly #plot: uPlot;
  readonly #options: PlotOptions;
  readonly #resized: ResizeObserver;
  #levels: readonly Level[] = [];
  #cycles: readonly CycleSummary[] = [];

  constructor(options: PlotOptions) {
    this.#options = options;
    const { place, heightPx } = options;
    this.#plot = new uPlot(this.#settings(), [[], ...options.lines.map(() => [])], place);
    this.#plot.over.addEventListener('dblclick', () => options.whole());
    this.#resized = new ResizeObserver(() => {
      const width = place.clientWidth;
      if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: heightPx });
    });
    this.#resized.observe(place);
  }

  draw(columns: Columns, from: number, to: number): void {
    this.#plot.batch(() => {
      this.#plot.setData(columns as uPlot.AlignedData, false);
      this.#plot.setScale('x', { min: from, max: to });
    });
  }

  /** Drawn with the next picture. */
  mark(shown: readonly Level[], cycles: readonly CycleSummary[]): void {
    this.#levels = shown;
    this.#cycles = cycles;
  }

  destroy(): void {
    this.#resized.disconnect();
    this.#plot.destroy();
  }

  #settings(): uPlot.Options {
    const { place, heightPx, lines, isPercent, selected, pointed } = this.#options;
    return {
      width: Math.max(200, place.clientWidth),
      height: heightPx,
      padding: [10, 10, 0, 0],
      legend: { show: false },
      tzDate,
      cursor: {
        y: false,
        points: { size: 6 },
        drag: { x: true, y: false, setScale: false },
        sync: { key: SYNC_KEY, setSeries: false, scales: ['x', null] },
      },
      scales: {
        x: { time: true },
        y: { range: (_, low, high) => (isPercent ? withZero(low, high) : padded(low, high)) },
      },
      axes: [timeAxis(70), valueAxis(AXIS_PX, (at, step) => valueTick(at, step, isPercent))],
      series: [
        {},
        ...lines.map(
          ({ ink: name, isDashed, isBold }): uPlot.Series => ({
            stroke: () => ink(name),
            width: isBold ? 1.5 : 1,
            ...(isDashed && { dash: [5, 4] }),
            spanGaps: false,
            points: { show: false },
          }),
        ),
      ],
      hooks: {
        drawAxes: [(u) => isPercent && drawLevels(u, this.#levels)],
        draw: [(u) => isPercent && drawCycles(u, this.#cycles)],
        setCursor: [(u) => pointed(u.cursor.idx ?? null)],
        setSelect: [
          (u) => {
            const { left, width } = u.select;
            if (width < 4) return;
            u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            selected(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
          },
        ],
      },
    };
  }
}

function withZero(low: number | null, high: number | null): [number, number] {
  const [bottom, top] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  if (bottom === top) return [-EMPTY_RANGE_PERCENT, EMPTY_RANGE_PERCENT];
  return padded(bottom, top);
}

function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const margin = (high - low || Math.abs(high) * 0.001 || 1) * 0.08;
  return [low - margin, high + margin];
}

function valueTick(at: number, step: number, isPercent: boolean): string {
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + (isWhole(step) ? 0 : 1)));
  const text = isPercent ? `${at.toFixed(Math.min(6, digits))} %` : priceText(Number(at.toFixed(digits)));
  return text.replace('-', '−');
}

function isWhole(step: number): boolean {
  const scaled = step * 10 ** Math.ceil(-Math.log10(step) - 1e-9);
  return Math.abs(scaled - Math.round(scaled)) < 1e-6;
}

/** A bar from where a cycle armed to where it was back, and a mark where it was farthest: up above, down below. */
function drawCycles(u: uPlot, cycles: readonly CycleSummary[]): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { from, to, direction, peakAt, peakPercent } of cycles) {
    const [left, right] = [u.valToPos(from, 'x', true), u.valToPos(to, 'x', true)];
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    const isUp = direction === 'up';
    ctx.fillStyle = ink(isUp ? 'upper' : 'lower');
    const y = isUp ? bbox.top : bbox.top + bbox.height - 4 * ratio;
    ctx.fillRect(left, y, Math.max(2 * ratio, right - left), 4 * ratio);
    const [x, top] = [u.valToPos(peakAt, 'x', true), u.valToPos(peakPercent, 'y', true)];
    const size = (isUp ? -5 : 5) * ratio;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x - 4 * ratio, top + size);
    ctx.lineTo(x + 4 * ratio, top + size);
    ctx.fill();
  }
  ctx.restore();
}
