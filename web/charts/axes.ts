// What the axes of all charts have in common: their look, the clock that was chosen, and the words of a time axis.

import uPlot from 'uplot';
import { dateText, IS_LOCAL, tickText, ZONE_SUFFIX } from '../format.js';
import { ink } from './ink.js';

const AXIS: uPlot.Axis = {
  stroke: () => ink('muted'),
  font: '11px system-ui, sans-serif',
  grid: { stroke: () => ink('grid'), width: 1 },
  ticks: { stroke: () => ink('grid'), width: 1, size: 4 },
};

export const tzDate = (seconds: number): Date =>
  IS_LOCAL ? new Date(seconds * 1_000) : uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC');

/** `spacePx`: between two ticks at least. */
export function timeAxis(spacePx: number): uPlot.Axis {
  return {
    ...AXIS,
    size: 36,
    space: spacePx,
    values: (_, splits, _axis, _space, step) => timeTicks(splits, step),
  };
}

export function valueAxis(sizePx: number, tick: (at: number, step: number) => string): uPlot.Axis {
  return {
    ...AXIS,
    size: sizePx,
    space: 32,
    values: (_, splits, _axis, _space, step) => splits.map((at) => tick(at, step)),
  };
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
    return `${label}\n${date.slice(5)}${first ? ZONE_SUFFIX : ''}`;
  });
}
