// Thrift's compact protocol, as much of it as a Parquet file's headers and footer need. Writes only.

import type { Bytes } from './parquet-bytes.js';

const TRUE = 1;
const FALSE = 2;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;
/** A list of as many items or more has its length beside its type. */
const LONG_LIST = 15;

/** Fields of one struct, in ascending order of their ids; a struct is ended by who began it. */
export class ThriftStruct {
  readonly #out: Bytes;
  #lastId = 0;

  constructor(out: Bytes) {
    this.#out = out;
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? TRUE : FALSE);
  }

  i16(id: number, value: number): void {
    this.#field(id, I16);
    this.#out.zigzag(value);
  }

  i32(id: number, value: number): void {
    this.#field(id, I32);
    this.#out.zigzag(value);
  }

  i64(id: number, value: number): void {
    this.#field(id, I64);
    this.#out.zigzag(value);
  }

  binary(id: number, bytes: Uint8Array): void {
    this.#field(id, BINARY);
    writeBinary(this.#out, bytes);
  }

  text(id: number, text: string): void {
    this.binary(id, Buffer.from(text));
  }

  struct(id: number, fill: (struct: ThriftStruct) => void): void {
    this.#field(id, STRUCT);
    writeStruct(this.#out, fill);
  }

  i32List(id: number, values: readonly number[]): void {
    this.#list(id, I32, values.length);
    for (const value of values) this.#out.zigzag(value);
  }

  textList(id: number, values: readonly string[]): void {
    this.#list(id, BINARY, values.length);
    for (const value of values) writeBinary(this.#out, Buffer.from(value));
  }

  structList<T>(id: number, items: readonly T[], fill: (struct: ThriftStruct, item: T) => void): void {
    this.#list(id, STRUCT, items.length);
    for (const item of items) writeStruct(this.#out, (struct) => fill(struct, item));
  }

  #list(id: number, type: number, length: number): void {
    this.#field(id, LIST);
    if (length < LONG_LIST) this.#out.byte((length << 4) | type);
    else {
      this.#out.byte((LONG_LIST << 4) | type);
      this.#out.varint(length);
    }
  }

  #field(id: number, type: number): void {
    const step = id - this.#lastId;
    if (step < 1 || step > 15) throw new Error(`invariant broken: field ${id} after ${this.#lastId}`);
    this.#out.byte((step << 4) | type);
    this.#lastId = id;
  }
}

export function writeStruct(out: Bytes, fill: (struct: ThriftStruct) => void): void {
  fill(new ThriftStruct(out));
  out.byte(0);
}

function writeBinary(out: Bytes, bytes: Uint8Array): void {
  out.varint(bytes.length);
  out.append(bytes);
}
