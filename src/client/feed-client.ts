// The client of feed protocol v2, for browsers and Node: connects, subscribes, and after every break comes back to where it was.
// What it cannot be given any more it tells as a hole: it never passes over one in silence.

import {
  type ControlMessage,
  type Heartbeat,
  type Hello,
  type MarketMessage,
  PROTOCOL_VERSION,
  type ServerMessage,
  type Since,
  type Subscribed,
} from '../feed/protocol.js';
import { type ClientClock, machineClock } from './clock.js';
import { Decoder } from './decode.js';
import { MessageQueue } from './message-queue.js';
import type { FeedClientOptions, FeedEvents, WebSocketClass, WebSocketLike } from './words.js';

type Listener<T> = (event: T) => void;

/** Heartbeats that may fail to come. */
const HEARTBEATS_MISSED_MAX = 2.5;
const NORMAL = 1000;
/** Of ours, to ourselves: the socket never said goodbye. */
const NO_GOODBYE = 1006;

export class FeedClient implements AsyncIterable<MarketMessage> {
  readonly #options: FeedClientOptions;
  readonly #clock: ClientClock;
  readonly #WebSocket: WebSocketClass;
  readonly #listeners = new Map<keyof FeedEvents, Set<Listener<never>>>();
  readonly #queues = new Set<MessageQueue<MarketMessage>>();
  #socket: WebSocketLike | null = null;
  #decoder = new Decoder();
  #stopWatching: () => void = () => {};
  #stopRetry: () => void = () => {};
  #silentMsMax: number;
  #heardMs = 0;
  #attempts = 0;
  #isClosed = false;
  /** Everything up to here has been received. */
  #since: Since | null;
  /** A snapshot is on its way: until it is whole there is no point to come back to. */
  #isFilling = false;
  #epoch = 0;
  #count = 0;

  /** Throws where there is no WebSocket class. Connects at once. */
  constructor(options: FeedClientOptions) {
    const found = options.WebSocket ?? (globalThis as { WebSocket?: unknown }).WebSocket;
    if (typeof found !== 'function')
      throw new Error('WebSocket: expected a class; this platform has none of its own, so give one');
    this.#options = options;
    this.#clock = options.clock ?? machineClock;
    this.#WebSocket = found as WebSocketClass;
    this.#since = options.since ?? null;
    this.#silentMsMax = this.#connectMsMax;
    this.#connect();
  }

  /** Where it is: for `since` of a later client. Null while a snapshot is not whole. */
  get since(): Since | null {
    return this.#since;
  }

  /** Returns what takes the listener away. */
  on<Type extends keyof FeedEvents>(type: Type, listener: Listener<FeedEvents[Type]>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(type, listeners);
    return () => void listeners.delete(listener);
  }

  /** Every message about the market from now on, until the client is closed; leaving the loop closes it. */
  [Symbol.asyncIterator](): AsyncIterator<MarketMessage, undefined> {
    const { queueMax = 100_000 } = this.#options;
    const queue = new MessageQueue<MarketMessage>(queueMax, () => this.close());
    if (this.#isClosed) queue.end(null);
    else this.#queues.add(queue);
    return queue;
  }

  /** For good. */
  close(): void {
    this.#end(null);
  }

  get #connectMsMax(): number {
    return this.#options.connectMsMax ?? 10_000;
  }

