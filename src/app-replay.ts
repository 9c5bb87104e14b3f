// The composition root of a replay: the hub and everything behind it as in app.ts, but what comes to the hub is what a
// lake holds, under a clock that follows its stamps. The lake is only read. Nothing is served before the replay begins,
// so what fills the windows beforehand reaches no client.

import type { ReplaySnapshot } from './api/snapshot.js';
import { type OpenAlerts, openAlerts } from './app-alerts.js';
import { openApi, openHistory, openStatistics, urlOf } from './app-api.js';
import { type Live, startLive } from './app-live.js';
import type { AppOptions } from './app-options.js';
import { instrumentsOf, nothingRecorded, ReplayRefused, type ReplayWish } from './app-replay-names.js';
import { snapshotOf } from './app-snapshot.js';
import type { RealClock } from './clock.js';
import { selectionOf } from './config/selection.js';
import { spelledAs } from './core/exchange.js';
import { InstrumentTable } from './core/instrument.js';
import { ageLimitUsOf } from './core/reasons.js';
import { type Micros, US_PER_MINUTE, US_PER_SECOND } from './core/time.js';
import { adapters } from './exchanges/index.js';
import type { History } from './history/service.js';
import { Hub } from './hub/hub.js';
import { InOrder } from './lake/in-order.js';
import type { LakeInstrument, LakeProblem } from './lake/reader.js';
import { LIMITS } from './limits.js';
import { Player, type ReplaySpeed } from './replay/player.js';
import { RecordedSource } from './replay/recorded-source.js';
import { ReplayClock } from './replay/replay-clock.js';
import { SliceCursor } from './replay/slice-cursor.js';

export interface ReplayOptions
  extends Pick<AppOptions, 'config' | 'random' | 'log'>,
    Omit<ReplayWish, 'root'> {
  /** The machine's: it paces, and clients live by it. */
  readonly clock: RealClock;
  readonly speed: ReplaySpeed;
  readonly trades: boolean;
  /** Aborted: starting ends with its reason. */
  readonly asked: AbortSignal;
}

export interface ReplayDone {
  readonly quotes: number;
  readonly events: number;
  readonly trades: number;
  /** Stamps moved on by a microsecond, in lakes of others. */
  readonly raised: number;
  /** Of the machine. */
  readonly seconds: number;
  readonly problems: readonly LakeProblem[];
}

export interface ReplayApp {
  readonly url: string;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
  readonly live: Live;
  /** Where it begins: `from`, or the first record after it. */
  readonly beginsUs: Micros;
  /** Plays; call it once. Rejects with the reason of `stop` where that came first. */
  play(): Promise<ReplayDone>;
  stop(): Promise<void>;
}

/** Rejects with ReplayRefused, or where the port cannot be had. */
export async function startReplay(options: ReplayOptions): Promise<ReplayApp> {
  const parts = assemble(options, await instrumentsOf(wishOf(options)));
  let alerts: OpenAlerts | undefined;
  try {
    const beginsUs = await warmUp(options, parts);
    const { app, hub, live, statistics } = parts;
    // Only now: what fills the windows beforehand fires nothing.
    const from = {
      hub,
      tracked: live.tracked,
      quality: live.quality,
      opportunities: statistics.opportunities,
    };
    alerts = await openAlerts({ ...from, options: app, outside: false, clientClock: options.clock });
    return await serve(options, parts, beginsUs, alerts);
  } catch (error) {
    await alerts?.close();
    await parts.close();
    throw error;
  }
}

type Parts = ReturnType<typeof assemble>;

function assemble(options: ReplayOptions, recorded: readonly LakeInstrument[]) {
  const { config, fromUs, toUs, clock: realClock, trades } = options;
  const { warmUpMinutesMin, warmUpMinutesBefore } = LIMITS.replay;
  const warmMinutes = Math.max(config.windows.minutes, warmUpMinutesMin) + warmUpMinutesBefore;
  const warmUs = Math.max(0, fromUs - warmMinutes * US_PER_MINUTE);
  const clock = new ReplayClock(warmUs);
  const app: AppOptions = { ...options, exchanges: [], origin: 'live', clock: asRealClock(clock) };
  const instruments = new InstrumentTable();
  const ids = recorded.map(({ exchange, symbol }) => instruments.intern(spelled(exchange), symbol).id);
  const hub = new Hub({ instrumentsMax: LIMITS.instrumentsMax, lastStampUs: 0 });
  const feeds = sourcesOf(instruments, hub, clock);
  const statistics = openStatistics(app, realClock);
  const history = upTo(openHistory(app), clock);
  const live = startLive({
    options: app,
    ...{ hub, instruments, feeds, clientClock: realClock },
    ...{ opportunities: statistics.opportunities, ruleOf: selectionOf(config) },
  });
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.asked, stopping.signal]);
  const reading = { root: config.lake.root, instruments: recorded, signal };
  const { sliceRowsMin, sliceRowsAnInstrument, sliceRowsMax } = LIMITS.replay;
  const rowsMax = Math.min(sliceRowsMax, Math.max(sliceRowsMin, sliceRowsAnInstrument * recorded.length));
  const inOrder = new InOrder({ ...reading, fromUs: warmUs, toUs, rowsMax, trades });
  const player = new Player({
    slices: inOrder.slices(),
    ...{ hub, clock, realClock, ids, signal },
    behind: () => live.rawFeed.counters().bufferedBytes > LIMITS.feed.bufferedBytesMax / 2,
  });
  return {
    ...{
      app,
      warmUs,
      clock,
      instruments,
      ids,
      hub,
      feeds,
      statistics,
      history,
      live,
      reading,
      inOrder,
      player,
    },
    async close(): Promise<void> {
      stopping.abort(new Error('the replay was stopped'));
      await Promise.all([live.close(), history.close(), player.close()]);
    },
  };
}

