// What the process says of itself: one snapshot of every room, for /health and /metrics. Reads counters, changes nothing.

import type { Alerts } from './alerts/alerts.js';
import type {
  AlertsSnapshot,
  LakeSnapshot,
  QueueSnapshot,
  QuoteCounters,
  ReplaySnapshot,
  Snapshot,
} from './api/snapshot.js';
import type { Live } from './app-live.js';
import type { AppOptions } from './app-options.js';
import type { Micros } from './core/time.js';
import type { History } from './history/service.js';
import type { Hub } from './hub/hub.js';
import type { Source } from './ingest/source.js';
import type { ThreadSnapshot } from './ingest/thread.js';
import type { LakeCounters, LakeWriter } from './lake/writer.js';
import { LIMITS, memoryTableMb } from './limits.js';
import type { ClientsCounters } from './sockets/clients.js';

export interface SnapshotParts {
  readonly options: AppOptions;
  readonly startedUs: Micros;
  readonly hub: Hub;
  readonly lake: LakeWriter | undefined;
  readonly feeds: readonly Source[];
  /** Absent = nothing is ingested. */
  readonly threads?: () => readonly ThreadSnapshot[];
  readonly history: History;
  readonly live: Live;
  readonly alerts: Alerts;
  readonly replay?: () => ReplaySnapshot;
  /** The statistics as last looked up. */
  readonly statistics: () => Snapshot['statistics'];
}

export function snapshotOf(parts: SnapshotParts): Snapshot {
  const { clock } = parts.options;
  const exchanges = Object.fromEntries(
    parts.feeds.map((feed) => {
      const { counters, ...health } = feed.health();
      return [feed.name, { ...health, ...counters }];
    }),
  );
  const { queued: _queued, refused: _refused, ...charts } = parts.history.state();
  const { watched, watching, tracked, quality, statistics, analysis } = parts.live;
  const threads = parts.threads?.() ?? [];
  return {
    nowUs: clock.nowUs(),
    startedUs: parts.startedUs,
    clockOffsetMs: clock.offsetMs(),
    loop: parts.live.loopDelay.get(),
    exchanges,
    counters: quoteCounters(parts, exchanges),
    trades: tradeCounters(parts, threads),
    queues: { ...ringQueues(threads), ...queues(parts) },
    ingest: threads.map(({ waiting: _waiting, waitingMax: _max, ...thread }) => thread),
    charts,
    lake: lakeSnapshot(parts),
    statistics: parts.statistics(),
    windows: {
      ...watched.counters(),
      note: watching.note,
      refused: watched.refused.slice(0, LIMITS.windows.refusedNamedMax),
      refusedReasons: countsOf(watched.refused.map(({ reason }) => reason)),
      pins: watching.counters(),
    },
    tracked: { ...tracked.counters() },
    quality: quality.counts(),
    liveStatistics: { ...statistics.counters() },
    alerts: alertsSnapshot(parts.alerts),
    streams: streams(parts.live),
    analysis: analysis === undefined ? null : { ...analysis.state() },
    replay: parts.replay?.() ?? null,
    memoryTableMb: memoryTableMb(threads.length),
  };
}

function alertsSnapshot(alerts: Alerts): AlertsSnapshot {
  const { overflowed: _overflowed, ...counters } = alerts.counters();
  const unreachable = alerts.targets().filter(({ problem }) => problem !== null);
  const troubles = unreachable.map(({ name, problem }) => `nothing can be sent to ${name}: ${problem}`);
  return {
    ...counters,
    troubles: alerts.fileProblem === null ? troubles : [alerts.fileProblem, ...troubles],
  };
}

function streams({ realtime, rawFeed, feedV2 }: Live): Snapshot['streams'] {
  return {
    realtime: { ...realtime.counters() },
    feed: { ...rawFeed.counters() },
    feedV2: { ...feedV2.counters() },
  };
}

