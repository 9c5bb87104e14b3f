// One WebSocket connection's whole life: connect, subscribe, ping, prove itself alive, fall, come back.
// It knows the exchange contract, never an exchange; every fall of it is a Gap of each instrument it carried.
// Which symbols it carries may change while it lives; what happens to them otherwise is its owner's to decide.

import { WebSocket } from 'ws';
import { type Cancel, type Micros, US_PER_MS } from '../core/time.js';
import type { ConnectTarget, ControlDetail } from '../exchanges/exchange.js';
import { type Backoff, createBackoff } from './backoff.js';
import type {
  ConnectionCounters,
  ConnectionHealth,
  ConnectionOptions,
  ConnectionState,
} from './connection-types.js';
import { dial } from './dial.js';
import { FrameReader } from './frame-reader.js';
import { dropSocket, openSocket } from './socket.js';
import { requestFrame, Subscriptions } from './subscriptions.js';

export type { ConnectionHealth, ConnectionLimits } from './connection-types.js';

export class Connection {
  readonly #options: ConnectionOptions;
  /** What it reads, and for which instruments it speaks. */
  readonly reader: FrameReader;
  readonly #backoff: Backoff;
  readonly #subscriptions: Subscriptions;
  #socket: WebSocket | undefined;
  #timers: Cancel[] = [];
  #state: ConnectionState = 'waiting';
  #reason: string | undefined = 'not started';
  #provenUs: Micros = 0;
  #lastMessageUs: Micros | null = null;
  #openedUs: Micros = Number.NaN;
  #reconnects = 0;
  #requestId = 1_000_000;
  #pingIntervalMs: number;
  /** Set while a connection waits for its welcome. */
  #cancelWelcome: Cancel | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.reader = new FrameReader({
      decoder: options.adapter.createDecoder(options.listing),
      owner: options.owner,
      wantsTrades: options.wantsTrades,
      quoteRead: () => {
        if (this.#state !== 'live') this.#wentLive();
      },
      control: (kind, detail) => this.#control(kind, detail),
    });
    this.#subscriptions = new Subscriptions(
      options.adapter.limits.symbolsPerMessage,
      options.adapter.refusalScope,
      options.wantsTrades,
    );
    this.#pingIntervalMs = options.adapter.ping.intervalMs;
    const { reconnectDelayMsMin, reconnectDelayMsMax } = options.limits;
    this.#backoff = createBackoff(reconnectDelayMsMin, reconnectDelayMsMax, options.random);
  }

  start(): void {
    this.#wait(0);
  }

  /** Closes for good. The hole that follows is not this connection's to tell: the lake closes the run. */
  stop(): void {
    this.#state = 'stopped';
    this.#reason = 'stopped';
    this.#release();
  }

  get name(): string {
    return this.#options.name;
  }

  /** Since when its socket is open; NaN while it is not. */
  get openedUs(): Micros {
    return this.#socket?.readyState === WebSocket.OPEN ? this.#openedUs : Number.NaN;
  }

  /** A quote of it came, whatever was refused before. */
  streams(exchangeSymbol: string): void {
    this.#subscriptions.streams(exchangeSymbol);
  }

  get refused(): ReadonlyMap<string, string> {
    return this.#subscriptions.refused;
  }

  add(exchangeSymbols: readonly string[]): void {
    this.#subscriptions.add(exchangeSymbols);
  }

  /** Their instruments are given up: what happened to their quotes is the caller's to tell. */
  remove(exchangeSymbols: readonly string[], instrumentIds: readonly number[]): void {
    this.#subscriptions.remove(exchangeSymbols);
    for (const id of instrumentIds) this.reader.forget(id);
  }

  /** Asks for one symbol anew, alone. */
  renew(exchangeSymbol: string): void {
    this.#subscriptions.renew(exchangeSymbol);
  }

  /** Its owner has found it dead: what it carried is not valid since `fromUs`. */
  fall(reason: string, fromUs: Micros): void {
    this.#provenUs = Math.min(this.#provenUs, fromUs);
    this.#fell(reason);
  }

  counters(): Readonly<ConnectionCounters> {
    return this.reader.counters;
  }

  health(): ConnectionHealth {
    return {
      name: this.#options.name,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      symbols: this.#subscriptions.wanted.size,
      refused: Object.fromEntries(this.#subscriptions.refused),
      lastMessageUs: this.#lastMessageUs,
      reconnects: this.#reconnects,
      lagMs: Math.round(this.reader.lag.lagUs / US_PER_MS),
    };
  }

  #wait(delayMs: number): void {
    const turnMs = this.#options.pacer.takeTurn();
    this.#timers.push(this.#options.clock.after(Math.max(delayMs, turnMs), () => this.#connect()));
  }

  #connect(): void {
    this.#cancelTimers();
    this.#state = 'connecting';
    const cancel = dial(
      this.#options,
      (target) => this.#open(target),
      (reason, pauseMs) => this.#fell(reason, pauseMs),
    );
    this.#timers.push(cancel);
  }

  #open({ url, pingIntervalMs }: ConnectTarget): void {
    const { adapter, limits, clock } = this.#options;
    this.#pingIntervalMs = pingIntervalMs ?? adapter.ping.intervalMs;
    this.#socket = openSocket(url, adapter, limits, {
      opened: () => this.#opened(),
      frame: (data, isBinary) => this.#frame(data, isBinary),
      proven: () => this.#proven(),
      ponged: () => this.#ponged(),
      fell: (reason, pauseMs) => this.#fell(reason, pauseMs),
    });
    this.#provenUs = clock.nowUs();
  }

  #opened(): void {
    const { adapter, limits, clock } = this.#options;
    this.#state = 'open';
    this.#reason = 'waiting for the welcome';
    this.#openedUs = clock.nowUs();
    this.#subscriptions.restart();
    this.reader.restart();
    this.#options.tap?.opened(this.#options.name);
    this.#proven();
    this.#timers.push(clock.every(this.#pingIntervalMs, () => this.ping()));
    this.#timers.push(clock.every(limits.aliveIntervalMs, () => this.#checkAlive()));
    if (adapter.awaitsWelcome !== true) this.#subscribe();
    else {
      const unwelcome = () => this.#fell('no welcome from the exchange');
      this.#cancelWelcome = clock.after(limits.handshakeTimeoutMs, unwelcome);
      this.#timers.push(this.#cancelWelcome);
    }
  }

  #subscribe(): void {
    const { adapter, clock } = this.#options;
    this.#reason = 'subscribing';
    this.#timers.push(clock.every(adapter.limits.messageIntervalMs, () => this.#subscribeNext()));
    this.#subscribeNext();
  }

  /** The exchange's greeting; a second one on the same connection changes nothing. */
  #welcomed(): void {
    if (this.#cancelWelcome === undefined) return;
    this.#cancelWelcome();
    this.#cancelWelcome = undefined;
    this.#subscribe();
  }

  #subscribeNext(): void {
    const request = this.#subscriptions.next();
    if (request === undefined) return;
    const { adapter, clock, owner } = this.#options;
    const nowUs = clock.nowUs();
    this.#send(requestFrame(adapter, request, nowUs));
    const { channel, kind, exchangeSymbols } = request;
    if (channel === 'quotes' && kind === 'subscribe') owner.asked(exchangeSymbols, nowUs);
  }

  /** By itself at its interval, too. */
  ping(): void {
    this.#requestId += 1;
    const { adapter, clock } = this.#options;
    const nowUs = clock.nowUs();
    const frame = adapter.ping.frame(this.#requestId, nowUs);
    this.reader.lag.pinged(nowUs);
    if (frame !== null) this.#send(frame);
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #proven(): void {
    this.#provenUs = this.#options.clock.nowUs();
  }

  #ponged(): void {
    this.#proven();
    this.reader.lag.ponged(this.#provenUs);
  }

  /** A timer alone proves nothing: Alive carries the time of the last thing that was read. */
  #checkAlive(): void {
    const { clock, owner, name } = this.#options;
    const nowUs = clock.nowUs();
    const unprovenMs = (nowUs - this.#provenUs) / 1_000;
    if (unprovenMs > 2 * this.#pingIntervalMs) this.#fell(`nothing read for ${Math.round(unprovenMs)} ms`);
    else owner.alive(name, this.#provenUs, nowUs);
  }

  #frame(data: Buffer, isBinary: boolean): void {
    const receivedUs = this.#options.clock.nowUs();
    this.#provenUs = receivedUs;
    this.#lastMessageUs = receivedUs;
    this.#options.tap?.frame(this.#options.name, data, isBinary, receivedUs);
    this.reader.read(data, receivedUs);
    if (this.#socket !== undefined) this.#options.turn?.read(receivedUs, this.#socket);
  }

  #wentLive(): void {
    this.#state = 'live';
    this.#reason = undefined;
  }

  #control(kind: string, detail: ControlDetail = {}): void {
    const { log, name } = this.#options;
    const message = detail.message ?? '';
    if (kind === 'subscribed') this.#subscriptions.acknowledged(detail.requestId);
    else if (kind === 'pong') this.reader.lag.ponged(this.#provenUs);
    else if (kind === 'ping' && detail.reply !== undefined) this.#send(detail.reply);
    else if (kind === 'welcome') this.#welcomed();
    else if (kind === 'closing') this.#options.owner.closing(message);
    else if (kind === 'error') log.warn('the exchange reports an error', { connection: name, message });
    else if (kind === 'subscribe-error') {
      log.warn('a subscription was refused', { connection: name, symbol: detail.exchangeSymbol, message });
      this.#subscriptions.refuse(detail.requestId, detail.exchangeSymbol, message);
    }
  }

  /** The one way down. Whatever comes later from the same socket finds nobody listening. */
  #fell(reason: string, pauseMs?: number): void {
    if (this.#state === 'stopped') return;
    const { clock, owner, log, name, pacer, limits } = this.#options;
    const wasOpen = this.#state === 'open' || this.#state === 'live';
    // One that stood for a while works: only what falls again and again is tried less and less often.
    const isSteady = wasOpen && clock.nowUs() - this.#openedUs >= limits.reconnectDelayMsMax * US_PER_MS;
    this.#release();
    this.reader.fell(this.#provenUs, clock.nowUs());
    if (wasOpen) this.#reconnects += 1;
    this.#state = 'waiting';
    this.#reason = reason;
    if (pauseMs !== undefined) pacer.pause(pauseMs);
    if (!owner.fallen()) {
      this.stop();
      return;
    }
    if (isSteady) this.#backoff.reset();
    const delayMs = this.#backoff.next(pauseMs);
    log.warn('connection down', { connection: name, reason, retryMs: Math.round(delayMs) });
    this.#wait(delayMs);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#cancelWelcome = undefined;
  }

  #release(): void {
    this.#cancelTimers();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) dropSocket(socket);
  }
}
