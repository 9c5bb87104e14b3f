// What brings the quotes of each exchange: its adapter on our own connections, or ccxt. Composition only, like app.ts.

import type { AppOptions } from './app-options.js';
import { loopActiveUs } from './clock.js';
import type { Config } from './config/config.js';
import { selectionOf } from './config/selection.js';
import { assert } from './core/assert.js';
import { exchangeFamily } from './core/exchange.js';
import type { InstrumentTable } from './core/instrument.js';
import { findAdapter } from './exchanges/index.js';
import type { Hub } from './hub/hub.js';
import { findCcxtClass } from './ingest/ccxt-class.js';
import { guardAgainstCcxt } from './ingest/ccxt-guard.js';
import { CcxtSource, loadCcxt } from './ingest/ccxt-source.js';
import type { CcxtLibrary } from './ingest/ccxt-types.js';
import { ExchangeFeed } from './ingest/exchange-feed.js';
import { ReadingTurn } from './ingest/reading-turn.js';
import type { FrameTap } from './ingest/sink.js';
import type { Source } from './ingest/source.js';
import { LIMITS } from './limits.js';

export interface SourceParts {
  readonly instruments: InstrumentTable;
  readonly hub: Hub;
  readonly tap: FrameTap | undefined;
}

export interface Sources {
  /** One for each exchange to connect to, in their order; not started. */
  create(parts: SourceParts): readonly Source[];
  /** After all of them have stopped. */
  close(): void;
}

/**
 * Loads ccxt where an exchange wants it; rejects where that or the exchange's class cannot be had, or where trades are
 * asked for that nobody brings.
 */
export async function prepareSources(options: AppOptions): Promise<Sources> {
  checkTrades(options);
  const ccxt = await ccxtFor(options);
  let unguard = () => {};
  let turn: ReadingTurn | undefined;
  return {
    create(parts) {
      if (ccxt !== undefined) unguard = guardAgainstCcxt(options.log);
      const { clock } = options;
      const { readingMsMax: turnMsMax } = LIMITS.ingest;
      turn = new ReadingTurn({ clock, loopActiveUs, turnMsMax });
      const more = { ...parts, turn };
      return options.exchanges.map((name) => createSource(name, options, more, ccxt));
    },
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

function createSource(
  name: string,
  { config, clock, random, log }: AppOptions,
  { instruments, hub, tap, turn }: SourceParts & { readonly turn: ReadingTurn },
  library: CcxtLibrary | undefined,
): Source {
  const own = config.exchanges[name];
  const rule = selectionOf(config)(name);
  const shared = { rule, instruments, sink: hub, limits: LIMITS.ingest, clock, random, log };
  if (own?.via === 'ccxt') {
    assert(library !== undefined, `${name} comes through ccxt, which was not loaded`);
    return new CcxtSource({
      ...shared,
      name,
      library,
      ccxtId: ccxtIdOf(name, config),
      ...(own.ccxtUrls === undefined ? {} : { urls: own.ccxtUrls }),
      ...(own.ccxtOptions === undefined ? {} : { options: own.ccxtOptions }),
    });
  }
  const adapter = findAdapter(name);
  assert(adapter !== undefined, `no exchange ${name} in the registry`);
  return new ExchangeFeed({
    ...shared,
    adapter,
    turn,
    limits: { ...LIMITS.ingest, lagMsMax: config.ingest.lagMsMax },
    restUrl: own?.restUrl ?? adapter.restUrl,
    wsUrl: own?.wsUrl ?? adapter.wsUrl,
    wantsTrades: own?.trades === true,
    ...(tap === undefined ? {} : { tap }),
  });
}
