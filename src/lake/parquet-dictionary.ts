// The distinct doubles of a column chunk, ascending, and each row's place among them. Distinct by their bits, so that
// -0 stays -0. Reused from chunk to chunk; holds what the largest chunk needed.

/** Of sixteen bits: indices are packed in at most that many. */
export const DICTIONARY_MAX = 65_536;

export class Dictionary {
  /** Bits of the distinct values, two words each, in the order in which they were met. */
  #keys = new Float64Array(0);
  #keyWords = new Uint32Array(0);
  /** Open addressing; number of the key plus one, 0 = free. */
  #slots = new Uint32Array(0);
  #rank = new Uint32Array(0);
  #sorted = new Float64Array(0);
  #count = 0;
  #shift = 0;
  /** The place of each row's value in `sorted`, after `rank`. */
  indices = new Uint32Array(0);

  /** Finds the distinct values of the first `rows`; false as soon as there are more than `most`, or a NaN. */
  collect(values: Float64Array, rows: number, most: number): boolean {
    this.#prepare(rows, most);
    const { indices } = this;
    const [keys, keyWords, slots, shift] = [this.#keys, this.#keyWords, this.#slots, this.#shift];
    const mask = slots.length - 1;
    const words = new Uint32Array(values.buffer, values.byteOffset, rows * 2);
    let count = 0;
    let lastId = 0;
    for (let i = 0; i < rows; i++) {
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      // Prices stand still more often than not.
      if (i > 0 && low === words[2 * i - 2] && high === words[2 * i - 1]) {
        indices[i] = lastId;
        continue;
      }
      let slot = hash(low, high) >>> shift;
      for (;;) {
        const id = slots[slot]!;
        if (id === 0) {
          const value = values[i]!;
          if (count === most || Number.isNaN(value)) return false;
          keys[count] = value;
          slots[slot] = count + 1;
          lastId = count;
          count += 1;
          break;
        }
        if (keyWords[2 * id - 2] === low && keyWords[2 * id - 1] === high) {
          lastId = id - 1;
          break;
        }
        slot = (slot + 1) & mask;
      }
      indices[i] = lastId;
    }
    this.#count = count;
    return true;
  }

  /** How many distinct values there are. */
  get count(): number {
    return this.#count;
  }

  /** Puts the values in order and makes `indices` tell their places; gives the values. */
  sort(rows: number): Float64Array {
    const count = this.#count;
    const sorted = this.#sorted.subarray(0, count);
    sorted.set(this.#keys.subarray(0, count));
    // By number, -0 before 0.
    sorted.sort();
    const rank = this.#rank;
    for (let place = 0; place < count; place++) rank[this.#idOf(sorted[place]!)] = place;
    const { indices } = this;
    for (let i = 0; i < rows; i++) indices[i] = rank[indices[i]!]!;
    return sorted;
  }

  #idOf(value: number): number {
    one[0] = value;
    const [low, high] = [oneWords[0]!, oneWords[1]!];
    const [slots, keyWords] = [this.#slots, this.#keyWords];
    const mask = slots.length - 1;
    let slot = hash(low, high) >>> this.#shift;
    for (;;) {
      const id = slots[slot]! - 1;
      if (id < 0) throw new Error('invariant broken: a value of the dictionary is not in it');
      if (keyWords[2 * id] === low && keyWords[2 * id + 1] === high) return id;
      slot = (slot + 1) & mask;
    }
  }

  #prepare(rows: number, most: number): void {
    if (this.indices.length < rows) this.indices = new Uint32Array(rows);
    if (this.#keys.length < most) {
      this.#keys = new Float64Array(most);
      this.#keyWords = new Uint32Array(this.#keys.buffer);
      this.#rank = new Uint32Array(most);
      this.#sorted = new Float64Array(most);
    }
    // At most half full.
    const bits = Math.max(6, 33 - Math.clz32(most));
    this.#shift = 32 - bits;
    if (this.#slots.length === 2 ** bits) this.#slots.fill(0);
    else this.#slots = new Uint32Array(2 ** bits);
  }
}

const one = new Float64Array(1);
const oneWords = new Uint32Array(one.buffer);

/** The upper bits are the good ones. */
function hash(low: number, high: number): number {
  const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
}
