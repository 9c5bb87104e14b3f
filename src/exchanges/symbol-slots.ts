// Symbols by their bytes: for each the text, made once, and the instrument, looked up once while the listing stays as it is. All
// bytes lie together, because one is looked up with every frame. No hash of text, no object of a frame.

import type { DecoderListing } from './exchange.js';

/** Of a cell: a length and so many bytes but one. A longer symbol has none. */
const CELL_BYTES = 32;
const SIZE_LOG2_MIN = 8;
/** More symbols than a connection carries: it begins anew. */
const SIZE_LOG2_MAX = 12;
const UNKNOWN = -2;

export class SymbolSlots {
  readonly #listing: DecoderListing;
  readonly #sizeLog2Max: number;
  #mask = 0;
  #cells = new Uint8Array(0);
  #texts: string[] = [];
  /** As the listing of this version has them. */
  #ids = new Int32Array(0);
  #version: number | undefined;
  #used = 0;

  constructor(listing: DecoderListing, sizeLog2Max = SIZE_LOG2_MAX) {
    this.#listing = listing;
    this.#sizeLog2Max = sizeLog2Max;
    this.#empty(Math.min(SIZE_LOG2_MIN, sizeLog2Max));
  }

  /** The id of the instrument, of ASCII bytes; -1 where the listing knows none, or the symbol is too long. */
  idOf(frame: Uint8Array, from: number, to: number): number {
    const slot = this.#slotOf(frame, from, to);
    if (slot < 0) return -1;
    const { version } = this.#listing;
    if (version === undefined) return this.#listing.idOf(this.#texts[slot]!);
    if (version !== this.#version) {
      this.#version = version;
      this.#ids.fill(UNKNOWN);
    }
    const known = this.#ids[slot]!;
    if (known !== UNKNOWN) return known;
    const id = this.#listing.idOf(this.#texts[slot]!);
    this.#ids[slot] = id;
    return id;
  }

  /** Undefined where the symbol is too long. */
  textOf(frame: Uint8Array, from: number, to: number): string | undefined {
    const slot = this.#slotOf(frame, from, to);
    return this.#texts[slot];
  }

  #slotOf(frame: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (length >= CELL_BYTES) return -1;
    const cells = this.#cells;
    for (let slot = hashOf(frame, from, to) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const cell = slot * CELL_BYTES;
      if (cells[cell] === 0) return this.#add(frame, from, to);
      if (cells[cell] === length && isSame(cells, cell + 1, frame, from, length)) return slot;
    }
  }

  /** At most half of the cells are used. */
  #add(frame: Uint8Array, from: number, to: number): number {
    if (2 * (this.#used + 1) > this.#mask + 1) {
      const sizeLog2 = Math.log2(this.#mask + 1);
      const texts = sizeLog2 < this.#sizeLog2Max ? this.#texts.filter((text) => text !== '') : [];
      this.#empty(Math.min(sizeLog2 + 1, this.#sizeLog2Max));
      for (const text of texts) {
        const bytes = Buffer.from(text, 'latin1');
        this.#put(bytes, 0, bytes.length);
      }
    }
    return this.#put(frame, from, to);
  }

  #put(frame: Uint8Array, from: number, to: number): number {
    let slot = hashOf(frame, from, to) & this.#mask;
    while (this.#cells[slot * CELL_BYTES] !== 0) slot = (slot + 1) & this.#mask;
    this.#cells[slot * CELL_BYTES] = to - from;
    this.#cells.set(frame.subarray(from, to), slot * CELL_BYTES + 1);
    // Of the copy: a text made of the frame might keep all that was read with it.
    this.#texts[slot] = Buffer.from(frame.subarray(from, to)).toString('latin1');
    this.#ids[slot] = UNKNOWN;
    this.#used += 1;
    return slot;
  }

  #empty(sizeLog2: number): void {
    const size = 1 << sizeLog2;
    this.#mask = size - 1;
    this.#cells = new Uint8Array(size * CELL_BYTES);
    this.#texts = new Array<string>(size).fill('');
    this.#ids = new Int32Array(size).fill(UNKNOWN);
    this.#used = 0;
  }
}

function hashOf(frame: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ frame[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

function isSame(cells: Uint8Array, at: number, frame: Uint8Array, from: number, length: number): boolean {
  for (let n = 0; n < length; n += 1) if (cells[at + n] !== frame[from + n]) return false;
  return true;
}
