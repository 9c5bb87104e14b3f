// Every client of one WebSocket stream: accepted, proven alive, bounded, sent to, closed. It knows nothing of
// what is sent. A slow or dead client is its own trouble: it must never delay, block or throw at a sender.

import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Cancel } from '../core/time.js';
import type { Client, ClientsCounters, ClientsOptions, Payload } from './client.js';
import { LongFrames } from './deflate.js';
import { Entry } from './entry.js';
import { Release } from './release.js';

export type { Client, ClientsCounters, ClientsOptions, Payload };

const TRY_AGAIN_LATER = 1013;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const SERVER_ERROR = 1011;
/** One object for all sends of a kind. */
const AS_TEXT = { binary: false } as const;
const AS_BINARY = { binary: true } as const;
const PING_INTERVAL_MS = 15_000;
const CLOSE_GRACE_MS = 1_000;
/** Pieces of a sequence handed to the socket at once. */
const SEQUENCE_STEP = 16;

export class Clients<State> {
  readonly #options: ClientsOptions<State>;
  readonly #entries = new Map<Client<State>, Entry<State>>();
  /** Told to go and not yet gone, with the timer that terminates them. */
  readonly #leaving = new Map<WebSocket, Cancel>();
  readonly #frames = new LongFrames();
  readonly #release: Release;
  #cancelPings: Cancel | null = null;
  #closed = false;
  #whenEmpty: (() => void)[] = [];
  #accepted = 0;
  #refused = 0;
  #closedSlow = 0;
  #closedDead = 0;
  #messagesSent = 0;
  #bytesSent = 0;
  #messagesReceived = 0;
  #messagesDeflated = 0;
  #bytesDeflated = 0;

