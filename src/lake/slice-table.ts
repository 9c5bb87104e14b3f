// Which run holds which rows of whom, for a whole hour: 60 runs × 2,400 instruments are 144,000 slices, kept as plain
// numbers (some 9 MB) instead of as objects (some 30 MB). Pure.

import type { RunEntry } from './run.js';

export interface Slice<Run> {
  readonly run: Run;
  readonly entry: RunEntry;
}

const NONE = -1;

export class SliceTable<Run> {
  readonly #runs: Run[] = [];
  readonly #names: { readonly exchange: string; readonly symbol: string }[] = [];
  readonly #byName = new Map<string, number>();
  /** Per instrument: its first and its last slice. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  /** Per slice: the same instrument's next one, then what the entry says. */
  readonly #next: number[] = [];
  readonly #run: number[] = [];
  readonly #offset: number[] = [];
  readonly #rows: number[] = [];
  readonly #firstUs: number[] = [];
  readonly #lastUs: number[] = [];
  readonly #crc: number[] = [];

  /** Runs come oldest first. */
  add(run: Run, entries: readonly RunEntry[]): void {
    this.#runs.push(run);
    for (const entry of entries) {
      const instrument = this.#instrument(entry);
      const slice = this.#next.push(NONE) - 1;
      this.#run.push(this.#runs.length - 1);
      this.#offset.push(entry.offset);
      this.#rows.push(entry.rows);
      this.#firstUs.push(entry.firstUs);
      this.#lastUs.push(entry.lastUs);
      this.#crc.push(entry.crc);
      const before = this.#last[instrument]!;
      if (before === NONE) this.#first[instrument] = slice;
      else this.#next[before] = slice;
      this.#last[instrument] = slice;
    }
  }

  /** The slices of one instrument after the other, by name; each instrument's oldest first. */
  *byInstrument(): Generator<Slice<Run>[]> {
    for (const name of [...this.#byName.keys()].sort()) {
      const instrument = this.#byName.get(name)!;
      const slices: Slice<Run>[] = [];
      for (let at = this.#first[instrument]!; at !== NONE; at = this.#next[at]!) {
        slices.push({ run: this.#runs[this.#run[at]!]!, entry: this.#entry(instrument, at) });
      }
      yield slices;
    }
  }

  #instrument({ exchange, symbol }: RunEntry): number {
    const name = `${exchange}|${symbol}`;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const made = this.#names.push({ exchange, symbol }) - 1;
    this.#byName.set(name, made);
    this.#first.push(NONE);
    this.#last.push(NONE);
    return made;
  }

  #entry(instrument: number, at: number): RunEntry {
    return {
      ...this.#names[instrument]!,
      offset: this.#offset[at]!,
      rows: this.#rows[at]!,
      firstUs: this.#firstUs[at]!,
      lastUs: this.#lastUs[at]!,
      crc: this.#crc[at]!,
    };
  }
}
