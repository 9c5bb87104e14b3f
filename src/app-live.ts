// The live half put together: watched pairs that follow the statistics, their charts, the feed for bots, and the
// analysis that writes new statistics. Composition only, like app.ts.

import { type Analysis, createAnalysis } from './analysis/service.js';
import { REALTIME_PATH, Realtime } from './api/realtime.js';
import type { AppOptions } from './app-options.js';
import { assert } from './core/assert.js';
import type { InstrumentTable } from './core/instrument.js';
import { createRawFeed, type RawFeed } from './feed/raw-feed.js';
import type { SymbolInfo } from './feed/symbol-info.js';
import type { Hub } from './hub/hub.js';
import type { SelectionRule } from './ingest/selection.js';
import type { Source } from './ingest/source.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import type { OpportunityStore } from './opportunities/store.js';
import type { SocketRoute } from './sockets/upgrade.js';
import { choosePairs, NO_STATISTICS_NOTE } from './windows/choose.js';
import { Movers } from './windows/movers.js';
import { Watched } from './windows/watched.js';

export interface LiveParts {
  readonly options: AppOptions;
  readonly hub: Hub;
  readonly instruments: InstrumentTable;
  readonly feeds: readonly Source[];
  readonly opportunities: OpportunityStore;
  readonly ruleOf: (exchange: string) => SelectionRule;
}

export interface Live {
  readonly watched: Watched;
  readonly realtime: Realtime;
  readonly rawFeed: RawFeed;
  /** Absent where nothing is recorded. */
  readonly analysis: Analysis | undefined;
  readonly streams: ReadonlyMap<string, SocketRoute>;
  /** Why pairs are watched that no statistics name; null where statistics name them. */
  note(): string | null;
  closeStreams(): Promise<void>;
  /** Timers and the analysis; streams have their own end. */
  close(): Promise<void>;
}

export function startLive(parts: LiveParts): Live {
  const { options, hub, instruments } = parts;
  const { config, clock, log } = options;
  const watched = createWatched(parts);
  hub.subscribe(watched);
  const realtime = new Realtime({
    windows: () => watched.windows,
    clock,
    log,
    limits: { ...LIMITS.realtime, ...LIMITS.sockets, pointsPerChart: config.realtime.pointsPerChart },
  });
  const rawFeed = createRawFeed({
    clock,
    log,
    instruments: (id) => instruments.get(id),
    volumeFilterOf: (exchange) => {
      const { minUsdVolume, maxUsdVolume } = parts.ruleOf(exchange);
      return { minVolume: minUsdVolume, maxVolume: maxUsdVolume };
    },
    symbolInfo: symbolInfoOf(parts.feeds),
    limits: { ...LIMITS.feed, ...LIMITS.sockets },
  });
  hub.subscribe(rawFeed.subscriber);
  const watching = keepWatching(parts, watched);
  const stopAdvancing = clock.every(LIMITS.advanceIntervalMs, () => watched.advance(clock.nowUs()));
  const analysis = startAnalysis(options);
  const toFeed: SocketRoute = (socket, _url, connection) => rawFeed.accept(socket, connection);
  return {
    watched,
    realtime,
    rawFeed,
    analysis,
    streams: new Map([
      ['/', toFeed],
      ['/ws/feed', toFeed],
      [REALTIME_PATH, realtime.route],
    ]),
    note: watching.note,
    async closeStreams() {
      await Promise.all([rawFeed.close(), realtime.close()]);
    },
    async close() {
      watching.stop();
      stopAdvancing();
      await analysis?.close();
    },
  };
}

function createWatched({ options, instruments }: LiveParts): Watched {
  const { minutes, pairsMax } = options.config.windows;
  const { pointsTotalMax } = LIMITS.windows;
  const bytes = Watched.bytesMax({ pairsMax, pointsTotalMax });
  const share = MEMORY_TABLE_MB.windowsAndTrackedPairs * 1024 * 1024;
  assert(bytes <= share, `windows of ${pairsMax} pairs take ${bytes} of ${share} bytes`);
  return new Watched({ instruments, lengthMs: minutes * 60_000, pairsMax, pointsTotalMax });
}

/** Every few seconds: the pairs that the newest statistics name, or those that move most while there are none. */
function keepWatching(parts: LiveParts, watched: Watched): { note: () => string | null; stop: () => void } {
  const { options, hub, instruments, opportunities } = parts;
  const { clock, log } = options;
  const movers = new Movers({
    instruments,
    candidatesMax: LIMITS.windows.moverCandidatesMax,
    spotPerp: options.config.pairs.spotPerp,
  });
  let note: string | null = NO_STATISTICS_NOTE;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const list = await opportunities.list();
      const nowUs = clock.nowUs();
      movers.sample(hub.latest, nowUs);
      const chosen = choosePairs({
        opportunities: list.file === null ? null : list.opportunities,
        movers: movers.rank(LIMITS.windows.moversMax, nowUs),
      });
      note = chosen.note;
      watched.setPairs(chosen.pairs, nowUs);
    } catch (error) {
      log.error('watched pairs could not be chosen', { reason: String(error) });
    } finally {
      looking = false;
    }
  };
  void look();
  // At first often: pairs can be watched as soon as their exchanges' listings are read.
  const stopEarly = clock.every(LIMITS.advanceIntervalMs, () => {
    if (watched.windows.length === 0) void look();
  });
  const stop = clock.every(LIMITS.watchIntervalMs, () => void look());
  return {
    note: () => note,
    stop: () => {
      stopEarly();
      stop();
    },
  };
}

/** Only while recording: otherwise nothing new comes that could change them. */
function startAnalysis({ config, exchanges, clock, log }: AppOptions): Analysis | undefined {
  if (exchanges.length === 0) return undefined;
  const { intervalMinutes, windowHours, filesMax } = config.analysis;
  return createAnalysis({
    root: config.lake.root,
    directory: config.statistics.directory,
    intervalMs: intervalMinutes * 60_000,
    windowHours,
    filesMax,
    spotPerp: config.pairs.spotPerp,
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
