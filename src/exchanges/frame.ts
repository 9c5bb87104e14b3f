// From the bytes of a frame to a JSON value, with the rejects every exchange has in common.
// Knows no exchange; must never throw, whatever the bytes are.

import { gunzipSync } from 'node:zlib';
import { jsonText } from '../core/json-text.js';
import { type DecoderSink, FRAME_BYTES_MAX } from './exchange.js';

export type JsonObject = { readonly [key: string]: unknown };

/** How much of a bad frame a reject shows. */
const EXCERPT_CHARS = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What a GZIP frame holds, at most FRAME_BYTES_MAX of it; a frame that is not GZIP is taken as inflated. Undefined when it
 * was rejected.
 */
export function inflatedFrame(frame: Uint8Array, sink: DecoderSink): Uint8Array | undefined {
  const isGzip = frame[0] === 0x1f && frame[1] === 0x8b;
  if (!isGzip || frame.byteLength > FRAME_BYTES_MAX) return frame;
  try {
    return gunzipSync(frame, { maxOutputLength: FRAME_BYTES_MAX });
  } catch (error) {
    const isLong = error instanceof RangeError;
    sink.reject(isLong ? 'too-large' : 'malformed', error instanceof Error ? error.message : 'gzip');
    return undefined;
  }
}

/** The text of a frame; undefined when it was rejected (too long, not UTF-8). */
export function frameText(frame: Uint8Array, sink: DecoderSink): string | undefined {
  if (frame.byteLength > FRAME_BYTES_MAX) {
    sink.reject('too-large', `${frame.byteLength} bytes`);
    return undefined;
  }
  try {
    return utf8.decode(frame);
  } catch {
    sink.reject('malformed', 'not UTF-8');
    return undefined;
  }
}

/** The JSON object or array that `text` is; undefined when it was rejected. */
export function parseJson(text: string, sink: DecoderSink): JsonObject | readonly unknown[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    sink.reject('malformed', excerpt(text));
    return undefined;
  }
  if (isObject(value) || Array.isArray(value)) return value;
  sink.reject('unrecognised', excerpt(text));
  return undefined;
}

/** The JSON object that a frame is; undefined when it was rejected. */
export function frameObject(frame: Uint8Array, sink: DecoderSink): JsonObject | undefined {
  const text = frameText(frame, sink);
  if (text === undefined) return undefined;
  return objectOf(text, sink);
}

/** The JSON object that `text` is; undefined when it was rejected. */
export function objectOf(text: string, sink: DecoderSink): JsonObject | undefined {
  const value = parseJson(text, sink);
  if (value === undefined || isObject(value)) return value;
  sink.reject('unrecognised', excerpt(text));
  return undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The start of a text, or of a value's JSON, for a reject's detail. */
export function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonText(value);
  return text.length <= EXCERPT_CHARS ? text : `${text.slice(0, EXCERPT_CHARS)}…`;
}
