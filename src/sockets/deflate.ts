// permessage-deflate (RFC 7692) for what goes to many: a text is deflated and framed once, and the same bytes go
// to every client that agreed. It never keeps a context between messages: no client costs memory for being sent to.

import { constants, deflateRawSync } from 'node:zlib';

/** Below this a frame fits into a packet or two as it is. */
const TEXT_BYTES_MIN = 1_024;
/** The fastest level: 20 KB take 0.05 to 0.2 ms of the loop, 256 KB some 1.5 ms; higher ones save little of a chart. */
const LEVEL = 1;
/** 00 00 FF FF ends a flush; both sides know it and it is not sent. */
const TAIL_BYTES = 4;

const FINAL_DEFLATED_TEXT = 0x80 | 0x40 | 0x01;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** What a client may say with its offer and may be told nothing of: our answer is the same. */
const HARMLESS = new Map([
  ['server_no_context_takeover', /^$/],
  ['client_no_context_takeover', /^$/],
  ['client_max_window_bits', /^(?:|8|9|1[0-5])$/],
]);

/**
 * Whether `Sec-WebSocket-Extensions` of a handshake holds an offer of permessage-deflate that we can keep. One that
 * binds us to a smaller window is none: that client gets plain text, as do those whose header is no list of offers.
 */
export function offersDeflate(header: string | undefined): boolean {
  return header?.split(',').some(isKeepable) ?? false;
}

function isKeepable(offer: string): boolean {
  const [name, ...parameters] = offer.split(';').map((part) => part.trim());
  if (name !== 'permessage-deflate') return false;
  const seen = new Set<string>();
  return parameters.every((parameter) => {
    const [key = '', value = ''] = parameter.split(/\s*=\s*/, 2);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew && HARMLESS.get(key)?.test(value.replace(/^"(.*)"$/, '$1')) === true;
  });
}

/** Frames by the text they were made of, as long as its owner keeps it: the same text is deflated once. */
export class DeflatedFrames {
  /** Frames that were made. */
  made = 0;
  readonly #frames = new WeakMap<Buffer, { readonly frame: Buffer | null }>();

  /** Null where the text is better sent as it is. */
  of(text: Buffer): Buffer | null {
    let known = this.#frames.get(text);
    if (known === undefined) {
      known = { frame: deflatedFrame(text) };
      this.#frames.set(text, known);
      if (known.frame !== null) this.made += 1;
    }
    return known.frame;
  }
}

/** The whole frame, unmasked, as a server sends it; null where plain text is no longer. */
export function deflatedFrame(text: Buffer): Buffer | null {
  if (text.length < TEXT_BYTES_MIN) return null;
  // In one piece: where a piece is just full, zlib flushes twice.
  const flushed = deflateRawSync(text, {
    level: LEVEL,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: text.length,
  });
  const length = flushed.length - TAIL_BYTES;
  if (length >= text.length) return null;
  return Buffer.concat([frameHead(length), flushed.subarray(0, length)]);
}

function frameHead(length: number): Buffer {
  if (length < LENGTH_16) return Buffer.from([FINAL_DEFLATED_TEXT, length]);
  if (length <= 0xffff) return Buffer.from([FINAL_DEFLATED_TEXT, LENGTH_16, length >> 8, length & 0xff]);
  const head = Buffer.alloc(10);
  head[0] = FINAL_DEFLATED_TEXT;
  head[1] = LENGTH_64;
  head.writeUInt32BE(length, 6);
  return head;
}
