// A real HTTP server with one stream of clients behind the upgrade router, on a free loopback port.

import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { silentLog } from '../../src/core/log.js';
import { Clients, type ClientsOptions } from '../../src/sockets/clients.js';
import { createUpgradeRouter } from '../../src/sockets/upgrade.js';
import { createFastClock, type FastClock } from '../support/fast-clock.js';

export interface Stage {
  readonly server: Server;
  readonly port: number;
  readonly clock: FastClock;
  readonly clients: Clients<null>;
  close(): Promise<void>;
}

/** `speed` is how many times faster than the machine's the clock of the clients runs. */
export async function startStage(
  options: Partial<ClientsOptions<null>> & {
    readonly speed?: number;
    readonly messageBytesMax?: number;
  } = {},
): Promise<Stage> {
  const clock = createFastClock(options.speed ?? 1);
  const clients = new Clients<null>({
    clock,
    log: silentLog,
    name: 'test',
    clientsMax: 1_000,
    bufferedBytesMax: 1024 * 1024,
    ...options,
  });
  const server = createServer((_request, response) => response.end('page'));
  const router = createUpgradeRouter({
    server,
    routes: new Map([
      ['/', (socket, _url, connection) => void clients.accept(socket, null, connection)],
      ['/ws/stream', (socket, _url, connection) => void clients.accept(socket, null, connection)],
    ]),
    deflated: new Set(['/ws/stream']),
    messageBytesMax: options.messageBytesMax ?? 1_024,
    log: silentLog,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    clock,
    clients,
    async close() {
      router.close();
      await clients.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface TestClient {
  readonly socket: WebSocket;
  /** Texts, in order of arrival. */
  readonly received: string[];
  /** Code and reason, once the server has closed it. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export interface ConnectOptions {
  readonly origin?: string;
  /** Offers permessage-deflate, as browsers do; so does a client that is told nothing. */
  readonly deflate?: boolean;
}

/** Resolves when the socket is open. */
export async function connectClient(
  port: number,
  path = '/',
  { origin, deflate = true }: ConnectOptions = {},
): Promise<TestClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
    perMessageDeflate: deflate && { threshold: 0 },
    ...(origin === undefined ? {} : { headers: { origin } }),
  });
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return { socket, received, closed };
}

/** Says what it is told over plain TCP; resolves with everything the server says until it closes. */
export function rawRequest(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => {
      said += chunk.toString();
    });
    socket.once('end', () => socket.end());
    socket.once('close', () => resolve(said));
    socket.once('error', reject);
  });
}

/** A handshake for `rawRequest` and for sockets that then fall silent. */
export function handshake(target: string): string {
  return (
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  );
}

/** Lets the event loop turn once, with its reads and writes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
