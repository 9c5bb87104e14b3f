// Opens one WebSocket to an exchange and says what becomes of it, each in one call; and lets go of one so that
// nothing of it is heard any more. Decides nothing.

import { WebSocket } from 'ws';
import type { ExchangeAdapter } from '../exchanges/exchange.js';
import { retryAfterMs, rootCause } from './rest.js';

export interface SocketLimits {
  readonly frameBytesMax: number;
  readonly handshakeTimeoutMs: number;
  readonly retryAfterMsMax: number;
}

export interface SocketEvents {
  opened(): void;
  frame(data: Buffer, isBinary: boolean): void;
  /** A ping of the exchange: a sign of life without a frame. */
  proven(): void;
  /** The answer to a ping of ours. */
  ponged(): void;
  /** It is of no use any more; `pauseMs` where the exchange asked to stay away so long. */
  fell(reason: string, pauseMs?: number): void;
}

export function openSocket(
  url: string,
  adapter: ExchangeAdapter,
  limits: SocketLimits,
  events: SocketEvents,
): WebSocket {
  const socket = new WebSocket(url, {
    headers: { ...adapter.wsHeaders },
    handshakeTimeout: limits.handshakeTimeoutMs,
    maxPayload: limits.frameBytesMax,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  socket.on('open', () => events.opened());
  socket.on('message', (data: Buffer, isBinary: boolean) => events.frame(data, isBinary));
  socket.on('ping', () => events.proven());
  socket.on('pong', () => events.ponged());
  socket.on('unexpected-response', (_request, response) => {
    const status = response.statusCode ?? 0;
    const pauseMs = retryAfterMs(status, response.headers['retry-after'], limits.retryAfterMsMax);
    response.resume();
    events.fell(`handshake answered with HTTP ${status}`, pauseMs);
  });
  socket.on('error', (error) => events.fell(rootCause(error)));
  socket.on('close', (code, text) => events.fell(closeReason(code, text.toString('utf8'))));
  return socket;
}

/** Ends the socket at once. Whatever still comes of it finds nobody listening. */
export function dropSocket(socket: WebSocket): void {
  socket.removeAllListeners();
  // Terminating a socket that is still connecting emits an error; nobody is interested any more.
  socket.on('error', () => {});
  socket.terminate();
}

function closeReason(code: number, text: string): string {
  const words = text === '' ? '' : ` "${text.slice(0, 120)}"`;
  return `closed by the exchange, code ${code}${words}`;
}
