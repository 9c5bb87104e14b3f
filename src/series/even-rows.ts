// Rows evenly out of a stream whose length nobody knows: every k-th row, k doubled whenever there are too many.
// Holds between one and two times the number asked for, once there were as many.

/** row number, stamp, spread, upper, lower, holes before it. */
export const FIELDS = 6;

export class EvenRows {
  /** FIELDS values a row, ascending. */
  readonly rows: Float64Array;
  #length = 0;
  #every = 1;
  #left: number[] = [];

  /** As many rows as this can be chosen, from the `count`-th row on. */
  constructor(count: number) {
    this.rows = new Float64Array(2 * count * FIELDS);
  }

  wants(row: number): boolean {
    return row % this.#every === 0;
  }

  /** The first wanted row from this one on. */
  nextWanted(row: number): number {
    return Math.ceil(row / this.#every) * this.#every;
  }

  /** A row that is wanted. */
  push(row: number, stampUs: number, spread: number, upper: number, lower: number, holes: number): void {
    if (this.#length * FIELDS === this.rows.length) {
      this.#halve();
      if (row % this.#every !== 0) return;
    }
    const at = this.#length * FIELDS;
    this.rows[at] = row;
    this.rows[at + 1] = stampUs;
    this.rows[at + 2] = spread;
    this.rows[at + 3] = upper;
    this.rows[at + 4] = lower;
    this.rows[at + 5] = holes;
    this.#length += 1;
  }

  /** Where the rows begin whose number is not less. */
  *since(row: number): Generator<number> {
    for (let at = (this.#length - 1) * FIELDS; at >= 0 && this.rows[at]! >= row; at -= FIELDS) yield at;
  }

  /** From now on these row numbers, ascending, are not chosen: somebody has them. */
  withoutKept(kept: readonly number[]): void {
    this.#left = [];
    let next = 0;
    for (let at = 0; at < this.#length * FIELDS; at += FIELDS) {
      while (next < kept.length && kept[next]! < this.rows[at]!) next += 1;
      if (kept[next] !== this.rows[at]) this.#left.push(at);
    }
  }

  /** Where `count` of the rows that are left begin, spread over all of them; fewer where there are fewer. */
  choose(count: number): readonly number[] {
    const left = this.#left;
    if (count >= left.length) return left;
    return Array.from({ length: count }, (_, n) => left[Math.floor(((n + 0.5) * left.length) / count)]!);
  }

  #halve(): void {
    this.#every *= 2;
    const end = this.#length * FIELDS;
    let to = 0;
    for (let from = 0; from < end; from += FIELDS) {
      if (this.rows[from]! % this.#every !== 0) continue;
      this.rows.copyWithin(to, from, from + FIELDS);
      to += FIELDS;
    }
    this.#length = to / FIELDS;
  }
}
