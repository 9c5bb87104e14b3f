// The numbers of the fields that a message of protocol buffers holds, without its description. What looks like
// text is text; what does not and reads as a message is one. Never throws.

const VARINT_BYTES_MAX = 10;
const DEPTH_MAX = 6;
/** Of one message; more is no message anybody sends a hundred times a second. */
const FIELDS_MAX = 2_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `#315.1:s`: fields of bytes are `s` (text) or a message with fields of its own, all others `n`. Undefined = no message. */
export function protobufPaths(bytes: Uint8Array): readonly string[] | undefined {
  const paths = new Set<string>();
  return bytes.length > 0 && addMessage(bytes, '#', 0, paths) ? [...paths] : undefined;
}

function addMessage(bytes: Uint8Array, prefix: string, depth: number, paths: Set<string>): boolean {
  const found: [string, Uint8Array | undefined][] = [];
  let at = 0;
  while (at < bytes.length && found.length < FIELDS_MAX) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value >= 2 ** 32 || tag.value < 8) return false;
    const wire = tag.value % 8;
    const path = `${prefix}${Math.floor(tag.value / 8)}`;
    const end = valueEnd(bytes, tag.next, wire);
    if (end === undefined || end.to > bytes.length) return false;
    found.push([path, wire === 2 ? bytes.subarray(end.from, end.to) : undefined]);
    at = end.to;
  }
  for (const [path, inner] of found) addField(path, inner, depth, paths);
  return true;
}

function addField(path: string, inner: Uint8Array | undefined, depth: number, paths: Set<string>): void {
  if (inner === undefined) paths.add(`${path}:n`);
  else if (isText(inner)) paths.add(`${path}:s`);
  else if (depth >= DEPTH_MAX || !addMessage(inner, `${path}.`, depth + 1, paths)) paths.add(`${path}:bytes`);
}

/** Where the value behind a tag begins and ends; undefined where there is no such wire type. */
function valueEnd(bytes: Uint8Array, from: number, wire: number): { from: number; to: number } | undefined {
  if (wire === 1) return { from, to: from + 8 };
  if (wire === 5) return { from, to: from + 4 };
  const number = readVarint(bytes, from);
  if (number === undefined) return undefined;
  if (wire === 0) return { from, to: number.next };
  return wire === 2 ? { from: number.next, to: number.next + number.value } : undefined;
}

function readVarint(bytes: Uint8Array, from: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let at = from; at < bytes.length && at - from < VARINT_BYTES_MAX; at++) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return undefined;
}

/** A message nearly always has a byte that no text has: the tags of the first fields are control characters. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 || byte === 0x7f)) return false;
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
