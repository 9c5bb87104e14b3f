// A reader for threads and commands that go over many quotes in little memory.

import type { ResourceLimits } from 'node:worker_threads';
import { createCollect } from '../lake/garbage.js';
import type { LakeReader } from '../lake/reader.js';

/** Column buffers of a thread, used and dropped ones together. */
const BUFFER_BYTES_MAX = 8 * 1024 * 1024;

/** Of a thread that analyses: it makes few small objects, more room would only keep garbage. */
export const FRUGAL_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 2 };

/**
 * Dropped buffers lie outside the heap, and the engine lets 64 MB of them gather before it looks: several times
 * what an analysis may take. So they are collected when there are too many.
 */
export function frugal(reader: LakeReader): LakeReader {
  const collect = createCollect();
  return {
    ...reader,
    async *readQuotes(instrument, range) {
      for await (const chunk of reader.readQuotes(instrument, range)) {
        if (process.memoryUsage().arrayBuffers > BUFFER_BYTES_MAX) collect();
        yield chunk;
      }
    },
  };
}
