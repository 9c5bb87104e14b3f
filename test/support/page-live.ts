// The live stream behind the page's test server: the real room, hub and windows, whose market the test makes
// by hand. It can die and come back as another process would: nothing remembered, other numbers.

import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { REALTIME_PATH, Realtime } from '../../src/api/realtime.js';
import { createRealClock } from '../../src/clock.js';
import { silentLog } from '../../src/core/log.js';
import { createUpgradeRouter, type SocketRoute, type UpgradeRouter } from '../../src/sockets/upgrade.js';
import type { PairNames } from '../../src/windows/window.js';
import { type WindowStage, windowStage } from '../windows/stage.js';

export interface LiveEnd {
  /** Exchanges and symbols that may be quoted from now on; a market of its own, with nothing watched. */
  open(exchanges: readonly string[], symbols: readonly string[]): void;
  watch(pairs: readonly PairNames[]): void;
  /**
   * Both legs of the pair, so that its spread is this many percent: a point of its window. Returns its stamp
   * as the page knows it, epoch seconds.
   */
  point(pair: PairNames, spreadPercent: number): number;
  /** No quote of the pair's right leg is valid since then, epoch seconds. */
  gap(pair: PairNames, fromSeconds: number): void;
  /** What comes of the pair's right leg is late from now on, or in time again. */
  late(pair: PairNames, isLate: boolean): void;
  /** Says goodbye to all clients and answers no more handshakes. */
  stop(): Promise<void>;
  /** As a new process: what was watched is watched anew, from now on. */
  start(): void;
  /** Cuts every connection without a word. */
  cut(): void;
  /** A text to every client, whatever it is. */
  say(text: string): void;
  /** Queries of all handshakes, in order of arrival. */
  readonly asked: readonly string[];
  /** Messages that went out deflated, since the last start. */
  messagesDeflated(): number;
  nowSeconds(): number;
  close(): Promise<void>;
}

const LIMITS = {
  periodMs: 200,
  pointsPerChart: 100,
  frameBytesMax: 256 * 1024,
  clientsMax: 20,
  bufferedBytesMax: 1024 * 1024,
  bufferedBytesTotalMax: 4 * 1024 * 1024,
  deltasHeldMax: 64,
  closeGraceMs: 200,
};
const BID = 100;

export function startLive(server: Server): LiveEnd {
  const clock = createRealClock();
  const asked: string[] = [];
  const open = new Map<Duplex, WebSocket>();
  let names: [readonly string[], readonly string[]] = [[], []];
  let pairs: readonly PairNames[] = [];
  let stage: WindowStage = windowStage({ exchanges: ['None'], symbols: ['NONE/USDT'], pairs: [] });
  let realtime: Realtime;
  let router: UpgradeRouter | null = null;

  function start(): void {
    const [exchanges, symbols] = names;
    if (exchanges.length > 0) stage = windowStage({ exchanges, symbols, pairs: [] });
    stage.watched.setPairs(pairs, clock.nowUs());
    realtime = new Realtime({ windows: () => stage.watched.windows, clock, log: silentLog, limits: LIMITS });
    const welcome: SocketRoute = realtime.route;
    const route: SocketRoute = (socket, url, connection, opener) => {
      asked.push(url.search);
      open.set(connection, socket);
      connection.once('close', () => open.delete(connection));
      welcome(socket, url, connection, opener);
    };
    const routes = new Map([[REALTIME_PATH, route]]);
    const deflated = new Set([REALTIME_PATH]);
    router = createUpgradeRouter({ server, routes, deflated, messageBytesMax: 1_024, log: silentLog });
  }

  async function stop(): Promise<void> {
    router?.close();
    router = null;
    await realtime.close();
  }

  start();
  return {
    open(exchanges, symbols) {
      names = [exchanges, symbols];
      pairs = [];
      stage = windowStage({ exchanges, symbols, pairs: [] });
    },
    watch(wanted) {
      pairs = wanted;
      stage.watched.setPairs(pairs, clock.nowUs());
    },
    point({ symbol, exchange1, exchange2 }, spreadPercent) {
      // The left leg's quote makes the point; the right leg's alone would make another one.
      const right = stage.id(exchange2, symbol);
      const window = stage.watched.find(symbol, exchange1, exchange2);
      const nowUs = clock.nowUs();
      if (window?.valid !== true) stage.hub.quote(right, BID, 1, BID + 1, 1, Number.NaN, nowUs);
      const bid = BID * (1 + spreadPercent / 100);
      const left = stage.id(exchange1, symbol);
      stage.hub.quote(left, bid, 1, bid + 1, 1, Number.NaN, nowUs + 1);
      return Math.floor((window?.newestUs ?? nowUs) / 1_000) / 1_000;
    },
    gap({ symbol, exchange2 }, fromSeconds) {
      stage.hub.gap(stage.id(exchange2, symbol), fromSeconds * 1_000_000, 'silent', clock.nowUs());
    },
    late({ symbol, exchange2 }, isLate) {
      const [status, value] = isLate ? (['lagging', 400_000] as const) : (['in-time', 60_000_000] as const);
      stage.hub.status(stage.id(exchange2, symbol), status, value, clock.nowUs());
    },
    stop,
    start,
    cut() {
      for (const connection of open.keys()) connection.destroy();
    },
    say(text) {
      for (const socket of open.values()) socket.send(text);
    },
    asked,
    messagesDeflated: () => realtime.counters().messagesDeflated,
    nowSeconds: () => clock.nowUs() / 1_000_000,
    async close() {
      if (router !== null) await stop();
      clock.close();
    },
  };
}
