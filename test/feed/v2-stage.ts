// Feed protocol v2 as the process runs it: a real hub in front, the kernels' own reading of quotes, the upgrade router and a
// real port behind.

import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket } from 'ws';
import { Decoder } from '../../src/client/decode.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import type { GapReason, StatusKind } from '../../src/core/reasons.js';
import { FeedV2 } from '../../src/feed/feed-v2.js';
import type { FeedV2Limits } from '../../src/feed/feed-v2-words.js';
import type { OpportunityRow, ServerMessage } from '../../src/feed/protocol.js';
import { Hub } from '../../src/hub/hub.js';
import { spreadPercent } from '../../src/series/spread.js';
import { STALE_LIMIT_US_DEFAULT } from '../../src/series/valid.js';
import { tellValidity } from '../../src/series/validity.js';
import { createUpgradeRouter } from '../../src/sockets/upgrade.js';
import { createFastClock, type FastClock } from '../support/fast-clock.js';
import { until } from '../support/wait.js';

export interface V2Stage {
  readonly port: number;
  readonly url: string;
  readonly clock: FastClock;
  readonly hub: Hub;
  readonly feed: FeedV2;
  readonly epoch: number;
  opportunities: readonly OpportunityRow[];
  idOf(exchange: string, symbol: string): number;
  quote(exchange: string, symbol: string, bid: number, ask: number, exchangeUs?: number): number;
  gap(exchange: string, symbol: string, reason: GapReason): number;
  status(exchange: string, symbol: string, status: StatusKind, value?: number): number;
  /** Every connection is cut, without a goodbye. */
  cut(): void;
  close(): Promise<void>;
}

export const LIMITS: FeedV2Limits = {
  clientsMax: 50,
  bufferedBytesMax: 512 * 1024,
  bufferedBytesTotalMax: 8 * 1024 * 1024,
  messageBytesMax: 16 * 1024,
  namesMax: 10,
  pairsMax: 5,
  recordsHeldMax: 2_000,
  instrumentsMax: 1_024,
  heartbeatMs: 60_000,
  opportunitiesMs: 60_000,
  opportunitiesMax: 3,
};

export interface V2Options {
  readonly limits?: Partial<FeedV2Limits>;
  readonly port?: number;
  readonly lastStampUs?: number;
  /** Times the machine's clock: of clients only. */
  readonly speed?: number;
}

export async function startFeedV2(options: V2Options = {}): Promise<V2Stage> {
  const clock = createFastClock(1);
  const instruments = new InstrumentTable();
  const { instrumentsMax } = { ...LIMITS, ...options.limits };
  const hub = new Hub({ instrumentsMax, lastStampUs: options.lastStampUs ?? 0 });
  const epoch = clock.nowUs();
  const feed = new FeedV2({
    ...{ clock, instruments, epoch, tellValidity, spreadPercent },
    // Whatever the layer of quality says is passed on: here something of every pair's own.
    judge: (leg1, leg2) => (leg1 * 5 + leg2 * 3 + 1) & 0x3fff,
    clientClock: createFastClock(options.speed ?? 1),
    log: silentLog,
    latest: hub.latest,
    lastSeq: () => hub.lastStampUs,
    opportunities: async () => ({ asOfUs: clock.nowUs(), rows: stage.opportunities }),
    ageLimitUs: STALE_LIMIT_US_DEFAULT,
    limits: { ...LIMITS, ...options.limits },
  });
  hub.subscribe(feed.subscriber);
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const router = createUpgradeRouter({
    server,
    routes: new Map([
      ['/ws/v2', (socket, _url, connection, { origin }) => feed.accept(socket, connection, origin)],
    ]),
    messageBytesMax: LIMITS.messageBytesMax,
    log: silentLog,
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // Frames of one millisecond come together: the hub then raises their stamps, one microsecond each.
  const nowUs = () => Math.floor(clock.nowUs() / 1_000) * 1_000;
  const idOf = (exchange: string, symbol: string) => instruments.intern(exchange, symbol).id;
  const stage: V2Stage = {
    ...{ port, url: `ws://127.0.0.1:${port}/ws/v2`, clock, hub, feed, epoch },
    opportunities: [],
    idOf,
    quote(exchange, symbol, bid, ask, exchangeUs = Number.NaN) {
      hub.quote(idOf(exchange, symbol), bid, 1, ask, 2, exchangeUs, nowUs());
      return hub.lastStampUs;
    },
    gap(exchange, symbol, reason) {
      hub.gap(idOf(exchange, symbol), nowUs(), reason, nowUs());
      return hub.lastStampUs;
    },
    status(exchange, symbol, status, value = Number.NaN) {
      hub.status(idOf(exchange, symbol), status, value, nowUs());
      return hub.lastStampUs;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      router.close();
      await feed.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stage;
}

export interface V2Client {
  readonly socket: WebSocket;
  /** All that came, decoded. */
  readonly messages: ServerMessage[];
  /** As it came. */
  readonly texts: string[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  ask(request: unknown): void;
  of<Type extends ServerMessage['type']>(type: Type): Extract<ServerMessage, { type: Type }>[];
  /** Resolves with the first message of the type beyond those there were. */
  next<Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { type: Type }>>;
  /** Resolves when it is up to the present. */
  subscribe(request: object): Promise<void>;
}

/** Resolves when the server has said hello. */
export async function connectV2(stage: V2Stage, headers: Record<string, string> = {}): Promise<V2Client> {
  const socket = new WebSocket(stage.url, { headers });
  socket.binaryType = 'arraybuffer';
  const decoder = new Decoder();
  const messages: ServerMessage[] = [];
  const texts: string[] = [];
  socket.on('message', (data, isBinary) => {
    if (!isBinary) texts.push(String(Buffer.from(data as ArrayBuffer)));
    messages.push(...decoder.decode(isBinary ? (data as ArrayBuffer) : (texts.at(-1) as string)));
  });
  socket.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  const client: V2Client = {
    ...{ socket, messages, texts, closed },
    ask: (request) => socket.send(typeof request === 'string' ? request : JSON.stringify(request)),
    of: (type) => messages.filter((message) => message.type === type) as never,
    async next(type) {
      const before = client.of(type).length;
      return await until(`a message ${type}`, () => client.of(type)[before] as never);
    },
    async subscribe(request) {
      const ready = client.next('ready');
      client.ask({ op: 'subscribe', ...request });
      await ready;
    },
  };
  await until('hello', () => client.of('hello').length === 1);
  return client;
}
