// One simulated exchange as the server runs it: its open connections, the quotes it publishes, its counters,
// and the faults that tests ask for. Knows the contract, no exchange by name.

import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { symbolKey } from '../core/symbol.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';
import { type ConnectionOwner, SimConnection } from './connection.js';
import type { RestReply, SimBook, SimExchange, SimQuote, Told } from './exchange.js';
import { type FaultKind, FaultSet, type Refusal } from './faults.js';
import { FrameFaults } from './frame-faults.js';
import type { Random } from './random.js';
import { RateWindow } from './rate-window.js';
import { RestBudget } from './rest-budget.js';
import { SentCounter } from './sent-counter.js';
import { TradeTape } from './trade-tape.js';

const TICK_PERIOD_MS = 250;

/** What REST does instead of answering; `hang-up` = the connection is dropped without an answer. */
export type RestFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | 'hang-up';

/** Hears of every frame with a best bid and ask that went out whole, in the order of each connection. */
export type OnSent = (exchangeSymbol: string, told: Told, connectionId: string) => void;

export class HostedExchange implements ConnectionOwner {
  readonly exchange: SimExchange;
  readonly book: SimBook;
  readonly connections = new Set<SimConnection>();
  readonly faults: FaultSet;
  restRequests = 0;
  handshakes = 0;
  handshakesRefused = 0;
  slowReadersCut = 0;
  readonly trades: TradeTape;
  readonly sent = new SentCounter();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #connects: RateWindow | null;
  readonly #connectionsMax: number;
  readonly #restBudget: RestBudget;
  readonly #updateIds = new Map<string, number>();
  readonly #published = new Map<string, readonly [SimQuote, Micros]>();
  readonly #silenced = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #sentListeners = new Set<OnSent>();
  /** Connections that were told they will be closed: all that were open, or one. */
  readonly #announced = new Map<SimConnection | 'all', readonly SimConnection[]>();
  readonly #stopTicking: Cancel;
  #silencedAll = false;
  #refusing = false;
  #restFault: RestFault | null = null;

  constructor(exchange: SimExchange, book: SimBook, clock: Clock, random: Random, limits: boolean) {
    this.exchange = exchange;
    this.book = book;
    this.#clock = clock;
    this.#random = random;
    this.faults = new FaultSet();
    this.trades = new TradeTape(this.connections, clock);
    const limit = limits ? exchange.connectLimit : null;
    this.#connects = limit === null ? null : new RateWindow(limit.count, limit.windowMs);
    this.#connectionsMax = (limits ? exchange.connectionsMax : undefined) ?? Infinity;
    this.#restBudget = new RestBudget((limits ? exchange.restLimit : undefined) ?? null);
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

  /**
   * Begins or ends a fault, of one symbol (any spelling), of one connection, or of the exchange with all its
   * connections and new ones. What has no end has had its effect.
   */
  fault(kind: FaultKind, active: boolean, of?: string | SimConnection): void {
    const one = of instanceof SimConnection ? of : null;
    if (one === null) this.faults.set(kind, active, of as string | undefined);
    else if (active) this.faults.strike(kind);
    const struck = one === null ? [...this.connections] : [one];
    if (kind === 'announced-close') this.#maintain(active, one ?? 'all', struck);
    else for (const connection of struck) this.#strike(kind, active, connection);
  }

  #strike(kind: FaultKind, active: boolean, connection: SimConnection): void {
    if (kind === 'slow-drip') connection.drip(active);
    else if (kind === 'silent-sockets') connection.hushed = active;
    else if (kind === 'half-open' && active) connection.stall();
    else if (kind === 'cut' && active) connection.cut();
    else if (kind === 'reordered-frames' && !active) connection.release();
    else return;
    if (active) this.faults.touch(kind);
  }

  #maintain(begins: boolean, key: SimConnection | 'all', struck: readonly SimConnection[]): void {
    if (begins) {
      const notice = this.exchange.closingNotice?.(this.#clock.nowUs());
      this.#announced.set(key, struck);
      if (notice !== undefined) for (const connection of struck) connection.send(notice);
      return;
    }
    for (const connection of this.#announced.get(key) ?? []) {
      this.faults.touch('announced-close');
      connection.close(1001, 'maintenance');
    }
    this.#announced.delete(key);
  }

  /** The truth, for tests to compare with. */
  onSent(listener: OnSent): Cancel {
    this.#sentListeners.add(listener);
    return () => {
      this.#sentListeners.delete(listener);
    };
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
    this.#published.set(exchangeSymbol, [truth, truthUs]);
    if (!this.quoteAllowed(exchangeSymbol)) return 0;
    const before = this.sent.total;
    const nowUs = this.#clock.nowUs();
    let told: Told | null = null;
    for (const connection of this.connections) {
      if (!connection.open || !connection.wanted.has(exchangeSymbol)) continue;
      told ??= this.#told(exchangeSymbol, truth, truthUs);
      connection.tell(exchangeSymbol, told, nowUs);
    }
    return this.sent.total - before;
  }

