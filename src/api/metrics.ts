// /metrics in Prometheus' form. Everything is read from a snapshot when it is scraped, so that
// counting costs the live path nothing more than the counters it has anyway.

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { troubles } from './health.js';
import type { Snapshot } from './snapshot.js';

export interface Metrics {
  readonly contentType: string;
  text(snapshot: Snapshot): Promise<string>;
}

const EXCHANGE_COUNTS = [
  'frames',
  'quotes',
  'scanned',
  'trades',
  'controls',
  'gaps',
  'reconnects',
  'rolls',
  'heals',
] as const;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { gauge, counter } = makersOf(registry);
  const fillers = [pairMetrics, alertMetrics, lakeMetrics, diskMetrics, threadMetrics].map((make) =>
    make(registry),
  );
  const healthy = gauge('healthy', '1 when healthy, 0 when degraded');
  const quotes = counter('quotes_total', 'Quotes by what became of them', ['fate']);
  const crossed = counter('crossed_quotes_total', 'Recorded quotes with the bid above the ask', []);
  const raised = counter('raised_stamps_total', 'Stamps raised to keep the one order strict', []);
  const gaps = counter('gaps_total', 'Moments from which on an instrument had no valid quote', []);
  const trades = counter('trades_total', 'Trades by what became of them', ['fate']);
  const exchangeUp = gauge('exchange_running', '1 when every connection of the exchange is live', [
    'exchange',
  ]);
  const exchangeCounts = counter(
    'exchange_total',
    'Frames, quotes, quotes read without JSON (scanned), trades, controls, gaps, reconnects, rolls, heals',
    ['exchange', 'what'],
  );
  const lag = gauge('exchange_lag_seconds', 'How late the latest of its connections brings its quotes', [
    'exchange',
  ]);
  const lagging = gauge('exchange_lagging_instruments', 'Instruments whose quotes come too late to count', [
    'exchange',
  ]);
  const held = gauge('loop_delay_seconds', 'The longest that the loop was held up within ten seconds');
  const age = gauge('exchange_last_message_age_seconds', 'Age of the newest frame', ['exchange']);
  const rejects = counter('rejects_total', 'Frames or rows rejected, by reason', ['exchange', 'reason']);
  const queueLength = gauge('queue_length', 'What waits in a queue', ['queue', 'unit']);
  const queueOverflows = counter('queue_overflows_total', 'How often a queue was full', ['queue']);

  const fill = (snapshot: Snapshot): void => {
    for (const { reset } of [quotes, crossed, raised, gaps, trades, exchangeCounts, rejects, queueOverflows])
      reset();
    for (const fillOne of fillers) fillOne(snapshot);
    held.set(snapshot.loop.recentMsMax / 1_000);
    healthy.set(troubles(snapshot).length === 0 ? 1 : 0);
    const { crossed: crossedCount, raisedStamps, gaps: gapCount, ...fates } = snapshot.counters;
    for (const [fate, count] of Object.entries(fates)) quotes.take({ fate }, count);
    crossed.take({}, crossedCount);
    raised.take({}, raisedStamps);
    gaps.take({}, gapCount);
    for (const [fate, count] of Object.entries(snapshot.trades)) trades.take({ fate }, count);
    for (const [exchange, state] of Object.entries(snapshot.exchanges)) {
      exchangeUp.set({ exchange }, state.state === 'running' ? 1 : 0);
      lag.set({ exchange }, Math.max(0, ...state.connections.map(({ lagMs }) => lagMs ?? 0)) / 1_000);
      lagging.set({ exchange }, state.lagging);
      for (const what of EXCHANGE_COUNTS) exchangeCounts.take({ exchange, what }, state[what]);
      if (state.lastMessageUs !== null) age.set({ exchange }, (snapshot.nowUs - state.lastMessageUs) / 1e6);
      for (const [reason, count] of Object.entries(state.rejects)) rejects.take({ exchange, reason }, count);
    }
    for (const [queue, { length, unit, overflowed }] of Object.entries(snapshot.queues)) {
      queueLength.set({ queue, unit }, length);
      queueOverflows.take({ queue }, overflowed);
    }
  };

  return {
    contentType: registry.contentType,
    async text(snapshot) {
      fill(snapshot);
      return await registry.metrics();
    },
  };
}

/** Threads that ingest, by their number; nothing where there are none. */
function threadMetrics(registry: Registry): (snapshot: Snapshot) => void {
  const { gauge, counter } = makersOf(registry);
  const dwell = gauge('ingest_dwell_seconds', 'How long what a thread handed over last had waited', [
    'thread',
  ]);
  const longest = gauge('ingest_dwell_seconds_max', 'The longest that anything had', ['thread']);
  const deaths = counter('ingest_deaths_total', 'Times that a thread died', ['thread']);
  const stood = counter('ingest_stood_still_total', 'Times that a thread stopped reading', ['thread']);
  return ({ ingest }) => {
    for (const { reset } of [deaths, stood]) reset();
    ingest.forEach((each, at) => {
      const thread = `${at + 1}`;
      dwell.set({ thread }, each.dwellMs / 1_000);
      longest.set({ thread }, each.dwellMsMax / 1_000);
      deaths.take({ thread }, each.deaths);
      stood.take({ thread }, each.stoodStill);
    });
  };
}

/** How the disk follows; all 0 where nothing is recorded. */
function diskMetrics(registry: Registry): (snapshot: Snapshot) => void {
  const { gauge, counter } = makersOf(registry);
  const troubled = gauge(
    'lake_troubles',
    'What is wrong with recording now, in number; /health says it in words',
  );
  const late = counter('lake_late_syncs_total', 'Syncs begun more than 500 ms after their first byte', []);
  const lastSync = gauge('lake_last_sync_seconds', 'How long the last sync of the journal took');
  const unsynced = gauge('lake_unsynced_seconds', 'How long the oldest byte waits that is not synced');
  return ({ lake }) => {
    late.reset();
    troubled.set(lake.troubles.length);
    late.take({}, lake.syncs?.late ?? 0);
    lastSync.set((lake.syncs?.lastMs ?? 0) / 1_000);
    unsynced.set((lake.syncs?.unsyncedMs ?? 0) / 1_000);
  };
}

