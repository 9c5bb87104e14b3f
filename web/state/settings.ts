// What a user has chosen for this browser: language, look, clock, columns, favourites. Kept in local storage, which may be
// refused or hold anything: then the defaults are used. What belongs to a link is in the address instead (route.ts).

import { signal } from '@preact/signals';

export type Language = 'en' | 'ru';
export type Theme = 'system' | 'dark' | 'light';
export type TimeZoneChoice = 'utc' | 'local';

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
  readonly time: TimeZoneChoice;
  /** Columns of the table that are not shown. */
  readonly hidden: readonly string[];
  /** Keys of pairs. */
  readonly pinned: readonly string[];
  readonly sound: boolean;
}

const STORAGE_KEY = 'spread-aggregator';
const PINNED_MAX = 500;

export const settings = signal<Settings>(read());

/** Kept for the next visit where that is possible. */
export function choose(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(settings.value));
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}

/** The newest favourite is the last one. */
export function togglePinned(key: string): void {
  const { pinned } = settings.value;
  const rest = pinned.filter((other) => other !== key);
  choose({ pinned: rest.length < pinned.length ? rest : [...rest, key].slice(-PINNED_MAX) });
}

function read(): Settings {
  let kept: Partial<Record<keyof Settings, unknown>> = {};
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    if (typeof value === 'object' && value !== null) kept = value;
  } catch {
    // Refused, or not ours.
  }
  const oneOf = <T extends string>(value: unknown, known: readonly T[], otherwise: T): T =>
    known.find((one) => one === value) ?? otherwise;
  const names = (value: unknown): readonly string[] =>
    Array.isArray(value)
      ? value.filter((one): one is string => typeof one === 'string').slice(0, PINNED_MAX)
      : [];
  return {
    language: oneOf(
      kept.language,
      ['en', 'ru'],
      globalThis.navigator?.language?.startsWith('ru') === true ? 'ru' : 'en',
    ),
    theme: oneOf(kept.theme, ['system', 'dark', 'light'], 'system'),
    time: oneOf(kept.time, ['utc', 'local'], 'utc'),
    hidden: names(kept.hidden),
    pinned: names(kept.pinned),
    sound: kept.sound !== false,
  };
}
