// The watched pairs: their windows, found by instrument, fed from the hub. Work for a quote is that of the
// watched pairs of its instrument and nothing else; whoever looks at windows pulls, or is told once a change.

import { assert } from '../core/assert.js';
import type { ColdEvent, Subscriber, ValidityListener } from '../core/event.js';
import { exchangeKey } from '../core/exchange.js';
import { type Instrument, type InstrumentTable, instrumentKey } from '../core/instrument.js';
import { type Cancel, type Micros, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import { type LegIndex, STALE_LIMIT_US_DEFAULT } from '../series/valid.js';
import { tellValidity } from '../series/validity.js';
import { POINT_BYTES, PointRing, WARM_POINTS } from './point-ring.js';
import { type PairNames, PairWindow } from './window.js';

export interface WatchedOptions {
  /** Where names become ids. A pair whose instruments it does not know is refused until it does. */
  readonly instruments: Pick<InstrumentTable, 'find'>;
  /** The hub's, index = instrument id: 1 while what comes of it is late. */
  readonly lagging: Uint8Array;
  readonly lengthMs: number;
  readonly pairsMax: number;
  /** Points of all windows together, those kept unseen for the bands included; 32 bytes each. */
  readonly pointsTotalMax: number;
  readonly staleLimitUs?: number;
}

/** Why a pair is not watched. */
export type PairRefusal =
  | 'full' // as many as may be watched are watched already
  | 'unknown-instrument' // an exchange does not list the symbol, or is not connected
  | 'same-exchange';

export interface RefusedPair extends PairNames {
  readonly reason: PairRefusal;
}

export interface WatchedCounters {
  readonly pairs: number;
  readonly pairsMax: number;
  readonly pairsRefused: number;
  /** In all windows, now. */
  readonly points: number;
  readonly bytes: number;
  /** How much of its time the most crowded window holds, seconds; null without any window. */
  readonly coversSecondsMin: number | null;
  /** Events that concerned at least one watched pair. */
  readonly events: number;
  /** Windows touched by them: the work done. */
  readonly updates: number;
  /** Windows changed, each once an event. */
  readonly changes: number;
  /** Points taken back because a gap was noticed later; of windows watched now. */
  readonly retracted: number;
}

export type WindowListener = (window: PairWindow) => void;

/** Bounds of windows change only when the number of pairs passes a multiple of this. */
const PAIRS_STEP = 10;
/** Of a window beside its points: bands (two rings of rows) and the objects. */
const WINDOW_BYTES = 2 * WARM_POINTS * 8 + 1_024;
/** Windows smaller than this show nothing. */
const POINTS_MIN = 56;

export class Watched implements Subscriber {
  readonly #options: WatchedOptions;
  /** By rank. */
  #windows: readonly PairWindow[] = [];
  #byName = new Map<string, PairWindow>();
  /** Index = instrument id; ids beyond its end are not watched. */
  #byInstrument: readonly (readonly PairWindow[])[] = [];
  #listeners: readonly WindowListener[] = [];
  #refused: readonly RefusedPair[] = [];
  /** What the instruments' age limits were last told to be. */
  readonly #limitsUs = new Map<number, number>();
  #events = 0;
  #updates = 0;
  #changes = 0;

  readonly #validity: ValidityListener = {
    gap: (...gap) => this.#gap(...gap),
    limit: (...limit) => this.#limit(...limit),
  };

  constructor(options: WatchedOptions) {
    this.#options = options;
    assert(
      pointsEach(options, options.pairsMax) >= POINTS_MIN,
      `${options.pairsMax} windows have too few points to share`,
    );
  }

  /** Most bytes that windows can come to hold: for the memory table. */
  static bytesMax(options: Pick<WatchedOptions, 'pairsMax' | 'pointsTotalMax'>): number {
    return options.pointsTotalMax * POINT_BYTES + options.pairsMax * WINDOW_BYTES;
  }

  /** By rank: the order in which the pairs were set. */
  get windows(): readonly PairWindow[] {
    return this.#windows;
  }

  /** Of the last `setPairs`. */
  get refused(): readonly RefusedPair[] {
    return this.#refused;
  }

  /** Names in any spelling and case. The pair the other way round is another pair. */
  find(symbol: string, exchange1: string, exchange2: string): PairWindow | undefined {
    return this.#byName.get(pairKey({ symbol, exchange1, exchange2 }));
  }

  /** Why a pair that is not watched could not be now; null = it could. */
  whyNot(pair: PairNames): PairRefusal | null {
    const legs = this.#legsOf(pair);
    if (typeof legs === 'string') return legs;
    return this.#windows.length < this.#options.pairsMax ? null : 'full';
  }

  /**
   * Watches exactly these, in order of rank: a pair that stays keeps its window, a new one starts empty.
   * Doubles count once. Returns those that are not watched, and why.
   */
  setPairs(pairs: readonly PairNames[], nowUs: Micros): readonly RefusedPair[] {
    const wanted = new Map<string, PairNames>();
    for (const pair of pairs) {
      const key = pairKey(pair);
      if (!wanted.has(key)) wanted.set(key, pair);
    }
    const byName = new Map<string, PairWindow>();
    const refused: RefusedPair[] = [];
    for (const [key, pair] of wanted) {
      const { symbol, exchange1, exchange2 } = pair;
      const window =
        byName.size < this.#options.pairsMax ? (this.#byName.get(key) ?? this.#open(pair, nowUs)) : 'full';
      // Names alone: what is told of them must not carry along whatever else the caller knows of the pair.
      if (typeof window === 'string') refused.push({ symbol, exchange1, exchange2, reason: window });
      else byName.set(key, window);
    }
    this.#byName = byName;
    this.#windows = [...byName.values()];
    this.#refused = refused;
    this.#share();
    this.#route();
    return refused;
  }

  /** Called once for each window that an event (or `advance`) has changed, after the change. Must not throw. */
  onChanged(listener: WindowListener): Cancel {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  quote(stampUs: Micros, instrumentId: number, bid: number, _bidSize: number, ask: number): void {
    // The hot path: as #apply, but nothing is allocated.
    const windows = this.#byInstrument[instrumentId];
    if (windows === undefined || windows.length === 0) return;
    this.#events += 1;
    for (const window of windows) {
      this.#updates += 1;
      const leg = window.instrument1 === instrumentId ? 0 : 1;
      if (window.quote(leg, stampUs, bid, ask)) this.#changed(window);
    }
  }

  cold(event: ColdEvent): void {
    if (event.type === 'status' && (event.status === 'lagging' || event.status === 'in-time'))
      this.#late(event.instrumentId, event.status === 'lagging');
    tellValidity(event, this.#validity);
  }

  /** Lets quotes grow stale and old points leave where nothing happens. */
  readonly second = (us: Micros): void => {
    for (const window of this.#windows) if (window.advance(us)) this.#changed(window);
  };

  /** Memory of all windows, an estimate; never over `bytesMax`. */
  bytes(): number {
    return this.#windows.reduce((sum, window) => sum + window.bytes + WINDOW_BYTES, 0);
  }

  counters(): WatchedCounters {
    let points = 0;
    let retracted = 0;
    let coversUs = Number.POSITIVE_INFINITY;
    for (const window of this.#windows) {
      points += window.length;
      retracted += window.retracted;
      if (window.length > 0) coversUs = Math.min(coversUs, window.nowUs - window.coversFromUs);
    }
    return {
      pairs: this.#windows.length,
      pairsMax: this.#options.pairsMax,
      pairsRefused: this.#refused.length,
      points,
      bytes: this.bytes(),
      coversSecondsMin: Number.isFinite(coversUs) ? Math.max(0, coversUs) / US_PER_SECOND : null,
      events: this.#events,
      updates: this.#updates,
      changes: this.#changes,
      retracted,
    };
  }

  #gap(instrumentId: number, stampUs: Micros, fromUs: Micros): void {
    this.#apply(instrumentId, (window, leg) => window.gap(leg, stampUs, fromUs));
  }

  /** Windows that open later begin with it. */
  #limit(instrumentId: number, stampUs: Micros, limitUs: number): void {
    this.#limitsUs.set(instrumentId, limitUs);
    this.#apply(instrumentId, (window, leg) => window.limit(leg, stampUs, limitUs));
  }

  /** Beside the age limit that goes with it: windows say why they show nothing. */
  #late(instrumentId: number, isLate: boolean): void {
    for (const window of this.#byInstrument[instrumentId] ?? [])
      window.setLate(window.instrument1 === instrumentId ? 0 : 1, isLate);
  }

  #apply(instrumentId: number, change: (window: PairWindow, leg: LegIndex) => boolean): void {
    const windows = this.#byInstrument[instrumentId];
    if (windows === undefined || windows.length === 0) return;
    this.#events += 1;
    for (const window of windows) {
      this.#updates += 1;
      if (change(window, window.instrument1 === instrumentId ? 0 : 1)) this.#changed(window);
    }
  }

  #changed(window: PairWindow): void {
    this.#changes += 1;
    for (const listener of this.#listeners) listener(window);
  }

  #legsOf(pair: PairNames): readonly [Instrument, Instrument] | PairRefusal {
    const { instruments } = this.#options;
    const first = instruments.find(pair.exchange1, pair.symbol);
    const second = instruments.find(pair.exchange2, pair.symbol);
    if (first === undefined || second === undefined) return 'unknown-instrument';
    return first.id === second.id ? 'same-exchange' : [first, second];
  }

  #open(pair: PairNames, nowUs: Micros): PairWindow | PairRefusal {
    const { lengthMs } = this.#options;
    const legs = this.#legsOf(pair);
    if (typeof legs === 'string') return legs;
    const [first, second] = legs;
    const window = new PairWindow({
      pair: { symbol: first.symbol, exchange1: first.exchange, exchange2: second.exchange },
      instrument1: first.id,
      instrument2: second.id,
      lengthUs: lengthMs * US_PER_MS,
      pointsMax: POINTS_MIN,
      startedUs: nowUs,
      ageLimitsUs: [this.#limitOf(first.id), this.#limitOf(second.id)],
    });
    for (const leg of [0, 1] as const) window.setLate(leg, this.#options.lagging[legs[leg].id] === 1);
    return window;
  }

  #limitOf(instrumentId: number): number {
    return this.#limitsUs.get(instrumentId) ?? this.#options.staleLimitUs ?? STALE_LIMIT_US_DEFAULT;
  }

  /** The bound of all points is shared out evenly among the windows there are. */
  #share(): void {
    const slots = Math.ceil(this.#windows.length / PAIRS_STEP) * PAIRS_STEP;
    const points = pointsEach(this.#options, Math.min(this.#options.pairsMax, Math.max(slots, 1)));
    for (const window of this.#windows) window.resize(points);
  }

  #route(): void {
    const routes: PairWindow[][] = [];
    const add = (instrumentId: number, window: PairWindow) => {
      while (routes.length <= instrumentId) routes.push([]);
      routes[instrumentId]!.push(window);
    };
    for (const window of this.#windows) {
      add(window.instrument1, window);
      add(window.instrument2, window);
    }
    this.#byInstrument = routes;
  }
}

/** Points that a window may show when `pairs` share the bound. */
function pointsEach({ pointsTotalMax }: Pick<WatchedOptions, 'pointsTotalMax'>, pairs: number): number {
  const rows = Math.floor(pointsTotalMax / pairs);
  assert(PointRing.bytesMax(POINTS_MIN) <= rows * POINT_BYTES, 'a window has too few points to share');
  return rows - WARM_POINTS;
}

/** Equal for two spellings of the same pair; the pair the other way round is another one. */
export function pairKey({ symbol, exchange1, exchange2 }: PairNames): string {
  return `${instrumentKey(exchange1, symbol)}|${exchangeKey(exchange2)}`;
}
