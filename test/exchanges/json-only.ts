// A frame as a decoder reads it by its JSON alone: the oracle of what it reads from the bytes.

import { gunzipSync } from 'node:zlib';
import { type ExchangeAdapter, FRAME_BYTES_MAX } from '../../src/exchanges/exchange.js';
import { SCANNED_BYTES_MAX } from '../../src/exchanges/scan-top.js';

/** The same JSON, with blanks behind it that say nothing: it is too long to be looked at. Other frames as they are. */
export function tooLongToScan({ compressed = false }: ExchangeAdapter, frame: Uint8Array): Uint8Array {
  const plain = compressed ? inflated(frame) : frame;
  const isJson = plain[0] === 0x7b || plain[0] === 0x5b;
  if (!isJson || plain.length + SCANNED_BYTES_MAX > FRAME_BYTES_MAX) return frame;
  return Buffer.concat([plain, Buffer.alloc(SCANNED_BYTES_MAX, ' ')]);
}

function inflated(frame: Uint8Array): Uint8Array {
  if (frame[0] !== 0x1f || frame[1] !== 0x8b) return frame;
  try {
    return gunzipSync(frame, { maxOutputLength: FRAME_BYTES_MAX });
  } catch {
    return frame;
  }
}
