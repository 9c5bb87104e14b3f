// What an event that is no quote says of the quotes of its instrument: the one reading for all that is live.

import type { ColdEvent } from '../core/event.js';
import { ageLimitUsOf, STATUSES_WITHOUT_QUOTE } from '../core/reasons.js';
import type { Micros } from '../core/time.js';

export interface ValidityListener {
  /** No quote is valid from `fromUs` on. A side that goes empty ends the quote as a gap does. */
  readonly gap: (instrumentId: number, stampUs: Micros, fromUs: Micros) => void;
  /** A quote counts for `limitUs` from now on; 0 while what comes is late. */
  readonly limit: (instrumentId: number, stampUs: Micros, limitUs: number) => void;
}

/** Other states say nothing about spreads. */
export function tellValidity(event: ColdEvent, { gap, limit }: ValidityListener): void {
  const { stampUs } = event;
  if (event.type === 'gap') gap(event.instrumentId, stampUs, event.fromUs);
  if (event.type !== 'status') return;
  const limitUs = ageLimitUsOf(event.status, event.value);
  if (!Number.isNaN(limitUs)) limit(event.instrumentId, stampUs, limitUs);
  else if (STATUSES_WITHOUT_QUOTE.has(event.status)) gap(event.instrumentId, stampUs, stampUs);
}
