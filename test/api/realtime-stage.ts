// /ws/realtime_charts on a real server on a free loopback port, with a hub and watched pairs behind it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LiveChart, LiveMessage } from '../../src/api/contract.js';
import { REALTIME_PATH, Realtime, type RealtimeLimits } from '../../src/api/realtime.js';
import { silentLog } from '../../src/core/log.js';
import { createUpgradeRouter } from '../../src/sockets/upgrade.js';
import { Movers } from '../../src/windows/movers.js';
import { PairTable } from '../../src/windows/pair-table.js';
import { Watching } from '../../src/windows/watching.js';
import type { PairWindow } from '../../src/windows/window.js';
import { createFastClock, type FastClock } from '../support/fast-clock.js';
import { asWritten } from '../support/written.js';
import { allPairs, type WindowStage, type WindowStageOptions, windowStage } from '../windows/stage.js';

export interface RealtimeStage extends WindowStage {
  readonly realtime: Realtime;
  /** Knows the pairs of the stage as configured ones; chooses only when a pin makes it. */
  readonly watching: Watching;
  readonly clock: FastClock;
  readonly port: number;
  /** Quotes each instrument once, at the clock's time, and so changes every window. */
  tick(): void;
  close(): Promise<void>;
}

const LIMITS: RealtimeLimits = {
  periodMs: 200,
  pointsPerChart: 100,
  frameBytesMax: 256 * 1024,
  clientsMax: 2_000,
  bufferedBytesMax: 1024 * 1024,
  bufferedBytesTotalMax: 4 * 1024 * 1024,
  deltasHeldMax: 64,
};

const PIN_LIMITS = {
  watchIntervalMs: 5_000,
  advanceIntervalMs: 1_000,
  moversMax: 20,
  pinsPerClientMax: 3,
  pinReleaseMs: 60_000,
};

export async function realtimeStage(
  options: WindowStageOptions & { readonly speed?: number; readonly limits?: Partial<RealtimeLimits> },
): Promise<RealtimeStage> {
  const stage = windowStage(options);
  const clock = createFastClock(options.speed ?? 1);
  const watching = new Watching({
    watched: stage.watched,
    movers: new Movers(new PairTable({ instruments: stage.instruments, pairsMax: 100, spotPerp: false })),
    latest: stage.hub.latest,
    opportunities: async () => [],
    configured: options.pairs ?? allPairs(options),
    spotPerp: false,
    clock,
    log: silentLog,
    limits: PIN_LIMITS,
  });
  const realtime = new Realtime({
    windows: () => stage.watched.windows,
    pins: watching,
    clock,
    log: silentLog,
    limits: { ...LIMITS, ...options.limits },
  });
  const { port, closeServer } = await serveRealtime(realtime);
  let ticks = 0;
  return {
    ...stage,
    watching,
    realtime,
    clock,
    port,
    tick() {
      ticks += 1;
      for (const symbol of options.symbols)
        for (const [at, exchange] of options.exchanges.entries())
          stage.quote(exchange, symbol, clock.nowUs(), 100 + at / 7 + ((ticks * 13) % 17) / 3);
    },
    async close() {
      await realtime.close();
      watching.close();
      await closeServer();
    },
  };
}

/** The live charts on a free loopback port. */
export async function serveRealtime(
  realtime: Realtime,
): Promise<{ readonly port: number; closeServer(): Promise<void> }> {
  const server = createServer();
  const router = createUpgradeRouter({
    server,
    routes: new Map([[REALTIME_PATH, realtime.route]]),
    deflated: new Set([REALTIME_PATH]),
    messageBytesMax: 1_024,
    log: silentLog,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async closeServer() {
      router.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Row = readonly [seconds: number, spread: number | null, upper: number | null, lower: number | null];

/** A client of the delta mode, written from the words at the head of realtime.ts. */
export class DeltaClient {
  readonly charts = new Map<string, Row[]>();
  /** Exchanges of a chart whose quotes come late. */
  readonly late = new Map<string, readonly string[]>();
  seq = 0;
  /** False from a message that says `more` to the one that does not. */
  whole = true;

  apply(message: LiveMessage): void {
    if (message.type === 'snapshot') this.charts.clear();
    else for (const name of message.removed) this.charts.delete(chartKey(name));
    for (const chart of message.charts) this.#append(chart);
    this.seq = message.seq;
    this.whole = message.more !== true;
  }

  #append(chart: LiveChart): void {
    const from = chart.retractedFrom ?? Number.POSITIVE_INFINITY;
    const kept = (this.charts.get(chartKey(chart)) ?? []).filter(([seconds]) => seconds < from);
    const rows = [...kept, ...rowsOf(chart)];
    const newest = rows.at(-1)?.[0] ?? 0;
    this.late.set(chartKey(chart), chart.late ?? []);
    this.charts.set(
      chartKey(chart),
      rows.filter(([seconds]) => seconds >= newest - chart.window),
    );
  }
}

export function chartKey(pair: { symbol: string; exchange1: string; exchange2: string }): string {
  return `${pair.symbol} ${pair.exchange1} ${pair.exchange2}`;
}

export function rowsOf(chart: Pick<LiveChart, 'timestamps' | 'spreads' | 'upperBand' | 'lowerBand'>): Row[] {
  return chart.timestamps.map((seconds, row) => [
    seconds,
    chart.spreads[row]!,
    chart.upperBand[row]!,
    chart.lowerBand[row]!,
  ]);
}

/** All points of a window as a client would see them. */
export function windowRowsOutside(window: PairWindow): Row[] {
  const chart = window.chart(Number.POSITIVE_INFINITY);
  return Array.from(chart.timestampsUs, (us, row) => [
    Math.floor(us / 1_000) / 1_000,
    asWritten(chart.spreads[row]!),
    asWritten(chart.upperBand[row]!),
    asWritten(chart.lowerBand[row]!),
  ]);
}
