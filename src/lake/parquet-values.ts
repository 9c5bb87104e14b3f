// One value of a Parquet column, of whatever type a generation of lakes used, as a number.
// Prices and sizes: NaN where there is no number. Times: whole microseconds, NaN where there is none.

import type { DecodedArray, SchemaElement } from 'hyparquet';
import type { Micros } from '../core/time.js';

/** How to turn what is stored in a column into numbers. */
export type ColumnCodec = (stored: DecodedArray, count: number, into: Float64Array, at: number) => void;

export type TimeUnit = 'millis' | 'micros' | 'nanos' | 'by-size';

/** The unit of a time column as its schema tells it; `by-size` = bare numbers, told apart by their size. */
export function timeUnitOf(element: SchemaElement): TimeUnit {
  if (element.type === 'INT96') return 'nanos';
  if (element.converted_type === 'TIMESTAMP_MILLIS') return 'millis';
  if (element.converted_type === 'TIMESTAMP_MICROS') return 'micros';
  const logical = element.logical_type;
  if (logical?.type !== 'TIMESTAMP') return 'by-size';
  return logical.unit === 'MILLIS' ? 'millis' : logical.unit === 'MICROS' ? 'micros' : 'nanos';
}

/** For a column of times. */
export function timeCodec(element: SchemaElement): ColumnCodec {
  const unit = timeUnitOf(element);
  return (stored, count, into, at) => {
    if (stored instanceof BigInt64Array && (unit === 'micros' || unit === 'millis')) {
      copyInt64(stored, count, into, at, unit === 'millis' ? 1000 : 1);
      return;
    }
    for (let i = 0; i < count; i++) into[at + i] = timeOf(stored[i], unit);
  };
}

/** For a column of prices or sizes. */
export function numberCodec(element: SchemaElement): ColumnCodec {
  const isDecimal = element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL';
  const logicalScale = element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : 0;
  const scale = isDecimal ? (element.scale ?? logicalScale) : 0;
  return (stored, count, into, at) => {
    if (stored instanceof Float64Array && stored.length === count) into.set(stored, at);
    else for (let i = 0; i < count; i++) into[at + i] = numberOf(stored[i], isDecimal, scale);
  };
}

/** Any stored time as microseconds, rounded down. */
export function timeOf(value: unknown, unit: TimeUnit): Micros {
  if (typeof value === 'bigint') {
    if (unit === 'nanos') return Number(floorDivide(value, 1000n));
    if (unit === 'by-size') return microsBySize(value);
    return unit === 'millis' ? Number(value) * 1000 : Number(value);
  }
  if (typeof value === 'number') return Math.floor(value * microsPer(value));
  return value instanceof Uint8Array ? timeOfText(textOf(value)) : Number.NaN;
}

/** `2025-11-18T17:05:38.1234567Z`: a space for T, no zone (then UTC), quotes, bare numbers are taken too. */
export function timeOfText(text: string): Micros {
  const bare = stripQuotes(text);
  const iso = ISO.exec(bare);
  if (iso === null) {
    const value = numberOfText(bare);
    return Math.floor(value * microsPer(value));
  }
  const zone =
    iso[4] === undefined ? 'Z' : iso[4].length === 5 ? `${iso[4].slice(0, 3)}:${iso[4].slice(3)}` : iso[4];
  const ms = Date.parse(`${iso[1]}T${iso[2]}${zone.toUpperCase()}`);
  return ms * 1000 + Number((iso[3] ?? '').padEnd(6, '0').slice(0, 6));
}

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(Z|z|[+-]\d\d:?\d\d)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A number in text, quoted or not; a single comma without any point is a decimal comma. Else NaN. */
export function numberOfText(text: string): number {
  let bare = stripQuotes(text);
  if (!bare.includes('.') && bare.indexOf(',') === bare.lastIndexOf(',')) bare = bare.replace(',', '.');
  return NUMBER.test(bare) ? Number(bare) : Number.NaN;
}

/** Two's complement, big-endian, divided by 10^scale; the double nearest to the exact decimal. */
export function decimalOf(bytes: Uint8Array, scale: number): number {
  if (bytes.length === 0) return Number.NaN;
  const negative = bytes[0]! >= 0x80;
  let magnitude = 0;
  for (const byte of bytes) magnitude = magnitude * 256 + (negative ? 255 - byte : byte);
  if (magnitude < Number.MAX_SAFE_INTEGER) return scaled(negative ? -magnitude - 1 : magnitude, scale);
  let exact = 0n;
  for (const byte of bytes) exact = (exact << 8n) | BigInt(byte);
  return scaledBigint(BigInt.asIntN(bytes.length * 8, exact), scale);
}

function numberOf(value: unknown, isDecimal: boolean, scale: number): number {
  if (typeof value === 'number') return isDecimal ? scaled(value, scale) : value;
  if (typeof value === 'bigint') return scaledBigint(value, scale);
  if (!(value instanceof Uint8Array)) return Number.NaN;
  return isDecimal ? decimalOf(value, scale) : numberOfText(textOf(value));
}

/** Division, not multiplication by 10^-scale: it rounds once, so 1.1 stays 1.1. */
function scaled(unscaled: number, scale: number): number {
  return scale === 0 ? unscaled : unscaled / 10 ** scale;
}

function scaledBigint(unscaled: bigint, scale: number): number {
  const rough = Number(unscaled);
  return Number.isSafeInteger(rough) ? scaled(rough, scale) : Number(`${unscaled}e-${scale}`);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function stripQuotes(text: string): string {
  return text.replaceAll('"', '').trim();
}

/** Read as pairs of 32 bits: four times faster than a bigint a value. Exact below 2^53. */
function copyInt64(
  stored: BigInt64Array,
  count: number,
  into: Float64Array,
  at: number,
  microsPerUnit: number,
): void {
  const words = new Int32Array(stored.buffer, stored.byteOffset, stored.length * 2);
  for (let i = 0; i < count; i++) {
    into[at + i] = (words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)) * microsPerUnit;
  }
}

/** Seconds, milliseconds, microseconds or nanoseconds since the epoch, by size (years 1973 to 5138). */
function microsPer(value: number): number {
  const size = Math.abs(value);
  return size < 1e11 ? 1e6 : size < 1e14 ? 1e3 : size < 1e17 ? 1 : 1e-3;
}

function microsBySize(value: bigint): Micros {
  const factor = microsPer(Number(value));
  return factor < 1 ? Number(floorDivide(value, 1000n)) : Number(value) * factor;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
