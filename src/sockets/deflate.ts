// Frames of long texts for many: each is framed once, and deflated once (RFC 7692), and the same bytes go to every
// client that agreed. It never keeps a context between messages: no client costs memory for being sent to.

import { constants, deflateRawSync } from 'node:zlib';

/** Below this a text fits into a packet or two as it is. */
const TEXT_BYTES_MIN = 1_024;
/** The fastest level: 20 KB take 0.05 to 0.2 ms of the loop, 256 KB some 1.5 ms; higher ones save little of a chart. */
const LEVEL = 1;
/** 00 00 FF FF ends a flush; both sides know it and it is not sent. */
const TAIL_BYTES = 4;

const FINAL_TEXT = 0x80 | 0x01;
const RSV1 = 0x40;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const HEAD_BYTES_MAX = 10;

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

interface Made {
  plain?: Buffer;
  /** Null where it would be no shorter. */
  deflated?: Buffer | null;
}

/** Frames by the text they were made of, as long as its owner keeps it: the same text is framed and deflated once. */
export class LongFrames {
  /** Frames that were deflated. */
  deflated = 0;
  readonly #made = new WeakMap<Buffer, Made>();

  /** The whole frame; null for a text so short that framing it each time costs less than keeping the frame. */
  of(text: Buffer, deflates: boolean): Buffer | null {
    if (text.length < TEXT_BYTES_MIN) return null;
    let made = this.#made.get(text);
    if (made === undefined) {
      made = {};
      this.#made.set(text, made);
    }
    if (deflates) {
      if (made.deflated === undefined) {
        made.deflated = deflatedFrame(text);
        if (made.deflated !== null) this.deflated += 1;
      }
      if (made.deflated !== null) return made.deflated;
    }
    made.plain ??= Buffer.concat([frameHead(FINAL_TEXT, text.length), text]);
    return made.plain;
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
  if (length + HEAD_BYTES_MAX >= text.length) return null;
  return Buffer.concat([frameHead(FINAL_TEXT | RSV1, length), flushed.subarray(0, length)]);
}

function frameHead(first: number, length: number): Buffer {
  if (length < LENGTH_16) return Buffer.from([first, length]);
  if (length <= 0xffff) return Buffer.from([first, LENGTH_16, length >> 8, length & 0xff]);
  const head = Buffer.alloc(HEAD_BYTES_MAX);
  head[0] = first;
  head[1] = LENGTH_64;
  head.writeUInt32BE(length, 6);
  return head;
}
