// The live half put together: watched pairs that follow the statistics, their charts, the feed for bots, and the
// analysis that writes new statistics. Composition only, like app.ts.

import { LiveStatistics } from './analysis/live-statistics.js';
import { type Analysis, createAnalysis } from './analysis/service.js';
import type { ExplainDeps } from './api/explain.js';
import type { IdentityDeps } from './api/identity.js';
import { REALTIME_PATH, Realtime } from './api/realtime.js';
import type { SpellsDeps } from './api/spells.js';
import { costPercentOf } from './app-costs.js';
import { openFeedV2 } from './app-feed.js';
import { identityReply } from './app-identity-reply.js';
import type { AppOptions } from './app-options.js';
import { explainer, judgeOf, openQuality } from './app-quality.js';
import { watchedPairs } from './config/pairs.js';
import { assert } from './core/assert.js';
import type { InstrumentTable } from './core/instrument.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from './core/time.js';
import { TAKER_FEES_PERCENT } from './exchanges/index.js';
import type { FeedV2 } from './feed/feed-v2.js';
import { FEED_PATH } from './feed/protocol.js';
import { createRawFeed, type RawFeed } from './feed/raw-feed.js';
import type { SymbolInfo } from './feed/symbol-info.js';
import type { Hub } from './hub/hub.js';
import type { SelectionRule } from './ingest/selection.js';
import type { Source } from './ingest/source.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import { LoopDelay } from './loop-delay.js';
import type { OpportunityStore } from './opportunities/store.js';
import type { Identity } from './quality/identity.js';
import type { Quality } from './quality/quality.js';
import type { SocketRoute } from './sockets/upgrade.js';
import { Movers } from './windows/movers.js';
import { PairTable } from './windows/pair-table.js';
import { Tracked } from './windows/tracked.js';
import { Watched } from './windows/watched.js';
import { Watching } from './windows/watching.js';

export interface LiveParts {
  readonly options: AppOptions;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
  readonly feeds: readonly Source[];
  readonly opportunities: OpportunityStore;
  readonly ruleOf: (exchange: string) => SelectionRule;
  /** What clients are timed by: in a replay they live in another time than the quotes. Default: the same clock. */
  readonly clientClock?: Clock;
  /** The moment of the oldest quote on its way to the hub; Infinity or absent = there is none, 0 = not known. */
  readonly oldestUs?: () => Micros;
}

export interface Live {
  /** The pairs to watch were chosen for the first time. */
  readonly ready: Promise<void>;
  readonly watched: Watched;
  readonly tracked: Tracked;
  readonly quality: Quality;
  readonly identity: Identity;
  readonly identityOf: IdentityDeps['identityOf'];
  readonly explain: ExplainDeps['explain'];
  readonly judgedBy: SpellsDeps['judgedBy'];
  readonly watching: Watching;
  readonly statistics: LiveStatistics;
  readonly realtime: Realtime;
  readonly rawFeed: RawFeed;
  readonly feedV2: FeedV2;
  /** Absent where nothing is recorded. */
  readonly analysis: Analysis | undefined;
  readonly loopDelay: LoopDelay;
  readonly streams: ReadonlyMap<string, SocketRoute>;
  closeStreams(): Promise<void>;
  /** Timers and the analysis; streams have their own end. */
  close(): Promise<void>;
}

export function startLive(parts: LiveParts): Live {
  const { options, hub, instruments } = parts;
  const { config, clock, log } = options;
  const { clientClock = clock } = parts;
  const pairs = new PairTable({
    instruments,
    pairsMax: LIMITS.windows.trackedPairsMax,
    spotPerp: config.pairs.spotPerp,
  });
  // Before all who ask it about a quote.
  const judged = openQuality({ options, hub, pairs });
  const { quality, identity } = judged;
  const watched = createWatched(parts);
  hub.subscribe(watched);
  const { latest } = hub;
  const tracked = new Tracked({ pairs, latest, instrumentsMax: LIMITS.instrumentsMax });
  hub.subscribe(tracked);
  const statistics = createStatistics(parts, watched);
  hub.subscribe(statistics);
  const watching = createWatching(parts, pairs, watched);
  const ready = watching.start();
  const realtime = new Realtime({
    windows: () => watched.windows,
    pins: watching,
    clock: clientClock,
    log,
    limits: { ...LIMITS.realtime, ...LIMITS.sockets, pointsPerChart: config.realtime.pointsPerChart },
  });
  const rawFeed = openRawFeed(parts);
  hub.subscribe(rawFeed.subscriber);
  const feedV2 = openFeedV2({ ...parts, tracked, quality, costPercent: costPercentOf(options) });
  hub.subscribe(feedV2.subscriber);
  const stopAdvancing = keepAdvancing(parts);
  const analysis = startAnalysis(options);
  const loopDelay = new LoopDelay(clientClock);
  const toFeed: SocketRoute = (socket, _url, connection) => rawFeed.accept(socket, connection);
  return {
    ready,
    watched,
    tracked,
    quality,
    identity,
    identityOf: () => identityReply(identity, pairs, instruments),
    explain: explainer({ hub, instruments, pairs }, judged),
    judgedBy: judgeOf({ options, pairs }, quality),
    watching,
    statistics,
    realtime,
    rawFeed,
    feedV2,
    analysis,
    loopDelay,
    streams: new Map([
      ['/', toFeed],
      ['/ws/feed', toFeed],
      [FEED_PATH, (socket, _url, connection, { origin }) => feedV2.accept(socket, connection, origin)],
      [REALTIME_PATH, realtime.route],
    ]),
    async closeStreams() {
      await Promise.all([rawFeed.close(), feedV2.close(), realtime.close()]);
    },
    async close() {
      watching.close();
      stopAdvancing();
      loopDelay.close();
      await analysis?.close();
    },
  };
}

