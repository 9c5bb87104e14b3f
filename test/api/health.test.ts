import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthBody } from '../../src/api/health.js';
import { createMetrics } from '../../src/api/metrics.js';
import type { ExchangeSnapshot, Snapshot } from '../../src/api/snapshot.js';

const NOW_US = Date.UTC(2026, 10, 22, 20, 0, 0) * 1_000;
const MEMORY = { rss: 1024 * 1024, heapUsed: 0, external: 0, arrayBuffers: 0 };

const running: ExchangeSnapshot = {
  state: 'running',
  instruments: 2,
  states: { live: 2 },
  lagging: 0,
  excluded: {},
  lastMessageUs: NOW_US - 250_000,
  listingUs: NOW_US - 60_000_000,
  reconnects: 1,
  rolls: 0,
  heals: 0,
  duplicates: 0,
  frames: 10,
  quotes: 9,
  scanned: 8,
  trades: 4,
  controls: 1,
  gaps: 0,
  rejects: { malformed: 2 },
  connections: [],
};

function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    nowUs: NOW_US,
    startedUs: NOW_US - 90_061_000_000,
    clockOffsetMs: 0,
    loop: { recentMsMax: 3, msMax: 900 },
    exchanges: { Alpha: running },
    counters: {
      received: 9,
      recorded: 2,
      oneSided: 0,
      thinned: 0,
      dropped: 7,
      rejected: 0,
      crossed: 3,
      raisedStamps: 2,
      gaps: 1,
    },
    trades: { received: 4, recorded: 3, dropped: 1 },
    queues: {
      journal: { length: 8, lengthMax: 8, unit: 'bytes', overflow: 'drop → Gap', overflowed: 7 },
    },
    ingest: [],
    charts: { running: 0, answered: 0, workersLost: 0 } as Snapshot['charts'],
    lake: {
      ...{ root: 'x', recording: true, troubles: [], skippedFiles: [] },
      ...{ syncs: { late: 3, lastMs: 250, unsyncedMs: 40 }, care: null },
      details: {},
    },
    statistics: { file: null, warnings: [] },
    windows: {
      pairs: 3,
      note: 'no statistics yet',
      refusedReasons: { full: 2 },
      pins: { pinned: 1, refused: { full: 4 } },
    },
    tracked: { pairs: 9, pairsMax: 10, pairsLeftOut: 2, valid: 8, samples: 7, retracted: 6 },
    quality: { pairs: 9, tradable: 2, refused: { thin: 4, 'below-costs': 5 } },
    liveStatistics: {
      ...{ pairs: 5, pairsLeftOut: 1, rows: 40, rowsMax: 100 },
      ...{ bytes: 960, settledEarly: 3, gapsLate: 2 },
    },
    alerts: {
      ...{ rules: 4, enabled: 3, fired: 20, postponed: 2, sent: 11, failed: 5, queued: 1 },
      troubles: [],
    },
    streams: {},
    analysis: null,
    replay: null,
    memoryTableMb: { budget: 150 },
    ...changes,
  };
}

test('problem 4: what a full queue drops is seen in /health and /metrics', async () => {
  const body = healthBody(snapshot(), MEMORY) as unknown as Snapshot;
  assert.equal(body.counters.dropped, 7);
  assert.equal(body.queues['journal']?.overflowed, 7);
  const text = await createMetrics().text(snapshot());
  assert.match(text, /spread_aggregator_queue_overflows_total\{queue="journal"\} 7/);
  assert.match(text, /spread_aggregator_quotes_total\{fate="dropped"\} 7/);
  for (const line of ['crossed_quotes_total 3', 'raised_stamps_total 2', 'gaps_total 1'])
    assert.ok(text.includes(`spread_aggregator_${line}\n`), line);
  assert.doesNotMatch(text, /fate="(gaps|raisedStamps|crossed)"/, 'no fate of a quote');
});

test('pairs without room and pins that could not be had are counted by reason', async () => {
  const text = await createMetrics().text(snapshot());
  assert.match(text, /spread_aggregator_watched_pairs 3/);
  assert.match(text, /spread_aggregator_tracked_pairs\{what="leftOut"\} 2/);
  assert.match(text, /spread_aggregator_judged_pairs\{as="tradable"\} 2/);
  assert.match(text, /spread_aggregator_judged_pairs\{as="thin"\} 4/);
  assert.match(text, /spread_aggregator_live_statistics\{what="leftOut"\} 1/);
  assert.match(text, /spread_aggregator_live_statistics_late_gaps_total 2/);
  assert.match(text, /spread_aggregator_pinned_pairs 1/);
  assert.match(text, /spread_aggregator_refused_pairs\{reason="full"\} 2/);
  assert.match(text, /spread_aggregator_pins_refused_total\{reason="full"\} 4/);
});

