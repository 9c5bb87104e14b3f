// A share of one exchange's instruments and the connection that carries them. Where the connection has to be
// replaced (its life is over, or the exchange announces that it closes) another one is made first and takes over
// instrument by instrument, so that nothing is lost or doubled. Knows the contract, no exchange.

import type { GapReason } from '../core/reasons.js';
import type { Cancel, Micros } from '../core/time.js';
import { Connection } from './connection.js';
import type { ConnectionCounters, ConnectionHealth, ConnectionOptions } from './connection-types.js';
import { addCounters, noCounters } from './counters.js';
import { Handover, type Heard } from './handover.js';
import type { InstrumentLife } from './life.js';
import { RollPlan } from './roll-plan.js';
import type { IngestSink } from './sink.js';
import { type HeardTrade, TradeHandover } from './trade-handover.js';

/** How often a handover is looked at, and when it ends whatever was heard, counted from the new connection's opening. */
const LOOK_MS = 250;
const HANDOVER_US_MAX = 30_000_000;

/** What every connection of the exchange is made from; the rest is each one's own. */
export type SharedConnectionOptions = Omit<ConnectionOptions, 'name' | 'owner'>;

export interface ShardOptions {
  readonly shared: SharedConnectionOptions;
  /** A name that no connection of the process has had. */
  readonly nextName: () => string;
  /** Quotes and gaps of its instruments, each once, whichever connection brought them. */
  readonly sink: ShardSink;
  /** Whether these are the prices and sizes that were passed on last of the instrument. */
  readonly isKnown: (instrumentId: number, quote: Heard) => boolean;
}

export type ShardSink = Pick<IngestSink, 'quote' | 'trade' | 'gap' | 'alive'>;

interface Takeover {
  readonly next: Connection;
  /** When the new connection was asked for each symbol. */
  readonly askedUs: Map<string, Micros>;
  readonly handover: Handover;
  readonly trades: TradeHandover;
  readonly stopLooking: Cancel;
}

export class Shard {
  /** Planned replacements that were completed, and quotes that both connections brought meanwhile. */
  rolls = 0;
  duplicates = 0;
  readonly #options: ShardOptions;
  readonly #lives = new Map<string, InstrumentLife>();
  #current: Connection;
  #takeover: Takeover | undefined;
  /** Of the last takeover: the new connection may bring trades again for a while. */
  #tradesAfter: { readonly trades: TradeHandover; readonly untilUs: Micros } | undefined;
  readonly #plan: RollPlan;
  /** Counters of connections that are gone. */
  readonly #past = noCounters();

  constructor(options: ShardOptions) {
    this.#options = options;
    const { clock, random, adapter } = options.shared;
    const lifeMs = adapter.limits.connectionLifeMs;
    this.#plan = new RollPlan({ clock, random, lifeMs, roll: () => this.roll() });
    this.#current = this.#connect();
  }

  get size(): number {
    return this.#lives.size;
  }

  get connection(): Connection {
    return this.#current;
  }

  get lives(): Iterable<InstrumentLife> {
    return this.#lives.values();
  }

  start(): void {
    this.#current.start();
  }

  /** For good; what becomes of its instruments is the caller's to tell. */
  stop(): void {
    this.#plan.cancel();
    this.#endTakeover();
    this.#current.stop();
  }

