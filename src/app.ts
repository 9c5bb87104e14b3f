// Composition root: the only file that knows every room. Start order, stop order, and what the process
// says of itself. No logic of its own beyond that.

import { existsSync } from 'node:fs';
import type { Api } from './api/server.js';
import { type OpenAlerts, openAlerts } from './app-alerts.js';
import { openApi, openHistory, openStatistics, urlOf } from './app-api.js';
import { keepIdentity } from './app-identity.js';
import { type Live, startLive } from './app-live.js';
import type { AppOptions } from './app-options.js';
import { snapshotOf } from './app-snapshot.js';
import { prepareSources } from './app-sources.js';
import { withSummaries } from './app-summaries.js';
import { selectionOf } from './config/selection.js';
import { InstrumentTable } from './core/instrument.js';
import type { Micros } from './core/time.js';
import { Hub } from './hub/hub.js';
import type { CapturePlan } from './ingest/thread-messages.js';
import type { CareSettings } from './lake/caretaker.js';
import { makeFolders } from './lake/files.js';
import { LakeLocked } from './lake/lock.js';
import { readOrigin } from './lake/origin.js';
import { type LakeWriter, openLake } from './lake/writer.js';
import { assertLimits, LIMITS } from './limits.js';

export interface App {
  /** `http://127.0.0.1:8181`. */
  readonly url: string;
  /** Stops taking in, flushes, closes; nothing received is lost. */
  stop(): Promise<void>;
}

/** Rejects when the lake or the port cannot be had; the message is for the user. */
export async function startApp(options: AppOptions): Promise<App> {
  assertLimits();
  const { config, clock } = options;
  const startedUs = clock.nowUs();
  const instruments = new InstrumentTable();
  const sources = await prepareSources(options);
  // Before the lake: an open lake has timers, and a start that fails must not leave them running.
  const capture = capturePlan(options, startedUs);
  const lake = await openForWriting(options, instruments);
  const hub = new Hub({ instrumentsMax: LIMITS.instrumentsMax, lastStampUs: lake?.lastStampUs ?? 0 });
  if (lake !== undefined) hub.subscribe(lake);
  const feeds = sources.create({ instruments, hub, capture });
  const found = openHistory(options);
  // Who only looks at a lake does not expect it to be changed.
  const history = lake !== undefined && options.exchanges.length > 0 ? withSummaries(found, options) : found;
  const { opportunities, statistics } = openStatistics(options);
  let live: Live | undefined;
  let alerts: OpenAlerts | undefined;
  let kept: ReturnType<typeof keepIdentity> | undefined;
  let api: Api;
  try {
    const { threads, oldestUs } = sources;
    const ruleOf = selectionOf(config);
    live = startLive({ options, hub, instruments, feeds, opportunities, ruleOf, oldestUs });
    const { tracked, quality, identity } = live;
    if (lake !== undefined && options.exchanges.length > 0) kept = keepIdentity(options, identity);
    alerts = await openAlerts({ options, hub, tracked, quality, opportunities, outside: true });
    const known = { options, history, live, feeds, alerts: alerts.alerts };
    const parts = { ...known, startedUs, hub, lake, threads, statistics };
    api = await openApi({ ...known, opportunities, snapshot: () => snapshotOf(parts) });
  } catch (error) {
    await Promise.all([kept?.close(), live?.close(), alerts?.close(), history.close()]);
    await lake?.close();
    sources.close();
    throw error;
  }
  const started = [kept, live, alerts];
  void history.warmUp();
  for (const feed of feeds) feed.start();
  return {
    url: urlOf(config.server.host, api.port),
    async stop() {
      for (const feed of feeds) feed.stop();
      await Promise.all([
        sources.end(),
        api.close(),
        ...started.map((part) => part?.close()),
        history.close(),
      ]);
      await lake?.close();
      sources.close();
      clock.close();
    },
  };
}

/**
 * Recording needs the lake. Connecting to nothing takes it only to finish what an earlier process left, and serves
 * it as it is where that cannot be: another process records into it, or the disk is read-only.
 */
async function openForWriting(
  options: AppOptions,
  instruments: InstrumentTable,
): Promise<LakeWriter | undefined> {
  const { config, clock, log } = options;
  const { root } = config.lake;
  const recording = options.exchanges.length > 0;
  if (!recording && !existsSync(root)) return undefined;
  try {
    const origin = recording ? options.origin : (readOrigin(root) ?? options.origin);
    const asked = options.asked === undefined ? {} : { asked: options.asked };
    const { hotDays, retentionDays, maxBytes } = config.lake;
    const care: CareSettings = {
      hotDays,
      ...(retentionDays === undefined ? {} : { retentionDays }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    };
    // Who only looks at a lake does not expect it to be changed.
    const more = { ...asked, ...(recording ? { care } : {}) };
    return await openLake({ root, origin, clock, limits: LIMITS.lake, instruments, log, ...more });
  } catch (error) {
    if (recording || options.asked?.aborted === true) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    log.info('the lake is only read', { reason, locked: error instanceof LakeLocked });
    return undefined;
  }
}

/** Makes the folder: whether frames can be kept is known before anything is opened. */
function capturePlan({ config }: AppOptions, startedUs: Micros): CapturePlan | undefined {
  const { directory, megabytesMax } = config.capture;
  if (directory === undefined) return undefined;
  try {
    makeFolders(directory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`frames cannot be kept in ${directory}: ${reason}`);
  }
  return { directory, bytesMax: megabytesMax * 1024 * 1024, startedUs };
}
