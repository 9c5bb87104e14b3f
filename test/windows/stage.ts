// Exchanges, symbols and a real hub with the watched pairs behind it: the stage of the tests of windows.

import type { FeedEvent, Subscriber } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { Hub } from '../../src/hub/hub.js';
import { Watched } from '../../src/windows/watched.js';
import type { PairNames } from '../../src/windows/window.js';

export const START_US = 1_700_000_000_000_000;
export const SECOND_US = 1_000_000;

export interface WindowStage {
  readonly hub: Hub;
  readonly watched: Watched;
  readonly instruments: InstrumentTable;
  /** Everything the hub has published, in its order. */
  readonly events: FeedEvent[];
  id(exchange: string, symbol: string): number;
  /** Two-sided, with the given bid. */
  quote(exchange: string, symbol: string, stampUs: number, bid: number): void;
}

export interface WindowStageOptions {
  readonly exchanges: readonly string[];
  readonly symbols: readonly string[];
  readonly pairs?: readonly PairNames[];
  readonly lengthMs?: number;
  readonly pairsMax?: number;
  readonly pointsTotalMax?: number;
  readonly staleLimitUs?: number;
  /** Keep what the hub publishes; default no. */
  readonly record?: boolean;
}

export function windowStage(options: WindowStageOptions): WindowStage {
  const instruments = new InstrumentTable();
  for (const exchange of options.exchanges)
    for (const symbol of options.symbols) instruments.intern(exchange, symbol);
  const hub = new Hub({ instrumentsMax: instruments.size, lastStampUs: 0 });
  const watched = new Watched({
    instruments,
    lagging: hub.lagging,
    lengthMs: options.lengthMs ?? 900_000,
    pairsMax: options.pairsMax ?? 100,
    pointsTotalMax: options.pointsTotalMax ?? 320_000,
    ...(options.staleLimitUs === undefined ? {} : { staleLimitUs: options.staleLimitUs }),
  });
  watched.setPairs(options.pairs ?? allPairs(options), START_US);
  hub.subscribe(watched);
  const events: FeedEvent[] = [];
  if (options.record === true) hub.subscribe(recorder(events));
  const id = (exchange: string, symbol: string): number => instruments.intern(exchange, symbol).id;
  return {
    hub,
    watched,
    instruments,
    events,
    id,
    quote: (exchange, symbol, stampUs, bid) =>
      hub.quote(id(exchange, symbol), bid, 1, bid + 1, 1, Number.NaN, stampUs),
  };
}

/** Every two exchanges for every symbol, the first named exchange on the left. */
export function allPairs(of: Pick<WindowStageOptions, 'exchanges' | 'symbols'>): PairNames[] {
  return of.symbols.flatMap((symbol) =>
    of.exchanges.flatMap((exchange1, at) =>
      of.exchanges.slice(at + 1).map((exchange2) => ({ symbol, exchange1, exchange2 })),
    ),
  );
}

export function symbolsNamed(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `C${i}/USDT`);
}

function recorder(events: FeedEvent[]): Subscriber {
  return {
    quote: (stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs) =>
      events.push({ type: 'quote', stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs }),
    cold: (event) => events.push(event),
  };
}