  add(lives: readonly InstrumentLife[]): void {
    for (const life of lives) this.#lives.set(life.listed.exchangeSymbol, life);
    for (const connection of this.#connections()) connection.add(lives.map(symbolOf));
  }

  remove(life: InstrumentLife): void {
    this.#lives.delete(symbolOf(life));
    for (const connection of this.#connections()) connection.remove([symbolOf(life)], [life.instrumentId]);
  }

  /** Asks for one instrument anew, alone. */
  renew(life: InstrumentLife): void {
    this.#current.reader.forget(life.instrumentId);
    this.#current.renew(symbolOf(life));
  }

  /** Replaces the connection by a new one, without a hole. Nothing happens while that is going on already. */
  roll(): void {
    // One that is down comes back as a new one anyhow.
    if (this.#takeover !== undefined || Number.isNaN(this.#current.openedUs)) return;
    const next = this.#connect();
    const handover = new Handover({
      pass: (id, heard) => this.#pass(id, heard),
      switched: (id) => {
        if (this.#current.reader.release(id)) next.reader.adopt(id);
      },
      isKnown: this.#options.isKnown,
    });
    const stopLooking = this.#options.shared.clock.every(LOOK_MS, () => this.#look());
    const trades = new TradeHandover((trade) => this.#passTrade(trade));
    this.#tradesAfter = undefined;
    this.#takeover = { next, askedUs: new Map(), handover, trades, stopLooking };
    next.add([...this.#lives.keys()]);
    next.start();
  }

  health(): readonly ConnectionHealth[] {
    return this.#connections().map((connection) => connection.health());
  }

  counters(): readonly Readonly<ConnectionCounters>[] {
    return [this.#past, ...this.#connections().map((connection) => connection.counters())];
  }

  #connections(): readonly Connection[] {
    return this.#takeover === undefined ? [this.#current] : [this.#current, this.#takeover.next];
  }

  #connect(): Connection {
    const { shared, nextName } = this.#options;
    const connection: Connection = new Connection({
      ...shared,
      name: nextName(),
      owner: {
        quote: (id, bid, bidSize, ask, askSize, exchangeUs, receivedUs, updateId) => {
          if (this.#takeover === undefined)
            this.#options.sink.quote(id, bid, bidSize, ask, askSize, exchangeUs, receivedUs);
          else this.#heard(connection, id, { bid, bidSize, ask, askSize, exchangeUs, receivedUs, updateId });
        },
        trade: (instrumentId, price, size, side, exchangeUs, receivedUs, tradeId) =>
          this.#heardTrade(connection, { instrumentId, price, size, side, exchangeUs, receivedUs, tradeId }),
        gap: (id, fromUs, reason, nowUs) => this.#gap(connection, id, fromUs, reason, nowUs),
        alive: (name, provenUs, nowUs) => this.#options.sink.alive(name, provenUs, nowUs),
        asked: (exchangeSymbols, nowUs) => this.#asked(connection, exchangeSymbols, nowUs),
        closing: (message) => this.#closing(connection, message),
        fallen: () => this.#fallen(connection),
      },
    });
    return connection;
  }

  // ---- What its connections say ----

  #heard(from: Connection, instrumentId: number, quote: Heard): void {
    const handover = this.#takeover?.handover;
    if (from === this.#current) handover?.fromOld(instrumentId, quote);
    else handover?.fromNew(instrumentId, quote);
  }

  #pass(instrumentId: number, quote: Heard): void {
    const { bid, bidSize, ask, askSize, exchangeUs, receivedUs } = quote;
    this.#options.sink.quote(instrumentId, bid, bidSize, ask, askSize, exchangeUs, receivedUs);
  }

  #heardTrade(from: Connection, trade: HeardTrade): void {
    const takeover = this.#takeover;
    const after = this.#tradesAfter;
    if (takeover !== undefined && from === this.#current) takeover.trades.fromOld(trade);
    else if (takeover !== undefined) takeover.trades.fromNew(trade);
    else if (after !== undefined && trade.receivedUs < after.untilUs) after.trades.afterwards(trade);
    else this.#passTrade(trade);
  }

  #passTrade(trade: HeardTrade): void {
    const { instrumentId, price, size, side, exchangeUs, receivedUs, tradeId } = trade;
    this.#options.sink.trade(instrumentId, price, size, side, exchangeUs, receivedUs, tradeId);
  }

  /** Of two connections only the one that speaks for the instrument can make a hole in it. */
  #gap(from: Connection, instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void {
    const takeover = this.#takeover;
    const speaker = takeover?.handover.has(instrumentId) === true ? takeover.next : this.#current;
    if (from === speaker) this.#options.sink.gap(instrumentId, fromUs, reason, nowUs);
  }

  #asked(from: Connection, exchangeSymbols: readonly string[], nowUs: Micros): void {
    // Each connection that opens asks, whichever way it came about.
    if (from === this.#current) this.#plan.opened(from.openedUs);
    for (const symbol of exchangeSymbols)
      if (from === this.#current) this.#lives.get(symbol)?.asked(nowUs);
      else this.#takeover?.askedUs.set(symbol, nowUs);
  }

  #closing(from: Connection, message: string): void {
    const { log } = this.#options.shared;
    log.info('the exchange announces that it will close a connection', { connection: from.name, message });
    if (from === this.#current) this.roll();
  }

  /** Whether the connection should come back by itself. */
  #fallen(from: Connection): boolean {
    const takeover = this.#takeover;
    if (takeover === undefined) return true;
    if (from !== this.#current) {
      takeover.askedUs.clear();
      takeover.handover.newFell();
      takeover.trades.newFell();
      return true;
    }
    takeover.handover.oldFell([...this.#lives.values()].map((life) => life.instrumentId));
    this.#complete(takeover);
    return false;
  }

  // ---- The handover ----

  #look(): void {
    const takeover = this.#takeover;
    if (takeover === undefined) return;
    const { next, handover, askedUs } = takeover;
    const nowUs = this.#options.shared.clock.nowUs();
    const force = nowUs - next.openedUs > HANDOVER_US_MAX;
    let left = 0;
    for (const [exchangeSymbol, life] of this.#lives) {
      const sinceUs = askedUs.get(exchangeSymbol) ?? Number.NaN;
      if (!handover.settle(life.instrumentId, sinceUs, nowUs, force)) left += 1;
    }
    if (left > 0) return;
    this.#current.stop();
    this.#complete(takeover);
  }

  #complete(takeover: Takeover): void {
    addCounters(this.#past, this.#current.counters());
    this.duplicates += takeover.handover.duplicates;
    this.rolls += 1;
    takeover.stopLooking();
    this.#takeover = undefined;
    this.#current = takeover.next;
    takeover.trades.complete();
    const untilUs = this.#options.shared.clock.nowUs() + HANDOVER_US_MAX;
    this.#tradesAfter = { trades: takeover.trades, untilUs };
    this.#plan.opened(this.#current.openedUs);
  }

  #endTakeover(): void {
    this.#takeover?.stopLooking();
    this.#takeover?.next.stop();
    this.#takeover = undefined;
  }
}

function symbolOf(life: InstrumentLife): string {
  return life.listed.exchangeSymbol;
}
