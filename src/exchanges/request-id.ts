// Request ids of exchanges that answer a subscription and its end in the same words: the id of the request, which they
// repeat, then says what it was. Knows no exchange.

import { readRequestId } from './fields.js';

/** Ids of giving up begin here: within 32 bits, and no other client's running number or time. */
const GIVING_UP_FROM = 1_000_000_000;
const GIVING_UP_TO = 1_100_000_000;

/** The id to send with a request that gives symbols up. */
export function givingUpId(requestId: number): number {
  return GIVING_UP_FROM + requestId;
}

export interface AnsweredRequest {
  /** As our subscriptions know it; undefined where the answer carries none. */
  readonly requestId: string | undefined;
  readonly kind: 'subscribed' | 'unsubscribed';
}

/** Which request an answer with this id is for. */
export function readAnswered(id: unknown): AnsweredRequest {
  const requestId = readRequestId(id);
  const number = Number(requestId);
  if (!(number >= GIVING_UP_FROM && number < GIVING_UP_TO)) return { requestId, kind: 'subscribed' };
  return { requestId: String(number - GIVING_UP_FROM), kind: 'unsubscribed' };
}
