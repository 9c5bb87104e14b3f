// The values below a chart: of the row under the cursor, else of the last valid spread.

import { element, setText } from '../dom.js';
import { ABSENT, clockText, dateText, percentText, ZONE_SUFFIX } from '../format.js';
import { t } from '../i18n/words.js';
import type { Columns } from './thin.js';

export interface Legend {
  readonly root: HTMLElement;
  /** Values of this row; null = of the last valid spread. */
  show(columns: Readonly<Columns>, row: number | null): void;
  /** Why there is no value there; empty = nothing is to be said. */
  why(words: string): void;
}

export function createLegend(): Legend {
  const root = element('dl', 'legend');
  const cell = (label: string, className: string): HTMLElement => {
    const value = element('dd');
    root.append(element('div', className, element('dt', '', label), value));
    return value;
  };
  const spread = cell(t('legend.spread'), 'spread');
  const upper = cell(t('legend.upper'), 'upper');
  const lower = cell(t('legend.lower'), 'lower');
  const time = cell(t('legend.at'), 'time');
  const why = element('dd', 'bad');
  root.append(element('div', 'why', element('dt'), why));
  return {
    root,
    why(words) {
      setText(why, words);
    },
    show(columns, row) {
      const shown = row ?? lastValidRow(columns);
      const at = columns.timestamps[shown];
      setText(time, at === undefined ? ABSENT : `${dateText(at)} ${clockText(at)}${ZONE_SUFFIX}`);
      setText(spread, percentText(columns.spreads[shown]));
      setText(upper, percentText(columns.upperBand[shown]));
      setText(lower, percentText(columns.lowerBand[shown]));
    },
  };
}

/** −1 where there is none. */
export function lastValidRow({ spreads }: Readonly<Columns>): number {
  return spreads.findLastIndex((spread) => spread !== null);
}
