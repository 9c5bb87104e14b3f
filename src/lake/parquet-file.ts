// What all our Parquet files have in common: how one is begun, how numbers become columns. Knows no folders or names.

import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { CREATED_BY, type LakeColumn, SCHEMA_KEY, SCHEMA_VERSION } from './schema.js';

const TWO_32 = 4_294_967_296;

/** What a file is for: `hot` is read often, `cold` is kept. */
export interface FileOptions {
  readonly layout?: 'hot' | 'cold';
  /** Into the footer, after the schema's version. */
  readonly metadata?: readonly { readonly key: string; readonly value: string }[];
}

/** A file of these columns, whose bytes are given to `write` as they come; they are ours again when it returns. */
export function openParquet(
  write: (bytes: Uint8Array) => void,
  columns: readonly LakeColumn[],
  options: FileOptions = {},
): ParquetWriter {
  const out = new ByteWriter();
  const flush = () => {
    write(out.getBytes());
    out.index = 0;
  };
  return new ParquetWriter({
    writer: Object.assign(out, { flush, finish: flush }),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaElement)],
    codec: 'SNAPPY',
    createdBy: CREATED_BY,
    kvMetadata: [{ key: SCHEMA_KEY, value: String(SCHEMA_VERSION) }, ...(options.metadata ?? [])],
  });
}

/** The library answers with a promise only where its writer's flush does, and ours does not. */
export function synchronous(answer: unknown): void {
  if (answer instanceof Promise) throw new Error('invariant broken: the Parquet writer became asynchronous');
}

/** NaN becomes null. */
export function doublesOrNull(values: Float64Array): Float64Array | (number | null)[] {
  if (values.every(isNumber)) return values;
  return Array.from(values, (value) => (isNumber(value) ? value : null));
}

/** Whole microseconds; NaN, and what no whole microsecond can say, becomes null. */
export function stampsOrNull(values: Float64Array): BigInt64Array | (bigint | null)[] {
  const stamps = int64(values);
  if (values.every(isTime)) return stamps;
  return Array.from(stamps, (us, i) => (isTime(values[i]!) ? us : null));
}

function isNumber(value: number): boolean {
  return !Number.isNaN(value);
}

/** An exchange's time that no whole microsecond can say is as good as none. */
function isTime(us: number): boolean {
  return Math.abs(us) <= Number.MAX_SAFE_INTEGER;
}

/** Through pairs of 32 bits: no bigint a value. What is no time gives anything. */
function int64(values: Float64Array): BigInt64Array {
  const stamps = new BigInt64Array(values.length);
  const words = new Int32Array(stamps.buffer);
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]! % TWO_32;
    words[2 * i + 1] = Math.floor(values[i]! / TWO_32);
  }
  return stamps;
}

function schemaElement({ name, type, required }: LakeColumn): SchemaElement {
  const repetition_type = required ? 'REQUIRED' : 'OPTIONAL';
  if (type === 'double') return { name, type: 'DOUBLE', repetition_type };
  if (type === 'text') {
    return {
      ...{ name, type: 'BYTE_ARRAY', repetition_type, converted_type: 'UTF8' },
      logical_type: { type: 'STRING' },
    };
  }
  return {
    name,
    type: 'INT64',
    repetition_type,
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  };
}
