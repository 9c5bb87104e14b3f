// One client's WebSocket at a simulated exchange: carries the conversation's words to the socket and back,
// knows what the client wants, closes in order or cuts. A reader that is too slow is cut, as exchanges do.

import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock, Micros } from '../core/time.js';
import type { Conversation, Peer, SimFrame, Told } from './exchange.js';
import type { FrameFaults, Outgoing } from './frame-faults.js';
import { type FrameKind, piecesOf } from './pieces.js';

/** More than this unsent and the client is too slow to keep. */
const UNSENT_BYTES_MAX = 16 * 1024 * 1024;
/** How long a client may take to answer our close frame. */
const CLOSE_TIMEOUT_MS = 3_000;

/** What the exchange wants to know of its connections. */
export interface ConnectionOwner {
  changed(): void;
  quoteAllowed(exchangeSymbol: string): boolean;
  quoteSent(exchangeSymbol: string, told: Told, connection: SimConnection): void;
  cutForSlowness(): void;
  /** The present top as it is told; null = nobody knows one. */
  topOf(exchangeSymbol: string, nowUs: Micros): Told | null;
  /** Whether what is subscribed now is acknowledged and stays silent. */
  mutesSubscriptions(): boolean;
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
  readonly #frameFaults: FrameFaults;
  /** Subscribed, acknowledged, and silent until subscribed again. */
  readonly #muted = new Set<string>();
  /** No quotes at all. */
  hushed = false;
  #conversation: Conversation | null = null;
  #unsent = 0;
  #drainWaiters: (() => void)[] = [];
  #closing: Promise<void> | null = null;
  #stalled = false;
  /** Bytes still to trickle, while it drips. */
  #drops: Buffer[] | null = null;
  #dropBytes = 0;

  constructor(
    names: { readonly id: string; readonly token: string; readonly headers: IncomingHttpHeaders },
    socket: WebSocket,
    stream: Duplex,
    clock: Clock,
    owner: ConnectionOwner,
    frameFaults: FrameFaults,
  ) {
    this.id = names.id;
    this.token = names.token;
    this.#headers = names.headers;
    this.#socket = socket;
    this.#stream = stream;
    this.#clock = clock;
    this.#owner = owner;
    this.#frameFaults = frameFaults;
  }

