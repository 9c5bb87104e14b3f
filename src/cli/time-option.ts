// A time on the command line. Pure.

import { isoDate, isoMicros, type Micros, US_PER_DAY } from '../core/time.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?Z?$/;

/**
 * `2026-01-02` or `2026-01-02T03:04:05.123456Z` (seconds and what follows may be left out), UTC. A day as an end is
 * the end of that day. A sentence where it is neither; undefined where nothing was given.
 */
export function timeOption(
  option: string,
  text: string | undefined,
  isEnd: boolean,
): Micros | string | undefined {
  if (text === undefined) return undefined;
  const wrong = `option '${option}' expected a UTC day or time (2026-01-02 or 2026-01-02T03:04:05Z), was "${text}"`;
  if (DAY.test(text)) {
    const us = Date.parse(`${text}T00:00:00Z`) * 1_000;
    // The 30th of February reads as a day of March.
    if (Number.isNaN(us) || isoDate(us) !== text) return wrong;
    return isEnd ? us + US_PER_DAY : us;
  }
  const [, day, clock = '', fraction = ''] = TIME.exec(text) ?? [];
  const ms = Date.parse(`${day}T${clock.padEnd(8, ':00')}Z`);
  if (Number.isNaN(ms)) return wrong;
  const us = ms * 1_000 + Number(fraction.padEnd(6, '0'));
  return isoMicros(us).startsWith(`${day}T${clock}`) ? us : wrong;
}
