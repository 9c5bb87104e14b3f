// A share of one exchange's instruments and the connection that carries them. Where the connection has to be
// replaced (its life is over, or the exchange announces that it closes) another one is made first and takes over
// instrument by instrument, so that nothing is lost or doubled. Knows the contract, no exchange.

import type { GapReason } from '../core/reasons.js';
import { type Cancel, type Micros, US_PER_MS } from '../core/time.js';
import { Connection } from './connection.js';
import type { ConnectionCounters, ConnectionHealth, ConnectionOptions } from './connection-types.js';
import { addCounters, noCounters } from './counters.js';
import type { Heard } from './crossing.js';
import type { Handover } from './handover.js';
import type { InstrumentLife } from './life.js';
import { RollPlan } from './roll-plan.js';
import type { IngestSink } from './sink.js';
import { askAnew, Takeover } from './takeover.js';
import type { HeardTrade, TradeHandover } from './trade-handover.js';

/** How often a takeover is looked at. */
const LOOK_MS = 250;
/** After it the connection that is left may lag behind the one that went, and repeat what that one brought. */
const AFTER_US = 30_000_000;

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

/** Of the last takeover; trades where it was completed. */
interface After {
  readonly handover: Handover;
  readonly trades: TradeHandover | undefined;
  readonly untilUs: Micros;
}

export class Shard {
  /** Replacements that were completed. */
  rolls = 0;
  readonly #options: ShardOptions;
  readonly #lives = new Map<number, InstrumentLife>();
  #current: Connection;
  #takeover: Takeover | undefined;
  #stopLooking: Cancel = () => {};
  #after: After | undefined;
  /** In takeovers before that one. */
  #duplicates = 0;
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

