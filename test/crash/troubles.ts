// When the disk refuses, and what: for some seconds now and then, every write or every sync, with one of the errors that
// disks give. Knows since when nothing can be promised.

import { type Clock, type Micros, US_PER_MS } from '../../src/core/time.js';
import type { LakeCounters } from '../../src/lake/writer.js';
import type { Random } from '../../src/sim/random.js';

const KINDS = [
  { call: 'write', code: 'ENOSPC' },
  { call: 'write', code: 'EIO' },
  { call: 'write', code: 'EROFS' },
  { call: 'sync', code: 'EIO' },
  { call: 'sync', code: 'ENOSPC' },
] as const;
/** Chance a look, every 10 ms. */
const CHANCE = 0.006;
/** A disk that works again has everything on it after this long: retries, a sync that is due, its length. */
const HEAL_MS = 1_600;

export class Troubles {
  readonly #random: Random;
  readonly #clock: Clock;
  /** Otherwise there is none. */
  readonly areWanted: boolean;
  #now: (typeof KINDS)[number] | null = null;
  /** Since when; it is over, and everything on the disk, where this is null. */
  #sinceUs: Micros | null = null;
  #untilUs: Micros = 0;
  count = 0;

  constructor(random: Random, clock: Clock, areWanted: boolean) {
    this.#random = random;
    this.#clock = clock;
    this.areWanted = areWanted;
  }

  get isQuiet(): boolean {
    return this.#sinceUs === null;
  }

  readonly fails = (call: 'write' | 'sync'): string | null =>
    this.#now?.call === call ? this.#now.code : null;

  tick({ failing, unsyncedMs }: LakeCounters): void {
    if (!this.areWanted) return;
    const nowUs = this.#clock.nowUs();
    if (this.#now !== null) {
      if (nowUs < this.#untilUs) return;
      this.#now = null;
      this.#untilUs = nowUs + HEAL_MS * US_PER_MS;
    } else if (this.#sinceUs !== null) {
      if (nowUs < this.#untilUs) return;
      if (failing || unsyncedMs > 1_000)
        throw new Error('it does not go on by itself once the disk works again');
      this.#sinceUs = null;
    } else if (this.#random.next() < CHANCE) {
      this.#now = KINDS[this.#random.below(KINDS.length)]!;
      this.#sinceUs = nowUs;
      this.#untilUs = nowUs + (50 + this.#random.below(2_000)) * US_PER_MS;
      this.count += 1;
    }
  }

  /** The process is dead. Up to when it could promise anything. */
  end(): Micros {
    const nowUs = this.#sinceUs ?? this.#clock.nowUs();
    this.#now = null;
    this.#sinceUs = null;
    return nowUs;
  }
}
