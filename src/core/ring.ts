// A ring of fixed slots in shared memory: one thread writes, one other reads, nobody waits for the other to look.
// Knows slots and whose turn it is; what stands in them is their owners' business. It never overwrites what is not read.

import { assert } from './assert.js';

export const SLOT_BYTES = 64;
export const SLOT_NUMBERS = SLOT_BYTES / 8;
export const SLOT_INTS = SLOT_BYTES / 4;

/** What the two threads share; it may be posted to another thread. */
export interface RingMemory {
  readonly slots: SharedArrayBuffer;
  readonly cells: SharedArrayBuffer;
}

/** Places of the cells. Those that different threads write lie on cache lines of their own. */
const WRITTEN = 0;
const READ = 16;
const SLEEPS = 32;
const CELLS_OWNED = 48;
const CELLS = 64;
/** Cells that are left to the owners, each an Int32. */
export const RING_SPARE_CELLS = CELLS - CELLS_OWNED;

/** In the first cell of a slot: what follows begins at the ring's start; the second cell holds the slots skipped. */
const SKIP = 0;
/** The reader lets go of slots in such lots: each is a store that the other core has to hear of. */
const LOT = 256;

/** `bytes` is a power of two. */
export function createRingMemory(bytes: number): RingMemory {
  assert(Number.isInteger(Math.log2(bytes)) && bytes >= 4 * SLOT_BYTES, `a ring of ${bytes} bytes`);
  return { slots: new SharedArrayBuffer(bytes), cells: new SharedArrayBuffer(CELLS * 4) };
}

/** The slots, seen as what they may hold. */
class RingViews {
  readonly numbers: Float64Array;
  readonly ints: Int32Array;
  readonly bytes: Uint8Array;
  /** Slots. */
  readonly size: number;
  readonly #cells: Int32Array;

  constructor({ slots, cells }: RingMemory) {
    this.numbers = new Float64Array(slots);
    this.ints = new Int32Array(slots);
    this.bytes = new Uint8Array(slots);
    this.size = slots.byteLength / SLOT_BYTES;
    this.#cells = new Int32Array(cells);
  }

  /** A cell of the owners', 0 … RING_SPARE_CELLS − 1. */
  spare(at: number): number {
    return Atomics.load(this.#cells, CELLS_OWNED + at);
  }

  setSpare(at: number, value: number): void {
    Atomics.store(this.#cells, CELLS_OWNED + at, value);
  }

  protected get cells(): Int32Array {
    return this.#cells;
  }

  /** Slots written and not yet let go of. */
  get used(): number {
    return (Atomics.load(this.#cells, WRITTEN) - Atomics.load(this.#cells, READ)) | 0;
  }
}

export class RingWriter extends RingViews {
  #written = 0;
  /** As last looked up; what is free is at least what follows from it. */
  #read = 0;

  /** The index of the first of `slots` slots that follow one another, -1 where there is no room for them now. */
  claim(slots: number): number {
    const at = this.#written & (this.size - 1);
    const skipped = at + slots > this.size ? this.size - at : 0;
    if (this.#free() < slots + skipped) {
      this.#read = Atomics.load(this.cells, READ);
      if (this.#free() < slots + skipped) return -1;
    }
    this.#written = (this.#written + slots + skipped) | 0;
    if (skipped === 0) return at;
    this.ints[at * SLOT_INTS] = SKIP;
    this.ints[at * SLOT_INTS + 1] = skipped;
    return 0;
  }

  /** Whether so many single slots are free now. */
  hasRoom(slots: number): boolean {
    if (this.#free() >= slots) return true;
    this.#read = Atomics.load(this.cells, READ);
    return this.#free() >= slots;
  }

  /** Shows the reader what was claimed. True = it sleeps, and this is the one call that is to wake it. */
  commit(): boolean {
    Atomics.store(this.cells, WRITTEN, this.#written);
    return Atomics.load(this.cells, SLEEPS) === 1 && Atomics.exchange(this.cells, SLEEPS, 0) === 1;
  }

  /** Index of the oldest slot that the reader has not let go of; -1 while there is none. */
  oldest(): number {
    const read = Atomics.load(this.cells, READ);
    if (read === this.#written) return -1;
    const at = read & (this.size - 1);
    return this.ints[at * SLOT_INTS] === SKIP ? 0 : at;
  }

  /** Holds this thread up until slots were let go of, for at most `msMax`. */
  waitForReader(msMax: number): void {
    Atomics.wait(this.cells, READ, this.#read, msMax);
    this.#read = Atomics.load(this.cells, READ);
  }

  #free(): number {
    return this.size - ((this.#written - this.#read) | 0);
  }
}

export class RingReader extends RingViews {
  #read = 0;
  #shown = 0;
  /** As last looked up. */
  #written = 0;

  /** The index of the next record's first slot, -1 where there is none. */
  peek(): number {
    for (;;) {
      if (this.#read === this.#written) {
        this.#written = Atomics.load(this.cells, WRITTEN);
        if (this.#read === this.#written) return -1;
      }
      const at = this.#read & (this.size - 1);
      if (this.ints[at * SLOT_INTS] !== SKIP) return at;
      this.#read = (this.#read + this.ints[at * SLOT_INTS + 1]!) | 0;
    }
  }

  /** The next record, of so many slots, was read. */
  pass(slots: number): void {
    this.#read = (this.#read + slots) | 0;
    if (((this.#read - this.#shown) | 0) >= LOT) this.letGo();
  }

  /** Gives everything that was read back to the writer. */
  letGo(): void {
    if (this.#shown === this.#read) return;
    this.#shown = this.#read;
    Atomics.store(this.cells, READ, this.#read);
    Atomics.notify(this.cells, READ);
  }

  /** From now on the writer wakes the reader once. False = something came meanwhile: look again instead. */
  sleep(): boolean {
    Atomics.store(this.cells, SLEEPS, 1);
    if (this.peek() < 0) return true;
    Atomics.store(this.cells, SLEEPS, 0);
    return false;
  }
}
