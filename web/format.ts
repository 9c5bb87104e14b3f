// Numbers and times as the page writes them. All times are UTC; reads no clock.

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
  return `${shown}${clockText(seconds)} UTC`;
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
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `1 chart`, `3 charts`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function iso(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString();
}
