// One client's WebSocket at a simulated exchange: carries the conversation's words to the socket and back,
// knows what the client wants, closes in order or cuts. A reader that is too slow is cut, as exchanges do.

import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../core/time.js';
import type { Conversation, Peer, SimFrame } from './exchange.js';

/** More than this unsent and the client is too slow to keep. */
const UNSENT_BYTES_MAX = 16 * 1024 * 1024;
/** A frame that trickles comes in so many pieces. */
const PIECES = 4;
/** How long a client may take to answer our close frame. */
const CLOSE_TIMEOUT_MS = 3_000;

/** What the exchange wants to know of its connections. */
export interface ConnectionOwner {
  changed(): void;
  quoteAllowed(exchangeSymbol: string): boolean;
  quoteSent(exchangeSymbol: string): void;
  nextUpdateId(exchangeSymbol: string): number;
  cutForSlowness(): void;
  /** The frames that go out instead of one with a quote. */
  framesFor(exchangeSymbol: string, frame: SimFrame): readonly SimFrame[];
}

export class SimConnection implements Peer {
  /** `name#n`, of this server. */
  readonly id: string;
  readonly token: string;
  /** Exchange symbols whose best bid and ask the client has subscribed. */
  readonly wanted = new Set<string>();
  /** Those whose trades it has subscribed. */
  readonly wantedTrades = new Set<string>();
  readonly #headers: IncomingHttpHeaders;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #owner: ConnectionOwner;
  #conversation: Conversation | null = null;
  #unsent = 0;
  #drainWaiters: (() => void)[] = [];
  #closing: Promise<void> | null = null;
  #stalled = false;
  /** Bytes still to trickle, while it drips. */
  #drops: Buffer[] | null = null;

  constructor(
    names: { readonly id: string; readonly token: string; readonly headers: IncomingHttpHeaders },
    socket: WebSocket,
    stream: Duplex,
    clock: Clock,
    owner: ConnectionOwner,
  ) {
    this.id = names.id;
    this.token = names.token;
    this.#headers = names.headers;
    this.#socket = socket;
    this.#stream = stream;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** From here on the conversation hears the client. */
  begin(conversation: Conversation): void {
    this.#conversation = conversation;
    this.#socket.on('message', (data) => {
      if (this.open) conversation.onText(frameText(data), this.#clock.nowUs());
    });
    this.#socket.on('ping', () => this.open && conversation.onControlFrame('ping', this.#clock.nowUs()));
    this.#socket.on('pong', () => this.open && conversation.onControlFrame('pong', this.#clock.nowUs()));
    // A broken socket says so once more by closing: nothing to do here.
    this.#socket.on('error', () => undefined);
  }

  /** Neither closed nor closing. */
  get open(): boolean {
    return this.#closing === null && this.#socket.readyState === this.#socket.OPEN;
  }

  get conversation(): Conversation {
    if (this.#conversation === null) throw new Error('invariant broken: a connection without a conversation');
    return this.#conversation;
  }

  /** Bytes handed to the socket that the kernel has not taken. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  send(frame: SimFrame): void {
    this.sendRaw(frame);
  }

  /** Text, or the bytes of a binary frame, exactly as given. False when the connection is gone. */
  sendRaw(frame: SimFrame): boolean {
    if (!this.open) return false;
    if (this.#stalled) return true;
    if (this.#drops !== null) {
      this.#drops.push(...piecesOf(frame));
      return true;
    }
    if (this.#socket.bufferedAmount > UNSENT_BYTES_MAX) {
      this.#owner.cutForSlowness();
      this.cut();
      return false;
    }
    this.#unsent++;
    this.#socket.send(frame, { binary: typeof frame !== 'string' }, () => this.#sent());
    return true;
  }

  sendQuote(exchangeSymbol: string, frame: SimFrame): void {
    if (!this.#owner.quoteAllowed(exchangeSymbol)) return;
    let sent = true;
    for (const one of this.#owner.framesFor(exchangeSymbol, frame)) sent = this.sendRaw(one) && sent;
    if (sent) this.#owner.quoteSent(exchangeSymbol);
  }

  /** As a peer whose machine is gone: nothing is read, nothing comes, and no end is told. */
  stall(): void {
    this.#stalled = true;
    this.#stream.pause();
  }

  /** From now on the bytes of frames trickle, a few each tick; false ends it, and what is left goes at once. */
  drip(dripping: boolean): void {
    if (dripping) this.#drops ??= [];
    else this.#flushDrops();
  }

  /** One tick's worth of trickling. */
  dripOnce(): void {
    const drop = this.#drops?.shift();
    if (drop !== undefined && this.open) this.#stream.write(drop);
  }

  #flushDrops(): void {
    const drops = this.#drops;
    this.#drops = null;
    if (this.open) for (const drop of drops ?? []) this.#stream.write(drop);
  }

  ping(payload: string): void {
    // A ping between the pieces of a frame would be taken for a part of it.
    if (this.open && !this.#stalled && this.#drops === null) this.#socket.ping(payload);
  }

  close(code: number, reason: string): void {
    void this.closeAfterFlush(code, reason);
  }

  cut(): void {
    this.#socket.terminate();
  }

  want(exchangeSymbol: string, wanted: boolean): void {
    if (wanted) this.wanted.add(exchangeSymbol);
    else this.wanted.delete(exchangeSymbol);
    this.#owner.changed();
  }

  wantTrades(exchangeSymbol: string, wanted: boolean): void {
    if (wanted) this.wantedTrades.add(exchangeSymbol);
    else this.wantedTrades.delete(exchangeSymbol);
  }

  nextUpdateId(exchangeSymbol: string): number {
    return this.#owner.nextUpdateId(exchangeSymbol);
  }

  /** Resolves when the kernel has all frames sent so far, or the connection is gone. */
  drained(): Promise<void> {
    if (this.#unsent === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  /** The close frame goes out after everything sent; resolves when both sides have closed. */
  closeAfterFlush(code: number, reason: string): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#socket.readyState === this.#socket.CLOSED) {
        resolve();
        return;
      }
      const cancel = this.#clock.after(CLOSE_TIMEOUT_MS, () => this.cut());
      this.#socket.once('close', () => {
        cancel();
        resolve();
      });
      this.#socket.close(code, reason);
    });
    this.#owner.changed();
    return this.#closing;
  }

  #sent(): void {
    this.#unsent--;
    if (this.#unsent > 0) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** A whole unmasked WebSocket frame, in pieces of a few bytes. */
function piecesOf(frame: SimFrame): Buffer[] {
  const payload = Buffer.from(frame as string);
  const short = payload.length < 126;
  const header = Buffer.alloc(short ? 2 : 4);
  header[0] = 0x80 | (typeof frame === 'string' ? 1 : 2);
  if (short) header[1] = payload.length;
  else {
    header[1] = 126;
    header.writeUInt16BE(payload.length, 2);
  }
  const whole = Buffer.concat([header, payload]);
  const size = Math.ceil(whole.length / PIECES);
  const pieces: Buffer[] = [];
  for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size));
  return pieces;
}

function frameText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
