// One WebSocket connection's whole life: connect, subscribe, ping, prove itself alive, fall, come back.
// It knows the exchange contract, never an exchange; every fall of it is a Gap of each instrument it carried.

import { WebSocket } from 'ws';
import type { RejectReason } from '../core/reasons.js';
import type { Cancel, Micros } from '../core/time.js';
import type { ConnectTarget, ControlDetail, Decoder } from '../exchanges/exchange.js';
import { type Backoff, createBackoff } from './backoff.js';
import type {
  ConnectionCounters,
  ConnectionHealth,
  ConnectionOptions,
  ConnectionState,
} from './connection-types.js';
import { dial } from './dial.js';
import { retryAfterMs, rootCause } from './rest.js';
import type { IngestSink } from './sink.js';
import { Subscriptions } from './subscriptions.js';

export type { ConnectionHealth, ConnectionLimits } from './connection-types.js';

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #decoder: Decoder;
  readonly #backoff: Backoff;
  readonly #counters: ConnectionCounters = { frames: 0, quotes: 0, controls: 0, gaps: 0, rejects: {} };
  /** Instruments with a valid quote: those a fall of the connection makes a hole in. */
  readonly #valid = new Set<number>();
  #subscriptions: Subscriptions;
  #socket: WebSocket | undefined;
  #timers: Cancel[] = [];
  #state: ConnectionState = 'waiting';
  #reason: string | undefined = 'not started';
  #provenUs: Micros = 0;
  #receivedUs: Micros = 0;
  #lastMessageUs: Micros | null = null;
  #reconnects = 0;
  #requestId = 1_000_000;
  #pingIntervalMs: number;
  /** Set while a connection waits for its welcome. */
  #cancelWelcome: Cancel | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#decoder = options.adapter.createDecoder(options.listing);
    this.#subscriptions = this.#newSubscriptions();
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

  counters(): Readonly<ConnectionCounters> {
    return this.#counters;
  }

  health(): ConnectionHealth {
    return {
      name: this.#options.name,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      symbols: this.#options.exchangeSymbols.length,
      refused: Object.fromEntries(this.#subscriptions.refused),
      lastMessageUs: this.#lastMessageUs,
      reconnects: this.#reconnects,
    };
  }

  #newSubscriptions(): Subscriptions {
    const { adapter, exchangeSymbols } = this.#options;
    return new Subscriptions(
      exchangeSymbols,
      adapter.limits.symbolsPerMessage,
      adapter.refusalScope ?? 'whole',
    );
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
    const socket = new WebSocket(url, {
      headers: { ...adapter.wsHeaders },
      handshakeTimeout: limits.handshakeTimeoutMs,
      maxPayload: limits.frameBytesMax,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#socket = socket;
    socket.on('open', () => this.#opened());
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#frame(data, isBinary));
    socket.on('ping', () => this.#proven());
    socket.on('pong', () => this.#proven());
    socket.on('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0;
      const pauseMs = retryAfterMs(status, response.headers['retry-after'], limits.retryAfterMsMax);
      response.resume();
      this.#fell(`handshake answered with HTTP ${status}`, pauseMs);
    });
    socket.on('error', (error) => this.#fell(rootCause(error)));
    socket.on('close', (code, text) => this.#fell(closeReason(code, text.toString('utf8'))));
    this.#provenUs = clock.nowUs();
  }

  #opened(): void {
    const { adapter, limits, clock } = this.#options;
    this.#state = 'open';
    this.#reason = 'waiting for the welcome';
    this.#subscriptions = this.#newSubscriptions();
    this.#decoder.reset();
    this.#options.tap?.opened(this.#options.name);
    this.#proven();
    this.#timers.push(clock.every(this.#pingIntervalMs, () => this.#ping()));
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
    const batch = this.#subscriptions.next();
    if (batch === undefined) return;
    const { adapter, clock } = this.#options;
    this.#send(adapter.subscribeFrame(batch.exchangeSymbols, batch.requestId, clock.nowUs()));
  }

  #ping(): void {
    this.#requestId += 1;
    const { adapter, clock } = this.#options;
    const frame = adapter.ping.frame(this.#requestId, clock.nowUs());
    if (frame !== null) this.#send(frame);
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #proven(): void {
    this.#provenUs = this.#options.clock.nowUs();
  }

  /** A timer alone proves nothing: Alive carries the time of the last thing that was read. */
  #checkAlive(): void {
    const { clock, sink, name } = this.#options;
    const nowUs = clock.nowUs();
    const unprovenMs = (nowUs - this.#provenUs) / 1_000;
    if (unprovenMs > 2 * this.#pingIntervalMs) this.#fell(`nothing read for ${Math.round(unprovenMs)} ms`);
    else sink.alive(name, this.#provenUs, nowUs);
  }

  #frame(data: Buffer, isBinary: boolean): void {
    const receivedUs = this.#options.clock.nowUs();
    this.#provenUs = receivedUs;
    this.#receivedUs = receivedUs;
    this.#lastMessageUs = receivedUs;
    this.#counters.frames += 1;
    this.#options.tap?.frame(this.#options.name, data, isBinary, receivedUs);
    this.#decoder.decode(data, receivedUs, this.#decoderSink);
  }

  readonly #decoderSink = {
    quote: (id: number, bid: number, bidSize: number, ask: number, askSize: number, exchangeUs: Micros) => {
      this.#counters.quotes += 1;
      if (this.#state !== 'live') this.#wentLive();
      this.#valid.add(id);
      this.#options.sink.quote(id, bid, bidSize, ask, askSize, exchangeUs, this.#receivedUs);
    },
    gap: (id: number, reason: Parameters<IngestSink['gap']>[2]) => {
      this.#counters.gaps += 1;
      this.#valid.delete(id);
      this.#options.sink.gap(id, this.#receivedUs, reason, this.#receivedUs);
    },
    control: (kind: string, detail?: ControlDetail) => {
      this.#counters.controls += 1;
      this.#control(kind, detail);
    },
    reject: (reason: RejectReason) => {
      this.#counters.rejects[reason] = (this.#counters.rejects[reason] ?? 0) + 1;
    },
  };

  #wentLive(): void {
    this.#state = 'live';
    this.#reason = undefined;
    this.#backoff.reset();
  }

  #control(kind: string, detail: ControlDetail = {}): void {
    const { log, name } = this.#options;
    const message = detail.message ?? '';
    if (kind === 'subscribed') this.#subscribed(detail.requestId);
    else if (kind === 'ping' && detail.reply !== undefined) this.#send(detail.reply);
    else if (kind === 'welcome') this.#welcomed();
    else if (kind === 'closing') this.#fell(`the exchange announced that it closes: ${message}`);
    else if (kind === 'error') log.warn('the exchange reports an error', { connection: name, message });
    else if (kind === 'subscribe-error') {
      log.warn('a subscription was refused', { connection: name, symbol: detail.exchangeSymbol, message });
      this.#subscriptions.refuse(detail.requestId, detail.exchangeSymbol, message);
    }
  }

  /** The exchange works: should it close now, that is no reason for a growing pause. */
  #subscribed(requestId: string | undefined): void {
    this.#backoff.reset();
    this.#subscriptions.acknowledged(requestId);
  }

  /** The one way down. Whatever comes later from the same socket finds nobody listening. */
  #fell(reason: string, pauseMs?: number): void {
    if (this.#state === 'stopped') return;
    const { clock, sink, log, name, pacer } = this.#options;
    const wasOpen = this.#state === 'open' || this.#state === 'live';
    this.#release();
    const nowUs = clock.nowUs();
    for (const id of this.#valid) {
      this.#counters.gaps += 1;
      sink.gap(id, this.#provenUs, 'disconnect', nowUs);
    }
    this.#valid.clear();
    if (wasOpen) this.#reconnects += 1;
    this.#state = 'waiting';
    this.#reason = reason;
    if (pauseMs !== undefined) pacer.pause(pauseMs);
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
    if (socket === undefined) return;
    socket.removeAllListeners();
    // Terminating a socket that is still connecting emits an error; nobody is interested any more.
    socket.on('error', () => {});
    socket.terminate();
  }
}

function closeReason(code: number, text: string): string {
  const words = text === '' ? '' : ` "${text.slice(0, 120)}"`;
  return `closed by the exchange, code ${code}${words}`;
}
