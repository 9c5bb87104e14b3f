// The trades of one simulated exchange on their way out: each gets its number and goes to every connection that has
// subscribed them. Knows no market and keeps no trade.

import { type Clock, type Micros, US_PER_MS } from '../core/time.js';
import type { SimConnection } from './connection.js';
import type { SimTrade } from './exchange.js';

export class TradeTape {
  /** Frames, on all connections together. */
  sent = 0;
  readonly #connections: ReadonlySet<SimConnection>;
  readonly #clock: Clock;
  readonly #lastIds = new Map<string, number>();

  constructor(connections: ReadonlySet<SimConnection>, clock: Clock) {
    this.#connections = connections;
    this.#clock = clock;
  }

  /** Whether some open connection has subscribed the trades of the symbol. */
  isWanted(exchangeSymbol: string): boolean {
    for (const connection of this.#connections)
      if (connection.open && connection.wantedTrades.has(exchangeSymbol)) return true;
    return false;
  }

  /** Sends a trade to everyone who wants it; gives it its number. */
  publish(exchangeSymbol: string, made: Omit<SimTrade, 'id'>, eventUs: Micros): SimTrade {
    // Starts from the time, so that numbers rise over restarts of the server too.
    const last = this.#lastIds.get(exchangeSymbol) ?? Math.floor(this.#clock.nowUs() / US_PER_MS / 10);
    const trade = { ...made, id: last + 1 };
    this.#lastIds.set(exchangeSymbol, trade.id);
    for (const connection of this.#connections) {
      if (!connection.open || !connection.wantedTrades.has(exchangeSymbol)) continue;
      const frame = connection.conversation.tradeFrame?.(exchangeSymbol, trade, eventUs);
      if (frame !== undefined && connection.sendRaw(frame)) this.sent++;
    }
    return trade;
  }
}