/** Brings windows, sparklines and age limits to where they were; returns when the first record of the range is due. */
async function warmUp(options: ReplayOptions, parts: Parts): Promise<Micros> {
  const { clock, player, live } = parts;
  await live.ready;
  await tellAgeLimits(parts);
  await player.play(options.fromUs, 'max');
  const beginsUs = await player.nextUs();
  if (beginsUs >= options.toUs) throw new ReplayRefused(nothingRecorded(wishOf(options)), false);
  clock.runTo(beginsUs - 1);
  return beginsUs;
}

async function serve(
  options: ReplayOptions,
  parts: Parts,
  beginsUs: Micros,
  openedAlerts: OpenAlerts,
): Promise<ReplayApp> {
  const { fromUs, toUs, speed, clock: realClock } = options;
  const { app, clock, hub, feeds, history, live, player } = parts;
  const { opportunities, statistics } = parts.statistics;
  const before = { ...player.counters };
  let state: ReplaySnapshot['state'] = 'playing';
  const replay = (): ReplaySnapshot => ({
    ...{ state, fromUs, toUs, speed, positionUs: clock.nowUs() },
    quotes: player.counters.quotes - before.quotes,
    events: player.counters.events - before.events,
    trades: player.counters.trades - before.trades,
  });
  const { alerts } = openedAlerts;
  const shared = { options: app, history, live, alerts, feeds };
  const known = { ...shared, startedUs: clock.nowUs(), hub, lake: undefined };
  const snapshot = () => snapshotOf({ ...known, statistics, replay });
  const api = await openApi({ ...shared, opportunities, snapshot });
  void history.warmUp();
  return {
    url: urlOf(app.config.server.host, api.port),
    ...{ hub, instruments: parts.instruments, live, beginsUs },
    async play() {
      const startedUs = realClock.nowUs();
      await player.play(toUs, speed);
      hub.advanceTo(clock.nowUs());
      state = 'ended';
      const { quotes, events, trades } = replay();
      const seconds = (realClock.nowUs() - startedUs) / US_PER_SECOND;
      const { raised } = player.counters;
      return { quotes, events, trades, raised, seconds, problems: parts.inOrder.problems() };
    },
    async stop() {
      await Promise.all([api.close(), openedAlerts.close(), parts.close()]);
    },
  };
}

/** The last age limit told of each instrument within the hour before the windows begin. */
async function tellAgeLimits({ reading, warmUs, hub, clock, ids }: Parts): Promise<void> {
  const fromUs = Math.max(0, warmUs - LIMITS.replay.ageLimitsMinutes * US_PER_MINUTE);
  const told = { ...reading, fromUs, toUs: warmUs, rowsMax: 1, trades: false, quotes: false };
  const counters = {
    quotes: 0,
    events: 0,
    trades: 0,
    oneSided: 0,
    raised: 0,
    lastUs: Number.NEGATIVE_INFINITY,
  };
  for await (const slice of new InOrder(told).slices()) {
    const events = slice.events.filter(
      (event) => !Number.isNaN(ageLimitUsOf(String(event['status']), Number(event['value']))),
    );
    const cursor = new SliceCursor({ ...slice, events }, { hub, clock, ids, counters });
    cursor.give(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY);
  }
}

function wishOf(options: ReplayOptions): ReplayWish {
  return { ...options, root: options.config.lake.root };
}

/** As this program spells it. */
function spelled(exchange: string): string {
  return spelledAs(
    exchange,
    adapters.map(({ name }) => name),
  );
}

function sourcesOf(instruments: InstrumentTable, hub: Hub, clock: ReplayClock): readonly RecordedSource[] {
  const names = [...new Set(instruments.all().map(({ exchange }) => exchange))];
  return names.map(
    (name) =>
      new RecordedSource({
        name,
        instruments: instruments.all().filter(({ exchange }) => exchange === name),
        latestUs: hub.latest.stampUs,
        lagging: hub.lagging,
        nowUs: clock.nowUs,
      }),
  );
}

/** History as it was known at the replay's moment. */
function upTo(history: History, clock: ReplayClock): History {
  const known = <T extends object>(request: T) => ({ ...request, knownUntilUs: Math.ceil(clock.nowUs()) });
  return {
    chart: (request, signal) => history.chart(known(request), signal),
    charts: (requests, signal) => history.charts(requests.map(known), signal),
    // What is of no pair is asked with the replay's moment as its own.
    read: (kind, request, signal) => history.read(kind, known(request), signal),
    // What it would rest on lies beyond the moment.
    summarise: () => Promise.resolve(null),
    warmUp: (request) => history.warmUp(request),
    problems: () => history.problems(),
    state: () => history.state(),
    close: () => history.close(),
  };
}

/** A clock that nobody sets has nothing to absorb. */
function asRealClock(clock: ReplayClock): RealClock {
  return {
    nowUs: clock.nowUs,
    after: (delayMs, run) => clock.after(delayMs, run),
    every: (periodMs, run) => clock.every(periodMs, run),
    offsetMs: () => 0,
    correct() {},
    close() {},
  };
}
