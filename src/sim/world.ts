// A whole simulated world in one call: the server, and either a generated market that moves or a recording
// that plays. What `demo` and `simulate` start.

import type { Clock } from '../core/time.js';
import { type Bursts, startDriver } from './driver.js';
import type { SimExchange, SimFrame } from './exchange.js';
import { createMarket, type Market, marketBook } from './market.js';
import { type Player, startPlayer } from './player.js';
import { recordedBook } from './recordings.js';
import { type SimServer, startSimServer } from './server.js';

export interface GeneratedWorldOptions {
  readonly clock: Clock;
  readonly exchanges: readonly SimExchange[];
  /** 0 = any free port. */
  readonly port: number;
  readonly seed: number;
  /** Coins; each is listed on every exchange. */
  readonly symbols: number;
  /** Over all instruments. */
  readonly quotesPerSecond: number;
  readonly batched?: boolean;
  readonly bursts?: Bursts;
  readonly stamped?: boolean;
}

export interface World {
  readonly server: SimServer;
  close(): Promise<void>;
}

export interface GeneratedWorld extends World {
  readonly market: Market;
}

export interface RecordedWorldOptions {
  readonly clock: Clock;
  readonly exchanges: readonly SimExchange[];
  readonly port: number;
  readonly seed: number;
  readonly folder: string;
  readonly channels?: readonly string[];
  readonly speed: number | 'max';
  readonly loop: boolean;
  readonly onSent?: (exchange: string, wire: SimFrame, connection: string) => void;
}

export interface RecordedWorld extends World {
  readonly player: Player;
}

/** Rejects when the port is taken. */
export async function startGeneratedWorld(options: GeneratedWorldOptions): Promise<GeneratedWorld> {
  const { clock, exchanges, seed, port } = options;
  const market = createMarket({ seed, exchanges, symbols: options.symbols });
  const hosted = exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, port, seed, exchanges: hosted });
  const { quotesPerSecond, batched = false, stamped = false, bursts } = options;
  const more = { batched, stamped, ...(bursts === undefined ? {} : { bursts }) };
  const stop = startDriver({ market, server, exchanges, clock, quotesPerSecond, ...more });
  return {
    server,
    market,
    async close() {
      stop();
      await server.close();
    },
  };
}

/** Rejects when the port is taken or the folder cannot be read. */
export async function startRecordedWorld(options: RecordedWorldOptions): Promise<RecordedWorld> {
  const { clock, exchanges, seed, port, folder } = options;
  const selection = options.channels === undefined ? { folder } : { folder, channels: options.channels };
  const hosted = await Promise.all(
    exchanges.map(async (exchange) => ({ exchange, book: await recordedBook(selection, exchange) })),
  );
  // The player closes connections far more often than exchanges do: their handshake limits would stop it.
  const server = await startSimServer({ clock, port, seed, exchanges: hosted, connectLimits: false });
  const { speed, loop, onSent } = options;
  const player = startPlayer({
    ...selection,
    server,
    clock,
    exchanges,
    speed,
    loop,
    ...(onSent === undefined ? {} : { onSent }),
  });
  return {
    server,
    player,
    async close() {
      player.stop();
      await server.close();
    },
  };
}
