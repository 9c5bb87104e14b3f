// One line of recorded frames: splitting a byte stream into lines, and a line into the bytes of a frame.
// Bounded: a line that could hold no frame is skipped, not collected. Never throws on what a line says.

import { gunzipSync } from 'node:zlib';
import type { RejectReason } from '../core/reasons.js';
import { FRAME_BYTES_MAX } from '../exchanges/exchange.js';

/** The largest frame with every character escaped (`\u00e9`), and what stands beside it. */
export const LINE_BYTES_MAX = 6 * FRAME_BYTES_MAX + 64 * 1024;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

export type FrameLine = {
  /** When the recorder read it, milliseconds; NaN where the line does not say. */
  readonly receivedMs: number;
  readonly resetBefore: boolean;
} & ({ readonly frame: Uint8Array } | { readonly reason: RejectReason; readonly detail: string });

/** Cuts chunks at newlines; a line beyond LINE_BYTES_MAX is given as 'too-long', once. */
export class LineSplitter {
  readonly #onLine: (line: Uint8Array | 'too-long') => void;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #isSkipping = false;

  constructor(onLine: (line: Uint8Array | 'too-long') => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#add(chunk.subarray(from, at));
      this.#finishLine();
      from = at + 1;
    }
    this.#add(chunk.subarray(from));
  }

  /** The last line, where no newline ends it. */
  end(): void {
    this.#finishLine();
  }

  #add(part: Uint8Array): void {
    if (part.length === 0 || this.#isSkipping) return;
    this.#bytes += part.length;
    if (this.#bytes > LINE_BYTES_MAX) {
      this.#isSkipping = true;
      this.#parts = [];
    } else this.#parts.push(part);
  }

  #finishLine(): void {
    const line = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    if (this.#isSkipping) this.#onLine('too-long');
    else if (line !== undefined && line.length > 0) this.#onLine(line);
    this.#parts = [];
    this.#bytes = 0;
    this.#isSkipping = false;
  }
}

/**
 * The frame of one line; undefined for a blank line. A line that is no JSON object with a text `raw` is
 * itself the frame. `gzip-base64` is inflated, unless the exchange's decoder does that (`isInflating`).
 */
export function readFrameLine(line: Uint8Array, isInflating: boolean): FrameLine | undefined {
  const bytes = line[line.length - 1] === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text.trim().length === 0) return undefined;
  const record = recordOf(text);
  if (record === undefined) return { receivedMs: Number.NaN, resetBefore: false, frame: bytes };
  const { receivedAt } = record;
  return {
    receivedMs: typeof receivedAt === 'number' && Number.isFinite(receivedAt) ? receivedAt : Number.NaN,
    resetBefore: record.resetBefore === true,
    ...frameOf(record.raw, record.encoding ?? 'text', isInflating),
  };
}

interface FrameRecord {
  readonly raw: string;
  readonly encoding?: unknown;
  readonly receivedAt?: unknown;
  readonly resetBefore?: unknown;
}

function recordOf(text: string): FrameRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'raw' in value && typeof value.raw === 'string'
      ? (value as FrameRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

type FrameOrReason =
  | { readonly frame: Uint8Array }
  | { readonly reason: RejectReason; readonly detail: string };

function frameOf(raw: string, encoding: unknown, isInflating: boolean): FrameOrReason {
  if (encoding === 'text') return { frame: Buffer.from(raw) };
  if (encoding !== 'base64' && encoding !== 'gzip-base64')
    return { reason: 'malformed', detail: `encoding ${JSON.stringify(encoding)} is not known` };
  const bytes = Buffer.from(raw, 'base64');
  // Buffer.from leaves out what is no base64: then fewer bytes come than the text stands for.
  const padding = raw.endsWith('==') ? 2 : raw.endsWith('=') ? 1 : 0;
  if (bytes.length !== Math.floor(((raw.length - padding) * 3) / 4))
    return { reason: 'malformed', detail: 'not base64' };
  return encoding === 'base64' || isInflating ? { frame: bytes } : inflate(bytes);
}

function inflate(bytes: Uint8Array): FrameOrReason {
  try {
    return { frame: gunzipSync(bytes, { maxOutputLength: FRAME_BYTES_MAX }) };
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge
      ? { reason: 'too-large', detail: `inflates to more than ${FRAME_BYTES_MAX} bytes` }
      : { reason: 'malformed', detail: 'not gzip' };
  }
}
