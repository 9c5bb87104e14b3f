// What an event that is no quote says of the quotes of its instrument: the one reading for all that is live.

import type { TellValidity } from '../core/event.js';
import { ageLimitUsOf, STATUSES_WITHOUT_QUOTE } from '../core/reasons.js';

/** Other states say nothing about spreads. */
export const tellValidity: TellValidity = (event, { gap, limit }) => {
  const { stampUs } = event;
  if (event.type === 'gap') gap(event.instrumentId, stampUs, event.fromUs);
  if (event.type !== 'status') return;
  const limitUs = ageLimitUsOf(event.status, event.value);
  if (!Number.isNaN(limitUs)) limit(event.instrumentId, stampUs, limitUs);
  else if (STATUSES_WITHOUT_QUOTE.has(event.status)) gap(event.instrumentId, stampUs, stampUs);
};
