// The shape of a frame: which keys it has and of what types they are, never what stands in them. By it a frame
// that no recording has shown is told from those that are known. Pure; must never throw, whatever the bytes are.

import { gunzipSync } from 'node:zlib';
import { FRAME_BYTES_MAX } from '../exchanges/exchange.js';
import { protobufPaths } from './protobuf-shape.js';

/**
 * Sorted, separated by spaces: one `path:type` a leaf, `data[].asks[][]:s`. Elements of a list count as one. Types
 * are `s` text, `n` number, `b` true or false, `null`, `[]` and `{}` (empty). Bare text is `"pong"`; protocol
 * buffers are `#` and the numbers of their fields; anything else is one word.
 */
export type ShapeText = string;

/** Deeper, and with more different leaves, nobody wants to read it. */
const DEPTH_MAX = 12;
const PATHS_MAX = 300;
/** Longer text that is no JSON is no word of a protocol. */
const BARE_CHARS_MAX = 16;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function frameShape(frame: Uint8Array): ShapeText {
  const bytes = inflated(frame);
  if (bytes === undefined) return 'broken-gzip';
  const text = textOf(bytes);
  const value = text === undefined ? undefined : parsed(text);
  if (value !== undefined) return joined((paths) => addPaths(value, '', 0, paths));
  if (text !== undefined && /^[\w ]+$/.test(text))
    return text.length <= BARE_CHARS_MAX ? JSON.stringify(text.replaceAll(' ', '_')) : 'long-text';
  const fields = protobufPaths(bytes);
  return fields === undefined ? 'unreadable' : [...fields].sort().join(' ');
}

/** The frame as a person reads it, as far as it can be: for the first example of a shape. */
export function frameExcerpt(frame: Uint8Array, charsMax: number): string {
  const bytes = inflated(frame) ?? frame;
  const text = textOf(bytes) ?? `base64 ${Buffer.from(bytes).toString('base64')}`;
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`;
}

/** Whether one shape is the other, save for what an empty list leaves open and for types a list has both of. */
export function isShapeOf(shape: ShapeText, known: ShapeText): boolean {
  if (shape === known) return true;
  const { missing, extra } = shapeDifference(shape, known);
  return missing.length === 0 && extra.length === 0;
}

/** What `shape` lacks of `known`, and what it has besides. */
export function shapeDifference(
  shape: ShapeText,
  known: ShapeText,
): { readonly missing: readonly string[]; readonly extra: readonly string[] } {
  const [ours, theirs] = [shape.split(' '), known.split(' ')];
  return { missing: notIn(theirs, ours), extra: notIn(ours, theirs) };
}

/** The leaves of `some` that `others` have neither alike nor, where a list is empty on one side, at all. */
function notIn(some: readonly string[], others: readonly string[]): readonly string[] {
  const there = new Set(others);
  const emptyLists = others.filter(isEmptyList).map(elementsOf);
  return some.filter((leaf) => {
    if (there.has(leaf)) return false;
    if (isEmptyList(leaf)) return !others.some((other) => other.startsWith(elementsOf(leaf)));
    return !emptyLists.some((elements) => leaf.startsWith(elements));
  });
}

function isEmptyList(leaf: string): boolean {
  return leaf.endsWith(':[]');
}

/** How the leaves below an empty list would begin, were there any. */
function elementsOf(emptyList: string): string {
  return `${emptyList.slice(0, -':[]'.length)}[]`;
}

function inflated(frame: Uint8Array): Uint8Array | undefined {
  if (frame[0] !== 0x1f || frame[1] !== 0x8b) return frame;
  try {
    return gunzipSync(frame, { maxOutputLength: FRAME_BYTES_MAX });
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function joined(collect: (paths: Set<string>) => void): ShapeText {
  const paths = new Set<string>();
  collect(paths);
  return [...paths].sort().join(' ');
}

function addPaths(value: unknown, path: string, depth: number, paths: Set<string>): void {
  if (paths.size >= PATHS_MAX) return;
  if (depth > DEPTH_MAX) paths.add(`${path}:deep`);
  else if (Array.isArray(value)) {
    if (value.length === 0) paths.add(`${path}:[]`);
    for (const element of value) addPaths(element, `${path}[]`, depth + 1, paths);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) paths.add(`${path}:{}`);
    for (const [key, inner] of entries) {
      const name = key.replaceAll(' ', '_');
      addPaths(inner, path === '' ? name : `${path}.${name}`, depth + 1, paths);
    }
  } else paths.add(`${path}:${leafType(value)}`);
}

function leafType(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'string' ? 's' : typeof value === 'number' ? 'n' : 'b';
}
