// A sum of many numbers of both signs that keeps its digits (Neumaier), in whatever parts it is made.

export class PreciseSum {
  #sum = 0;
  #carry = 0;

  /** Infinity stays Infinity. */
  add(value: number): void {
    const before = this.#sum;
    const sum = before + value;
    this.#sum = sum;
    if (!Number.isFinite(sum)) return;
    this.#carry += Math.abs(before) >= Math.abs(value) ? before - sum + value : value - sum + before;
  }

  /** As if what the other was given had been given to this one. */
  merge([sum, carry]: PreciseSum['parts']): void {
    this.add(sum);
    this.#carry += carry;
  }

  get value(): number {
    return this.#sum + this.#carry;
  }

  /** What it is made of, for keeping. */
  get parts(): readonly [sum: number, carry: number] {
    return [this.#sum, this.#carry];
  }
}
