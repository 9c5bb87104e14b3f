// One connection takes over from another without a quote lost or doubled: both carry the same instruments for a
// while, the old one's quotes are passed on, the new one's are held until both have shown the same quote of the
// instrument; from there on the new one speaks, until it falls: then the old one does again. Knows no socket and no clock.

import type { Micros } from '../core/time.js';
import { Crossing, type Heard } from './crossing.js';

/** Both connections have been silent about an instrument for so long: the new one may speak. */
const QUIET_US = 5_000_000;
/** So long after the new one was asked for an instrument it may speak whatever was heard, if only it has said anything. */
const SETTLE_US_MAX = 30_000_000;
/** Quotes held of the new one until it speaks; and of the old one after that, in case that the new one falls. */
const HELD_MAX = 4_096;
const HELD_ASIDE_MAX = 512;

export interface HandoverOptions {
  /** Where quotes go on to. */
  readonly pass: (instrumentId: number, quote: Heard) => void;
  /** The new connection speaks for it from now on; the old one no longer does. */
  readonly switched: (instrumentId: number) => void;
  /** Whether this is what was passed on last of it and stands, times apart: a snapshot that says nothing new. */
  readonly isKnown: (instrumentId: number, quote: Heard) => boolean;
}

/** How the new connection stands to an instrument. */
export interface Asked {
  /** When it was asked for it; NaN = not yet. */
  readonly askedUs: Micros;
  /** The exchange refused it to the new connection, though not to the old one. */
  readonly isRefused: boolean;
}

/** `missed`: the old connection streams it, and the new one does not. */
export type Settled = 'settled' | 'open' | 'missed';

/** One instrument on its way from the old connection to the new one. */
interface Way {
  readonly crossing: Crossing;
  /** The new one speaks for it. */
  done: boolean;
  newHasSpoken: boolean;
  /** Since when the old one brings quotes that the new one should bring too, and it has brought none; NaN = it has. */
  missedUs: Micros;
}

export class Handover {
  /** Quotes that both connections brought. */
  duplicates = 0;
  readonly #options: HandoverOptions;
  readonly #ways = new Map<number, Way>();

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** Whether the new connection speaks for it. */
  has(instrumentId: number): boolean {
    return this.#ways.get(instrumentId)?.done === true;
  }

  /** Whether the new connection has brought a quote of it. */
  hasSpoken(instrumentId: number): boolean {
    return this.#ways.get(instrumentId)?.newHasSpoken === true;
  }

  fromOld(instrumentId: number, quote: Heard): void {
    const way = this.#way(instrumentId);
    const { crossing } = way;
    if (way.done) {
      this.duplicates += 1;
      if (!crossing.isRepeated(quote)) crossing.hold(quote, HELD_ASIDE_MAX);
      return;
    }
    if (!crossing.spoken(quote)) {
      this.duplicates += 1;
      return;
    }
    const covered = crossing.covered(quote);
    if (covered < 0) return;
    this.duplicates += covered;
    this.#switch(instrumentId, way);
  }

  fromNew(instrumentId: number, quote: Heard): void {
    const way = this.#way(instrumentId);
    const { crossing } = way;
    way.newHasSpoken = true;
    way.missedUs = Number.NaN;
    if (way.done) {
      if (!crossing.spoken(quote)) this.duplicates += 1;
      else crossing.covered(quote);
    } else if (crossing.isRepeated(quote)) {
      this.duplicates += 1;
      this.#switch(instrumentId, way);
    } else {
      crossing.hold(quote, HELD_MAX);
      if (crossing.held.length < HELD_MAX) return;
      // The old one is far behind: no use in waiting for it.
      crossing.agreed = false;
      this.#switch(instrumentId, way);
    }
  }

  /** After the handover: a quote of the only connection that is left, which may still lag behind the one that went. */
  afterwards(instrumentId: number, quote: Heard): void {
    const way = this.#ways.get(instrumentId);
    if (way === undefined) this.#options.pass(instrumentId, quote);
    else if (!way.crossing.spoken(quote)) this.duplicates += 1;
  }

  /** Whether the new connection speaks for the instrument, which it may after some time whatever was heard. */
  settle(instrumentId: number, { askedUs, isRefused }: Asked, nowUs: Micros): Settled {
    const way = this.#way(instrumentId);
    if (way.done) return 'settled';
    const { crossing } = way;
    const oldUs = crossing.spokenUs;
    if (!way.newHasSpoken && Number.isNaN(way.missedUs) && oldUs > askedUs + QUIET_US) way.missedUs = oldUs;
    const isLate = nowUs - askedUs > SETTLE_US_MAX;
    if (isRefused) return isLate ? 'missed' : 'open';
    // One that has only just begun may be under way on the new one.
    if (way.missedUs <= nowUs) return isLate && nowUs - way.missedUs > QUIET_US ? 'missed' : 'open';
    const heardUs = [askedUs, oldUs, crossing.held[0]?.receivedUs ?? Number.NaN];
    const isQuiet = heardUs.every((us) => !(nowUs - us <= QUIET_US)) && !Number.isNaN(askedUs);
    if (!isQuiet && !isLate) return 'open';
    crossing.agreed = isQuiet;
    crossing.showsStanding((quote) => this.#options.isKnown(instrumentId, quote));
    this.#switch(instrumentId, way);
    return 'settled';
  }

  /**
   * The old connection fell. Whether nothing is lost of the instrument with it: the new one speaks for it already, or
   * has shown the very quote that stands, and speaks from now on.
   */
  continues(instrumentId: number): boolean {
    const way = this.#way(instrumentId);
    if (way.done) return true;
    if (!way.crossing.showsStanding((quote) => this.#options.isKnown(instrumentId, quote))) return false;
    this.#switch(instrumentId, way);
    return true;
  }

  /** The old connection is gone: what the new one held goes on, whatever the old one had still to say. */
  oldFell(instrumentIds: Iterable<number>): void {
    for (const id of instrumentIds) {
      const way = this.#way(id);
      if (!way.done) this.#switch(id, way);
    }
  }

  /** The new connection is gone. What it had not taken over is the old one's to say, as is what was taken back. */
  newFell(): void {
    for (const way of this.#ways.values()) {
      if (way.done) continue;
      way.crossing.held = [];
      way.newHasSpoken = false;
      way.missedUs = Number.NaN;
    }
  }

  /** The old connection speaks for the instrument again: what only it has brought goes on. */
  takeBack(instrumentId: number): void {
    const way = this.#way(instrumentId);
    if (!way.done) return;
    way.done = false;
    this.duplicates -= way.crossing.turnBack();
  }

  /** The one that does not speak for the instrument has a hole in what it says of it. */
  holeAside(instrumentId: number): void {
    this.#way(instrumentId).crossing.held = [];
  }

  /** A hole of the instrument was told. */
  interrupted(instrumentId: number): void {
    this.#ways.get(instrumentId)?.crossing.interrupted();
  }

  #way(instrumentId: number): Way {
    const known = this.#ways.get(instrumentId);
    if (known !== undefined) return known;
    const crossing = new Crossing((quote) => this.#options.pass(instrumentId, quote));
    const made = { crossing, done: false, newHasSpoken: false, missedUs: Number.NaN };
    this.#ways.set(instrumentId, made);
    return made;
  }

  #switch(instrumentId: number, way: Way): void {
    way.done = true;
    this.#options.switched(instrumentId);
    way.crossing.turn();
  }
}
