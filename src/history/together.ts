// Charts of many requests in order, several asked for at once: while some are taken, the next are being made, and no more than that.

import type { ChartOutcome } from './contract.js';
import type { ChartReply, ChartRequest } from './protocol.js';

/** Finished charts that are asked for in one message: few at first, so that the first is not kept waiting. */
const TOGETHER_FIRST = 4;
const TOGETHER_MAX = 24;

/** `some` gives the first of its requests, and what of the others is finished already. */
export async function* together(
  requests: readonly ChartRequest[],
  some: (requests: readonly ChartRequest[]) => Promise<readonly ChartReply[]>,
): AsyncGenerator<ChartOutcome> {
  if (requests.length === 0) return;
  const from = async (at: number): Promise<readonly ChartOutcome[]> => {
    const count = Math.min(TOGETHER_MAX, Math.max(TOGETHER_FIRST, at));
    try {
      return await some(requests.slice(at, at + count));
    } catch (error) {
      return [{ status: 'failed', error }];
    }
  };
  for (let at = 0, next = from(0); at < requests.length; ) {
    const outcomes = await next;
    at += outcomes.length;
    if (at < requests.length) next = from(at);
    yield* outcomes;
  }
}
