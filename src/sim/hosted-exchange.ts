// One simulated exchange as the server runs it: its open connections, the quotes it publishes, its counters,
// and the faults that tests ask for. Knows the contract, no exchange by name.

import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { symbolKey } from '../core/symbol.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';
import { type ConnectionOwner, SimConnection } from './connection.js';
import type { RestReply, SimBook, SimExchange, SimFrame, SimQuote, SimTrade } from './exchange.js';
import { type FaultKind, FaultSet } from './faults.js';
import type { Random } from './random.js';
import { RateWindow } from './rate-window.js';

const TICK_PERIOD_MS = 250;

/** What REST does instead of answering; `hang-up` = the connection is dropped without an answer. */
export type RestFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | 'hang-up';

export interface SentCounters {
  /** Frames with a best bid and ask, on all connections together. */
  readonly total: number;
  /** By symbol, in any spelling. */
  of(symbol: string): number;
}

export class HostedExchange implements ConnectionOwner {
  readonly exchange: SimExchange;
  readonly book: SimBook;
  readonly connections = new Set<SimConnection>();
  readonly faults: FaultSet;
  restRequests = 0;
  handshakes = 0;
  handshakesRefused = 0;
  slowReadersCut = 0;
  /** Frames with a trade, on all connections together. */
  tradesSent = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #connects: RateWindow | null;
  readonly #updateIds = new Map<string, number>();
  readonly #tradeIds = new Map<string, number>();
  readonly #sentBySymbol = new Map<string, number>();
  readonly #silenced = new Set<string>();
  readonly #listeners = new Set<() => void>();
  /** Connections that get no quotes: those opened while subscriptions were acknowledged without data. */
  readonly #mute = new Set<SimConnection>();
  /** Connections that will be closed when the maintenance that was announced to them begins. */
  #announced: readonly SimConnection[] = [];
  readonly #stopTicking: Cancel;
  #sentTotal = 0;
  #silencedAll = false;
  #refusing = false;
  #restFault: RestFault | null = null;

  constructor(exchange: SimExchange, book: SimBook, clock: Clock, random: Random, connectLimits: boolean) {
    this.exchange = exchange;
    this.book = book;
    this.#clock = clock;
    this.#random = random;
    this.faults = new FaultSet(random);
    const limit = connectLimits ? exchange.connectLimit : null;
    this.#connects = limit === null ? null : new RateWindow(limit.count, limit.windowMs);
    this.#stopTicking = clock.every(TICK_PERIOD_MS, () => this.#tick());
  }

  // ---- Faults and looks, for tests ----

  /** Closes every connection after what was sent; 1006 = without a closing handshake. Resolves when all are closed. */
  async closeAll(code = 1001, reason = ''): Promise<void> {
    const connections = [...this.connections];
    if (code === 1006) for (const connection of connections) connection.cut();
    else await Promise.all(connections.map((connection) => connection.closeAfterFlush(code, reason)));
  }

  /** WebSocket handshakes are dropped without an answer; what is open stays open. */
  refuseConnections(refused: boolean): void {
    this.#refusing = refused;
  }

  /** Every REST request gets this answer, until null is given. */
  restStatus(fault: RestFault | null): void {
    this.#restFault = fault;
  }

  /** No best bid and ask of the symbol (any spelling) or of `all` goes out; pings and acks still do. */
  silence(symbol: string, silent: boolean): void {
    if (symbol === 'all') this.#silencedAll = silent;
    else if (silent) this.#silenced.add(symbolKey(symbol));
    else this.#silenced.delete(symbolKey(symbol));
  }

  /** Begins or ends a fault, of one symbol (any spelling) or of the exchange. What has no end has had its effect. */
  fault(kind: FaultKind, active: boolean, symbol?: string): void {
    this.faults.set(kind, active, symbol);
    const connections = [...this.connections];
    if (kind === 'slow-drip') for (const connection of connections) connection.drip(active);
    else if (kind === 'half-open' && active) for (const connection of connections) connection.stall();
    else if (kind === 'ack-without-data') this.#muteAll(active);
    else if (kind === 'cut' && active) for (const connection of connections) connection.cut();
    else if (kind === 'announced-close') this.#maintain(active);
  }

