// Keeps the watched pairs what they should be: statistics ∪ configured ∪ pinned, or those that move most while
// there are no statistics. Says by name why a pin cannot be had; never takes one away from who holds it.

import { assert } from '../core/assert.js';
import { marketOf } from '../core/exchange.js';
import type { Log } from '../core/log.js';
import type { Cancel, Clock } from '../core/time.js';
import { choosePairs, NO_STATISTICS_NOTE, type RatedPair } from './choose.js';
import type { LatestBids, Movers } from './movers.js';
import { Pins } from './pins.js';
import { type PairRefusal, pairKey, type Watched } from './watched.js';
import type { PairNames } from './window.js';

export interface WatchingOptions {
  readonly watched: Watched;
  readonly movers: Movers;
  readonly latest: LatestBids;
  /** The filtered opportunities by name; null while there are no statistics at all. */
  readonly opportunities: () => Promise<readonly RatedPair[] | null>;
  readonly configured: readonly PairNames[];
  /** True: spot is paired with perpetuals too. */
  readonly spotPerp: boolean;
  /** Of the quotes. */
  readonly clock: Clock;
  /** What pins are released by; default the same. */
  readonly clientClock?: Clock;
  readonly log: Log;
  readonly limits: {
    /** Pairs follow new statistics and new listings this often. */
    readonly watchIntervalMs: number;
    /** And so often while there are none at all. */
    readonly advanceIntervalMs: number;
    readonly moversMax: number;
    readonly pinsPerClientMax: number;
    readonly pinReleaseMs: number;
  };
}

/** Why a pair is not pinned. */
export type PinRefusal =
  | PairRefusal
  | 'too-many' // the client holds as many as it may
  | 'mixed-markets'; // spot and perpetual, and `spotPerp` is false

export type PinAnswer =
  /** Its names as they are written everywhere. */
  | { readonly pair: PairNames }
  | { readonly refused: PinRefusal; readonly message: string; readonly limit?: number };

/** For streams: clients are told apart by identity. */
export interface PinDesk {
  /** Pinning what one holds already changes nothing. */
  pin(client: object, pair: PairNames): PinAnswer;
  /** Does nothing where the client does not hold it. */
  unpin(client: object, pair: PairNames): void;
  /** The client is gone, or lets go of everything. */
  leave(client: object): void;
}

export interface PinCounters {
  /** Held by clients, or not yet released. */
  readonly pinned: number;
  readonly refused: Readonly<Record<PinRefusal, number>>;
}

export class Watching implements PinDesk {
  readonly #options: WatchingOptions;
  readonly #pins: Pins;
  readonly #refused: Record<PinRefusal, number> = {
    full: 0,
    'too-many': 0,
    'unknown-instrument': 0,
    'same-exchange': 0,
    'mixed-markets': 0,
  };
  #opportunities: readonly RatedPair[] | null = null;
  #movers: readonly PairNames[] = [];
  #note: string | null = NO_STATISTICS_NOTE;
  #looking = false;
  readonly #timers: Cancel[] = [];

  constructor(options: WatchingOptions) {
    this.#options = options;
    const { clock, clientClock = clock, limits } = options;
    this.#pins = new Pins({
      clock: clientClock,
      releaseMs: limits.pinReleaseMs,
      onReleased: () => this.#choose(),
    });
  }

  /** Resolves after the first look. */
  start(): Promise<void> {
    const { clock, limits, watched } = this.#options;
    this.#timers.push(
      clock.every(limits.watchIntervalMs, () => void this.look()),
      // At first often: pairs can be watched as soon as their exchanges' listings are read.
      clock.every(limits.advanceIntervalMs, () => {
        if (watched.windows.length === 0) void this.look();
      }),
    );
    return this.look();
  }

  close(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
    this.#pins.close();
  }

  /** Why pairs are watched that no statistics name; null where statistics name them. */
  get note(): string | null {
    return this.#note;
  }

  counters(): PinCounters {
    return { pinned: this.#pins.size, refused: { ...this.#refused } };
  }

  /** Asks for the newest statistics and chooses anew; one look at a time. Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { opportunities, movers, latest, clock, log, limits } = this.#options;
    try {
      this.#opportunities = await opportunities();
      const nowUs = clock.nowUs();
      movers.sample(latest, nowUs);
      this.#movers = this.#opportunities === null ? movers.rank(limits.moversMax, nowUs) : [];
      this.#choose();
    } catch (error) {
      log.error('watched pairs could not be chosen', { reason: String(error) });
    } finally {
      this.#looking = false;
    }
  }

  pin(client: object, pair: PairNames): PinAnswer {
    const key = pairKey(pair);
    const refused = this.#pins.isHeldBy(client, key) ? null : this.#whyNot(client, pair);
    if (refused !== null) {
      this.#refused[refused] += 1;
      return { refused, ...this.#toldOf(refused, pair) };
    }
    const { watched } = this.#options;
    this.#pins.hold(client, key, pair);
    // Also where it is watched already: pins come first.
    this.#choose();
    const window = watched.find(pair.symbol, pair.exchange1, pair.exchange2);
    assert(window !== undefined, 'a pair that was found room for is watched');
    const { symbol, exchange1, exchange2 } = window;
    return { pair: { symbol, exchange1, exchange2 } };
  }

  unpin(client: object, pair: PairNames): void {
    this.#pins.letGo(client, pairKey(pair));
  }

  leave(client: object): void {
    this.#pins.leave(client);
  }

  #choose(): void {
    const { watched, configured, clock } = this.#options;
    const chosen = choosePairs({
      pinned: this.#pins.pairs,
      configured,
      opportunities: this.#opportunities,
      movers: this.#movers,
    });
    this.#note = chosen.note;
    watched.setPairs(chosen.pairs, clock.nowUs());
  }

  #whyNot(client: object, pair: PairNames): PinRefusal | null {
    const { watched, spotPerp, limits } = this.#options;
    const { symbol, exchange1, exchange2 } = pair;
    if (!spotPerp && marketOf(exchange1) !== marketOf(exchange2)) return 'mixed-markets';
    if (this.#pins.countOf(client) >= limits.pinsPerClientMax) return 'too-many';
    return watched.find(symbol, exchange1, exchange2) === undefined ? watched.whyNot(pair) : null;
  }

  /** In words, with the limit where there is one. */
  #toldOf(refused: PinRefusal, pair: PairNames): { message: string; limit?: number } {
    const { watched, limits } = this.#options;
    const name = `${pair.symbol} ${pair.exchange1} ${pair.exchange2}`;
    const { pairsMax } = watched.counters();
    switch (refused) {
      case 'full':
        return { message: `${name}: all ${pairsMax} places of watched pairs are taken`, limit: pairsMax };
      case 'too-many': {
        const limit = limits.pinsPerClientMax;
        return { message: `${name}: one client holds at most ${limit} pairs`, limit };
      }
      case 'unknown-instrument':
        return { message: `${name}: one of the two does not list it, or is not connected` };
      case 'same-exchange':
        return { message: `exchange2: expected another exchange than exchange1, was ${pair.exchange2}` };
      case 'mixed-markets':
        return { message: `${name}: spot and perpetual make no pair (pairs.spotPerp is false)` };
    }
  }
}
