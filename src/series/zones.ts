// Which stretch between two bounds a value lies in. While values stay within one nothing happens that depends on the bounds alone:
// whoever counts cycles looks closer only when one leaves it, which is two comparisons a value.

export class Zones {
  /** Exclusive; NaN: in none, so that the next value is looked at closely. */
  low = Number.NaN;
  high = Number.NaN;
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    const ascending = [...new Set(bounds)].sort((a, b) => a - b);
    this.#bounds = [Number.NEGATIVE_INFINITY, ...ascending, Number.POSITIVE_INFINITY];
  }

  /** The one of this value; none where it lies on a bound or is none. */
  enter(value: number): void {
    const at = this.#bounds.findIndex((bound) => !(bound < value));
    const isWithin = at > 0 && value < this.#bounds[at]!;
    this.low = isWithin ? this.#bounds[at - 1]! : Number.NaN;
    this.high = isWithin ? this.#bounds[at]! : Number.NaN;
  }

  leave(): void {
    this.low = this.high = Number.NaN;
  }
}
