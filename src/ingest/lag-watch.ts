// Tells which instruments lag: those of a connection whose quotes come too late, from when that is noticed until it is over.
// One that is so far behind because this program does not keep up is given up: what waits unread of it is of no use. One an
// exchange; looks often, and does nothing for a quote.

import type { Log } from '../core/log.js';
import { type Clock, type Micros, US_PER_MINUTE, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import type { InstrumentLife } from './life.js';
import type { ReadingTurn } from './reading-turn.js';
import type { Shard } from './shard.js';
import type { IngestSink } from './sink.js';

export interface LagLimits {
  /** Quotes that come later than this lag. */
  readonly lagMsMax: number;
  /** A connection that we are so far behind of is replaced. */
  readonly behindMsMax: number;
}

export interface LagWatchOptions {
  readonly limits: LagLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly sink: Pick<IngestSink, 'status'>;
  /** Of this thread; absent = what lies unread is not known. */
  readonly turn?: ReadingTurn;
  /** How long what is handed on waits before it is seen, µs. Absent = it does not. */
  readonly extraLagUs?: () => number;
}

/** A reader of a stretch of history looks back for it no further than an hour. */
const TOLD_AGAIN_US = 10 * US_PER_MINUTE;
/** Between two connections given up for being behind. */
const GIVE_UP_US = 15 * US_PER_SECOND;
/** Between two pings of one that was slow. */
const PING_US = US_PER_SECOND;

interface Told {
  readonly sinceUs: Micros;
  toldUs: Micros;
  /** The greatest of it, µs. */
  mostUs: number;
}

export class LagWatch {
  readonly #options: LagWatchOptions;
  readonly #lagging = new Map<Shard, Told>();
  readonly #pingedUs = new WeakMap<Shard, Micros>();
  #gaveUpUs: Micros = Number.NEGATIVE_INFINITY;

  constructor(options: LagWatchOptions) {
    this.#options = options;
  }

  look(shards: readonly Shard[]): void {
    const { clock, limits, turn, extraLagUs } = this.#options;
    const waitedUs = turn?.waitedUs ?? 0;
    const nowUs = clock.nowUs();
    const limitUs = limits.lagMsMax * US_PER_MS;
    const handedOnUs = extraLagUs?.() ?? 0;
    // Our own clock, while it follows the machine's, makes nobody late.
    const slewedUs = clock.slewedUs?.() ?? 0;
    for (const shard of shards) {
      const { lag } = shard.connection.reader;
      lag.look(nowUs, waitedUs, limitUs, handedOnUs, slewedUs);
      if (lag.wantsPing(limitUs)) this.#ping(shard, nowUs);
      const told = this.#lagging.get(shard);
      if (lag.lagging) this.#late(shard, told, nowUs);
      else if (told !== undefined) this.#inTime(shard, told, nowUs);
      const isBehind = lag.lagging && turn?.isBehind === true;
      if (isBehind && Math.min(lag.lagUs, waitedUs) > limits.behindMsMax * US_PER_MS)
        this.#giveUp(shard, nowUs);
    }
    // One that was stopped takes nobody's place.
    for (const shard of this.#lagging.keys()) if (!shards.includes(shard)) this.#lagging.delete(shard);
  }

  #late(shard: Shard, known: Told | undefined, nowUs: Micros): void {
    const { connection } = shard;
    const { lagUs } = connection.reader.lag;
    const told = known ?? { sinceUs: nowUs, toldUs: nowUs, mostUs: lagUs };
    told.mostUs = Math.max(told.mostUs, lagUs);
    const isDue = nowUs - told.toldUs >= TOLD_AGAIN_US;
    if (isDue) told.toldUs = nowUs;
    for (const life of shard.lives) {
      if (life.lagging && !isDue) continue;
      life.lagging = true;
      this.#options.sink.status(life.instrumentId, 'lagging', lagUs, nowUs);
    }
    if (known !== undefined) return;
    this.#lagging.set(shard, told);
    this.#options.log.warn('quotes come late', { connection: connection.name, lagMs: ms(lagUs) });
  }

  #inTime(shard: Shard, told: Told, nowUs: Micros): void {
    this.#lagging.delete(shard);
    for (const life of shard.lives) if (life.lagging) this.#over(life, nowUs);
    const detail = { connection: shard.connection.name, forMs: ms(nowUs - told.sinceUs) };
    this.#options.log.info('quotes come in time again', { ...detail, lagMsMost: ms(told.mostUs) });
  }

  #over(life: InstrumentLife, nowUs: Micros): void {
    life.lagging = false;
    this.#options.sink.status(life.instrumentId, 'in-time', life.ageLimitUs, nowUs);
  }

  #giveUp(shard: Shard, nowUs: Micros): void {
    if (nowUs - this.#gaveUpUs < GIVE_UP_US) return;
    this.#gaveUpUs = nowUs;
    const { connection } = shard;
    connection.fall(`we are ${ms(connection.reader.lag.lagUs)} ms behind it`, nowUs);
  }

  #ping(shard: Shard, nowUs: Micros): void {
    if (nowUs - (this.#pingedUs.get(shard) ?? 0) < PING_US) return;
    this.#pingedUs.set(shard, nowUs);
    shard.connection.ping();
  }
}

function ms(us: number): number {
  return Math.round(us / US_PER_MS);
}