/** Watched and tracked pairs, and pins. */
function pairMetrics(registry: Registry): (snapshot: Snapshot) => void {
  const { gauge, counter } = makersOf(registry);
  const watched = gauge('watched_pairs', 'Pairs with a live window');
  const tracked = gauge('tracked_pairs', 'Pairs looked at every second: all, with a spread now, left out', [
    'what',
  ]);
  const judged = gauge('judged_pairs', 'Pairs by why they would not be traded now, or tradable', ['as']);
  const pinned = gauge('pinned_pairs', 'Of them, those that clients hold or held a minute ago');
  const refusedPairs = gauge('refused_pairs', 'Pairs that should be watched and are not', ['reason']);
  const refusedPins = counter('pins_refused_total', 'Pins that could not be had', ['reason']);
  const counted = gauge('live_statistics', 'Statistics of watched pairs: pairs, left out, quotes held', [
    'what',
  ]);
  const early = counter(
    'live_statistics_early_total',
    'Times that quotes were counted for good sooner, for want of room',
    [],
  );
  const lateGaps = counter('live_statistics_late_gaps_total', 'Gaps that came too late to be taken out', []);
  return ({ windows, tracked: all, quality, liveStatistics: live }) => {
    for (const each of [refusedPins, early, lateGaps]) each.reset();
    counted.set({ what: 'pairs' }, live.pairs);
    counted.set({ what: 'leftOut' }, live.pairsLeftOut);
    counted.set({ what: 'rows' }, live.rows);
    early.take({}, live.settledEarly);
    lateGaps.take({}, live.gapsLate);
    const { pairs, pins, refusedReasons } = windows;
    watched.set(pairs);
    tracked.set({ what: 'all' }, all.pairs);
    tracked.set({ what: 'valid' }, all.valid);
    tracked.set({ what: 'leftOut' }, all.pairsLeftOut);
    judged.set({ as: 'tradable' }, quality.tradable);
    for (const [as, count] of Object.entries(quality.refused)) judged.set({ as }, count);
    pinned.set(pins.pinned);
    refusedPairs.reset();
    for (const [reason, count] of Object.entries(refusedReasons)) refusedPairs.set({ reason }, count);
    for (const [reason, count] of Object.entries(pins.refused)) refusedPins.take({ reason }, count);
  };
}

/** Rules, and what became of alerts. */
function alertMetrics(registry: Registry): (snapshot: Snapshot) => void {
  const { gauge, counter } = makersOf(registry);
  const rules = gauge('alert_rules', 'Rules of alerts: all, enabled', ['what']);
  const fired = counter('alerts_fired_total', 'Times that a rule fired for a pair', []);
  const postponed = counter('alerts_postponed_total', 'Times that a pair had to wait a second to fire', []);
  const deliveries = counter(
    'alert_deliveries_total',
    'Alerts by what became of them on their way to a target',
    ['state'],
  );
  return ({ alerts }) => {
    for (const { reset } of [fired, postponed, deliveries]) reset();
    rules.set({ what: 'all' }, alerts.rules);
    rules.set({ what: 'enabled' }, alerts.enabled);
    fired.take({}, alerts.fired);
    postponed.take({}, alerts.postponed);
    deliveries.take({ state: 'sent' }, alerts.sent);
    deliveries.take({ state: 'failed' }, alerts.failed);
  };
}

/** Compaction and retention of the lake; nothing where it is not looked after. */
function lakeMetrics(registry: Registry): (snapshot: Snapshot) => void {
  const { gauge, counter } = makersOf(registry);
  const waiting = gauge('lake_days_waiting', 'Closed days that are due for compaction');
  const compacted = counter('lake_days_compacted_total', 'Days compacted since the start', []);
  const removed = counter('lake_days_removed_total', 'Days removed since the start', []);
  const removedBytes = counter('lake_removed_bytes_total', 'Bytes of files removed with them', []);
  const bytes = gauge('lake_last_compaction_bytes', 'Bytes of files before and after the last compaction', [
    'when',
  ]);
  const files = gauge('lake_last_compaction_files', 'Files before and after the last compaction', ['when']);
  const at = gauge('lake_last_compaction_time_seconds', 'When the last compaction ended (Unix time)');
  return ({ lake: { care } }) => {
    for (const { reset } of [compacted, removed, removedBytes]) reset();
    if (care === null) return;
    waiting.set(care.daysWaiting);
    compacted.take({}, care.daysCompacted);
    removed.take({}, care.daysRemoved);
    removedBytes.take({}, care.bytesRemoved);
    const last = care.lastCompaction;
    if (last === null) return;
    at.set(Date.parse(last.at) / 1_000);
    bytes.set({ when: 'before' }, last.bytesBefore);
    bytes.set({ when: 'after' }, last.bytesAfter);
    files.set({ when: 'before' }, last.filesBefore);
    files.set({ when: 'after' }, last.filesAfter);
  };
}

function makersOf(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `spread_aggregator_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[]) => {
    const made = new Counter({ name: `spread_aggregator_${name}`, help, labelNames, registers });
    // The true counts live elsewhere; a scrape starts from zero and takes them over whole.
    return {
      reset: () => made.reset(),
      take: (labels: Record<string, string>, count: number) => made.inc(labels, count),
    };
  };
  return { gauge, counter };
}
