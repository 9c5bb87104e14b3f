// The simulated world's one HTTP server, on loopback: each exchange under its own path prefix, REST and
// WebSocket alike. `/<exchange>/<the exchange's own path>`; it must never listen beyond loopback.

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { assert } from '../core/assert.js';
import { exchangeKey } from '../core/exchange.js';
import type { Clock } from '../core/time.js';
import type { SimBook, SimExchange } from './exchange.js';
import type { Refusal } from './faults.js';
import { HostedExchange } from './hosted-exchange.js';
import { createRandom } from './random.js';

const HOST = '127.0.0.1';
const CLIENT_FRAME_BYTES_MAX = 1024 * 1024;

export interface SimServerOptions {
  readonly clock: Clock;
  /** 0 (the default) = any free port. */
  readonly port?: number;
  /** Of connection ids and the steps of update ids. */
  readonly seed: number;
  readonly exchanges: readonly { readonly exchange: SimExchange; readonly book: SimBook }[];
  /** False: as many handshakes, connections and REST requests as one likes. Default true. */
  readonly connectLimits?: boolean;
}

/** As configuration wants them: no trailing slash but where the exchange's own address has one. */
export interface SimUrls {
  readonly restUrl: string;
  readonly wsUrl: string;
}

export interface SimServer {
  readonly port: number;
  /** By exchange name. */
  readonly urls: Readonly<Record<string, SimUrls>>;
  /** Any case; throws for one that is not hosted. */
  exchange(name: string): HostedExchange;
  readonly stats: readonly SimExchangeStats[];
  close(): Promise<void>;
}

export interface SimExchangeStats {
  readonly exchange: string;
  readonly connections: number;
  readonly symbolsWanted: number;
  readonly quotesSent: number;
  readonly restRequests: number;
  readonly handshakes: number;
  readonly handshakesRefused: number;
  readonly slowReadersCut: number;
}

/** Rejects when the port is taken. */
export async function startSimServer(options: SimServerOptions): Promise<SimServer> {
  const hosted = new Map<string, HostedExchange>();
  for (const { exchange, book } of options.exchanges) {
    const random = createRandom(options.seed, 'connections', exchange.name);
    const limits = options.connectLimits ?? true;
    hosted.set(exchangeKey(exchange.name), new HostedExchange(exchange, book, options.clock, random, limits));
  }
  // No permessage-deflate: none of the exchanges negotiates it on these sockets.
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // A connection answers itself: one that is half-open does not.
    autoPong: false,
    maxPayload: CLIENT_FRAME_BYTES_MAX,
  });
  const server = createServer((request, response) => answer(hosted, request, response));
  server.on('upgrade', (request, socket, head) => upgrade(hosted, sockets, request, socket, head));
  const port = await listen(server, options.port ?? 0);

  return {
    port,
    urls: Object.fromEntries(
      options.exchanges.map(({ exchange }) => [exchange.name, urlsOf(exchange, port)]),
    ),
    exchange(name) {
      const found = hosted.get(exchangeKey(name));
      assert(found !== undefined, `no exchange ${name} in this simulated world`);
      return found;
    },
    get stats() {
      return [...hosted.values()].map(statsOf);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...hosted.values()].map((one) => one.close()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function urlsOf(exchange: SimExchange, port: number): SimUrls {
  const place = `${HOST}:${port}/${exchangeKey(exchange.name)}`;
  return { restUrl: `http://${place}${exchange.restPrefix}`, wsUrl: `ws://${place}${exchange.wsPath}` };
}

function statsOf(hosted: HostedExchange): SimExchangeStats {
  return {
    exchange: hosted.exchange.name,
    connections: hosted.connections.size,
    symbolsWanted: hosted.wanted().size,
    quotesSent: hosted.sent.total,
    restRequests: hosted.restRequests,
    handshakes: hosted.handshakes,
    handshakesRefused: hosted.handshakesRefused,
    slowReadersCut: hosted.slowReadersCut,
  };
}

type Hosted = ReadonlyMap<string, HostedExchange>;

/** Which exchange a request is for, and the path below its prefix. */
function route(hosted: Hosted, request: IncomingMessage): { hosted: HostedExchange; path: URL } | null {
  const match = /^\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(request.url ?? '');
  const found = hosted.get((match?.[1] ?? '').toLowerCase());
  if (found === undefined) return null;
  const path = new URL(`http://${HOST}:${request.socket.localPort}`);
  path.pathname = match?.[2] ?? '/';
  path.search = match?.[3] ?? '';
  return { hosted: found, path };
}

function answer(hosted: Hosted, request: IncomingMessage, response: ServerResponse): void {
  const routed = route(hosted, request);
  const reply =
    routed === null
      ? { status: 404, body: 'no such exchange' }
      : routed.hosted.answer(routed.path, request.method ?? 'GET');
  if (reply === 'hang-up') {
    request.socket.destroy();
    return;
  }
  const isText = typeof reply.body === 'string';
  response.writeHead(reply.status, {
    'content-type': isText ? 'text/html' : 'application/json',
    ...('headers' in reply ? reply.headers : {}),
  });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
}

function upgrade(
  hosted: Hosted,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy());
  const routed = route(hosted, request);
  const refusal = routed === null ? { status: 404 as const } : routed.hosted.refusal(routed.path);
  if (routed === null || refusal !== null) {
    refuse(socket, refusal ?? { status: 404 });
    return;
  }
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    routed.hosted.adopt(routed.path, request.headers, webSocket, socket);
  });
}

function refuse(socket: Duplex, why: Refusal): void {
  if (why === 'hang-up') {
    socket.destroy();
    return;
  }
  const { status, retryAfterS } = why;
  const retryAfter = retryAfterS === undefined ? '' : `Retry-After: ${retryAfterS}\r\n`;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${retryAfter}Content-Length: 0\r\n\r\n`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
