// Lines that a spread is read against: zero, the threshold of a cycle, and what a round trip costs. Those out of sight are left out.

import type uPlot from 'uplot';
import { shareText } from '../format.js';
import { t } from '../i18n/words.js';
import { ink } from './ink.js';

export interface Level {
  /** Percent. */
  readonly at: number;
  /** Empty: the line is drawn through. */
  readonly text: string;
}

const THRESHOLD_PERCENT = 0.4;

/** Both ways; `costPercent` null = not known. */
export function levels(costPercent: number | null): readonly Level[] {
  const found: Level[] = [{ at: 0, text: '' }];
  const both = (percent: number, text: string): void =>
    void found.push({ at: percent, text }, { at: -percent, text });
  both(THRESHOLD_PERCENT, t('pair.level.threshold'));
  if (costPercent !== null && Math.abs(costPercent - THRESHOLD_PERCENT) > 1e-9)
    both(costPercent, t('pair.level.cost', { percent: shareText(costPercent) }));
  return found;
}

export function drawLevels(u: uPlot, shown: readonly Level[]): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.lineWidth = Math.max(1, Math.round(ratio));
  for (const { at, text } of shown) {
    const y = Math.round(u.valToPos(at, 'y', true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = ink('zero');
    ctx.fillStyle = ink('muted');
    ctx.setLineDash(text === '' ? [] : [2 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    if (text !== '') ctx.fillText(text, bbox.left + 4 * ratio, y - 3 * ratio);
  }
  ctx.restore();
}
