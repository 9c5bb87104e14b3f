// Numbers and times as the page writes them. Times are UTC, or those of the place where that was chosen; reads no clock.

import { t } from './i18n/words.js';
import { settings } from './state/settings.js';

/** Of the page as it was loaded: another clock loads it anew. */
export const IS_LOCAL = settings.value.time === 'local';
/** Behind a time of day. */
export const ZONE_SUFFIX = IS_LOCAL ? '' : ' UTC';

/** Shown where a value is absent; never 0. */
export const ABSENT = '–';

/** `+0.123 %`; a spread is signed. */
export function percentText(percent: number | null | undefined): string {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return ABSENT;
  const digits = Math.abs(percent) >= 100 ? 1 : 3;
  const text = Math.abs(percent).toFixed(digits);
  const sign = Number(text) === 0 ? '' : percent < 0 ? '−' : '+';
  return `${sign}${text} %`;
}

/** `0.4 s`, `12 s`, `3 min`: how old something is; NaN = never. */
export function ageText(ms: number): string {
  if (Number.isNaN(ms)) return ABSENT;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} ${t('unit.s')}` : durationText(ms);
}

/** `3.25`, `12`: a rate or count of cycles. */
export function cyclesText(cycles: number): string {
  if (!Number.isFinite(cycles)) return ABSENT;
  return Number.isInteger(cycles) ? String(cycles) : cycles.toFixed(cycles < 10 ? 2 : 1);
}

/** `12.5 %` of something; not signed. */
export function shareText(percent: number): string {
  return Number.isFinite(percent) ? `${percent.toFixed(1)} %` : ABSENT;
}

/** A price with every digit that it has, however small: `0.00001234`, never `1.234e-5`. */
export function priceText(price: number | null | undefined): string {
  if (price === null || price === undefined || !Number.isFinite(price)) return ABSENT;
  const [digits = '', exponent = '0'] = String(price).split('e');
  if (exponent === '0') return digits;
  const [whole = '', part = ''] = digits.split('.');
  const moved = Number(exponent);
  if (moved >= 0) return `${whole}${part.padEnd(moved, '0')}`;
  const sign = whole.startsWith('-') ? '-' : '';
  return `${sign}0.${whole.replace('-', '').padStart(-moved, '0')}${part}`;
}

/** `12:03:04`, of epoch seconds. */
export function clockText(seconds: number): string {
  return iso(seconds).slice(11, 19);
}

/** `2026-11-22`, of epoch seconds. */
export function dateText(seconds: number): string {
  return iso(seconds).slice(0, 10);
}

/** `12:03:04 UTC`; with `11-22` in front on another day than `nowSeconds`, with the year in another year. */
export function momentText(seconds: number, nowSeconds: number): string {
  const date = dateText(seconds);
  const today = dateText(nowSeconds);
  const shown =
    date === today ? '' : date.slice(0, 4) === today.slice(0, 4) ? `${date.slice(5)} ` : `${date} `;
  return `${shown}${clockText(seconds)}${ZONE_SUFFIX}`;
}

/** Tick of a time axis whose ticks are `stepSeconds` apart. */
export function tickText(seconds: number, stepSeconds: number): string {
  if (stepSeconds >= 86_400) return dateText(seconds).slice(5);
  if (stepSeconds >= 60) return clockText(seconds).slice(0, 5);
  if (stepSeconds >= 1) return clockText(seconds);
  return iso(seconds).slice(14, 23);
}

/** `450 ms`, `3 s`, `12 min`, `5 h`, `2 d`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ${t('unit.ms')}`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} ${t('unit.s')}`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} ${t('unit.min')}`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} ${t('unit.h')}`;
  return `${Math.floor(seconds / 86_400)} ${t('unit.d')}`;
}

/** `12.3 MB`. */
export function bytesText(bytes: number): string {
  const units = ['unit.bytes', 'unit.kb', 'unit.mb', 'unit.gb', 'unit.tb'] as const;
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1_000 ** at;
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${t(units[at]!)}`;
}

/** As the clock shows that was chosen. */
function iso(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  const shift = IS_LOCAL ? new Date(ms).getTimezoneOffset() * 60_000 : 0;
  return new Date(ms - shift).toISOString();
}