  constructor(options: ClientsOptions<State>) {
    this.#options = options;
    this.#release = new Release(
      () => this.#entries.size,
      () => this.#boundTotal(options.bufferedBytesTotalMax),
    );
  }

  /** Clients that get what is sent. */
  get size(): number {
    return this.#entries.size;
  }

  [Symbol.iterator](): IterableIterator<Client<State>> {
    return this.#entries.keys();
  }

  counters(): ClientsCounters {
    let bufferedBytes = 0;
    for (const { socket } of this.#entries.values()) bufferedBytes += socket.bufferedAmount;
    for (const socket of this.#leaving.keys()) bufferedBytes += socket.bufferedAmount;
    return {
      clients: this.#entries.size,
      accepted: this.#accepted,
      refused: this.#refused,
      closedSlow: this.#closedSlow,
      closedDead: this.#closedDead,
      messagesSent: this.#messagesSent,
      bytesSent: this.#bytesSent,
      messagesReceived: this.#messagesReceived,
      framesDeflated: this.#frames.deflated,
      messagesDeflated: this.#messagesDeflated,
      bytesDeflated: this.#bytesDeflated,
      bufferedBytes,
    };
  }

  /**
   * Takes an open socket over; null when it was refused (and is being closed). With its connection below,
   * what is sent within one turn of the event loop leaves in one write.
   */
  accept(socket: WebSocket, state: State, connection: Duplex | null = null): Client<State> | null {
    // What goes wrong with a socket ends in its 'close'; the error itself is the other side's affair.
    socket.on('error', () => {});
    if (this.#closed || this.#entries.size >= this.#options.clientsMax) {
      this.#refused += 1;
      socket.once('close', () => this.#gone(socket));
      this.#leave(socket, TRY_AGAIN_LATER, this.#closed ? 'closing' : 'too many clients');
      return null;
    }
    this.#accepted += 1;
    const entry = new Entry(this.#accepted, state, socket, connection);
    this.#entries.set(entry, entry);
    socket.on('pong', () => {
      entry.proven = true;
    });
    socket.on('message', (data) => this.#received(entry, data));
    socket.once('close', () => {
      this.#remove(entry);
      this.#gone(socket);
    });
    const { clock, pingIntervalMs = PING_INTERVAL_MS } = this.#options;
    this.#cancelPings ??= clock.every(pingIntervalMs, () => this.#ping());
    return entry;
  }

  /** Sends text to one client; does nothing when it has gone. */
  sendTo(client: Client<State>, data: Payload): void {
    const entry = this.#entries.get(client);
    if (entry === undefined) return;
    this.#send(entry, bytesOf(data));
  }

  /**
   * Sends many pieces to one client, no faster than it reads, a few in each turn of the event loop, so that a
   * long list neither closes the client nor holds up the loop. `done` comes once, also when the client goes.
   */
  sendSequence(client: Client<State>, pieces: readonly Buffer[], done: () => void): void {
    const entry = this.#entries.get(client);
    if (entry === undefined || pieces.length === 0) {
      done();
      return;
    }
    const step = (from: number) => {
      if (!this.#entries.has(client)) return done();
      const to = Math.min(from + SEQUENCE_STEP, pieces.length);
      for (let i = from; i < to - 1; i++) this.#send(entry, pieces[i] as Buffer);
      const flushed = () => setImmediate(() => (to < pieces.length ? step(to) : done()));
      if (!this.#send(entry, pieces[to - 1] as Buffer, flushed)) done();
    };
    step(0);
  }

  /** Sends one text to all clients, or to those that `filter` lets through, from one buffer. */
  broadcast(data: Payload, filter?: (client: Client<State>) => boolean): void {
    if (this.#entries.size === 0) return;
    const bytes = bytesOf(data);
    for (const entry of this.#entries.values())
      if (filter === undefined || filter(entry)) this.#send(entry, bytes);
  }

  /** Says goodbye to one client (a reason of at most 123 bytes). */
  drop(client: Client<State>, code: number, reason: string): void {
    const entry = this.#entries.get(client);
    if (entry === undefined) return;
    this.#remove(entry);
    this.#leave(entry.socket, code, reason);
  }

  /** Closes every client and refuses new ones; resolves when all have gone, within the grace at most. */
  close(code = GOING_AWAY, reason = 'server stops'): Promise<void> {
    this.#closed = true;
    for (const client of this.#entries.keys()) this.drop(client, code, reason);
    if (this.#leaving.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #received(entry: Entry<State>, data: RawData): void {
    entry.proven = true;
    if (!this.#entries.has(entry)) return;
    this.#messagesReceived += 1;
    if (!entry.mayAsk(this.#options.clock.nowUs())) {
      this.drop(entry, POLICY_VIOLATION, 'too many messages');
      return;
    }
    try {
      // Sockets of the router hand over Buffers; the type knows of settings that nobody uses here.
      this.#options.onMessage?.(entry, data as Buffer);
    } catch (error) {
      const { log, name: stream } = this.#options;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error('a message of a client could not be answered', { stream, client: entry.id, reason });
      this.drop(entry, SERVER_ERROR, 'server error');
    }
  }

  /** False when the client was closed instead. */
  #send(entry: Entry<State>, bytes: Buffer, flushed?: () => void): boolean {
    const { socket, connection } = entry;
    if (socket.bufferedAmount > this.#options.bufferedBytesMax) {
      this.#closeSlow(entry);
      return false;
    }
    // A socket that is just closing swallows it; its 'close' is on the way.
    if (socket.readyState !== socket.OPEN) return false;
    this.#release.hold(entry);
    const isBinary = this.#options.isBinary?.(bytes) === true;
    // What is framed once for all is text.
    const frame = connection === null || isBinary ? null : this.#frames.of(bytes, entry.deflates);
    if (frame === null) {
      socket.send(bytes, isBinary ? AS_BINARY : AS_TEXT, flushed);
    } else {
      // As the library's own frames, which it writes whole and at once: `bufferedAmount` counts these bytes too.
      connection?.write(frame, flushed);
      if (frame.length < bytes.length) {
        this.#messagesDeflated += 1;
        this.#bytesDeflated += frame.length;
      }
    }
    this.#messagesSent += 1;
    this.#bytesSent += bytes.length;
    return true;
  }

  #boundTotal(bytesMax: number | undefined): void {
    if (bytesMax === undefined) return;
    let waiting = 0;
    let slowest: Entry<State> | null = null;
    let slowestBytes = 0;
    for (const entry of this.#entries.values()) {
      // Held by us, not by a slow reader.
      if (entry.held) continue;
      const { bufferedAmount } = entry.socket;
      waiting += bufferedAmount;
      if (bufferedAmount <= slowestBytes) continue;
      slowest = entry;
      slowestBytes = bufferedAmount;
    }
    if (waiting > bytesMax && slowest !== null) this.#closeSlow(slowest);
  }

  #closeSlow(entry: Entry<State>): void {
    if (!this.#entries.has(entry)) return;
    this.#closedSlow += 1;
    const bufferedBytes = entry.socket.bufferedAmount;
    const { log, name: stream } = this.#options;
    log.warn('a slow client was closed', { stream, client: entry.id, bufferedBytes });
    this.drop(entry, TRY_AGAIN_LATER, `too slow: ${bufferedBytes} bytes wait`);
  }

  #ping(): void {
    for (const entry of this.#entries.values()) {
      if (!entry.proven) {
        this.#closedDead += 1;
        const { log, name: stream } = this.#options;
        log.info('a silent client was closed', { stream, client: entry.id });
        // Who only does not read finds the reason behind the rest, should it read again.
        this.drop(entry, TRY_AGAIN_LATER, 'no sign of life in two ping periods');
      } else if (entry.socket.readyState === entry.socket.OPEN) {
        entry.proven = false;
        entry.socket.ping();
      }
    }
  }

  #remove(entry: Entry<State>): void {
    if (!this.#entries.delete(entry)) return;
    if (this.#entries.size === 0) {
      this.#cancelPings?.();
      this.#cancelPings = null;
    }
    this.#options.onGone?.(entry);
  }

  /** The goodbye waits behind what is buffered: who does not read it in time is cut off. */
  #leave(socket: WebSocket, code: number, reason: string): void {
    if (socket.readyState === socket.CLOSED) return;
    const { clock, closeGraceMs = CLOSE_GRACE_MS } = this.#options;
    const cancel = clock.after(closeGraceMs, () => socket.terminate());
    this.#leaving.set(socket, cancel);
    socket.close(code, reason);
  }

  #gone(socket: WebSocket): void {
    this.#leaving.get(socket)?.();
    this.#leaving.delete(socket);
    if (this.#leaving.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

function bytesOf(data: Payload): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : data;
}
