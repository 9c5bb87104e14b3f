// The feed of one exchange of ours, alike in the main thread and in one that ingests. Composition only.

import { machineRandom } from './clock.js';
import { assert } from './core/assert.js';
import { findAdapter } from './exchanges/index.js';
import { ExchangeFeed } from './ingest/exchange-feed.js';
import type { ExchangeFeedOptions } from './ingest/feed-options.js';
import type { FeedPlan } from './ingest/thread-messages.js';
import { LIMITS } from './limits.js';

/** Everything that is not in the plan; without `random` it is the machine's. */
export type FeedSurroundings = Pick<
  ExchangeFeedOptions,
  'instruments' | 'sink' | 'clock' | 'log' | 'tap' | 'extraLagUs' | 'nextConnection'
> & { readonly random?: () => number };

export function makeFeed({ name, ...plan }: FeedPlan, surroundings: FeedSurroundings): ExchangeFeed {
  const adapter = findAdapter(name);
  assert(adapter !== undefined, `no exchange ${name} in the registry`);
  return new ExchangeFeed({
    ...{ random: machineRandom, limits: LIMITS.ingest },
    ...surroundings,
    ...plan,
    adapter,
  });
}
