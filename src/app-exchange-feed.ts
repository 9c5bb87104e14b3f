// The feed of one exchange of ours, alike in the main thread and in one that ingests. Composition only.

import { loopActiveUs, machineRandom } from './clock.js';
import { assert } from './core/assert.js';
import type { Clock } from './core/time.js';
import { findAdapter } from './exchanges/index.js';
import { ExchangeFeed } from './ingest/exchange-feed.js';
import type { ExchangeFeedOptions } from './ingest/feed-options.js';
import { ReadingTurn } from './ingest/reading-turn.js';
import type { FeedPlan } from './ingest/thread-messages.js';
import { LIMITS } from './limits.js';

/** Everything that is not in the plan; without `random` it is the machine's. */
export type FeedSurroundings = Pick<
  ExchangeFeedOptions,
  'instruments' | 'sink' | 'clock' | 'log' | 'tap' | 'turn' | 'extraLagUs' | 'nextConnection'
> & { readonly random?: () => number };

export function makeFeed(
  { name, lagMsMax, ...plan }: FeedPlan,
  surroundings: FeedSurroundings,
): ExchangeFeed {
  const adapter = findAdapter(name);
  assert(adapter !== undefined, `no exchange ${name} in the registry`);
  return new ExchangeFeed({
    ...{ random: machineRandom, limits: { ...LIMITS.ingest, lagMsMax } },
    ...surroundings,
    ...plan,
    adapter,
  });
}

/** What all connections of this thread read by turns. */
export function readingTurn(clock: Clock): ReadingTurn {
  return new ReadingTurn({ clock, loopActiveUs, turnMsMax: LIMITS.ingest.readingMsMax });
}
