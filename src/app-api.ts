// What the process shows to the outside, put together: history charts, the list of opportunities, the one port. The same
// for a process that records and for a replay. Composition only, like app.ts.

import { fileURLToPath } from 'node:url';
import type { Alerts } from './alerts/alerts.js';
import type { LiveHour } from './analysis/live-pair.js';
import type { LivePairStatistics } from './analysis/live-statistics.js';
import { rowValues } from './analysis/row-values.js';
import type { LiveStatisticsSummary } from './api/contract.js';
import { type Api, createApi } from './api/server.js';
import type { Snapshot } from './api/snapshot.js';
import { costPercentOf } from './app-costs.js';
import type { Live } from './app-live.js';
import type { AppOptions } from './app-options.js';
import { type Clock, US_PER_SECOND } from './core/time.js';
import { adapters } from './exchanges/index.js';
import { createHistory, type History } from './history/service.js';
import type { Source } from './ingest/source.js';
import { createExchangeNames } from './lake/exchange-names.js';
import { LIMITS } from './limits.js';
import { createOpportunityStore, type OpportunityStore } from './opportunities/store.js';
import { version } from './version.js';

export interface ApiParts {
  readonly options: AppOptions;
  readonly history: History;
  readonly opportunities: OpportunityStore;
  readonly live: Live;
  readonly alerts: Alerts;
  readonly feeds: readonly Source[];
  readonly snapshot: () => Snapshot;
}

/** Rejects where the port cannot be had. */
export async function openApi(parts: ApiParts): Promise<Api> {
  const { options, history, opportunities, live, alerts, feeds, snapshot } = parts;
  const { host, port } = options.config.server;
  const { hotDays, retentionDays = null, maxBytes = null } = options.config.lake;
  return await createApi({
    host,
    port,
    version,
    webDirectory: fileURLToPath(new URL('../web', import.meta.url)),
    history,
    opportunities,
    alerts,
    tracked: live.tracked,
    quality: live.quality,
    explain: live.explain,
    judgedBy: live.judgedBy,
    identityOf: live.identityOf,
    costPercent: costPercentOf(options),
    liveStatistics: (isWanted) => summaries(live.statistics.of(isWanted)),
    clock: options.clock,
    lakeKept: { hotDays, retentionDays, bytesMax: maxBytes },
    snapshot,
    symbols: () =>
      feeds.flatMap((feed) => feed.instruments().map((row) => ({ exchange: feed.name, ...row }))),
    memoryUsage: () => process.memoryUsage(),
    streams: live.streams,
    closeStreams: live.closeStreams,
    limits: { ...LIMITS.api, ...LIMITS.history, ...LIMITS.sockets, alerts: LIMITS.alerts },
    log: options.log,
  });
}

function* summaries(found: Iterable<LivePairStatistics>): Generator<LiveStatisticsSummary> {
  const hourOf = ({ fromUs, toUs, isWhole: whole, gapsLate, row }: LiveHour) => ({
    ...{ from: fromUs / US_PER_SECOND, to: toUs / US_PER_SECOND, whole, gapsLate },
    statistics: row === null ? null : rowValues(row),
  });
  for (const { now, last, ...names } of found)
    yield { ...names, now: hourOf(now), last: last === null ? null : hourOf(last) };
}

/** `http://127.0.0.1:8181`. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function openHistory(options: AppOptions): History {
  const { config, log } = options;
  return createHistory({
    root: config.lake.root,
    exchangeNames: exchangeNames(options),
    workers: config.history.workers,
    queuedChartsMax: LIMITS.history.queuedChartsMax,
    log,
  });
}

export interface Statistics {
  readonly opportunities: OpportunityStore;
  /** As last looked up. */
  readonly statistics: () => Snapshot['statistics'];
}

/** `clock`: how long a look at the folder is believed. */
export function openStatistics(options: AppOptions, clock: Clock = options.clock): Statistics {
  const store = createStore(options, clock);
  let statistics: Snapshot['statistics'] = { file: null, warnings: [] };
  return {
    opportunities: {
      async list(minCycles) {
        const found = await store.list(minCycles);
        statistics = { file: found.file, warnings: found.warnings.map(({ message }) => message) };
        return found;
      },
    },
    statistics: () => statistics,
  };
}

/** As this program spells them: those of the registry, then those that run beside it. */
export function exchangeNames({ exchanges }: AppOptions): readonly string[] {
  return [...adapters.map(({ name }) => name), ...exchanges];
}

/** Spelled as we do, the lake's own where we have none: as in charts. */
function createStore(options: AppOptions, clock: Clock): OpportunityStore {
  const { config } = options;
  const ours = exchangeNames(options);
  const lakeNames = createExchangeNames(config.lake.root, clock);
  return createOpportunityStore({
    directory: config.statistics.directory,
    minCycles: config.statistics.minCycles,
    exchangeNames: async () => [...ours, ...(await lakeNames())],
    clock,
  });
}
