// Summaries of pairs, put together: who asks for charts is noted, what comes back is taken from the statistics, and both
// are kept up beside recording. Composition only, like app.ts.

import type { AppOptions } from './app-options.js';
import type { Clock } from './core/time.js';
import { AskedPairs } from './history/asked-pairs.js';
import type { ChartReply, ChartRequest, History } from './history/service.js';
import { SummaryKeeper } from './history/summary-keeper.js';
import { LIMITS } from './limits.js';
import { createOpportunityStore } from './opportunities/store.js';

/** The same history; what is asked of it is kept up. Closing it ends both. */
export function withSummaries(history: History, options: AppOptions): History {
  const { config, clock, log } = options;
  const asked = new AskedPairs(config.lake.root);
  const cycling = createOpportunityStore({ directory: config.statistics.directory, minCycles: 0, clock });
  const keeper = new SummaryKeeper({
    history,
    asked,
    withCycles: async () => {
      const { opportunities } = await cycling.list();
      return [...opportunities].sort((a, b) => b.opportunityCycles - a.opportunityCycles);
    },
    seriesMax: LIMITS.history.summariesMax,
    clock,
    log,
  });
  const note = (request: ChartRequest, reply: { readonly status: string }) =>
    noteAsked(asked, clock, request, reply);
  return {
    read: (kind, request, signal) => history.read(kind, request, signal),
    summarise: (step) => history.summarise(step),
    warmUp: (request) => history.warmUp(request),
    problems: () => history.problems(),
    state: () => history.state(),
    chart: async (request, signal) => {
      const reply: ChartReply = await history.chart(request, signal);
      note(request, reply);
      return reply;
    },
    charts: async function* (requests, signal) {
      let at = 0;
      for await (const outcome of history.charts(requests, signal)) {
        note(requests[at]!, outcome);
        at += 1;
        yield outcome;
      }
    },
    close: async () => {
      const closed = keeper.close();
      await history.close();
      await closed;
    },
  };
}

/** Only the join that is summarised, and only pairs that there are. */
function noteAsked(
  asked: AskedPairs,
  clock: Clock,
  { symbol, exchange1, exchange2, join, price = 'bid' }: ChartRequest,
  { status }: { readonly status: string },
): void {
  if (join === 'valid' && status === 'ok') asked.note({ symbol, exchange1, exchange2, price }, clock.nowUs());
}