  #connect(): void {
    const socket = new this.#WebSocket(this.#options.url);
    this.#socket = socket;
    this.#decoder = new Decoder();
    this.#count = 0;
    // Nothing moves on before the server has said where it begins.
    this.#isFilling = true;
    this.#silentMsMax = this.#connectMsMax;
    this.#heardMs = this.#clock.nowMs();
    socket.binaryType = 'arraybuffer';
    socket.onerror = () => {};
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#received(data as string | ArrayBuffer);
    };
    socket.onclose = ({ code, reason }) => {
      if (socket === this.#socket) this.#lost(code, String(reason));
    };
    this.#watch();
  }

  /** A connection that says nothing for too long is as good as none. */
  #watch(): void {
    const silentMs = this.#clock.nowMs() - this.#heardMs;
    if (silentMs >= this.#silentMsMax) {
      this.#abandon(`nothing came for ${Math.round(silentMs)} ms`);
      return;
    }
    this.#stopWatching = this.#clock.after(this.#silentMsMax - silentMs, () => this.#watch());
  }

  /** Not waiting for its goodbye, which may never come. */
  #abandon(reason: string): void {
    const socket = this.#socket;
    this.#lost(NO_GOODBYE, reason);
    socket?.close();
  }

  #received(data: string | ArrayBuffer): void {
    this.#heardMs = this.#clock.nowMs();
    let messages: readonly ServerMessage[];
    try {
      messages = this.#decoder.decode(data);
    } catch (error) {
      this.#abandon(`a message could not be read: ${error instanceof Error ? error.message : error}`);
      return;
    }
    const socket = this.#socket;
    // A listener may close the client between two of them.
    for (const message of messages) if (socket === this.#socket) this.#take(message);
  }

  #take(message: ServerMessage): void {
    const { type } = message;
    if (type === 'instrument' || type === 'pair') return;
    if (type === 'quote' || type === 'gap' || type === 'status') {
      this.#count += 1;
      if (!this.#isFilling) this.#advance(message.seq);
      this.#give(message);
    } else if (type === 'spread' || type === 'opportunities') {
      // States, not steps: they are no point to come back to.
      this.#count += 1;
      this.#give(message);
    } else this.#control(message);
  }

  #control(message: ControlMessage): void {
    this.#emit('control', message);
    // A listener may have closed the client.
    if (this.#isClosed) return;
    if (message.type === 'hello') this.#greeted(message);
    else if (message.type === 'subscribed') this.#subscribed(message);
    else if (message.type === 'ready') {
      this.#isFilling = false;
      this.#attempts = 0;
      this.#advance(message.seq);
    } else if (message.type === 'heartbeat') this.#counted(message);
    else if (message.type === 'error') {
      this.#emit('refused', message);
      const { field, value, expected } = message;
      this.#end(new Error(`${field}: expected ${expected}, not ${value}`));
    }
  }

  #greeted({ protocol, epoch, heartbeatMs }: Hello): void {
    if (protocol !== PROTOCOL_VERSION) {
      this.#end(new Error(`the server speaks protocol ${protocol}, this client ${PROTOCOL_VERSION}`));
      return;
    }
    this.#epoch = epoch;
    this.#silentMsMax = heartbeatMs * HEARTBEATS_MISSED_MAX;
    const { streams, symbols, exchanges, pairs, conflate, format } = this.#options;
    const since = this.#since ?? undefined;
    const request = { op: 'subscribe', id: 1, streams, symbols, exchanges, pairs, conflate, format, since };
    this.#socket?.send(JSON.stringify(request));
  }

  #subscribed({ seq, epoch, resumed, snapshotReason }: Subscribed): void {
    this.#isFilling = !resumed;
    if (resumed) return;
    const from = this.#since;
    this.#since = null;
    if (from === null || snapshotReason === null || snapshotReason === 'new') return;
    this.#emit('hole', { reason: snapshotReason, from, to: { epoch, seq } });
  }

  #counted({ seq, count }: Heartbeat): void {
    if (count === this.#count) {
      if (!this.#isFilling) this.#advance(seq);
      return;
    }
    const to = { epoch: this.#epoch, seq };
    this.#emit('hole', { reason: 'lost', from: this.#since ?? to, to });
    // From a snapshot anew: what exactly is missing cannot be told.
    this.#since = null;
    this.#abandon(`${this.#count} messages came of ${count}`);
  }

  #advance(seq: number): void {
    this.#since = { epoch: this.#epoch, seq };
  }

  #give(message: MarketMessage): void {
    this.#emit(message.type, message as never);
    this.#emit('message', message);
    for (const queue of this.#queues) queue.push(message);
  }

  #emit<Type extends keyof FeedEvents>(type: Type, event: FeedEvents[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as Listener<FeedEvents[Type]>)(event);
  }

  #lost(code: number, reason: string): void {
    this.#stopWatching();
    this.#socket = null;
    this.#isFilling = false;
    if (this.#isClosed) return;
    const { retryMsMin = 250, retryMsMax = 30_000 } = this.#options;
    const fullMs = Math.min(retryMsMax, retryMsMin * 2 ** this.#attempts);
    const retryMs = fullMs * (1 - this.#clock.random() / 2);
    this.#attempts += 1;
    this.#stopRetry = this.#clock.after(retryMs, () => this.#connect());
    this.#emit('disconnect', { code, reason, retryMs });
  }

  #end(error: Error | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopWatching();
    this.#stopRetry();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(NORMAL);
    for (const queue of this.#queues) queue.end(error);
    this.#queues.clear();
    this.#emit('disconnect', { code: NORMAL, reason: error?.message ?? 'closed', retryMs: null });
  }
}
