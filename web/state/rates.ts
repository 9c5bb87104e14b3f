// How many a second, from counters that are asked for now and then: over the last few answers, so that it neither jumps nor lies long.
// A counter that fell began anew: what was before it is forgotten. Pure.

const SAMPLES_MAX = 6;

interface Sample {
  readonly atMs: number;
  readonly total: number;
}

export class Rates {
  readonly #samples = new Map<string, Sample[]>();

  /** At the server's moment of the count; the same moment again changes nothing. */
  add(name: string, atMs: number, total: number): void {
    const samples = this.#samples.get(name) ?? [];
    this.#samples.set(name, samples);
    const last = samples.at(-1);
    if (last !== undefined && last.atMs >= atMs) return;
    if (last !== undefined && total < last.total) samples.length = 0;
    samples.push({ atMs, total });
    if (samples.length > SAMPLES_MAX) samples.shift();
  }

  /** NaN before the second answer. */
  perSecond(name: string): number {
    const samples = this.#samples.get(name) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return Number.NaN;
    return ((last.total - first.total) / (last.atMs - first.atMs)) * 1_000;
  }
}
