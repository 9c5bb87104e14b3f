// Statistics of the watched pairs as their quotes come: of the present hour and of the last one, equal to what the recorded hour
// gives. Quotes are held for as long as a gap may still take them back, then counted for good. Bounded in rows and pairs; when
// rows are too many, they are counted sooner. Work for a quote is three numbers written down.

import { assert } from '../core/assert.js';
import type { ColdEvent, Subscriber, ValidityListener } from '../core/event.js';
import { hourStartUs, type Micros, US_PER_HOUR } from '../core/time.js';
import { QUOTE_US_MAX } from '../series/leg-events.js';
import { STALE_LIMIT_US_DEFAULT } from '../series/valid.js';
import type { LegEvent } from '../series/valid-points.js';
import { tellValidity } from '../series/validity.js';
import type { CompatSettings } from './compat-join.js';
import { LiveLeg, ROW_BYTES } from './live-leg.js';
import { type LiveHour, LivePair, type PairNames } from './live-pair.js';

export interface WatchedNames extends PairNames {
  readonly instrument1: number;
  readonly instrument2: number;
}

export interface LiveStatisticsOptions extends CompatSettings {
  /** The watched pairs by rank: another array where they are others. */
  readonly pairs: () => readonly WatchedNames[];
  readonly costPercent: (exchange1: string, exchange2: string) => number;
  readonly limits: {
    /** Those of the first rank have statistics. */
    readonly pairsMax: number;
    /** Held for all of them. */
    readonly rowsMax: number;
    /** Gaps that are noticed later do not reach into what is counted. */
    readonly heldMs: number;
  };
}

export interface LivePairStatistics extends PairNames {
  readonly now: LiveHour;
  /** Null where it was not watched when it ended. */
  readonly last: LiveHour | null;
}

export interface LiveStatisticsCounters {
  readonly pairs: number;
  /** Watched, but beyond the bound. */
  readonly pairsLeftOut: number;
  readonly rows: number;
  readonly rowsMax: number;
  readonly bytes: number;
  /** Times that rows were counted sooner, for want of room. */
  readonly settledEarly: number;
  /** Gaps that came too late to be taken out. */
  readonly gapsLate: number;
}

interface Entry {
  readonly names: PairNames;
  readonly legs: readonly [LiveLeg, LiveLeg];
  readonly live: LivePair;
}

/** Tallies of a pair: histograms and durations, an estimate. */
const PAIR_BYTES = 48 * 1_024;

export class LiveStatistics implements Subscriber {
  readonly #options: LiveStatisticsOptions;
  #watched: readonly WatchedNames[] = [];
  #pairs = new Map<string, Entry>();
  /** Index = instrument id. */
  #legs: (LiveLeg | undefined)[] = [];
  readonly #limitsUs = new Map<number, number>();
  #capacity = 0;
  /** Rows before it are counted for good; NaN before the first second. */
  #settledUs: Micros = Number.NaN;
  /** Nothing was stamped later. */
  #newestUs: Micros = Number.NaN;
  #settledEarly = 0;
  #gapsLate = 0;

