// A stage for the player: the simulated server of a recorded folder on the real clock, players on it, and
// clients that come back whenever they are closed.

import type { TestContext } from 'node:test';
import WebSocket from 'ws';
import { createRealClock } from '../../src/clock.js';
import type { SimFrame } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type Player, type PlayerOptions, startPlayer } from '../../src/sim/player.js';
import { recordedBook } from '../../src/sim/recordings.js';
import { type SimServer, startSimServer } from '../../src/sim/server.js';

/** Subscribes, remembers every frame of every connection, and comes back whenever it is closed. */
export class ReturningClient {
  /** One list a connection, acknowledgements left out. */
  readonly lives: string[][] = [];
  #socket: WebSocket | null = null;
  #leaving = false;
  readonly #url: string;
  readonly #subscribe: string;

  constructor(url: string, subscribe: unknown) {
    this.#url = url;
    this.#subscribe = JSON.stringify(subscribe);
    this.#connect();
  }

  leave(): void {
    this.#leaving = true;
    this.#socket?.terminate();
  }

  drop(): void {
    this.#socket?.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, { perMessageDeflate: false });
    const life: string[] = [];
    this.#socket = socket;
    socket.on('open', () => {
      this.lives.push(life);
      socket.send(this.#subscribe);
    });
    socket.on('message', (data, isBinary) => {
      const text = isBinary ? `binary:${(data as Buffer).toString('base64')}` : data.toString();
      if (!/"req_id":"mine"|"id":4711/.test(text)) life.push(text);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.#leaving) this.#connect();
    });
  }
}

export interface Stage {
  readonly server: SimServer;
  readonly sent: { readonly exchange: string; readonly wire: SimFrame; readonly connection: string }[];
  play(options: Partial<PlayerOptions>): Player;
  client(exchange: string, subscribe: unknown): ReturningClient;
}

export async function stage(t: TestContext, folder: string): Promise<Stage> {
  const clock = createRealClock();
  const exchanges = await Promise.all(
    SIM_EXCHANGES.map(async (exchange) => ({ exchange, book: await recordedBook({ folder }, exchange) })),
  );
  const server = await startSimServer({ clock, seed: 1, exchanges, connectLimits: false });
  const sent: { exchange: string; wire: SimFrame; connection: string }[] = [];
  const players: Player[] = [];
  const clients: ReturningClient[] = [];
  t.after(async () => {
    for (const player of players) player.stop();
    for (const client of clients) client.leave();
    await server.close();
    clock.close();
  });
  return {
    server,
    sent,
    play(options) {
      const player = startPlayer({
        folder,
        server,
        clock,
        exchanges: SIM_EXCHANGES.slice(0, 1),
        speed: 'max',
        loop: false,
        settleMs: 50,
        onSent: (exchange, wire, connection) => sent.push({ exchange, wire, connection }),
        ...options,
      });
      players.push(player);
      return player;
    },
    client(exchange, subscribe) {
      const client = new ReturningClient(server.urls[exchange]!.wsUrl, subscribe);
      clients.push(client);
      return client;
    },
  };
}
