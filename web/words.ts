// What a card says of its newest point, and the header of the live stream, in words. Pure.

import { ABSENT, durationText, percentText } from './format.js';
import { count, type TextKey, t } from './i18n/words.js';

/** How the live stream stands to a pair. */
export type Following =
  /** It sends the pair's points. */
  | 'on'
  /** It has no points of it now. */
  | 'quiet'
  /** It has said that the pair is watched no more. */
  | 'off'
  /** It never had the pair. */
  | 'never';

export interface NewestPoint {
  /** Of the newest row, null or not. */
  readonly spread: number | null;
  /** The newest spread that is not null, and its stamp, epoch seconds; undefined where there is none. */
  readonly lastSpread: number | undefined;
  readonly lastSeconds: number | undefined;
  /** Exchanges whose quotes come too late to count. */
  readonly late: readonly string[];
}

export interface NewestWords {
  readonly value: string;
  readonly age: string;
  readonly look: 'fresh' | 'old' | 'apart';
}

/** Live points older than this are marked. */
const OLD_SECONDS = 10;

/** `live`: whether the stream is connected; null before it has ever been asked. */
export function newestWords(
  point: NewestPoint,
  following: Following,
  live: boolean | null,
  nowSeconds: number,
): NewestWords {
  if (point.lastSeconds === undefined) return { value: ABSENT, age: t('newest.none'), look: 'apart' };
  const ageSeconds = nowSeconds - point.lastSeconds;
  const none = point.spread === null;
  const value = none ? t('newest.noneNow') : percentText(point.lastSpread);
  const ago = agoText(ageSeconds);
  const age = none ? t('newest.last', { value: percentText(point.lastSpread), age: ago }) : ago;
  if (live === null) return { value, age, look: 'apart' };
  if (!live) return { value, age: t('newest.notLive', { age }), look: 'old' };
  if (following !== 'on') return { value, age: t(APART[following], { age }), look: 'apart' };
  if (point.late.length > 0) {
    const exchanges = point.late.join(t('newest.and'));
    return { value, age: t('newest.late', { age, exchanges }), look: 'old' };
  }
  if (none) return { value, age, look: 'old' };
  return ageSeconds > OLD_SECONDS
    ? { value, age: t('newest.old', { age }), look: 'old' }
    : { value, age, look: 'fresh' };
}

/** `now`, `3 s ago`, `2 min ago`; stamps of the future are of now. */
export function agoText(ageSeconds: number): string {
  return ageSeconds < 1 ? t('common.now') : t('common.ago', { duration: durationText(ageSeconds * 1_000) });
}

const APART: Readonly<Record<Exclude<Following, 'on'>, TextKey>> = {
  quiet: 'newest.quiet',
  off: 'newest.off',
  never: 'newest.quiet',
};

/** Why a list of opportunities is empty although there are statistics; `minCycles` null = not told. */
export function nothingPassesText(minCycles: number | null): string {
  if (minCycles === null) return t('board.nothingPasses');
  return t('board.nothingPassesOf', { cycles: count('cycles', minCycles) });
}
