// A new connection on its way to replace an old one, with what both say of the shard's instruments: which of the two
// speaks for each, what that means for holes and renewals, and what the old one takes back when the new one is lost.
// When it begins, and what becomes of it, is the shard's to decide.

import type { GapReason } from '../core/reasons.js';
import type { Clock, Micros } from '../core/time.js';
import type { Connection } from './connection.js';
import type { Heard } from './crossing.js';
import { Handover } from './handover.js';
import type { InstrumentLife } from './life.js';
import type { IngestSink } from './sink.js';
import { type HeardTrade, TradeHandover } from './trade-handover.js';

export interface TakeoverOptions {
  readonly old: Connection;
  readonly next: Connection;
  /** The instruments of both, now. */
  readonly lives: ReadonlyMap<number, InstrumentLife>;
  readonly clock: Clock;
  readonly passQuote: (instrumentId: number, quote: Heard) => void;
  readonly passTrade: (trade: HeardTrade) => void;
  readonly gap: IngestSink['gap'];
  /** Whether these are the prices and sizes that were passed on last of the instrument. */
  readonly isKnown: (instrumentId: number, quote: Heard) => boolean;
}

export class Takeover {
  readonly next: Connection;
  readonly handover: Handover;
  readonly trades: TradeHandover;
  /** The exchange has announced that it closes the old connection. */
  mustEnd = false;
  /** It has announced that it closes the new one. */
  nextCloses = false;
  readonly #options: TakeoverOptions;
  /** When the new connection was asked for each instrument. */
  readonly #askedUs = new Map<number, Micros>();

  constructor(options: TakeoverOptions) {
    this.#options = options;
    this.next = options.next;
    this.trades = new TradeHandover(options.passTrade);
    this.handover = new Handover({
      pass: options.passQuote,
      switched: (id) => this.#switched(id),
      // What a hole was told of does not stand.
      isKnown: (id, quote) => options.lives.get(id)?.valid === true && options.isKnown(id, quote),
    });
  }

  quote(from: Connection, instrumentId: number, quote: Heard): void {
    if (from === this.next) this.handover.fromNew(instrumentId, quote);
    else this.handover.fromOld(instrumentId, quote);
  }

  trade(from: Connection, trade: HeardTrade): void {
    if (from === this.next) this.trades.fromNew(trade);
    else this.trades.fromOld(trade);
  }

  /** The exchange closes one of them, whatever comes: from the old one the takeover goes through. */
  closing(from: Connection): void {
    if (from === this.next) this.nextCloses = true;
    else this.mustEnd = true;
  }

  asked(from: Connection, life: InstrumentLife, nowUs: Micros): void {
    if (from === this.#speaker(life.instrumentId)) life.asked(nowUs);
    if (from === this.next) this.#askedUs.set(life.instrumentId, nowUs);
  }

  /** Asks for it anew where it comes from, and on the new connection if that brings none of it. */
  renew(life: InstrumentLife): void {
    const { instrumentId, listed } = life;
    const { next, handover } = this;
    const speaker = this.#speaker(instrumentId);
    handover.interrupted(instrumentId);
    askAnew(speaker, life);
    const isSilent = this.#askedUs.has(instrumentId) && !handover.hasSpoken(instrumentId);
    if (speaker !== next && (isSilent || next.refused.has(listed.exchangeSymbol))) askAnew(next, life);
  }

  /** Of two connections only the one that speaks for the instrument can make a hole in it. */
  gap(from: Connection, instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void {
    const { clock, lives, gap } = this.#options;
    const life = lives.get(instrumentId);
    if (from !== this.#speaker(instrumentId)) {
      this.handover.holeAside(instrumentId);
      // Nobody else hears of it. Its decoder is not done with the frame yet.
      if (reason === 'sequence' && life !== undefined) clock.after(0, () => askAnew(from, life));
      return;
    }
    if (reason === 'disconnect' && from === this.next && life !== undefined)
      this.#takeBack(life, fromUs, nowUs);
    else if (reason !== 'disconnect' || !this.handover.continues(instrumentId)) {
      this.handover.interrupted(instrumentId);
      gap(instrumentId, fromUs, reason, nowUs);
    }
  }

  /** The new connection fell, or is given up: the old one speaks for everything again. */
  nextIsLost(): void {
    const nowUs = this.#options.clock.nowUs();
    for (const life of this.#options.lives.values())
      if (this.handover.has(life.instrumentId)) this.#takeBack(life, life.signOfLifeUs, nowUs);
    this.handover.newFell();
    this.trades.newFell();
    this.#askedUs.clear();
    this.nextCloses = false;
  }

  oldFell(): void {
    this.handover.oldFell(this.#options.lives.keys());
  }

  /** Undefined while there is something to wait for; then the instruments that the old connection alone still brings. */
  look(): readonly InstrumentLife[] | undefined {
    const { lives, clock, old } = this.#options;
    const missed: InstrumentLife[] = [];
    let isOpen = false;
    for (const [id, life] of lives) {
      const { exchangeSymbol } = life.listed;
      const isRefused = this.next.refused.has(exchangeSymbol) && !old.refused.has(exchangeSymbol);
      const askedUs = this.#askedUs.get(id) ?? Number.NaN;
      const settled = this.handover.settle(id, { askedUs, isRefused }, clock.nowUs());
      if (settled === 'open') isOpen = true;
      if (settled === 'missed') missed.push(life);
    }
    return isOpen ? undefined : missed;
  }

  #speaker(instrumentId: number): Connection {
    return this.handover.has(instrumentId) ? this.next : this.#options.old;
  }

  #switched(instrumentId: number): void {
    const { reader, openedUs } = this.#options.old;
    if (!reader.release(instrumentId)) return;
    this.next.reader.adopt(instrumentId);
    // What the old one says of it is still good, should it have to take it back.
    if (!Number.isNaN(openedUs)) reader.adopt(instrumentId);
  }

  /** The old connection speaks for the instrument again. A hole only where it has no valid quote of it either. */
  #takeBack(life: InstrumentLife, fromUs: Micros, nowUs: Micros): void {
    const { old, clock, gap } = this.#options;
    const { instrumentId } = life;
    this.handover.takeBack(instrumentId);
    if (old.reader.release(instrumentId)) old.reader.adopt(instrumentId);
    else if (life.valid) {
      this.handover.interrupted(instrumentId);
      gap(instrumentId, fromUs, 'disconnect', nowUs);
    }
    if (!life.valid) clock.after(0, () => askAnew(old, life));
  }
}

/** What the connection says of the instrument from now on does not continue what it said. */
export function askAnew(connection: Connection, life: InstrumentLife): void {
  connection.reader.forget(life.instrumentId);
  connection.renew(life.listed.exchangeSymbol);
}