  readonly #validity: ValidityListener = {
    gap: (id, stampUs, fromUs) => this.#tell(id, { kind: 'gap', leg: 0, stampUs, fromUs }),
    limit: (id, stampUs, limitUs) => {
      this.#limitsUs.set(id, limitUs);
      this.#tell(id, { kind: 'limit', leg: 0, stampUs, limitUs });
    },
  };

  constructor(options: LiveStatisticsOptions) {
    this.#options = options;
  }

  /** Most bytes that it can come to hold: for the memory table. */
  static bytesMax({ pairsMax, rowsMax }: LiveStatisticsOptions['limits']): number {
    return rowsMax * ROW_BYTES + pairsMax * PAIR_BYTES;
  }

  quote(stampUs: Micros, instrumentId: number, bid: number, _bidSize: number, ask: number): void {
    // The hot path: nothing is allocated but for larger arrays.
    const leg = this.#legs[instrumentId];
    if (leg === undefined) return;
    this.#newestUs = stampUs;
    const { growth } = leg;
    if (growth > 0) {
      if (this.#capacity + growth > this.#options.limits.rowsMax) this.#makeRoom(leg);
      else this.#capacity += growth;
    }
    leg.push(stampUs, bid, ask);
  }

  cold(event: ColdEvent): void {
    this.#newestUs = event.stampUs;
    tellValidity(event, this.#validity);
  }

  readonly second = (us: Micros): void => {
    this.#newestUs = us;
    if (Number.isNaN(this.#settledUs)) this.#settledUs = us;
    this.#follow(us);
    this.#settle(us - this.#options.limits.heldMs * 1_000);
  };

  /** Of every watched pair that is wanted, one after the other, so that nobody waits for all of them. */
  *of(isWanted: (names: PairNames) => boolean): Generator<LivePairStatistics> {
    for (const { names, legs, live } of [...this.#pairs.values()]) {
      if (!isWanted(names)) continue;
      yield { ...names, ...live.look(legs, this.#settledUs, this.#newestUs + 1) };
    }
  }

  counters(): LiveStatisticsCounters {
    const legs = this.#legs.flatMap((leg) => leg ?? []);
    return {
      pairs: this.#pairs.size,
      pairsLeftOut: this.#watched.length - this.#pairs.size,
      rows: legs.reduce((sum, { rows }) => sum + rows, 0),
      rowsMax: this.#options.limits.rowsMax,
      bytes: this.#capacity * ROW_BYTES + this.#pairs.size * PAIR_BYTES,
      settledEarly: this.#settledEarly,
      gapsLate: this.#gapsLate,
    };
  }

  /** Pairs that are watched now, and those that are no longer. */
  #follow(us: Micros): void {
    const watched = this.#options.pairs();
    if (watched === this.#watched) return;
    this.#watched = watched;
    const [pairs, legs] = [new Map<string, Entry>(), [] as (LiveLeg | undefined)[]];
    const legOf = (id: number) => {
      legs[id] ??= this.#legs[id] ?? new LiveLeg(id);
      return legs[id];
    };
    for (const watch of watched.slice(0, this.#options.limits.pairsMax)) {
      const { symbol, exchange1, exchange2, instrument1, instrument2 } = watch;
      const names = { symbol, exchange1, exchange2 };
      const key = `${instrument1} ${instrument2}`;
      const sides = [legOf(instrument1), legOf(instrument2)] as const;
      pairs.set(key, this.#pairs.get(key) ?? { names, legs: sides, live: this.#open(names, sides, us) });
    }
    [this.#pairs, this.#legs] = [pairs, legs];
    this.#capacity = legs.reduce((sum, leg) => sum + (leg?.capacity ?? 0), 0);
  }

  #open(names: PairNames, sides: readonly [LiveLeg, LiveLeg], us: Micros): LivePair {
    const { costPercent, thresholds, neutralPercent } = this.#options;
    const cost = costPercent(names.exchange1, names.exchange2);
    const live = new LivePair(
      { names, costPercent: cost, thresholds, neutralPercent, fromUs: us },
      hourStartUs(us),
    );
    for (const leg of [0, 1] as const) {
      const { instrumentId, gap } = sides[leg];
      const limitUs = this.#limitsUs.get(instrumentId) ?? STALE_LIMIT_US_DEFAULT;
      live.tell({ kind: 'limit', leg, stampUs: Number.NEGATIVE_INFINITY, limitUs });
      if (gap !== null) live.tell({ kind: 'gap', leg, ...gap });
    }
    return live;
  }

  #tell(instrumentId: number, event: LegEvent): void {
    const own = this.#legs[instrumentId];
    if (own === undefined) return;
    const isLate = event.kind === 'gap' && this.#isLate(own, event.fromUs);
    if (event.kind === 'gap') own.gap = { stampUs: event.stampUs, fromUs: event.fromUs };
    for (const { legs, live } of this.#pairs.values())
      for (const leg of [0, 1] as const)
        if (legs[leg].instrumentId === instrumentId)
          live.tell({ ...event, leg }, isLate ? this.#settledUs : null);
    if (isLate) this.#gapsLate += 1;
  }

  /** Something of what is counted for good may have stood on it. */
  #isLate({ forgottenUs }: LiveLeg, fromUs: Micros): boolean {
    return fromUs < this.#settledUs && fromUs < forgottenUs + QUOTE_US_MAX;
  }

  /** Half of what the instrument holds is counted, and what is as old of others. */
  #makeRoom(leg: LiveLeg): void {
    this.#settledEarly += 1;
    this.#settle(Math.floor(leg.oldestUs / 2 + this.#newestUs / 2) + 1);
    assert(leg.growth === 0, 'counting the older half of the rows makes room');
  }

  #settle(untilUs: Micros): void {
    while (this.#settledUs < untilUs) {
      const endUs = Math.min(untilUs, hourStartUs(this.#settledUs) + US_PER_HOUR);
      for (const { legs, live } of this.#pairs.values())
        live.settle(legs[0].before(endUs), legs[1].before(endUs), endUs);
      for (const leg of this.#legs) {
        if (leg === undefined) continue;
        const before = leg.capacity;
        leg.forget(leg.before(endUs));
        this.#capacity += leg.capacity - before;
      }
      this.#settledUs = endUs;
    }
  }
}