function countsOf(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** One for each thread that ingests. */
function ringQueues(threads: readonly ThreadSnapshot[]): Snapshot['queues'] {
  return Object.fromEntries(
    threads.map(({ waiting, waitingMax, thinned }, at) => [
      `ingest${at + 1}`,
      {
        length: waiting,
        lengthMax: waitingMax,
        unit: 'quotes',
        overflow: 'conflate-latest → Thinned',
        overflowed: thinned,
      } satisfies QueueSnapshot,
    ]),
  );
}

function queues({ lake, history, live, alerts }: SnapshotParts): Snapshot['queues'] {
  const { pendingBytes = 0, dropped = 0 } = lake?.counters() ?? {};
  const { queued, refused } = history.state();
  const clients = (counters: ClientsCounters, lengthMax: number): QueueSnapshot => ({
    length: counters.bufferedBytes,
    lengthMax,
    unit: 'bytes',
    overflow: 'close-client',
    overflowed: counters.closedSlow,
  });
  return {
    journal: {
      length: pendingBytes,
      lengthMax: LIMITS.lake.pendingBytesMax,
      unit: 'bytes',
      overflow: 'drop → Gap',
      overflowed: dropped,
    },
    history: {
      length: queued,
      lengthMax: LIMITS.history.queuedChartsMax,
      unit: 'requests',
      overflow: 'refuse',
      overflowed: refused,
    },
    alerts: {
      length: alerts.counters().queued,
      lengthMax: LIMITS.alerts.queuedMax,
      unit: 'alerts',
      overflow: 'drop → failed',
      overflowed: alerts.counters().overflowed,
    },
    realtimeClients: clients(live.realtime.counters(), LIMITS.realtime.bufferedBytesTotalMax),
    feedClients: clients(live.rawFeed.counters(), LIMITS.feed.bufferedBytesTotalMax),
    feedV2Clients: clients(live.feedV2.counters(), LIMITS.feedV2.bufferedBytesTotalMax),
  };
}

/** Received: what was decoded to a quote, and what was rejected. */
function quoteCounters(
  { hub, lake, replay }: SnapshotParts,
  exchanges: Snapshot['exchanges'],
): QuoteCounters {
  const { received, oneSided, crossed, raised, gaps, thinned } = hub.counters();
  // What a replay hands in was recorded long ago.
  const recordedBefore = replay === undefined ? 0 : received;
  const { recorded = recordedBefore, dropped = 0 } = lake?.counters() ?? {};
  const rejected = Object.values(exchanges)
    .flatMap(({ rejects }) => Object.values(rejects))
    .reduce((sum, count) => sum + count, 0);
  return {
    received: received + rejected,
    recorded,
    oneSided,
    thinned,
    dropped,
    rejected,
    crossed,
    raisedStamps: raised,
    gaps,
  };
}

function tradeCounters(
  { hub, lake, replay }: SnapshotParts,
  threads: readonly ThreadSnapshot[],
): Snapshot['trades'] {
  const { trades } = hub.counters();
  const recordedBefore = replay === undefined ? 0 : trades;
  const { recorded = recordedBefore, dropped = 0 } = lake?.counters().trades ?? {};
  const onTheWay = threads.reduce((sum, { tradesDropped }) => sum + tradesDropped, 0);
  return { received: trades + onTheWay, recorded, dropped: dropped + onTheWay };
}

/** What is wrong with recording now. */
function lakeTroubles({ failing, problems, unsyncedMs, encodingTrouble }: LakeCounters): string[] {
  const troubles: string[] = [];
  const newest = problems
    .filter(({ what }) => what.startsWith('journal '))
    .sort((a, b) => b.lastUs - a.lastUs)[0];
  if (failing) troubles.push(`the disk does not take the journal now (${newest?.what ?? 'unknown'})`);
  if (unsyncedMs >= LIMITS.lake.unsyncedMsMax)
    troubles.push(`the disk has synced nothing for ${Math.round(unsyncedMs / 1_000)} s`);
  if (encodingTrouble !== null) troubles.push(`recorded, but not made into files yet: ${encodingTrouble}`);
  return troubles;
}

function lakeSnapshot({ options, lake, history, live }: SnapshotParts): LakeSnapshot {
  const problems = [...history.problems(), ...(live.analysis?.problems() ?? [])];
  const skippedFiles = [...new Map(problems.map((problem) => [problem.path, problem])).values()];
  const root = options.config.lake.root;
  if (lake === undefined)
    return { root, recording: false, troubles: [], skippedFiles, syncs: null, care: null, details: {} };
  const { problems: past, failing: _failing, trades, care, ...details } = lake.counters();
  const { recovered } = lake;
  return {
    root,
    recording: options.exchanges.length > 0,
    troubles: lakeTroubles(lake.counters()),
    skippedFiles,
    care,
    syncs: { late: details.syncLateCount, lastMs: details.lastSyncMs, unsyncedMs: details.unsyncedMs },
    details: {
      ...details,
      encodedTrades: trades.encoded,
      problems: past.map(({ what, message }) => `${what}: ${message}`),
      ...(recovered === null ? {} : { recovered }),
    },
  };
}
