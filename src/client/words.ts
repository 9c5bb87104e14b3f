// What a user of the client gives it and is told by it.

import type {
  ControlMessage,
  Gap,
  MarketMessage,
  Opportunities,
  Quote,
  RequestError,
  Since,
  SnapshotReason,
  Spread,
  Status,
  SubscribeRequest,
} from '../feed/protocol.js';
import type { ClientClock } from './clock.js';

/** What the client needs of a WebSocket: the browser's and Node's have it, and that of the package `ws`. */
export interface WebSocketLike {
  binaryType: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketClass = new (url: string) => WebSocketLike;

export interface FeedClientOptions extends Omit<SubscribeRequest, 'op' | 'id'> {
  /** `ws://host:8181/ws/v2` */
  readonly url: string;
  /** Default: the global one; on Node 20 that of `ws`. */
  readonly WebSocket?: unknown;
  /** Between two attempts: doubled with each that fails, less up to half of it by chance. Default 250 and 30,000. */
  readonly retryMsMin?: number;
  readonly retryMsMax?: number;
  /** An attempt takes no longer. Default 10,000. */
  readonly connectMsMax?: number;
  /** Messages that wait for an asynchronous iterator; more end it with an error. Default 100,000. */
  readonly queueMax?: number;
  readonly clock?: ClientClock;
}

/** Something is missing between two messages: what follows begins with a snapshot. */
export interface Hole {
  /** `lost`: fewer messages came than the server counted. Else the server's words. */
  readonly reason: Exclude<SnapshotReason, 'new'> | 'lost';
  readonly from: Since;
  readonly to: Since;
}

/** The connection ended; `retryMs`: the next attempt is made after it; null: none is. */
export interface Disconnect {
  readonly code: number;
  readonly reason: string;
  readonly retryMs: number | null;
}

export interface FeedEvents {
  readonly quote: Quote;
  readonly spread: Spread;
  readonly opportunities: Opportunities;
  readonly gap: Gap;
  readonly status: Status;
  /** Any of these five. */
  readonly message: MarketMessage;
  readonly hole: Hole;
  /** Everything else the server says. */
  readonly control: ControlMessage;
  readonly disconnect: Disconnect;
  /** The server refused the request: the client has closed itself. */
  readonly refused: RequestError;
}