  /** From here on the conversation hears the client. */
  begin(conversation: Conversation): void {
    this.#conversation = conversation;
    this.#socket.on('message', (data) => {
      if (this.open) conversation.onText(frameText(data), this.#clock.nowUs());
    });
    this.#socket.on('ping', (payload: Buffer) => {
      if (!this.open) return;
      this.#sendControl('pong', payload);
      conversation.onControlFrame('ping', this.#clock.nowUs());
    });
    this.#socket.on('pong', () => this.open && conversation.onControlFrame('pong', this.#clock.nowUs()));
    // A broken socket says so once more by closing: nothing to do here.
    this.#socket.on('error', () => undefined);
  }

  /** Neither closed nor closing nor half-open. */
  get open(): boolean {
    return this.#closing === null && !this.#stalled && this.#socket.readyState === this.#socket.OPEN;
  }

  get conversation(): Conversation {
    if (this.#conversation === null) throw new Error('invariant broken: a connection without a conversation');
    return this.#conversation;
  }

  /** What is sent waits, until it is let go in one write. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#stream.cork();
    else this.#stream.uncork();
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
    if (this.#drops !== null) return this.#trickle(typeof frame === 'string' ? 'text' : 'binary', frame);
    if (this.#socket.bufferedAmount > UNSENT_BYTES_MAX) {
      this.#owner.cutForSlowness();
      this.cut();
      return false;
    }
    this.#unsent++;
    this.#socket.send(frame, { binary: typeof frame !== 'string' }, () => this.#sent());
    return true;
  }

  sendTop(exchangeSymbol: string, nowUs: Micros): void {
    const told = this.#owner.topOf(exchangeSymbol, nowUs);
    if (told !== null) this.tell(exchangeSymbol, told, nowUs);
  }

  /** The frame of this conversation that tells it. */
  tell(exchangeSymbol: string, told: Told, nowUs: Micros): void {
    if (!this.#delivers(exchangeSymbol)) return;
    const { quote, updateId, eventUs } = told;
    const frame = this.conversation.quoteFrame(exchangeSymbol, quote, updateId, eventUs, nowUs);
    for (const one of this.#frameFaults.pass(exchangeSymbol, frame, told)) this.#sendOne(exchangeSymbol, one);
  }

  sendQuote(exchangeSymbol: string, frame: SimFrame, told: Told): void {
    if (!this.#delivers(exchangeSymbol)) return;
    for (const one of this.#frameFaults.pass(exchangeSymbol, frame, told)) this.#sendOne(exchangeSymbol, one);
  }

  /** Frames that wait to be overtaken go out now. */
  release(): void {
    for (const [exchangeSymbol, one] of this.#frameFaults.release()) this.#sendOne(exchangeSymbol, one);
  }

  #delivers(exchangeSymbol: string): boolean {
    return (
      this.open &&
      !this.hushed &&
      !this.#muted.has(exchangeSymbol) &&
      this.#owner.quoteAllowed(exchangeSymbol)
    );
  }

  #sendOne(exchangeSymbol: string, { frame, told }: Outgoing): void {
    if (this.sendRaw(frame) && told !== null) this.#owner.quoteSent(exchangeSymbol, told, this);
  }

  /** As a peer whose machine is gone: nothing is heard, nothing comes, and no end is told. It never comes back. */
  stall(): void {
    this.#stalled = true;
    // The bytes of the client are taken and thrown away, so that its end, if it comes to one, is seen.
    this.#stream.removeAllListeners('data');
    this.#stream.resume();
    this.#owner.changed();
  }

  /** From now on the bytes of frames trickle, a few each tick; false ends it, and what is left goes at once. */
  drip(dripping: boolean): void {
    if (dripping) this.#drops ??= [];
    else this.#flushDrops();
  }

  /** One tick's worth of trickling. */
  dripOnce(): void {
    const drop = this.#drops?.shift();
    if (drop === undefined || !this.open) return;
    this.#dropBytes -= drop.length;
    this.#stream.write(drop);
  }

  #trickle(kind: FrameKind, payload: SimFrame): boolean {
    const pieces = piecesOf(kind, payload);
    this.#drops?.push(...pieces);
    for (const piece of pieces) this.#dropBytes += piece.length;
    if (this.#dropBytes <= UNSENT_BYTES_MAX) return true;
    this.#owner.cutForSlowness();
    this.cut();
    return false;
  }

  #flushDrops(): void {
    const drops = this.#drops ?? [];
    this.#drops = null;
    this.#dropBytes = 0;
    if (this.open) for (const drop of drops) this.#stream.write(drop);
  }

  ping(payload: string): void {
    if (this.open) this.#sendControl('ping', Buffer.from(payload));
  }

  /** Between the pieces of a frame it would be taken for a part of it: it trickles too. */
  #sendControl(kind: 'ping' | 'pong', payload: Buffer): void {
    if (this.#drops !== null) this.#trickle(kind, payload);
    else if (kind === 'ping') this.#socket.ping(payload);
    else this.#socket.pong(payload);
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
    if (wanted && this.#owner.mutesSubscriptions()) this.#muted.add(exchangeSymbol);
    else this.#muted.delete(exchangeSymbol);
    this.#owner.changed();
  }

  wantTrades(exchangeSymbol: string, wanted: boolean): void {
    if (wanted) this.wantedTrades.add(exchangeSymbol);
    else this.wantedTrades.delete(exchangeSymbol);
  }

  /** Resolves when the kernel has all frames sent so far, or the connection is gone. */
  drained(): Promise<void> {
    if (this.#unsent === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  /** The close frame goes out after everything sent; resolves when both sides have closed. */
  closeAfterFlush(code: number, reason: string): Promise<void> {
    this.#flushDrops();
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
      if (this.#stalled) this.cut();
      else this.#socket.close(code, reason);
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

function frameText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
