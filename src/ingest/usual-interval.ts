// How often an instrument quotes: a histogram of the time between its quotes, half an octave a bucket, in which
// old counts fade. Pure; a few operations a quote, a fixed number of bytes an instrument.

import { type Micros, US_PER_MS } from '../core/time.js';

/** Two buckets an octave, from one millisecond to beyond any silence worth learning (2^24 ms: 4.7 hours). */
const BUCKETS = 48;
/** Before so many intervals nothing is said. */
const LEARNED_MIN = 100;
/** At so many all counts are halved: what was long ago weighs less. */
const COUNTS_MAX = 4_096;
const QUANTILE = 0.99;

export class UsualInterval {
  readonly #counts = new Uint16Array(BUCKETS);
  #total = 0;
  #lastUs: Micros = Number.NaN;

  /** Quotes come in the order of their time. */
  quote(receivedUs: Micros): void {
    const intervalMs = Math.floor((receivedUs - this.#lastUs) / US_PER_MS);
    this.#lastUs = receivedUs;
    // The first quote, and the first after a hole, end no interval.
    if (Number.isNaN(intervalMs)) return;
    const at = bucketOf(intervalMs);
    this.#counts[at] = this.#counts[at]! + 1;
    this.#total += 1;
    if (this.#total >= COUNTS_MAX) this.#fade();
  }

  /** A hole: the time over it is no interval between quotes. */
  interrupt(): void {
    this.#lastUs = Number.NaN;
  }

  get learned(): boolean {
    return this.#total >= LEARNED_MIN;
  }

  /** 99 of 100 intervals are at most so long, ms, to half an octave upwards; NaN while nothing is learned. */
  get p99Ms(): number {
    if (!this.learned) return Number.NaN;
    let above = this.#total * (1 - QUANTILE);
    for (let at = BUCKETS - 1; at > 0; at -= 1) {
      above -= this.#counts[at]!;
      if (above < 0) return upperEdgeMs(at);
    }
    return upperEdgeMs(0);
  }

  #fade(): void {
    this.#total = 0;
    for (let at = 0; at < BUCKETS; at += 1) {
      this.#counts[at] = this.#counts[at]! >> 1;
      this.#total += this.#counts[at]!;
    }
  }
}

/** Bucket 2n holds [2^n, 1.5 · 2^n), bucket 2n + 1 the rest of the octave; less than a millisecond counts as one. */
function bucketOf(intervalMs: number): number {
  const ms = Math.min(Math.max(intervalMs, 1), 2 ** (BUCKETS / 2) - 1);
  const octave = 31 - Math.clz32(ms);
  const half = octave === 0 ? 0 : (ms >> (octave - 1)) & 1;
  return 2 * octave + half;
}

function upperEdgeMs(bucket: number): number {
  const octave = bucket >> 1;
  return bucket % 2 === 0 ? 1.5 * 2 ** octave : 2 ** (octave + 1);
}
