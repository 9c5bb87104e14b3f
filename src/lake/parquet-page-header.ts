// The header of a Parquet page, read from bytes that may be damaged: whole numbers by their field, structs within structs.
// Bounded by the bytes it is given and by a depth; whatever is no such header throws. Reads no values.

/** Whole numbers and truths by the numbers of their fields; a struct is one of these again. Text is passed over. */
export type ThriftFields = ReadonlyMap<number, number | boolean | ThriftFields>;

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const STRUCT = 12;
/** A page's header holds its own struct, that one its statistics. */
const DEPTH_MAX = 4;
/** Beyond it a number is not safe; ten bytes are as long as one can be. */
const VARINT_BYTES_MAX = 10;

/** The fields of a page's header that are read, by the format's parquet.thrift. */
export const PAGE_FIELD = {
  type: 1,
  uncompressedBytes: 2,
  compressedBytes: 3,
  crc: 4,
  data: 5,
  dictionary: 7,
  data2: 8,
} as const;

/** A struct of Thrift's compact protocol that begins at `at`, and where it ends. Throws where there is none. */
export function readThriftStruct(
  bytes: Uint8Array,
  at: number,
): { readonly fields: ThriftFields; readonly end: number } {
  const reader = new Reader(bytes, at, 'it goes beyond its chunk');
  return { fields: reader.struct(DEPTH_MAX), end: reader.at };
}

/** A place in bytes, and the numbers of variable length that lie there. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly #tooShort: string;

  /** `tooShort`: what is thrown where the bytes end before. */
  constructor(bytes: Uint8Array, at: number, tooShort: string) {
    this.bytes = bytes;
    this.at = at;
    this.#tooShort = tooShort;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error(this.#tooShort);
    this.at += 1;
    return byte;
  }

  varint(): number {
    let value = 0;
    for (let n = 0, scale = 1; n < VARINT_BYTES_MAX; n += 1, scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Error('a number without an end');
  }

  zigzag(): number {
    return unzigzag(this.varint());
  }
}

/** 0, 1, 2, 3 … mean 0, -1, 1, -2 … */
export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

class Reader extends ByteReader {
  struct(depth: number): ThriftFields {
    if (depth === 0) throw new Error('structs lie in one another too deep');
    const fields = new Map<number, number | boolean | ThriftFields>();
    let id = 0;
    for (let head = this.byte(); head !== STOP; head = this.byte()) {
      const step = head >> 4;
      id = step === 0 ? this.zigzag() : id + step;
      const value = this.#value(head & 15, depth);
      if (fields.has(id)) throw new Error(`field ${id} is there twice`);
      if (value !== null) fields.set(id, value);
    }
    return fields;
  }

  #value(type: number, depth: number): number | boolean | ThriftFields | null {
    if (type === TRUE || type === FALSE) return type === TRUE;
    if (type === BYTE) return this.byte();
    if (type >= I16 && type <= I64) return this.zigzag();
    if (type === STRUCT) return this.struct(depth - 1);
    if (type !== DOUBLE && type !== BINARY) throw new Error(`a field of type ${type}`);
    // First the length, which moves the place by itself.
    const length = type === DOUBLE ? 8 : this.varint();
    this.at += length;
    return null;
  }
}
