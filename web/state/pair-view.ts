// What the address says of the view of a pair, and what its keys make of it: range and lines.

import type { PairName } from '../../src/api/contract.js';
import { clock } from '../charts/section.js';
import { t } from '../i18n/words.js';
import { LINES, type Line } from './pair-data.js';
import { moved, moving, type Range, rangeOf, zoomed } from './pair-range.js';
import { route, setParams } from './route.js';

const LINES_DEFAULT: readonly Line[] = ['bid', 'edge12', 'edge21'];
/** At least one. */
export function linesOf(params: URLSearchParams): readonly Line[] {
  const asked = params.get('lines')?.split(',') ?? LINES_DEFAULT;
  const lines = LINES.filter((line) => asked.includes(line));
  return lines.length > 0 ? lines : LINES_DEFAULT;
}

export function currentRange(): Range {
  return rangeOf(route.value.params, clock.nowSeconds());
}

export const rangeKeys = {
  zoomIn: () => setParams(zoomed(currentRange(), 0.5)),
  zoomOut: () => setParams(zoomed(currentRange(), 2)),
  earlier: () => setParams(moved(currentRange(), -0.5, clock.nowSeconds())),
  later: () => setParams(moved(currentRange(), 0.5, clock.nowSeconds())),
  whole: () => setParams(moving('1h')),
};

export function lineText(line: Line, { exchange1, exchange2 }: PairName): string {
  return t(`pair.line.${line}`, { exchange: line === 'edge12' ? exchange1 : exchange2 });
}

export function lineHint(line: Line): string {
  return t(line === 'bid' || line === 'mid' ? `pair.line.${line}.hint` : 'pair.line.edge.hint');
}
