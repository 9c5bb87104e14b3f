// When the spread of a pair could have been traded and when it only looked so, as a strip on the charts' time axis: tradable stretches are
// full and tall, those that paid by what was shown and were refused are low and hatched, so that colour is not needed; words beside it.

import type { QualityReply } from '../../src/api/contract.js';
import { clockText, durationText, shareText } from '../format.js';
import { t } from '../i18n/words.js';
import { BELOW_COSTS_BIT, refusalsOf, refusalWord, refusalWords, UNSEEN_BITS } from '../state/refusals.js';

interface StripProps {
  readonly quality: QualityReply | null;
  readonly from: number;
  readonly to: number;
}

const WIDTH = 1_000;
const HEIGHT = 12;
/** Reasons that are named beside it. */
const NAMED = 3;

export function QualityStrip({ quality, from, to }: StripProps) {
  if (quality === null) return <p class="facts">{t('quality.unknown')}</p>;
  const place = (seconds: number): number =>
    Math.min(WIDTH, Math.max(0, ((seconds - from) / (to - from)) * WIDTH));
  return (
    <div class="strip">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {spellsOf(quality).map((spell) => {
          const isTradable = spell.refusals === 0;
          const x = place(spell.from);
          const width = Math.max(0.6, place(spell.to) - x);
          return (
            <rect
              key={spell.from}
              class={isTradable ? 'tradable-spell' : 'refused-spell'}
              {...{ x, width, y: isTradable ? 0 : HEIGHT / 2, height: isTradable ? HEIGHT : HEIGHT / 2 }}
            >
              <title>{spellWords(spell)}</title>
            </rect>
          );
        })}
      </svg>
      <p class="facts">{qualityWords(quality)}</p>
    </div>
  );
}

interface Spell {
  readonly from: number;
  readonly to: number;
  readonly refusals: number;
}

/** Those in which what was shown paid its costs; neighbours that are refused are one. */
function spellsOf({ starts, refusals, to }: QualityReply): readonly Spell[] {
  const spells: Spell[] = [];
  for (const [at, from] of starts.entries()) {
    const bits = refusals[at]!;
    const end = starts[at + 1] ?? to;
    if ((bits & (BELOW_COSTS_BIT | UNSEEN_BITS)) !== 0) continue;
    const last = spells.at(-1);
    if (last !== undefined && last.to === from && (last.refusals === 0) === (bits === 0))
      spells[spells.length - 1] = { ...last, to: end, refusals: last.refusals | bits };
    else spells.push({ from, to: end, refusals: bits });
  }
  return spells;
}

function spellWords({ from, to, refusals }: Spell): string {
  const what = refusals === 0 ? t('state.tradable') : refusalWords(refusalsOf(refusals));
  return `${clockText(from)}–${clockText(to)} ${what}`;
}

function qualityWords(quality: QualityReply): string {
  const { seenSeconds, payingSeconds, tradableSeconds, refusedSeconds } = quality;
  if (payingSeconds === 0) return t('quality.nothing');
  const share = (seconds: number): string => shareText((100 * seconds) / seenSeconds);
  const most = Object.entries(refusedSeconds)
    .filter(([, seconds]) => seconds > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED)
    .map(
      ([reason, seconds]) =>
        `${refusalWord(reason as keyof typeof refusedSeconds)} ${durationText(seconds * 1_000)}`,
    );
  const all = t('quality.shares', { tradable: share(tradableSeconds), paying: share(payingSeconds) });
  return most.length === 0 ? all : `${all} ${t('quality.refusedFor', { reasons: most.join(', ') })}`;
}
