// A small picture of a spread: its line with holes as holes, zero, and its ends in numbers. Pure: text in, text out.

import type { ChartColumns } from '../series/downsample.js';

const WIDTH = 480;
const HEIGHT = 120;
const MARGIN = 14;

export function spreadSvg({ length, timestampsUs, spreads }: ChartColumns): string {
  let [low, high] = [0, 0];
  for (let row = 0; row < length; row += 1) {
    const spread = spreads[row]!;
    if (spread < low) low = spread;
    if (spread > high) high = spread;
  }
  const [fromUs, toUs] = [timestampsUs[0] ?? 0, timestampsUs[length - 1] ?? 1];
  const x = (us: number) => ((us - fromUs) / Math.max(1, toUs - fromUs)) * WIDTH;
  const y = (spread: number) =>
    HEIGHT - MARGIN - ((spread - low) / Math.max(1e-9, high - low)) * (HEIGHT - 2 * MARGIN);
  let path = '';
  let isOn = false;
  for (let row = 0; row < length; row += 1) {
    const spread = spreads[row]!;
    if (Number.isNaN(spread)) {
      isOn = false;
      continue;
    }
    path += `${isOn ? 'L' : 'M'}${x(timestampsUs[row]!).toFixed(1)} ${y(spread).toFixed(1)}`;
    isOn = true;
  }
  const zero = y(0).toFixed(1);
  const label = `spread from ${low.toFixed(2)} to ${high.toFixed(2)} percent`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}"><line x1="0" x2="${WIDTH}" y1="${zero}" y2="${zero}"/><path d="${path}"/><text x="2" y="10">${high.toFixed(2)} %</text><text x="2" y="${HEIGHT - 2}">${low.toFixed(2)} %</text></svg>`;
}