  /** What is sent from now on waits, to leave in one write a connection. */
  hold(): void {
    for (const connection of this.connections) connection.hold(true);
  }

  letGo(): void {
    for (const connection of this.connections) connection.hold(false);
  }

  // ---- What the server does ----

  answer(path: URL, method: string): RestReply | 'hang-up' {
    this.restRequests++;
    const trouble = this.faults.rest();
    if (trouble !== null) return trouble;
    if (this.#restFault === 'hang-up') return 'hang-up';
    if (this.#restFault !== null) return { body: '', ...this.#restFault };
    const nowUs = this.#clock.nowUs();
    const refusal = this.#restBudget.refusal(path.pathname, nowUs);
    if (refusal !== null) return refusal;
    return this.exchange.rest(
      path,
      this.faults.book(this.book, () => false),
      nowUs,
      method,
    );
  }

  /** null = the handshake may go on. */
  refusal(path: URL): Refusal | null {
    this.handshakes++;
    const refusal = this.#refusalNow(path);
    if (refusal !== null) this.handshakesRefused++;
    return refusal;
  }

  adopt(path: URL, headers: IncomingHttpHeaders, socket: WebSocket, stream: Duplex): void {
    const names = { id: `${this.exchange.name}#${this.handshakes}`, token: this.#random.hex(32), headers };
    const frameFaults = new FrameFaults(this.faults, this.#random);
    const connection = new SimConnection(names, socket, stream, this.#clock, this, frameFaults);
    // Who has subscribed a symbol may still let it go when it is not listed any more.
    const book = this.faults.book(this.book, (exchangeSymbol) => connection.wanted.has(exchangeSymbol));
    for (const kind of ['slow-drip', 'silent-sockets', 'half-open'] as const)
      if (this.faults.has(kind)) this.#strike(kind, true, connection);
    connection.begin(this.exchange.open(path, connection, book, this.#clock.nowUs()));
    this.connections.add(connection);
    socket.once('close', () => {
      this.connections.delete(connection);
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
    if (this.#silencedAll) return false;
    if (this.#silenced.size > 0 && this.#silenced.has(symbolKey(exchangeSymbol))) return false;
    return !this.faults.silences(exchangeSymbol);
  }

  quoteSent(exchangeSymbol: string, told: Told, connection: SimConnection): void {
    this.sent.note(exchangeSymbol);
    for (const listener of this.#sentListeners) listener(exchangeSymbol, told, connection.id);
  }

  topOf(exchangeSymbol: string, nowUs: Micros): Told | null {
    // What was published last stands: a top of this very moment would be overtaken by a publication that is late.
    const [truth, truthUs] = this.#published.get(exchangeSymbol) ?? [
      this.book.quoteOf(exchangeSymbol, nowUs),
      nowUs,
    ];
    return truth === undefined ? null : this.#told(exchangeSymbol, truth, truthUs);
  }

  mutesSubscriptions(): boolean {
    const mutes = this.faults.has('ack-without-data');
    if (mutes) this.faults.touch('ack-without-data');
    return mutes;
  }

  /** As it is told, which faults may make another thing than the truth. */
  #told(exchangeSymbol: string, truth: SimQuote, truthUs: Micros): Told {
    const quote = this.faults.quote(exchangeSymbol, truth);
    return { quote, updateId: this.#nextUpdateId(exchangeSymbol), eventUs: this.faults.time(truthUs) };
  }

  #nextUpdateId(exchangeSymbol: string): number {
    // Starts from the time, so that numbers rise over restarts of the server too, as the real ones do.
    const last = this.#updateIds.get(exchangeSymbol) ?? Math.floor(this.#clock.nowUs() / US_PER_MS / 10);
    const next = last + 1 + this.#random.below(4);
    this.#updateIds.set(exchangeSymbol, next);
    return next;
  }

  cutForSlowness(): void {
    this.slowReadersCut++;
  }

  #refusalNow(path: URL): Refusal | null {
    if (this.#refusing) return 'hang-up';
    const trouble = this.faults.refusal();
    if (trouble !== null) return trouble;
    if (this.connections.size >= this.#connectionsMax) return { status: 429 };
    if (this.#connects?.take(this.#clock.nowUs()) === false) return { status: 429 };
    return this.exchange.acceptsWsPath(path.pathname) ? null : { status: 404 };
  }

  #tick(): void {
    const nowUs = this.#clock.nowUs();
    for (const connection of [...this.connections]) {
      connection.dripOnce();
      if (connection.open) connection.conversation.onTick(nowUs);
    }
  }
}
