// Both charts of a pair as one PNG, with their name and range, as they are seen.

import type { PairName } from '../../src/api/contract.js';
import { clockText, dateText, ZONE_SUFFIX } from '../format.js';
import { currentRange } from '../state/pair-view.js';

export function savePicture({ symbol, exchange1, exchange2 }: PairName): void {
  const sources = [...document.querySelectorAll<HTMLCanvasElement>('.pair-view canvas')];
  const width = Math.max(...sources.map((source) => source.width));
  const head = 40 * devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = width;
  picture.height = head + sources.reduce((sum, source) => sum + source.height, 0);
  const ctx = picture.getContext('2d');
  if (ctx === null) return;
  const style = getComputedStyle(document.documentElement);
  ctx.fillStyle = style.getPropertyValue('--panel');
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.fillStyle = style.getPropertyValue('--text');
  ctx.font = `${15 * devicePixelRatio}px system-ui, sans-serif`;
  const { from, to } = currentRange();
  const moment = (seconds: number): string => `${dateText(seconds)} ${clockText(seconds)}${ZONE_SUFFIX}`;
  ctx.fillText(`${symbol} ${exchange1} / ${exchange2}   ${moment(from)} – ${moment(to)}`, 16, head * 0.65);
  let top = head;
  for (const source of sources) {
    ctx.drawImage(source, 0, top);
    top += source.height;
  }
  const link = document.createElement('a');
  link.download = `${symbol.replace('/', '_')}_${exchange1}_${exchange2}.png`;
  link.href = picture.toDataURL('image/png');
  link.click();
}