test('counters in /metrics are those of the moment, not the sum of scrapes', async () => {
  const metrics = createMetrics();
  await metrics.text(snapshot());
  assert.match(await metrics.text(snapshot()), /rejects_total\{exchange="Alpha",reason="malformed"\} 2\n/);
});

test('ages, uptime and rejects are told in the units their names say', () => {
  const body = healthBody(snapshot(), MEMORY);
  assert.deepEqual(body['uptime'], { days: 1, hours: 1, minutes: 1, totalSeconds: 90_061 });
  assert.equal(
    (body['exchanges'] as Record<string, { lastMessageAgeMs: number }>)['Alpha']?.lastMessageAgeMs,
    250,
  );
  assert.deepEqual(body['rejects'], { malformed: 2 });
  assert.equal(body['status'], 'healthy');
});

test('every trouble makes it degraded, each with its words', () => {
  const failed = { ...running, state: 'failed' as const, reason: 'listing: no route' };
  const lake = {
    root: 'x',
    recording: true,
    troubles: ['the disk is full'],
    skippedFiles: [],
    care: null,
    syncs: null,
    details: {},
  };
  const loop = { recentMsMax: 430.2, msMax: 900 };
  const changes = { exchanges: { Alpha: failed }, lake, clockOffsetMs: 5_000, loop };
  const body = healthBody(snapshot(changes), MEMORY);
  assert.equal(body['status'], 'degraded');
  assert.deepEqual(body['reasons'], [
    'Alpha failed: listing: no route',
    'lake: the disk is full',
    "the machine's clock was set; ours is still 5000 ms behind it",
    'the program was held up for 430 ms within the last seconds',
  ]);
});

test('how late quotes come and how long the loop was held up is seen in /health and /metrics', async () => {
  const connection = {
    ...{ name: 'Alpha#1', state: 'live', symbols: 2, refused: {}, lastMessageUs: NOW_US },
    ...{ frames: 9, quotes: 8, rejects: {}, states: { live: 2 }, heals: 0 },
  };
  const connections = [
    { ...connection, reconnects: 0, lagMs: 420 },
    { ...connection, reconnects: 0, lagMs: null },
  ];
  const late = snapshot({ exchanges: { Alpha: { ...running, lagging: 2, connections } } });
  const body = healthBody(late, MEMORY) as unknown as Snapshot;
  assert.equal(body.exchanges['Alpha']?.lagging, 2);
  assert.equal(body.exchanges['Alpha']?.connections[0]?.lagMs, 420);
  assert.deepEqual(body.loop, { recentMsMax: 3, msMax: 900 });
  const text = await createMetrics().text(late);
  for (const line of [
    'exchange_lag_seconds{exchange="Alpha"} 0.42',
    'exchange_lagging_instruments{exchange="Alpha"} 2',
    'loop_delay_seconds 0.003',
  ])
    assert.ok(text.includes(`spread_aggregator_${line}\n`), line);
});

test('what compaction and retention did is seen in /health and /metrics', async () => {
  const lastCompaction = {
    at: '2026-11-22T00:00:10.000000Z',
    ...{
      days: 1,
      instruments: 2,
      filesBefore: 48,
      filesAfter: 2,
      rows: 9,
      bytesBefore: 4_000,
      bytesAfter: 1_000,
    },
  };
  const care = {
    running: true,
    daysWaiting: 3,
    daysCompacted: 5,
    daysRemoved: 2,
    bytesRemoved: 77,
    lastCompaction,
  };
  const lake = { ...snapshot().lake, care };
  assert.deepEqual((healthBody(snapshot({ lake }), MEMORY) as unknown as Snapshot).lake.care, care);
  const text = await createMetrics().text(snapshot({ lake }));
  for (const line of [
    'lake_days_waiting 3',
    'lake_days_compacted_total 5',
    'lake_days_removed_total 2',
    'lake_removed_bytes_total 77',
    'lake_last_compaction_bytes{when="before"} 4000',
    'lake_last_compaction_files{when="after"} 2',
    `lake_last_compaction_time_seconds ${Date.parse('2026-11-22T00:00:10Z') / 1_000}`,
  ])
    assert.ok(text.includes(`spread_aggregator_${line}\n`), line);
});