  /** Quotes that both connections brought. */
  get duplicates(): number {
    const handover = (this.#takeover ?? this.#after)?.handover;
    return this.#duplicates + (handover?.duplicates ?? 0);
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
    for (const life of lives) this.#lives.set(life.instrumentId, life);
    for (const connection of this.#connections()) connection.add(lives.map(symbolOf));
  }

  remove(life: InstrumentLife): void {
    this.#lives.delete(life.instrumentId);
    for (const connection of this.#connections()) connection.remove([symbolOf(life)], [life.instrumentId]);
  }

  /** Asks for one instrument anew, alone. */
  renew(life: InstrumentLife): void {
    this.#after?.handover.interrupted(life.instrumentId);
    if (this.#takeover === undefined) askAnew(this.#current, life);
    else this.#takeover.renew(life);
  }

  /** Replaces the connection by a new one, without a hole. Nothing happens while that is going on already. */
  roll(): void {
    // One that is down comes back as a new one anyhow.
    if (this.#takeover !== undefined || Number.isNaN(this.#current.openedUs)) return;
    const { shared, sink, isKnown } = this.#options;
    const next = this.#connect();
    this.#forgetAfter();
    this.#takeover = new Takeover({
      ...{ old: this.#current, next, lives: this.#lives, clock: shared.clock, isKnown },
      passQuote: (id, quote) => this.#pass(id, quote),
      passTrade: (trade) => this.#passTrade(trade),
      gap: (id, fromUs, reason, nowUs) => sink.gap(id, fromUs, reason, nowUs),
    });
    this.#stopLooking = shared.clock.every(LOOK_MS, () => this.#look());
    next.add([...this.#lives.values()].map(symbolOf));
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
          if (this.#takeover === undefined && this.#after === undefined)
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
    if (this.#takeover !== undefined) this.#takeover.quote(from, instrumentId, quote);
    else if (this.#after !== undefined) {
      this.#after.handover.afterwards(instrumentId, quote);
      if (quote.receivedUs > this.#after.untilUs) this.#forgetAfter();
    }
  }

  #pass(instrumentId: number, quote: Heard): void {
    const { bid, bidSize, ask, askSize, exchangeUs, receivedUs } = quote;
    this.#options.sink.quote(instrumentId, bid, bidSize, ask, askSize, exchangeUs, receivedUs);
  }

  #heardTrade(from: Connection, trade: HeardTrade): void {
    if (this.#takeover !== undefined) this.#takeover.trade(from, trade);
    else if (this.#after?.trades !== undefined) this.#after.trades.afterwards(trade);
    else this.#passTrade(trade);
  }

  #passTrade(trade: HeardTrade): void {
    const { instrumentId, price, size, side, exchangeUs, receivedUs, tradeId } = trade;
    this.#options.sink.trade(instrumentId, price, size, side, exchangeUs, receivedUs, tradeId);
  }

  #gap(from: Connection, instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void {
    if (this.#takeover !== undefined) this.#takeover.gap(from, instrumentId, fromUs, reason, nowUs);
    else {
      this.#after?.handover.interrupted(instrumentId);
      this.#options.sink.gap(instrumentId, fromUs, reason, nowUs);
    }
  }

  #asked(from: Connection, exchangeSymbols: readonly string[], nowUs: Micros): void {
    // Each connection that opens asks, whichever way it came about.
    if (from === this.#current) this.#plan.opened(from.openedUs);
    const asked = new Set(exchangeSymbols);
    for (const life of this.#lives.values()) if (asked.has(symbolOf(life))) this.#askedFor(from, life, nowUs);
  }

  #askedFor(from: Connection, life: InstrumentLife, nowUs: Micros): void {
    if (this.#takeover === undefined) life.asked(nowUs);
    else this.#takeover.asked(from, life, nowUs);
  }

  /** The exchange closes it whatever comes: a takeover from it goes through. */
  #closing(from: Connection, message: string): void {
    const { log } = this.#options.shared;
    log.info('the exchange announces that it will close a connection', { connection: from.name, message });
    if (from === this.#current) this.roll();
    this.#takeover?.closing(from);
  }

  /** Whether the connection should come back by itself. */
  #fallen(from: Connection): boolean {
    const takeover = this.#takeover;
    if (takeover === undefined) this.#forgetAfter();
    else if (from === takeover.next) takeover.nextIsLost();
    else {
      takeover.oldFell();
      this.#complete(takeover);
      return false;
    }
    return true;
  }

  // ---- The takeover ----

  #look(): void {
    const takeover = this.#takeover;
    const missed = takeover?.look();
    if (takeover === undefined || missed === undefined) return;
    if (missed.length > 0 && !takeover.mustEnd && !this.#plan.isEnding) this.#giveUp(takeover, missed);
    else {
      this.#current.stop();
      this.#complete(takeover);
      const nowUs = this.#options.shared.clock.nowUs();
      for (const life of missed) this.#lose(life, nowUs);
    }
  }

  /** The new connection does not bring all that the old one still does: the old one stays, for now. */
  #giveUp(takeover: Takeover, missed: readonly InstrumentLife[]): void {
    const { next } = takeover;
    takeover.nextIsLost();
    next.stop();
    this.#ended(takeover, next, undefined);
    const { log, clock } = this.#options.shared;
    const againMs = Math.round((this.#plan.again() - clock.nowUs()) / US_PER_MS);
    const detail = { connection: next.name, missed: missed.length, first: missed[0]?.symbol, againMs };
    log.warn('a new connection does not bring all that the old one does, which stays', detail);
  }

  /** It went with the old connection, and the new one does not bring it: asking anew is for who looks at the silent. */
  #lose(life: InstrumentLife, nowUs: Micros): void {
    if (!life.valid) return;
    this.#after?.handover.interrupted(life.instrumentId);
    this.#options.sink.gap(life.instrumentId, life.signOfLifeUs, 'disconnect', nowUs);
  }

  #complete(takeover: Takeover): void {
    const old = this.#current;
    this.rolls += 1;
    this.#current = takeover.next;
    this.#current.reader.lag.inherit(old.reader.lag);
    takeover.trades.complete();
    this.#ended(takeover, old, takeover.trades);
    this.#plan.opened(this.#current.openedUs);
    if (takeover.nextCloses) this.#closing(this.#current, 'announced while it took over');
  }

  #ended({ handover }: Takeover, gone: Connection, trades: TradeHandover | undefined): void {
    addCounters(this.#past, gone.counters());
    this.#stopLooking();
    this.#takeover = undefined;
    this.#after = { handover, trades, untilUs: this.#options.shared.clock.nowUs() + AFTER_US };
  }

  #forgetAfter(): void {
    this.#duplicates += this.#after?.handover.duplicates ?? 0;
    this.#after = undefined;
  }

  #endTakeover(): void {
    this.#stopLooking();
    this.#takeover?.next.stop();
    this.#takeover = undefined;
  }
}

function symbolOf(life: InstrumentLife): string {
  return life.listed.exchangeSymbol;
}