  #muteAll(active: boolean): void {
    this.#mute.clear();
    if (active) for (const connection of this.connections) this.#mute.add(connection);
  }

  #maintain(begins: boolean): void {
    const notice = this.exchange.closingNotice?.(this.#clock.nowUs());
    if (begins) {
      this.#announced = [...this.connections];
      if (notice !== undefined) for (const connection of this.#announced) connection.send(notice);
    } else for (const connection of this.#announced) connection.close(1001, 'maintenance');
  }

  get sent(): SentCounters {
    const bySymbol = this.#sentBySymbol;
    return { total: this.#sentTotal, of: (symbol) => bySymbol.get(symbolKey(symbol)) ?? 0 };
  }

  /** Every symbol that some open connection has subscribed, in the exchange's own spelling. */
  wanted(): ReadonlySet<string> {
    const wanted = new Set<string>();
    for (const connection of this.connections) {
      if (connection.open) for (const exchangeSymbol of connection.wanted) wanted.add(exchangeSymbol);
    }
    return wanted;
  }

  /** Calls `listener` after connections opened, closed, or changed what they want. */
  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  // ---- What the driver does ----

  /** Sends the quote to everyone who wants it; returns how many frames that were. */
  publish(exchangeSymbol: string, truth: SimQuote, truthUs: Micros): number {
    const quote = this.faults.quote(exchangeSymbol, truth);
    const eventUs = this.faults.time(truthUs);
    const before = this.#sentTotal;
    let updateId = 0;
    for (const connection of this.connections) {
      if (!connection.open || !connection.wanted.has(exchangeSymbol) || this.#mute.has(connection)) continue;
      if (updateId === 0) updateId = this.nextUpdateId(exchangeSymbol);
      const frame = connection.conversation.quoteFrame(exchangeSymbol, quote, updateId, eventUs);
      connection.sendQuote(exchangeSymbol, frame);
    }
    return this.#sentTotal - before;
  }

  /** Whether some open connection has subscribed the trades of the symbol. */
  wantsTrades(exchangeSymbol: string): boolean {
    for (const connection of this.connections)
      if (connection.open && connection.wantedTrades.has(exchangeSymbol)) return true;
    return false;
  }

  /** Sends a trade to everyone who wants it; gives it its number. */
  publishTrade(exchangeSymbol: string, made: Omit<SimTrade, 'id'>, eventUs: Micros): SimTrade {
    // Starts from the time, so that numbers rise over restarts of the server too.
    const last = this.#tradeIds.get(exchangeSymbol) ?? Math.floor(this.#clock.nowUs() / US_PER_MS / 10);
    const trade = { ...made, id: last + 1 };
    this.#tradeIds.set(exchangeSymbol, trade.id);
    for (const connection of this.connections) {
      if (!connection.open || !connection.wantedTrades.has(exchangeSymbol)) continue;
      const frame = connection.conversation.tradeFrame?.(exchangeSymbol, trade, eventUs);
      if (frame !== undefined && connection.sendRaw(frame)) this.tradesSent++;
    }
    return trade;
  }

  // ---- What the server does ----

  answer(path: URL, method: string): RestReply | 'hang-up' {
    this.restRequests++;
    const trouble = this.#restTrouble();
    if (trouble !== null) return trouble;
    if (this.#restFault === 'hang-up') return 'hang-up';
    if (this.#restFault !== null) return { body: '', ...this.#restFault };
    return this.exchange.rest(path, this.faults.book(this.book), this.#clock.nowUs(), method);
  }

  /** null = the handshake may go on. */
  refusal(path: URL): 404 | 429 | 'hang-up' | null {
    this.handshakes++;
    const refusal = this.#refusalNow(path);
    if (refusal !== null) this.handshakesRefused++;
    return refusal;
  }

  adopt(path: URL, headers: IncomingHttpHeaders, socket: WebSocket, stream: Duplex): void {
    const id = `${this.exchange.name}#${this.handshakes}`;
    const token = this.#random.hex(32);
    const connection = new SimConnection({ id, token, headers }, socket, stream, this.#clock, this);
    if (this.faults.has('slow-drip')) connection.drip(true);
    if (this.faults.has('half-open')) connection.stall();
    if (this.faults.has('ack-without-data')) this.#mute.add(connection);
    connection.begin(this.exchange.open(path, connection, this.book, this.#clock.nowUs()));
    this.connections.add(connection);
    socket.once('close', () => {
      this.connections.delete(connection);
      this.#mute.delete(connection);
      this.changed();
    });
    this.changed();
  }

  async close(): Promise<void> {
    this.#stopTicking();
    await this.closeAll(1001);
  }

  // ---- What its connections tell it ----

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  quoteAllowed(exchangeSymbol: string): boolean {
    if (this.#silencedAll || this.faults.has('silent-sockets')) return false;
    return !this.#silenced.has(symbolKey(exchangeSymbol)) && !this.faults.silences(exchangeSymbol);
  }

  quoteSent(exchangeSymbol: string): void {
    const key = symbolKey(exchangeSymbol);
    this.#sentTotal++;
    this.#sentBySymbol.set(key, (this.#sentBySymbol.get(key) ?? 0) + 1);
  }

  nextUpdateId(exchangeSymbol: string): number {
    // Starts from the time, so that numbers rise over restarts of the server too, as the real ones do.
    const last = this.#updateIds.get(exchangeSymbol) ?? Math.floor(this.#clock.nowUs() / US_PER_MS / 10);
    const next = last + 1 + this.#random.below(4);
    this.#updateIds.set(exchangeSymbol, next);
    return next;
  }

  framesFor(exchangeSymbol: string, frame: SimFrame): readonly SimFrame[] {
    return this.faults.frames(exchangeSymbol, frame);
  }

  cutForSlowness(): void {
    this.slowReadersCut++;
  }

  #refusalNow(path: URL): 404 | 429 | 'hang-up' | null {
    if (this.#refusing || this.faults.has('refused')) return 'hang-up';
    if (this.faults.has('handshake-429')) return 429;
    if (this.#connects?.take(this.#clock.nowUs()) === false) return 429;
    return this.exchange.acceptsWsPath(path.pathname) ? null : 404;
  }

  #restTrouble(): RestReply | null {
    const html = '<html><body><h1>503 Service Unavailable</h1></body></html>';
    for (const [kind, reply] of [
      ['rest-429', { status: 429, headers: { 'retry-after': '20' }, body: '' }],
      ['rest-418', { status: 418, headers: { 'retry-after': '60' }, body: '' }],
      ['rest-500', { status: 500, body: '' }],
      ['rest-html', { status: 200, body: html }],
    ] as const)
      if (this.faults.has(kind)) return reply;
    return null;
  }

  #tick(): void {
    const nowUs = this.#clock.nowUs();
    if (this.faults.has('slow-drip')) for (const connection of this.connections) connection.dripOnce();
    for (const connection of [...this.connections])
      if (connection.open) connection.conversation.onTick(nowUs);
  }
}
