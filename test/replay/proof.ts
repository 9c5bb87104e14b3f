// Live = replay: a simulated market with faults, over real sockets through the real ingest, hub and lake, with
// everything that is derived from it noted; then the lake replayed at full speed, everything noted again, and compared
// value for value. A second lake is recorded from the replay: it must hold what the first one does.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costPercentOf } from '../../src/app-costs.js';
import { type Live, startLive } from '../../src/app-live.js';
import { startReplay } from '../../src/app-replay.js';
import { createRealClock, type RealClock } from '../../src/clock.js';
import { type Config, loadConfig } from '../../src/config/config.js';
import { selectionOf } from '../../src/config/selection.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { US_PER_MS, US_PER_SECOND } from '../../src/core/time.js';
import { adapters } from '../../src/exchanges/index.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { NO_PAIRS } from '../../src/opportunities/all-pairs.js';
import { startDriver } from '../../src/sim/driver.js';
import type { SimExchange } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, type Market, marketBook } from '../../src/sim/market.js';
import { createRandom } from '../../src/sim/random.js';
import { playScenario, scenarioWorld } from '../../src/sim/scenario-player.js';
import { findScenario, type PlannedFault, planScenario } from '../../src/sim/scenarios.js';
import { startSimServer } from '../../src/sim/server.js';
import { createUpgradeRouter } from '../../src/sockets/upgrade.js';
import type { PairNames } from '../../src/windows/window.js';
import { connectClient } from '../sockets/stage.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import {
  contentOf,
  type Derived,
  differences,
  firstDifference,
  flagDifferences,
  judgedBatch,
  noteQuality,
  noteTracked,
  windowsOf,
} from './derived.js';

export interface ProofOptions {
  readonly seed: number;
  /** Of the market's time. */
  readonly minutes: number;
  /** How many times faster than the machine's the market's clock runs; sockets stay real. */
  readonly speed: number;
  readonly quotesPerSecond: number;
}

export interface ProofResult {
  /** In words; empty = live and replay are the same. */
  readonly differences: readonly string[];
  readonly quotes: number;
  readonly events: number;
  readonly trades: number;
  readonly gaps: number;
  readonly faults: number;
  readonly points: number;
  readonly nullPoints: number;
  readonly retracted: number;
  readonly trackedSeconds: number;
  /** Moments of pairs whose refusals were compared, live, replayed and of the lake; and those of them without any. */
  readonly judged: number;
  readonly tradable: number;
  readonly feedTexts: number;
  readonly quotesPerSecond: number;
}

const EXCHANGES = 3;
const SYMBOLS = 4;

