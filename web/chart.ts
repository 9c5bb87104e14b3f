// One pair as one uPlot chart: spread, both bands, a zero line and a UTC time axis; holes stay holes.
// Draws what it is given: never fills, thins or computes a value.

import uPlot from 'uplot';
import type { ChartData } from '../src/api/contract.js';
import { element, setText } from './dom.js';
import { ABSENT, clockText, countText, dateText, momentText, percentText, tickText } from './format.js';

const HEIGHT_PX = 220;
const FONT = '11px system-ui, sans-serif';
const INK = {
  text: '#8b98a9',
  grid: '#1c2430',
  zero: '#5b6878',
  spread: '#58a6ff',
  upper: '#f0616d',
  lower: '#3ecf8e',
};
const BAND_FILL = 'rgba(88, 166, 255, 0.06)';

/** Where the y axis of a chart without any value ends, percent. */
const EMPTY_RANGE_PERCENT = 0.1;

export interface ChartCard {
  readonly root: HTMLElement;
  /** Draws into the card, which must be in the page by now: the width is read from it. */
  mount(): void;
  destroy(): void;
}

/** A card for one chart; `note` is a short remark beside the last value (may be empty). */
export function createCard(chart: ChartData, note: string, nowSeconds: number): ChartCard {
  const title = element(
    'h2',
    'pair',
    `${chart.symbol} `,
    element('span', 'legs', `(${chart.exchange1} / ${chart.exchange2})`),
  );
  const plot = element('div', 'plot');
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', summary(chart));
  const head = element('header', '', title, lastValue(chart, note, nowSeconds));
  const legend = createLegend(chart);
  const root = element('article', 'card', head, plot, legend.root);
  root.setAttribute('aria-label', `${chart.symbol}, ${chart.exchange1} against ${chart.exchange2}`);

  let drawn: uPlot | undefined;
  const resized = new ResizeObserver(() => {
    const width = plot.clientWidth;
    if (drawn !== undefined && width > 0 && width !== drawn.width)
      drawn.setSize({ width, height: HEIGHT_PX });
  });
  return {
    root,
    mount() {
      if (chart.timestamps.length === 0) {
        legend.root.remove();
        plot.append(element('p', 'nothing', 'No quotes of both legs in this range'));
        return;
      }
      drawn = new uPlot(
        options(plot.clientWidth, loneRows(chart.spreads), legend.show),
        columns(chart),
        plot,
      );
      resized.observe(plot);
    },
    destroy() {
      resized.disconnect();
      drawn?.destroy();
      root.remove();
    },
  };
}

/** Copies: uPlot's columns are its own. */
function columns(chart: ChartData): uPlot.AlignedData {
  return [[...chart.timestamps], [...chart.spreads], [...chart.upperBand], [...chart.lowerBand]];
}

function options(width: number, lone: number[], show: (index: number | null) => void): uPlot.Options {
  const axis = {
    stroke: INK.text,
    font: FONT,
    grid: { stroke: INK.grid, width: 1 },
    ticks: { stroke: INK.grid, width: 1, size: 4 },
  };
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: { range: (_, low, high) => rangeWithZero(low, high) } },
    axes: [
      { ...axis, size: 36, space: 56, values: (_, splits, _axis, _space, step) => timeTicks(splits, step) },
      {
        ...axis,
        size: 58,
        space: 32,
        values: (_, splits, _axis, _space, step) => splits.map((at) => percentTick(at, step)),
      },
    ],
    series: [
      {},
      {
        stroke: INK.spread,
        width: 1.25,
        spanGaps: false,
        points: { show: false, size: 4, fill: INK.spread, filter: () => lone },
      },
      { stroke: INK.upper, width: 1, dash: [5, 4], spanGaps: false, points: { show: false } },
      { stroke: INK.lower, width: 1, dash: [5, 4], spanGaps: false, points: { show: false } },
    ],
    bands: [{ series: [2, 3], fill: BAND_FILL }],
    hooks: { drawAxes: [drawZeroLine], setCursor: [(u) => show(u.cursor.idx ?? null)] },
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

function drawZeroLine(u: uPlot): void {
  const { ctx, bbox } = u;
  const y = Math.round(u.valToPos(0, 'y', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = INK.zero;
  ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** Rows of values between two holes: no line reaches them, so they are drawn as points. */
function loneRows(values: ChartData['spreads']): number[] {
  const none = (row: number): boolean => (values[row] ?? null) === null;
  return values.flatMap((_, row) => (!none(row) && none(row - 1) && none(row + 1) ? [row] : []));
}

/** A date under the first tick and wherever the day changes. */
function timeTicks(splits: readonly number[], step: number): string[] {
  let day = '';
  return splits.map((at) => {
    const label = tickText(at, step);
    const date = dateText(at);
    if (date === day || step >= 86_400) return label;
    const first = day === '';
    day = date;
    return `${label}\n${date.slice(5)}${first ? ' UTC' : ''}`;
  });
}

function percentTick(at: number, step: number): string {
  const digits = [0, 1, 2, 3, 4, 5].find((count) => isWhole(step * 10 ** count)) ?? 6;
  return `${at.toFixed(digits).replace('-', '−')} %`;
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

function lastIndex(chart: ChartData): number {
  return chart.spreads.findLastIndex((spread) => spread !== null);
}

function lastValue(chart: ChartData, note: string, nowSeconds: number): HTMLElement {
  const last = lastIndex(chart);
  const at = chart.timestamps[last];
  const age = element('time', 'age');
  if (at === undefined) {
    setText(age, 'no valid spread');
  } else {
    age.dateTime = new Date(at * 1_000).toISOString();
    const hole = last < chart.spreads.length - 1 ? ', none valid since' : '';
    setText(age, `as of ${momentText(at, nowSeconds)}${hole}`);
  }
  const value = element('span', '', element('strong', '', percentText(chart.spreads[last])), ' ', age);
  return element('p', 'last', value, element('span', 'note', note));
}

interface Legend {
  readonly root: HTMLElement;
  /** Values at this row; null = of the last valid spread. */
  show(index: number | null): void;
}

function createLegend(chart: ChartData): Legend {
  const root = element('dl', 'legend');
  const cell = (label: string, className: string): HTMLElement => {
    const value = element('dd');
    root.append(element('div', className, element('dt', '', label), value));
    return value;
  };
  const spread = cell('Spread', 'spread');
  const upper = cell('97 %', 'upper');
  const lower = cell('3 %', 'lower');
  const time = cell('at', 'time');
  const show = (index: number | null): void => {
    const row = index ?? lastIndex(chart);
    const at = chart.timestamps[row];
    setText(time, at === undefined ? ABSENT : `${dateText(at)} ${clockText(at)} UTC`);
    setText(spread, percentText(chart.spreads[row]));
    setText(upper, percentText(chart.upperBand[row]));
    setText(lower, percentText(chart.lowerBand[row]));
  };
  show(null);
  return { root, show };
}

/** What the picture shows, for those who do not see it. */
function summary(chart: ChartData): string {
  const name = `Spread of ${chart.symbol} between ${chart.exchange1} and ${chart.exchange2}`;
  const first = chart.timestamps[0];
  const last = chart.timestamps.at(-1);
  if (first === undefined || last === undefined) return `${name}: no points`;
  const span = `${dateText(first)} ${clockText(first)} to ${dateText(last)} ${clockText(last)} UTC`;
  const value = percentText(chart.spreads[lastIndex(chart)]);
  return `${name}: ${countText(chart.timestamps.length, 'point')} from ${span}, last ${value}`;
}
