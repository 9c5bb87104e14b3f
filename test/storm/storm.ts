// One storm: real feeds against a simulated world whose exchanges misbehave as a seed says, over real sockets, on a
// fast clock; then the verdict. What it holds the collector to stands in events.ts, what was true in lost.ts.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { createRingMemory } from '../../src/core/ring.js';
import { type Clock, US_PER_MS, US_PER_SECOND } from '../../src/core/time.js';
import { adapters } from '../../src/exchanges/index.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { RingDrain } from '../../src/ingest/ring-drain.js';
import { RingLane } from '../../src/ingest/ring-lane.js';
import { RingSink } from '../../src/ingest/ring-sink.js';
import { LIMITS } from '../../src/limits.js';
import { startDriver } from '../../src/sim/driver.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import type { FaultKind } from '../../src/sim/faults.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { createRandom } from '../../src/sim/random.js';
import { playScenario, type Spell, scenarioWorld } from '../../src/sim/scenario-player.js';
import { findScenario, type PlannedFault, planScenario } from '../../src/sim/scenarios.js';
import { startSimServer } from '../../src/sim/server.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import { Log } from './events.js';
import { Truth } from './lost.js';

const SPEED = 50;
const EXCHANGES = 3;
const SYMBOLS = 4;
/** So many of each instrument in a second of the clock. */
const QUOTES_PER_SECOND = 1;
const STORM_MS = 240_000;
/** Every instrument is healthy again this long after the last fault: pauses of up to a minute, asked for or grown. */
const HEAL_US_MAX = 300 * US_PER_SECOND;
/** What a frame may be under way on an idle machine, in the clock's time. */
const UNDER_WAY_US = 5 * US_PER_SECOND;

export interface StormResult {
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
  readonly struck: Readonly<Partial<Record<FaultKind, number>>>;
  /** What the collector broke, in words; empty = it held. */
  readonly broken: readonly string[];
  /** Of one that broke something. */
  readonly story: readonly string[];
  readonly quotes: number;
  readonly gaps: number;
  readonly heals: number;
  readonly healedAfterS: number;
  /** How late the machine was at the worst, in its own time: what is judged by moments is judged so much more mildly. */
  readonly loopDelayMsMax: number;
}

/** Feeds hand over to the hub itself, or through a ring as threads that ingest do; an odd seed's through a ring. */
export async function runStorm(seed: number, byRing = seed % 2 === 1): Promise<StormResult> {
  const random = createRandom(seed, 'storm');
  const exchanges = drawn(SIM_EXCHANGES, EXCHANGES, random);
  const names = exchanges.map(({ name }) => name);
  const clock = createFastClock(SPEED);
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const loopDelayMsMax = () => delays.max / 1e6;
  const slackUs = () => UNDER_WAY_US + 2 * loopDelayMsMax() * US_PER_MS * SPEED;
  const market = createMarket({ seed, exchanges, symbols: SYMBOLS });
  const hosted = exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed, exchanges: hosted });
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 64, lastStampUs: 0 });
  const log = new Log(instruments, hub, slackUs);
  const ring = byRing ? startRing(hub, instruments, clock) : undefined;
  const truth = new Truth(server, names, clock);
  const feeds = names.map(
    (name) =>
      new ExchangeFeed({
        adapter: adapters.find((one) => one.name === name)!,
        ...server.urls[name]!,
        rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
        instruments: ring?.instruments ?? instruments,
        sink: ring?.sink ?? hub,
        limits: { ...FEED_LIMITS, listingIntervalMs: 60_000 },
        clock,
        random: () => random.next(),
        log: silentLog,
      }),
  );
  const before = clock.pending();
  const quotesPerSecond = EXCHANGES * SYMBOLS * QUOTES_PER_SECOND;
  const stopDriving = startDriver({ market, server, exchanges, clock, quotesPerSecond });
  const live = () =>
    feeds.every((feed) => feed.health().states.live === SYMBOLS && feed.health().state === 'running');
  for (const feed of feeds) feed.start();
  try {
    await until('all live at first', live, 60_000);
    const faults = planScenario(findScenario('storm')!, seed, scenarioWorld(server), STORM_MS);
    const spells: Spell[] = [];
    const stop = playScenario(faults, server, clock, (_fault, begins, spell) => begins && spells.push(spell));
    const startUs = clock.nowUs();
    const endUs = startUs + (Math.max(...faults.map(({ atMs, forMs }) => atMs + forMs)) + 1_000) * US_PER_MS;
    await until('the end of the faults', () => clock.nowUs() > endUs, 60_000);
    stop();
    const stoppedUs = clock.nowUs();
    const patienceMs = ((HEAL_US_MAX + slackUs()) / SPEED / US_PER_MS) * 2;
    const well = () => live() && truth.allHeard;
    await until('all live again', well, patienceMs).catch(() => {});
    const healedUs = clock.nowUs() - stoppedUs;
    const broken: string[] = [];
    if (!well() || healedUs > HEAL_US_MAX + slackUs())
      broken.push(
        `not healed after ${(healedUs / US_PER_SECOND).toFixed(0)} s: ${feeds.map((feed) => feed.health().reason ?? 'running').join(' · ')}`,
      );
    const lost = truth.lost(clock.nowUs());
    broken.push(...log.verdict(lost, truth, spells));
    const struck: Partial<Record<FaultKind, number>> = {};
    for (const { kind } of faults) struck[kind] = (struck[kind] ?? 0) + 1;
    return {
      seed,
      faults,
      struck,
      broken: [...new Set(broken)],
      story: broken.length === 0 ? [] : log.story(startUs, lost, spells),
      quotes: log.quotes,
      gaps: log.gaps,
      heals: feeds.reduce((sum, feed) => sum + feed.health().heals, 0),
      healedAfterS: healedUs / US_PER_SECOND,
      loopDelayMsMax: loopDelayMsMax(),
    };
  } finally {
    delays.disable();
    stopDriving();
    for (const feed of feeds) feed.stop();
    ring?.drain.close();
    await server.close();
    await until('no timer left behind', () => clock.pending() <= before - exchanges.length, 10_000).catch(
      () => {
        throw new Error(`seed ${seed}: ${clock.pending()} timers left, ${before} before the feeds began`);
      },
    );
  }
}

/** Both ends of a ring, in this one thread. */
function startRing(hub: Hub, known: InstrumentTable, clock: Clock) {
  const memory = createRingMemory(LIMITS.ingestThreads.ringBytes);
  const { recordsPerTurn, coldWaitingMax } = LIMITS.ingestThreads;
  const drain = new RingDrain({ clock, recordsPerTurn });
  drain.add(new RingLane(memory, known, 64, hub));
  const instruments = new InstrumentTable();
  const wake = () => void setImmediate(() => drain.wake());
  const sink = new RingSink({ memory, instruments, instrumentsMax: 64, coldWaitingMax, clock, wake });
  return { drain, instruments, sink };
}

function drawn<T>(from: readonly T[], count: number, random: { below(bound: number): number }): readonly T[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!);
}
