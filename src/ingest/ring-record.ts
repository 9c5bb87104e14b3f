// What stands in a slot of an ingest ring: kind and instrument, five numbers, the length of a text, a moment.
// A text lies in the slots that follow. Layout only.

import { RING_SPARE_CELLS, SLOT_BYTES, SLOT_INTS, SLOT_NUMBERS } from '../core/ring.js';

/** 0 is the ring's own. */
export const RING_RECORD = {
  /** bid, bidSize, ask, askSize, exchangeUs */
  quote: 1,
  /** fromUs, toUs, count: quotes that were swallowed before the quote that follows */
  thinned: 2,
  /** price, size, side, exchangeUs; text = its id */
  trade: 3,
  /** fromUs, place of the reason in its list */
  gap: 4,
  /** place of the status in its list, value */
  status: 5,
  /** provenUs; text = the connection */
  alive: 6,
  /** text = exchange and symbol of the instrument number, which the writer gave out */
  names: 7,
} as const;

export type RingRecordKind = (typeof RING_RECORD)[keyof typeof RING_RECORD];

/** Where things lie in a record's first slot: ints in units of 4 bytes, numbers in units of 8. */
export const AT = { kind: 0, id: 1, textBytes: 12, numbers: 1, us: SLOT_NUMBERS - 1 } as const;
export const NUMBERS_A_RECORD = 5;

/** A longer text is cut, as the journal cuts it. */
export const RING_TEXT_BYTES_MAX = 4_096;
/** Between the names of an instrument. */
export const NAMES_BETWEEN = '\n';

/** What the threads tell one another beside the records: places of the spare cells. */
export const RING_CELL = {
  /** How long the last record that was read had waited, µs. Written by the reader; the rest by the writer. */
  dwellUs: 0,
  /** What waits in the writer for room in the ring. */
  waiting: 1,
  /** Trades that found no room, since the start of the ring. */
  tradesDropped: 2,
  /** Times that the writer stood still because too much waited that may not be lost. */
  stoodStill: 3,
} as const satisfies Record<string, number>;

/** Dwell is told in an Int32. */
export const DWELL_US_MAX = 2_000_000_000;

if (Math.max(...Object.values(RING_CELL)) >= RING_SPARE_CELLS) throw new Error('no cell left in the ring');

export function slotsOf(textBytes: number): number {
  return 1 + Math.ceil(textBytes / SLOT_BYTES);
}

export function intsAt(slot: number): number {
  return slot * SLOT_INTS;
}

export function numbersAt(slot: number): number {
  return slot * SLOT_NUMBERS;
}
