// What is answered where a pair cannot be read over the range that is asked for. Words and statuses, no more.

import type { PairName } from './contract.js';
import { bad, type Query, RequestError } from './query.js';

export function noPair({ symbol, exchange1, exchange2 }: PairName): RequestError {
  return new RequestError(404, `no quotes of ${symbol} on both ${exchange1} and ${exchange2} in the lake`);
}

export function rangeTooLong(query: Query, daysMax: number): RequestError {
  return bad(
    'from',
    `a time at most ${daysMax} days before the end of the range`,
    String(query['from'] ?? ''),
  );
}
