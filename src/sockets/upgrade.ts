// The door for WebSockets on the one HTTP port: which path is which stream, and how long a message from
// outside may be. It never speaks: what comes in and goes out is the stream's own.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Log } from '../core/log.js';
import { offersDeflate } from './deflate.js';
import { type Opener, openerOf } from './origin.js';

/** Takes an open socket, and the connection below it; must listen for the socket's 'error'. */
export type SocketRoute = (socket: WebSocket, url: URL, connection: Duplex, opener: Opener) => void;

export interface UpgradeRouterOptions {
  readonly server: Server;
  /** By path, without a last slash (`/` itself excepted). Reading is for everybody; each is told its opener. */
  readonly routes: ReadonlyMap<string, SocketRoute>;
  /** Paths whose clients may agree to permessage-deflate: where long texts go to many. Absent = none. */
  readonly deflated?: ReadonlySet<string>;
  /** A longer message closes its socket with 1009; so does one of over 4 KB, inflated, of a client that agreed to deflate. */
  readonly messageBytesMax: number;
  readonly log: Log;
}

export interface UpgradeRouter {
  /** Takes no more sockets; those taken are their streams' to close. */
  close(): void;
}

/**
 * The library inflates what clients send, within `maxPayload`, and never deflates: one deflater for each client
 * costs a core for a thousand of them. What is sent deflated, the streams deflate themselves, once for all.
 */
const DEFLATE = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: Number.POSITIVE_INFINITY,
  // What the library keeps of an inflater for each client that ever sent something deflated.
  zlibInflateOptions: { chunkSize: 1_024 },
} as const;
/** And it keeps what it inflated: a wish of such a client is short. */
const INFLATED_BYTES_MAX = 4_096;

const STATUS_TEXT = { 400: 'Bad Request', 404: 'Not Found' } as const;

/** Handshakes that are not WebSocket's are answered 400 by the library, unknown paths 404, all of them closed. */
export function createUpgradeRouter(options: UpgradeRouterOptions): UpgradeRouter {
  const { server, routes, log } = options;
  const maxPayload = options.messageBytesMax;
  const common = { noServer: true, clientTracking: false } as const;
  const plain = new WebSocketServer({ ...common, perMessageDeflate: false, maxPayload });
  const deflating = new WebSocketServer({
    ...common,
    perMessageDeflate: DEFLATE,
    maxPayload: Math.min(maxPayload, INFLATED_BYTES_MAX),
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const ignore = () => {};
    socket.on('error', ignore);
    const url = urlOf(request);
    const route = url === null ? undefined : routes.get(pathOf(url));
    if (url === null || route === undefined) {
      log.debug('a socket was refused', { path: (request.url ?? '').slice(0, 200) });
      refuse(socket, url === null ? 400 : 404);
      return;
    }
    const agrees = options.deflated?.has(pathOf(url)) === true && showOffer(request);
    (agrees ? deflating : plain).handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', ignore);
      route(webSocket, url, socket, openerOf(request));
    });
  };
  server.on('upgrade', upgrade);
  return {
    close() {
      server.off('upgrade', upgrade);
      plain.close();
      deflating.close();
    },
  };
}

/** Whether it makes an offer that we can keep; the library sees no other: on those it would refuse the handshake. */
function showOffer({ headers }: IncomingMessage): boolean {
  const name = 'sec-websocket-extensions';
  const agrees = offersDeflate(headers[name]);
  if (agrees) headers[name] = 'permessage-deflate';
  return agrees;
}

function urlOf(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  // An absolute or a `//host` target would name its own host; only paths are ours.
  if (!/^\/(?!\/)/.test(target)) return null;
  return URL.canParse(target, 'ws://localhost') ? new URL(target, 'ws://localhost') : null;
}

function pathOf(url: URL): string {
  return url.pathname.length > 1 ? url.pathname.replace(/\/$/, '') : url.pathname;
}

function refuse(socket: Duplex, status: keyof typeof STATUS_TEXT): void {
  const body = `${status} ${STATUS_TEXT[status]}\n`;
  // Not every peer closes its side: ours is destroyed when the answer is out.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
