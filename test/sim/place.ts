// A simulated server of a small generated market for one test, on a virtual clock, closed after it.

import type { TestContext } from 'node:test';
import type { SimExchange } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, type Market, marketBook } from '../../src/sim/market.js';
import { type SimServer, type SimServerOptions, startSimServer } from '../../src/sim/server.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { Client } from './client.js';

export const SEED = 7;
/** 2026-11-22T12:00:00Z. */
export const START_US = Date.UTC(2026, 10, 22, 12) * 1_000;

export interface Place {
  readonly clock: VirtualClock;
  readonly market: Market;
  readonly server: SimServer;
  /** A client of the exchange; `path` is added to its address. */
  connect(exchange: string, path?: string, headers?: Record<string, string>): Promise<Client>;
  get(exchange: string, path: string): Promise<unknown>;
}

export async function place(
  context: TestContext,
  options: Partial<SimServerOptions> = {},
  simulated: readonly SimExchange[] = SIM_EXCHANGES,
  symbols = 14,
): Promise<Place> {
  const clock = new VirtualClock(START_US);
  const market = createMarket({ seed: SEED, exchanges: simulated, symbols });
  const exchanges = simulated.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed: SEED, exchanges, ...options });
  context.after(async () => {
    // What does not answer a close frame is cut when the clock moves.
    const closed = server.close();
    clock.advance(10_000);
    await closed;
  });
  return {
    clock,
    market,
    server,
    connect: (exchange, path = '', headers = {}) =>
      Client.open(`${server.urls[exchange]!.wsUrl}${path}`, { headers }),
    get: async (exchange, path) => (await fetch(`${server.urls[exchange]!.restUrl}${path}`)).json(),
  };
}
