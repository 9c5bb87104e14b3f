// Feed protocol v2 put together: the hub's quotes, the kernels' reading of them, and the list of opportunities as the API
// gives it. Composition only, like app.ts.

import { nowOf, summaryOf } from './api/opportunities.js';
import type { AppOptions } from './app-options.js';
import { assert } from './core/assert.js';
import type { InstrumentTable } from './core/instrument.js';
import type { Clock } from './core/time.js';
import { FeedV2 } from './feed/feed-v2.js';
import type { OpportunityLister } from './feed/opportunity-stream.js';
import type { Hub } from './hub/hub.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import { chosen, judge } from './opportunities/rank.js';
import type { OpportunityStore } from './opportunities/store.js';
import type { Quality } from './quality/quality.js';
import { spreadPercent } from './series/spread.js';
import { STALE_LIMIT_US_DEFAULT } from './series/valid.js';
import { tellValidity } from './series/validity.js';
import type { Tracked } from './windows/tracked.js';

export interface FeedV2Parts {
  readonly options: AppOptions;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
  readonly opportunities: OpportunityStore;
  readonly tracked: Tracked;
  readonly quality: Quality;
  /** Percent, of a round trip. */
  readonly costPercent: (exchange1: string, exchange2: string) => number;
  readonly clientClock?: Clock;
}

export function openFeedV2(parts: FeedV2Parts): FeedV2 {
  const { options, hub, instruments } = parts;
  const { clock, log } = options;
  const { clientClock = clock } = parts;
  const limits = { ...LIMITS.feedV2, ...LIMITS.sockets, instrumentsMax: LIMITS.instrumentsMax };
  const [bytes, share] = [FeedV2.bytesMax(limits), MEMORY_TABLE_MB.clients * 1024 * 1024];
  assert(bytes <= share, `what the feed holds takes ${bytes} of ${share} bytes`);
  return new FeedV2({
    ...{ clock, clientClock, log, instruments, tellValidity, spreadPercent, limits },
    // By the machine's time: a replay may be started twice from the same moment.
    judge: parts.quality.refusalsOf,
    epoch: clientClock.nowUs(),
    latest: hub.latest,
    lastSeq: () => hub.lastStampUs,
    opportunities: opportunityLister(parts),
    ageLimitUs: STALE_LIMIT_US_DEFAULT,
  });
}

function opportunityLister({ opportunities, tracked, quality, costPercent }: FeedV2Parts): OpportunityLister {
  return async () => {
    const list = await opportunities.list();
    const judged = list.opportunities.map((one) =>
      judge(one, nowOf(tracked, quality, one), costPercent(one.exchange1, one.exchange2)),
    );
    const rows = chosen(judged, { sort: 'fresh' }).map((pair) => {
      const { statistics: _statistics, ...row } = summaryOf(pair);
      return row;
    });
    return { asOfUs: tracked.sampledUs, rows };
  };
}
