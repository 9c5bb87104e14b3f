// The body of /health from a snapshot. Pure. `healthy` means that everything that was asked for works now.

import { isoMicros, type Micros } from '../core/time.js';
import type { ExchangeSnapshot, Snapshot } from './snapshot.js';

/** A wall clock this far from ours makes stamps doubtful. */
const CLOCK_OFFSET_MS_MAX = 1_000;
/** The loop held up for longer makes all that is shown late. */
const LOOP_DELAY_MS_MAX = 250;
const MB = 1024 * 1024;

export interface MemoryUsage {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

export function healthBody(snapshot: Snapshot, memory: MemoryUsage): Record<string, unknown> {
  const reasons = troubles(snapshot);
  const mb = (bytes: number) => Math.round((bytes / MB) * 10) / 10;
  return {
    status: reasons.length === 0 ? 'healthy' : 'degraded',
    reasons,
    timestamp: isoMicros(snapshot.nowUs),
    uptime: uptime(snapshot.nowUs - snapshot.startedUs),
    memory: {
      rssMb: mb(memory.rss),
      budgetMb: snapshot.memoryTableMb.budget,
      heapMb: mb(memory.heapUsed),
      externalMb: mb(memory.external),
      arrayBuffersMb: mb(memory.arrayBuffers),
    },
    loop: { recentMsMax: Math.round(snapshot.loop.recentMsMax), msMax: Math.round(snapshot.loop.msMax) },
    clock: { offsetMs: Math.round(snapshot.clockOffsetMs) },
    exchanges: Object.fromEntries(
      Object.entries(snapshot.exchanges).map(([name, exchange]) => [
        name,
        exchangeBody(exchange, snapshot.nowUs),
      ]),
    ),
    counters: snapshot.counters,
    trades: snapshot.trades,
    rejects: rejectTotals(snapshot),
    queues: snapshot.queues,
    ingest: snapshot.ingest,
    charts: snapshot.charts,
    lake: snapshot.lake,
    statistics: snapshot.statistics,
    windows: snapshot.windows,
    tracked: snapshot.tracked,
    quality: snapshot.quality,
    liveStatistics: snapshot.liveStatistics,
    alerts: snapshot.alerts,
    streams: snapshot.streams,
    analysis: snapshot.analysis,
    replay: replayBody(snapshot),
    memoryTableMb: snapshot.memoryTableMb,
  };
}

/** Everything that makes the process less than healthy, in words. */
export function troubles(snapshot: Snapshot): string[] {
  const found: string[] = [];
  for (const [name, { state, reason }] of Object.entries(snapshot.exchanges))
    if (state === 'failed' || state === 'degraded')
      found.push(`${name} ${state}: ${reason ?? 'no reason given'}`);
  for (const trouble of snapshot.lake.troubles) found.push(`lake: ${trouble}`);
  for (const trouble of snapshot.alerts.troubles) found.push(`alerts: ${trouble}`);
  if (Math.abs(snapshot.clockOffsetMs) > CLOCK_OFFSET_MS_MAX)
    found.push(
      `the machine's clock was set; ours is still ${Math.round(snapshot.clockOffsetMs)} ms behind it`,
    );
  if (snapshot.loop.recentMsMax > LOOP_DELAY_MS_MAX)
    found.push(
      `the program was held up for ${Math.round(snapshot.loop.recentMsMax)} ms within the last seconds`,
    );
  return found;
}

function exchangeBody(exchange: ExchangeSnapshot, nowUs: Micros): Record<string, unknown> {
  const { lastMessageUs, listingUs, connections, ...rest } = exchange;
  const ageMs = (us: Micros | null) => (us === null ? null : Math.max(0, Math.round((nowUs - us) / 1_000)));
  return {
    ...rest,
    lastMessageAgeMs: ageMs(lastMessageUs),
    listingAgeMs: ageMs(listingUs),
    connections: connections.map(({ lastMessageUs: us, ...connection }) => ({
      ...connection,
      lastMessageAgeMs: ageMs(us),
    })),
  };
}

function replayBody({ replay }: Snapshot): Record<string, unknown> | null {
  if (replay === null) return null;
  const { fromUs, toUs, positionUs, ...rest } = replay;
  return { ...rest, from: isoMicros(fromUs), to: isoMicros(toUs), position: isoMicros(positionUs) };
}

function rejectTotals(snapshot: Snapshot): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { rejects } of Object.values(snapshot.exchanges))
    for (const [reason, count] of Object.entries(rejects)) totals[reason] = (totals[reason] ?? 0) + count;
  return totals;
}

function uptime(elapsedUs: Micros): Record<string, number> {
  const totalSeconds = Math.floor(elapsedUs / 1_000_000);
  return {
    days: Math.floor(totalSeconds / 86_400),
    hours: Math.floor(totalSeconds / 3_600) % 24,
    minutes: Math.floor(totalSeconds / 60) % 60,
    totalSeconds,
  };
}
