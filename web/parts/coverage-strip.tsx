// What of a leg's time is covered, as a strip below the charts, on their time axis: each class has its own height and pattern, so
// that colour is not needed, and the words beside it say the same.

import type { CoverageReply, CoverageSegment } from '../../src/api/contract.js';
import { clockText, dateText, shareText } from '../format.js';
import { type TextKey, t } from '../i18n/words.js';

interface StripProps {
  readonly exchange: string;
  readonly coverage: CoverageReply | null;
  readonly from: number;
  readonly to: number;
}

const WIDTH = 1_000;

export function CoverageStrip({ exchange, coverage, from, to }: StripProps) {
  if (coverage === null) return <p class="facts">{t('pair.coverage.unknown', { exchange })}</p>;
  const place = (seconds: number): number => ((seconds - from) / (to - from)) * WIDTH;
  return (
    <div class="strip">
      <svg viewBox={`0 0 ${WIDTH} 12`} preserveAspectRatio="none" aria-hidden="true">
        {coverage.segments.map((segment) => {
          const x = Math.max(0, place(segment.from));
          const width = Math.max(0.6, Math.min(WIDTH, place(segment.to)) - x);
          return (
            <rect key={segment.from} class={segment.class} x={x} y={0} width={width} height={12}>
              <title>{segmentWords(segment)}</title>
            </rect>
          );
        })}
      </svg>
      <p class="facts">{t('pair.coverage.of', { exchange, parts: coverageWords(coverage) })}</p>
    </div>
  );
}

function coverageWords({ totals, segments }: CoverageReply): string {
  const parts = totals
    .filter(({ percent }) => percent > 0)
    .map((total) => `${t(`pair.class.${total.class}`)} ${shareText(total.percent)}`);
  const last = segments.findLast((segment) => segment.class === 'gap');
  return [...parts, last === undefined ? t('pair.coverage.noGap') : lastGapWords(last)].join(' · ');
}

function lastGapWords({ from, to, reason }: CoverageSegment): string {
  const moment = (seconds: number): string => `${dateText(seconds).slice(5)} ${clockText(seconds)}`;
  return t('pair.coverage.lastGap', { from: moment(from), to: moment(to), reason: gapWords(reason) });
}

export function gapWords(reason: string | null): string {
  return reason === null ? t('pair.class.gap') : t(`pair.gap.${reason}` as TextKey);
}

export function segmentWords(segment: CoverageSegment): string {
  const what =
    segment.class === 'gap'
      ? `${t('pair.class.gap')}: ${gapWords(segment.reason)}`
      : t(`pair.class.${segment.class}`);
  return `${clockText(segment.from)}–${clockText(segment.to)} ${what}`;
}

/** Why there is no spread at a moment: the legs that have no quote then, with the reason. */
export function holeWords(coverage: readonly (CoverageReply | null)[], seconds: number): string {
  const words: string[] = [];
  for (const leg of coverage) {
    const segment = leg?.segments.find(({ from, to }) => from <= seconds && seconds < to);
    if (leg === null || segment === undefined) continue;
    if (segment.class === 'gap') words.push(`${leg.exchange} – ${gapWords(segment.reason)}`);
    else if (segment.class === 'not-collected' || segment.class === 'unknown')
      words.push(`${leg.exchange} – ${t(`pair.class.${segment.class}`)}`);
  }
  return words.length === 0 ? t('pair.cursor.unknown') : t('pair.cursor.hole', { why: words.join(', ') });
}
