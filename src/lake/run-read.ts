// A run as a reader sees it: opened through the store, its index checked, pieces of it read. Never writes.

import { checksum } from './journal.js';
import { checkIndex, indexBytes, parseIndex, RUN_FOOTER_BYTES, RUN_HEADER_BYTES, RunDamaged } from './run.js';
import type { ReadStore } from './store.js';

export interface OpenRun {
  /** Checked. */
  readonly index: Uint8Array;
  /** Throws RunDamaged where the file is shorter. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** What `use` makes of the run, which is closed then; throws RunDamaged where footer or index are not whole. */
export async function withRun<T>(
  store: ReadStore,
  path: string,
  use: (run: OpenRun) => Promise<T>,
): Promise<T> {
  const file = await store.open(path);
  try {
    const size = file.byteLength;
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      if (position + length > size) throw new RunDamaged('it ends too early');
      return new Uint8Array(await file.slice(position, position + length));
    };
    if (size < RUN_HEADER_BYTES + RUN_FOOTER_BYTES) throw new RunDamaged('too short for a run');
    const footer = await read(size - RUN_FOOTER_BYTES, RUN_FOOTER_BYTES);
    const length = indexBytes(footer);
    if (length > size - RUN_FOOTER_BYTES) throw new RunDamaged('the index is longer than the file');
    const index = await read(size - RUN_FOOTER_BYTES - length, length);
    checkIndex(index, footer);
    return await use({ index, read });
  } finally {
    await file.close();
  }
}

/** The lines for the ledger; throws RunDamaged. */
export function coldLines(store: ReadStore, path: string): Promise<Uint8Array> {
  return withRun(store, path, async ({ index, read }) => {
    const { offset, bytes, crc } = parseIndex(index).cold;
    const text = await read(offset, bytes);
    if (checksum(text) !== crc) throw new RunDamaged('its events have a wrong checksum');
    return text;
  });
}
