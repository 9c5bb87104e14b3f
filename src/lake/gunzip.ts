// A gzip file as a stream of its bytes, members put together, up to the place where it is broken. Holds a piece at
// a time, never the whole; what could be unpacked before a break is given out to the last byte.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import type { StoreFile } from './store.js';

/** Where and why the file could not be read on. */
export interface GzipBreak {
  /** Of the compressed bytes; those before it were read. */
  readonly offset: number;
  readonly message: string;
}

/**
 * Compressed bytes handed over at a time. The library forgets what a piece had given when its end is bad: then
 * the same piece is gone through again in smaller ones, down to single bytes.
 */
const STEP_BYTES = [65_536, 2_048, 64, 1] as const;

/** The unpacked bytes in order; a broken file ends early, after `onBreak` was told. Throws what reading throws. */
export async function* gunzipped(
  file: StoreFile,
  onBreak: (found: GzipBreak) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const walk = { soundBytes: 0, givenBytes: 0 };
  for (const stepBytes of STEP_BYTES) {
    const broken = yield* unpack(file, walk, stepBytes);
    if (broken === null) return;
    if (stepBytes > 1 && broken.offset < file.byteLength) continue;
    onBreak(broken);
    return;
  }
}

/** How far earlier walks through the same file came: compressed bytes without fault, unpacked bytes given out. */
interface Walk {
  soundBytes: number;
  givenBytes: number;
}

/** From the beginning, without what was given before. */
async function* unpack(
  file: StoreFile,
  walk: Walk,
  stepBytes: number,
): AsyncGenerator<Uint8Array, GzipBreak | null, undefined> {
  const inflater = new Inflater();
  let repeatedBytes = walk.givenBytes;
  try {
    for (let at = 0; at < file.byteLength; ) {
      const knownBytes = walk.soundBytes - at;
      const end = Math.min(
        file.byteLength,
        at + (knownBytes > 0 ? Math.min(knownBytes, STEP_BYTES[0]) : stepBytes),
      );
      const { pieces, error } = await inflater.feed(new Uint8Array(await file.slice(at, end)));
      if (error !== null) return { offset: at, message: error };
      at = end;
      walk.soundBytes = Math.max(walk.soundBytes, at);
      for (const piece of pieces) {
        const repeated = Math.min(repeatedBytes, piece.length);
        repeatedBytes -= repeated;
        walk.givenBytes += piece.length - repeated;
        if (repeated < piece.length) yield piece.subarray(repeated);
      }
      const { readBytes } = inflater;
      // Only bytes of no member can follow: what a crash leaves behind a file's end.
      if (inflater.ended && readBytes < file.byteLength)
        return { offset: file.byteLength, message: `nothing of gzip follows byte ${readBytes}` };
    }
    const { error } = await inflater.finish();
    return error === null ? null : { offset: file.byteLength, message: error };
  } finally {
    inflater.close();
  }
}

class Inflater {
  /** The last member is over, and what came after it is none. */
  ended = false;
  readonly #stream = createGunzip({ chunkSize: 65_536 });
  #pieces: Uint8Array[] = [];
  #error: string | null = null;

  constructor() {
    this.#stream.on('data', (piece: Uint8Array) => this.#pieces.push(piece));
    this.#stream.on('error', (error) => {
      this.#error = error.message;
    });
    this.#stream.on('end', () => {
      this.ended = true;
    });
  }

  /** Compressed bytes that were of use. */
  get readBytes(): number {
    return this.#stream.bytesWritten;
  }

  async feed(bytes: Uint8Array): Promise<{ pieces: readonly Uint8Array[]; error: string | null }> {
    // A piece that is bad is never said to be written: the stream closes instead.
    await new Promise<void>((resolve) => {
      this.#stream.once('close', resolve);
      this.#stream.write(bytes, () => {
        this.#stream.off('close', resolve);
        resolve();
      });
    });
    // What the piece gave has been handed over by the next turn of the event loop.
    await nextTurn();
    const pieces = this.#pieces;
    this.#pieces = [];
    return { pieces, error: this.#error };
  }

  /** Whether the last member was whole. Its bytes were all given before. */
  async finish(): Promise<{ error: string | null }> {
    if (this.#error === null && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#stream.once('close', resolve);
        this.#stream.end();
      });
    }
    return { error: this.#error };
  }

  close(): void {
    this.#stream.destroy();
  }
}
