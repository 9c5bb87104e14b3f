// What was told of an instrument beside its quotes, as the `valid` join takes it; and how far it has to be looked for.

import { ageLimitUsOf, STATUSES_WITHOUT_QUOTE } from '../core/reasons.js';
import { type Micros, US_PER_HOUR } from '../core/time.js';
import { type LegIndex, STALE_LIMIT_US_DEFAULT } from './valid.js';
import type { LegEvent } from './valid-points.js';

/** No quote stands longer, so none from earlier than this before a range matters in it. */
export const QUOTE_US_MAX = STALE_LIMIT_US_DEFAULT;
/** Stale limits are told again at least so often while quotes come. */
export const LIMIT_TOLD_US = US_PER_HOUR;
/** Gaps are noticed at most so much later; but for a process that was down, before which no quote stands any more. */
export const NOTICED_US = US_PER_HOUR;

/** A line of the ledger. */
export interface ToldLine {
  readonly type: string;
  readonly stampUs: Micros;
  readonly [field: string]: string | number;
}

/** As live windows take them: a side that goes empty ends the leg's quote as a gap does; other states say nothing. */
export function legEventsOf(line: ToldLine, leg: LegIndex): LegEvent[] {
  const { type, stampUs } = line;
  if (type === 'gap') return [{ kind: 'gap', leg, stampUs, fromUs: Number(line['fromUs']) }];
  if (type !== 'status') return [];
  const status = String(line['status']);
  const limitUs = ageLimitUsOf(status, Number(line['value']));
  if (!Number.isNaN(limitUs)) return [{ kind: 'limit', leg, stampUs, limitUs }];
  return STATUSES_WITHOUT_QUOTE.has(status) ? [{ kind: 'gap', leg, stampUs, fromUs: stampUs }] : [];
}
