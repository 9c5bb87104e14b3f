// Where what is kept of pairs' statistics lies in a lake. Pure: builds names, touches no disk.

import { join } from 'node:path';
import { diskSymbol } from '../core/symbol.js';
import { hourOfDay, hourStartUs, isoDate, type Micros, US_PER_MINUTE } from '../core/time.js';
import { escapeName, PARTIALS_DIR, pad } from './paths.js';

/** What is kept of the statistics of a UTC day's hours: `_statistics/date=YYYY-MM-DD`. */
export function partialsDayDir(root: string, us: Micros): string {
  return join(root, PARTIALS_DIR, `date=${isoDate(us)}`);
}

/** Of all pairs of a symbol: `BTC_USDT.HH.parts` of an hour, `….HH-MM.parts` of a quarter of one, `….HH+6.parts` of six. */
export function partialFile(
  root: string,
  symbol: string,
  us: Micros,
  span: 'quarter' | 'hour' | 'six hours',
): string {
  const minute = pad(Math.floor((us - hourStartUs(us)) / US_PER_MINUTE), 2);
  const more = { quarter: `-${minute}`, hour: '', 'six hours': '+6' }[span];
  return join(partialsDayDir(root, us), `${escapeName(diskSymbol(symbol))}.${hourOfDay(us)}${more}.parts`);
}
