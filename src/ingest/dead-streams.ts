// What follows when the stream of an instrument is found dead while its connection lives: it is told, asked for anew, and where
// half of what a connection carries is silent, the connection goes. And what follows when it is back.

import type { Log } from '../core/log.js';
import type { Clock, Micros } from '../core/time.js';
import type { InstrumentLife } from './life.js';
import type { Revival } from './revival.js';
import type { Shard } from './shard.js';
import type { IngestSink } from './sink.js';

export interface DeadStreamsOptions {
  readonly exchange: string;
  readonly revival: Revival;
  readonly shardOf: (instrumentId: number) => Shard | undefined;
  readonly sink: Pick<IngestSink, 'status' | 'gap'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** So many silent instruments of one connection, and half of all that it carries: it is the connection that is dead. */
const SILENT_TOGETHER_MIN = 3;

export class DeadStreams {
  readonly #options: DeadStreamsOptions;

  constructor(options: DeadStreamsOptions) {
    this.#options = options;
  }

  /** The hole reaches back to its last sign of life. */
  dead(life: InstrumentLife, unverified: boolean): void {
    const { sink, clock, log, exchange, revival, shardOf } = this.#options;
    const shard = shardOf(life.instrumentId);
    if (shard === undefined) return;
    const nowUs = clock.nowUs();
    const isNew = !life.stale;
    if (isNew) {
      // One that never quoted has said nothing since it was asked for; any other hole of it is told already.
      const unheardUs = Number.isNaN(life.lastQuoteUs) ? life.askedUs : Number.NaN;
      const fromUs = life.valid ? life.signOfLifeUs : unheardUs;
      life.stale = true;
      life.interrupt();
      sink.status(life.instrumentId, 'stale', Number.NaN, nowUs);
      if (!Number.isNaN(fromUs)) sink.gap(life.instrumentId, fromUs, 'silent', nowUs);
      log.warn('an instrument is silent', { exchange, symbol: life.symbol, unverified });
    }
    if (isNew && fallTogether(shard, SILENT_TOGETHER_MIN)) return;
    if (!revival.mayAsk(shard, life, nowUs)) return;
    // Asked for twice, four times, eight times in vain, and all the others too: not they are dead, their socket is.
    if (revival.isDoubled(life) && fallTogether(shard, 1)) return;
    shard.renew(life);
  }

  healed(life: InstrumentLife, nowUs: Micros): void {
    life.stale = false;
    life.heals += 1;
    this.#options.revival.forget(life);
    this.#options.sink.status(life.instrumentId, 'live', Number.NaN, nowUs);
  }
}

/** Half of what a connection carries is silent: the connection is. */
function fallTogether(shard: Shard, least: number): boolean {
  let stale = 0;
  for (const life of shard.lives) if (life.stale) stale += 1;
  if (stale < least || stale * 2 < shard.size) return false;
  const { connection } = shard;
  const { reader } = connection;
  // Their holes are told already.
  for (const life of shard.lives) if (life.stale) reader.forget(life.instrumentId);
  connection.fall(`${stale} of ${shard.size} instruments are silent`, reader.lastQuoteUs);
  return true;
}
