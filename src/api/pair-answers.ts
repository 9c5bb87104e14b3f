// What is answered where a pair cannot be read over the range that is asked for. Words and statuses, no more.

import type { TooLong } from '../history/service.js';
import type { PairName } from './contract.js';
import { bad, type Query, RequestError } from './query.js';

export function noPair({ symbol, exchange1, exchange2 }: PairName): RequestError {
  return new RequestError(404, `no quotes of ${symbol} on both ${exchange1} and ${exchange2} in the lake`);
}

/** What was read of a pair over the range that was asked for; throws where there is no such pair, or too much of it. */
export function pairFound<T extends object>(
  found: T | TooLong | undefined,
  pair: PairName,
  query: Query,
  daysMax: number,
): T {
  if (found === undefined) throw noPair(pair);
  if ('tooLong' in found) throw rangeTooLong(query, daysMax);
  return found;
}

function rangeTooLong(query: Query, daysMax: number): RequestError {
  return bad(
    'from',
    `a time at most ${daysMax} days before the end of the range`,
    String(query['from'] ?? ''),
  );
}
