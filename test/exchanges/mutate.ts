// Damage for frames of every form: bytes, JSON, protocol buffers, before and after compression.
// Deterministic: all chance comes from the given stream. Knows no exchange.

import { gzipSync } from 'node:zlib';
import type { Random } from '../../src/sim/random.js';
import { applyEdit, DAMAGING_TEXTS, type Edit } from './mangle.js';
import { mutateJson } from './mutate-json.js';

const TEXTS = [...DAMAGING_TEXTS, '\\u'];
/** So large a frame is damaged as bytes only: to write it anew each time would cost the others their turn. */
const PARSED_BYTES_MAX = 16 * 1024;

/** One of the frames, damaged; about one in twelve is left whole, so that a decoder has something to hold. */
export function mutateFrame(frames: readonly Uint8Array[], compresses: boolean, random: Random): Uint8Array {
  const frame = frames[random.below(frames.length)] as Uint8Array;
  const other = frames[random.below(frames.length)] as Uint8Array;
  const plain = random.below(12) === 0 ? frame : damaged(frame, other, random);
  if (random.below(100) >= (compresses ? 60 : 1)) return plain;
  const packed = gzipSync(plain, { level: 1 });
  return random.below(2) === 0 ? packed : editBytes(packed, random);
}

function damaged(frame: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (random.below(10) < 2 || frame.length > PARSED_BYTES_MAX) return editBytes(frame, random);
  if (random.below(50) === 0) return splice(frame, other, random);
  const text = Buffer.from(frame).toString('utf8');
  const json = mutateJson(text, other.length > PARSED_BYTES_MAX ? '' : Buffer.from(other).toString(), random);
  if (json !== undefined) return Buffer.from(json);
  return mutateFields(frame, random, 3) ?? editBytes(frame, random);
}

function editBytes(frame: Uint8Array, random: Random): Uint8Array {
  let bytes = frame;
  for (let left = 1 + random.below(4); left > 0; left--) bytes = applyEdit(bytes, randomEdit(random));
  return bytes;
}

function randomEdit(random: Random): Edit {
  const at = random.below(0x1000_0000);
  const kind = random.below(10);
  if (kind === 0) return { kind: 'cut', at };
  if (kind < 5) return { kind: 'byte', at, byte: random.below(256) };
  return { kind: 'text', at, text: TEXTS[random.below(TEXTS.length)] as string };
}

/** The head of one frame and the tail of another. */
function splice(frame: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const head = frame.subarray(0, random.below(frame.length + 1));
  return Buffer.concat([head, other.subarray(random.below(other.length + 1))]);
}

interface Field {
  tag: number;
  /** Bytes of a length-delimited value, or a number that is written as varint. */
  value: Uint8Array | bigint;
}

const AMOUNTS = ['', '0', '-1', '1e999', 'NaN', '0x10', '-0', '1e-999', '9'.repeat(400), '\u0000', 'BTCUSDT'];

/** A message of protocol buffers with one of its fields damaged, at any depth; undefined where it is none. */
function mutateFields(bytes: Uint8Array, random: Random, depthMax: number): Uint8Array | undefined {
  const fields = fieldsOf(bytes);
  if (fields === undefined || fields.length === 0) return undefined;
  for (let left = 1 + random.below(2); left > 0; left--) {
    const at = random.below(fields.length);
    const field = fields[at] as Field;
    const inner =
      depthMax > 0 && typeof field.value !== 'bigint'
        ? mutateFields(field.value, random, depthMax - 1)
        : undefined;
    if (inner !== undefined && random.below(3) > 0) field.value = inner;
    else damageField(fields, at, random);
    if (fields.length === 0) break;
  }
  return Buffer.concat(fields.map(fieldBytes));
}

function damageField(fields: Field[], at: number, random: Random): void {
  const field = fields[at] as Field;
  const { value } = field;
  switch (random.below(6)) {
    case 0:
      fields.splice(at, 1);
      return;
    case 1:
      fields.push({ ...field });
      return;
    case 2:
      // Another number, or another form that the value is not written in.
      field.tag = random.below(2) === 0 ? field.tag ^ (1 << random.below(12)) : random.below(4_000);
      return;
    case 3:
      if (typeof value === 'bigint')
        field.value = BigInt.asUintN(64, BigInt(random.below(3) - 1) * 2n ** BigInt(random.below(65)));
      else field.value = editBytes(value, random);
      return;
    default:
      if (typeof value !== 'bigint')
        field.value = Buffer.from(AMOUNTS[random.below(AMOUNTS.length)] as string);
      else field.value = BigInt(random.below(2)) * (value + BigInt(random.below(3)));
  }
}

/** The fields of a message whose values are all varints or lengths of bytes; else undefined. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (tag === undefined || value === undefined || tag > 0xffffn) return undefined;
    const wire = Number(tag) & 7;
    if (wire === 0) fields.push({ tag: Number(tag), value });
    else if (wire === 2 && value <= BigInt(bytes.length - at)) {
      fields.push({ tag: Number(tag), value: bytes.subarray(at, at + Number(value)) });
      at += Number(value);
    } else return undefined;
  }
  return fields;
}

function fieldBytes({ tag, value }: Field): Uint8Array {
  if (typeof value === 'bigint') return Buffer.concat([varintBytes(BigInt(tag)), varintBytes(value)]);
  return Buffer.concat([varintBytes(BigInt(tag)), varintBytes(BigInt(value.length)), value]);
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(left)]);
}