export async function proveReplay(options: ProofOptions): Promise<ProofResult> {
  const folder = mkdtempSync(join(tmpdir(), 'live-replay-'));
  mkdirSync(join(folder, 'stats'));
  try {
    const recorded = await recordLive(options, folder);
    const replayed = await replayAll(folder, recorded);
    const first = await contentOf(join(folder, 'lake'));
    const second = await contentOf(join(folder, 'second'));
    const found = differences(recorded.derived, replayed.derived);
    const { momentUs, beganUs, config, derived } = recorded;
    const costPercent = costPercentOf({ config });
    const batch = await judgedBatch(
      config.lake.root,
      recorded.pairs,
      { fromUs: beganUs, toUs: momentUs + 1 },
      ({ exchange1, exchange2 }) => ({
        costPercent: costPercent(exchange1, exchange2),
        identity: 'pending',
        thresholds: config.quality,
      }),
    );
    found.push(...flagDifferences('batch', derived.quality, batch));
    const at = firstDifference(first.records, second.records);
    if (at >= 0)
      found.push(
        `lake, record ${at} of ${first.records.length}: "${first.records[at]}", replayed "${second.records[at]}"`,
      );
    if (first.statistics !== second.statistics) found.push('statistics differ');
    const { windows, tracked, feed } = recorded.derived;
    const points = [...windows.values()].flat();
    const { quotes, events, trades, seconds } = replayed.done;
    if (quotes !== recorded.quotes) found.push(`${recorded.quotes} quotes, ${quotes} replayed`);
    return {
      differences: found,
      ...{ quotes, events, trades },
      gaps: recorded.gaps,
      faults: recorded.faults,
      points: points.length,
      nullPoints: points.filter((row) => row.includes(' NaN ')).length,
      retracted: recorded.retracted,
      trackedSeconds: tracked.size,
      judged: derived.quality.size,
      tradable: [...derived.quality.values()].filter((refusals) => refusals === 0).length,
      feedTexts: feed.length,
      quotesPerSecond: Math.round(quotes / seconds),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Recorded {
  readonly derived: Derived;
  readonly pairs: readonly PairNames[];
  readonly config: Config;
  /** Both have come so far when they are compared. */
  readonly momentUs: number;
  readonly beganUs: number;
  readonly quotes: number;
  readonly gaps: number;
  readonly faults: number;
  readonly retracted: number;
}

async function recordLive(options: ProofOptions, folder: string): Promise<Recorded> {
  const { seed, minutes, speed } = options;
  const random = createRandom(seed, 'proof');
  const exchanges = drawn(SIM_EXCHANGES, EXCHANGES, random);
  const market = createMarket({ seed, exchanges, symbols: SYMBOLS });
  const config = configOf(folder, exchanges, market);
  const clock = asRealClock(createFastClock(speed));
  const beganUs = Math.floor(clock.nowUs());
  const hosted = exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed, exchanges: hosted });
  // From the first: a window that opens later shows what came since, and the replay's is there from the beginning.
  const instruments = new InstrumentTable();
  for (const { exchange, symbol } of market.instruments) instruments.intern(exchange, symbol);
  const lake = await openLake({
    root: config.lake.root,
    origin: 'demo',
    ...{ clock, instruments, limits: LIMITS.lake },
  });
  const hub = new Hub({ instrumentsMax: 256, lastStampUs: lake.lastStampUs });
  hub.subscribe(lake);
  const live = await startSinks({ config, clock, hub, instruments });
  const tracked = noteTracked(hub, live);
  const quality = noteQuality(hub, live);
  const feed = await listen(live);
  const feeds = exchanges.map(({ name }) => feedOf(name, { server, hub, instruments, clock, random }));
  const { quotesPerSecond } = options;
  const stopDriving = startDriver({ market, server, exchanges, clock, quotesPerSecond });
  for (const one of feeds) one.start();
  const isLive = () => feeds.every((one) => one.health().states.live === SYMBOLS);
  await until('all live at first', isLive, 60_000);
  const lengthMs = minutes * 60_000;
  const drawnFaults = planScenario(findScenario('storm')!, seed, scenarioWorld(server), lengthMs * 0.8);
  // Whatever else the seed draws: every exchange loses its sockets once.
  const cuts = exchanges.map(({ name: exchange }, at): PlannedFault => {
    return { kind: 'cut', exchange, atMs: lengthMs * (0.3 + at / 10), forMs: 1_000 };
  });
  const faults = [...drawnFaults, ...cuts];
  const stopFaults = playScenario(faults, server, clock, () => {});
  const endUs = beganUs + lengthMs * US_PER_MS;
  await until('the end of the market', () => clock.nowUs() > endUs, (lengthMs / speed) * 3 + 60_000);
  stopFaults();
  stopDriving();
  for (const one of feeds) one.stop();
  await live.close();
  const momentUs = Math.ceil(hub.lastStampUs / US_PER_SECOND) * US_PER_SECOND + 2 * US_PER_SECOND;
  hub.advanceTo(momentUs);
  const { quotes, gaps } = {
    quotes: hub.counters().received - hub.counters().oneSided,
    gaps: hub.counters().gaps,
  };
  const texts = quotes + hub.counters().trades;
  await until('the feed to have told everything', () => feed.received.length >= texts, 60_000);
  await feed.close();
  await Promise.all([lake.close(), server.close()]);
  const derived = { windows: windowsOf(live), tracked, quality, feed: feed.received };
  const { pairs: table } = live.tracked;
  const pairs = table.byName().map((pair) => table.names(pair));
  const { retracted } = live.watched.counters();
  return { derived, pairs, config, momentUs, beganUs, quotes, gaps, retracted, faults: faults.length };
}

async function replayAll(folder: string, { config, beganUs, momentUs, derived }: Recorded) {
  const clock = createRealClock();
  const app = await startReplay({
    ...{ config, clock, log: silentLog, random: Math.random, speed: 'max', trades: true },
    ...{ fromUs: beganUs, toUs: momentUs, asked: new AbortController().signal },
  });
  const { hub, instruments, live } = app;
  const second = await openLake({
    root: join(folder, 'second'),
    origin: 'demo',
    ...{ clock, instruments, limits: { ...LIMITS.lake, pendingBytesMax: 1 << 28 } },
  });
  hub.subscribe(second);
  const tracked = noteTracked(hub, live);
  const quality = noteQuality(hub, live);
  const bot = await connectClient(Number(new URL(app.url).port), '/ws/feed');
  const done = await app.play();
  hub.advanceTo(momentUs);
  const windows = windowsOf(live);
  const told = () => bot.received.length >= derived.feed.length;
  await until('the bot to have heard everything', told, 60_000).catch(() => {});
  await Promise.all([app.stop(), second.close()]);
  clock.close();
  return { done, derived: { windows, tracked, quality, feed: bot.received } };
}

async function startSinks(parts: {
  readonly config: Config;
  readonly clock: RealClock;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
}): Promise<Live> {
  const { config, clock, hub, instruments } = parts;
  const live = startLive({
    options: { config, exchanges: [], origin: 'demo', clock, random: Math.random, log: silentLog },
    ...{ hub, instruments, feeds: [], ruleOf: selectionOf(config) },
    opportunities: {
      list: async () => ({ opportunities: [], pairs: NO_PAIRS, warnings: [], file: null, minCycles: 0 }),
    },
  });
  await live.ready;
  return live;
}

/** A bot on a port of its own, as the process has it. */
async function listen(live: Live) {
  const server = createServer();
  const { messageBytesMax } = LIMITS.sockets;
  const router = createUpgradeRouter({ server, routes: live.streams, messageBytesMax, log: silentLog });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bot = await connectClient((server.address() as AddressInfo).port, '/ws/feed');
  return {
    received: bot.received,
    async close() {
      router.close();
      await live.closeStreams();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function feedOf(
  name: string,
  parts: {
    readonly server: { readonly urls: Readonly<Record<string, { restUrl: string; wsUrl: string }>> };
    readonly hub: Hub;
    readonly instruments: InstrumentTable;
    readonly clock: RealClock;
    readonly random: { next(): number };
  },
): ExchangeFeed {
  const { server, hub, instruments, clock, random } = parts;
  const adapter = adapters.find((one) => one.name === name)!;
  return new ExchangeFeed({
    adapter,
    ...server.urls[name]!,
    rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
    wantsTrades: adapter.trades !== undefined,
    ...{ instruments, sink: hub, clock, random: () => random.next(), log: silentLog },
    limits: { ...FEED_LIMITS, listingIntervalMs: 60_000 },
  });
}

function configOf(folder: string, exchanges: readonly SimExchange[], market: Market): Config {
  const symbols = [...new Set(market.instruments.map(({ symbol }) => symbol))];
  const names = exchanges.map(({ name }) => name).sort();
  const watched = symbols.flatMap((symbol) =>
    names.flatMap((one, at) => names.slice(at + 1).map((other) => `${symbol} ${one} ${other}`)),
  );
  return loadConfig({
    environment: {},
    flags: [
      { path: ['server', 'port'], value: 0, source: 'the proof' },
      { path: ['lake', 'root'], value: join(folder, 'lake'), source: 'the proof' },
      { path: ['statistics', 'directory'], value: join(folder, 'stats'), source: 'the proof' },
      { path: ['pairs', 'spotPerp'], value: true, source: 'the proof' },
      { path: ['pairs', 'watched'], value: watched, source: 'the proof' },
    ],
    exchangeNames: adapters.map(({ name }) => name),
  });
}

function asRealClock(clock: ReturnType<typeof createFastClock>): RealClock {
  return { ...clock, offsetMs: () => 0, correct() {}, close() {} };
}

function drawn<T>(from: readonly T[], count: number, random: { below(bound: number): number }): readonly T[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!);
}
