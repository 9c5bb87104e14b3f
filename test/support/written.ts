// A number as charts write it: a reader gets this one and not its digits beyond.

import { NUMBER_BYTES_MAX, writeNumber } from '../../src/history/fixed-point.js';

const bytes = Buffer.alloc(NUMBER_BYTES_MAX);

export function asWritten(value: number): number | null {
  return JSON.parse(bytes.toString('latin1', 0, writeNumber(bytes, 0, value))) as number | null;
}
