// What brings the quotes of each exchange: its adapter on our own connections, here or in threads that ingest, or ccxt,
// always here. Composition only, like app.ts.

import { makeFeed, readingTurn } from './app-exchange-feed.js';
import type { AppOptions } from './app-options.js';
import { type IngestThreads, startThreads, threadsFor } from './app-threads.js';
import type { Config } from './config/config.js';
import { selectionOf } from './config/selection.js';
import { assert } from './core/assert.js';
import { exchangeFamily } from './core/exchange.js';
import type { InstrumentTable } from './core/instrument.js';
import type { Micros } from './core/time.js';
import { findAdapter } from './exchanges/index.js';
import type { Hub } from './hub/hub.js';
import { type Capture, createCapture } from './ingest/capture.js';
import { findCcxtClass } from './ingest/ccxt-class.js';
import { guardAgainstCcxt } from './ingest/ccxt-guard.js';
import { CcxtSource, loadCcxt } from './ingest/ccxt-source.js';
import type { CcxtLibrary } from './ingest/ccxt-types.js';
import type { ReadingTurn } from './ingest/reading-turn.js';
import type { Source } from './ingest/source.js';
import type { ThreadSnapshot } from './ingest/thread.js';
import type { CapturePlan, FeedPlan } from './ingest/thread-messages.js';
import { LIMITS } from './limits.js';

export interface SourceParts {
  readonly instruments: InstrumentTable;
  readonly hub: Hub;
  /** Where raw frames are kept; the folder is there. */
  readonly capture: CapturePlan | undefined;
}

export interface Sources {
  /** One for each exchange to connect to, in their order; not started. */
  create(parts: SourceParts): readonly Source[];
  /** The threads that ingest; none where everything is done here. */
  threads(): readonly ThreadSnapshot[];
  /** The moment of the oldest quote that was received and is not yet with the hub; Infinity: all are. */
  oldestUs(): Micros;
  /** After all of them were stopped: resolves when everything that they have decoded is with the hub. */
  end(): Promise<void>;
  /** After that. */
  close(): void;
}

/**
 * Loads ccxt where an exchange wants it; rejects where that or the exchange's class cannot be had, or where trades are
 * asked for that nobody brings.
 */
export async function prepareSources(options: AppOptions): Promise<Sources> {
  checkTrades(options);
  const ccxt = await ccxtFor(options);
  const { config, exchanges, clock, log } = options;
  const isByCcxt = (name: string) => config.exchanges[name]?.via === 'ccxt';
  let unguard = () => {};
  let threads: IngestThreads | undefined;
  let capture: Capture | undefined;
  let turn: ReadingTurn | undefined;
  return {
    create(parts) {
      if (ccxt !== undefined) unguard = guardAgainstCcxt(log);
      const plans = exchanges.filter((name) => !isByCcxt(name)).map((name) => feedPlan(name, config));
      const count = threadsFor(options, plans.length);
      if (count > 0) threads = startThreads(count, plans, options, parts);
      else if (parts.capture !== undefined) capture = createCapture({ ...parts.capture, log });
      if (threads === undefined) turn = readingTurn(clock);
      const here = {
        ...{ instruments: parts.instruments, sink: parts.hub, clock, random: options.random, log },
        ...(capture === undefined ? {} : { tap: capture.tap }),
        ...(turn === undefined ? {} : { turn }),
      };
      return exchanges.map((name) => {
        if (isByCcxt(name)) return ccxtSource(name, options, parts, ccxt);
        return threads?.sourceOf(name) ?? makeFeed(feedPlan(name, config), here);
      });
    },
    threads: () => threads?.snapshots() ?? [],
    oldestUs: () => threads?.oldestUs() ?? Number.POSITIVE_INFINITY,
    end: async () => void (await Promise.all([threads?.end(), capture?.close()])),
    close() {
      unguard();
      turn?.stop();
    },
  };
}

/** Recording fewer trades than were asked for would be found out only much later. */
function checkTrades({ config, exchanges }: AppOptions): void {
  for (const name of exchanges)
    if (config.exchanges[name]?.trades === true && findAdapter(name)?.trades === undefined)
      throw new Error(
        `exchanges.${name}.trades: expected false, was true: no channel of its trades is known`,
      );
}

async function ccxtFor({ config, exchanges, ccxtModule }: AppOptions): Promise<CcxtLibrary | undefined> {
  const wanted = exchanges.filter((name) => config.exchanges[name]?.via === 'ccxt');
  if (wanted.length === 0) return undefined;
  const library = await loadCcxt(ccxtModule);
  for (const name of wanted) findCcxtClass({ name, library, ccxtId: ccxtIdOf(name, config) });
  return library;
}

function ccxtIdOf(name: string, { exchanges }: Config): string {
  return exchanges[name]?.ccxtId ?? exchangeFamily(name);
}

function feedPlan(name: string, config: Config): FeedPlan {
  const adapter = findAdapter(name);
  assert(adapter !== undefined, `no exchange ${name} in the registry`);
  const own = config.exchanges[name];
  return {
    name,
    rule: selectionOf(config)(name),
    lagMsMax: config.ingest.lagMsMax,
    restUrl: own?.restUrl ?? adapter.restUrl,
    wsUrl: own?.wsUrl ?? adapter.wsUrl,
    wantsTrades: own?.trades === true,
  };
}

function ccxtSource(
  name: string,
  { config, clock, random, log }: AppOptions,
  { instruments, hub }: SourceParts,
  library: CcxtLibrary | undefined,
): Source {
  assert(library !== undefined, `${name} comes through ccxt, which was not loaded`);
  const own = config.exchanges[name];
  return new CcxtSource({
    ...{ name, library, instruments, sink: hub, limits: LIMITS.ingest, clock, random, log },
    rule: selectionOf(config)(name),
    ccxtId: ccxtIdOf(name, config),
    ...(own?.ccxtUrls === undefined ? {} : { urls: own.ccxtUrls }),
    ...(own?.ccxtOptions === undefined ? {} : { options: own.ccxtOptions }),
  });
}