/** Where nothing happens time goes on all the same, but never past what is on its way. */
function keepAdvancing({ options: { clock }, hub, oldestUs: oldestOf }: LiveParts): Cancel {
  return clock.every(LIMITS.advanceIntervalMs, () => {
    const oldestUs = oldestOf?.() ?? Number.POSITIVE_INFINITY;
    // Not known: in a moment it is.
    if (oldestUs === 0) return;
    hub.advanceTo(Math.min(clock.nowUs() - LIMITS.underWayMs * US_PER_MS, oldestUs));
  });
}

function openRawFeed({ options, instruments, feeds, ruleOf, clientClock }: LiveParts): RawFeed {
  return createRawFeed({
    clock: clientClock ?? options.clock,
    log: options.log,
    instruments: (id) => instruments.get(id),
    volumeFilterOf: (exchange) => {
      const { minUsdVolume, maxUsdVolume } = ruleOf(exchange);
      return { minVolume: minUsdVolume, maxVolume: maxUsdVolume };
    },
    symbolInfo: symbolInfoOf(feeds),
    limits: { ...LIMITS.feed, ...LIMITS.sockets },
  });
}

function createWatched({ options, hub, instruments }: LiveParts): Watched {
  const { minutes, pairsMax } = options.config.windows;
  const { pointsTotalMax } = LIMITS.windows;
  const bytes = Watched.bytesMax({ pairsMax, pointsTotalMax }) + trackedBytesMax();
  const share = MEMORY_TABLE_MB.windowsAndTrackedPairs * 1024 * 1024;
  assert(bytes <= share, `windows of ${pairsMax} pairs and tracked pairs take ${bytes} of ${share} bytes`);
  return new Watched({
    instruments,
    lagging: hub.lagging,
    lengthMs: minutes * 60_000,
    pairsMax,
    pointsTotalMax,
  });
}

function createStatistics({ options }: LiveParts, watched: Watched): LiveStatistics {
  const { liveStatistics: limits } = LIMITS;
  const [bytes, share] = [LiveStatistics.bytesMax(limits), MEMORY_TABLE_MB.liveStatistics * 1024 * 1024];
  assert(bytes <= share, `statistics of ${limits.pairsMax} pairs take ${bytes} of ${share} bytes`);
  return new LiveStatistics({ pairs: () => watched.windows, costPercent: costPercentOf(options), limits });
}

function trackedBytesMax(): number {
  const { instrumentsMax, windows } = LIMITS;
  const { trackedPairsMax } = windows;
  return (
    PairTable.bytesMax(trackedPairsMax) +
    Tracked.bytesMax(trackedPairsMax, instrumentsMax) +
    Movers.bytesMax(trackedPairsMax)
  );
}

function createWatching(
  { options, hub, opportunities, clientClock }: LiveParts,
  pairs: PairTable,
  watched: Watched,
): Watching {
  const { config, clock, log } = options;
  return new Watching({
    watched,
    movers: new Movers(pairs),
    latest: hub.latest,
    opportunities: async () => {
      const list = await opportunities.list();
      return list.file === null ? null : list.opportunities;
    },
    configured: watchedPairs(config),
    spotPerp: config.pairs.spotPerp,
    clock,
    clientClock: clientClock ?? clock,
    log,
    limits: { ...LIMITS, ...LIMITS.windows },
  });
}

/** Only while recording: otherwise nothing new comes that could change them. */
function startAnalysis({ config, exchanges, clock, log }: AppOptions): Analysis | undefined {
  if (exchanges.length === 0) return undefined;
  const { intervalMinutes, windowHours, filesMax, takerFeePercent } = config.analysis;
  return createAnalysis({
    root: config.lake.root,
    directory: config.statistics.directory,
    intervalMs: intervalMinutes * 60_000,
    windowHours,
    filesMax,
    spotPerp: config.pairs.spotPerp,
    takerFeePercent: [takerFeePercent, TAKER_FEES_PERCENT],
    clock,
    log,
  });
}

/** The same array as long as no listing changed: the feed caches what it makes of it. */
function symbolInfoOf(feeds: readonly Source[]): () => readonly SymbolInfo[] {
  let known: readonly SymbolInfo[] = [];
  let knownListings: readonly unknown[] = [];
  return () => {
    const listings = feeds.map((feed) => feed.selected);
    if (listings.every((listing, at) => listing === knownListings[at])) return known;
    knownListings = listings;
    known = feeds.flatMap((feed) =>
      feed.selected.map(({ symbol, listed }) => ({
        exchange: feed.name,
        symbol,
        priceStep: listed.tickSize,
        quantityStep: null,
        minNotional: null,
      })),
    );
    return known;
  };
}
