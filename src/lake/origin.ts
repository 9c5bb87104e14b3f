// What a lake's rows are: recorded from exchanges, or made up by the demo. The two never mix:
// the mark is set when a lake is begun and checked whenever one is opened for writing.

import { join } from 'node:path';
import { codeOf, diskFiles, type LakeFiles, makeDurableDirectory, messageOf, publish } from './files.js';
import { ORIGIN_FILE } from './paths.js';

export type LakeOrigin = 'live' | 'demo';

const MARK_BYTES_MAX = 4_096;

/** The lake is of the other origin, or its mark cannot be read. */
export class WrongOrigin extends Error {}

/**
 * Makes the folder and its mark where there are none. A folder with content but without a mark is somebody's
 * recording: it counts as live. Throws WrongOrigin where the lake is of the other kind.
 */
export function markOrigin(root: string, origin: LakeOrigin, files: LakeFiles = diskFiles): void {
  makeDurableDirectory(files, root);
  const found = readOrigin(root, files) ?? (isEmpty(root, files) ? null : 'live');
  if (found !== null && found !== origin) {
    throw new WrongOrigin(
      found === 'demo'
        ? `the lake ${root} holds the demo's made-up quotes; real ones are not recorded into it`
        : `the lake ${root} holds real recordings; the demo does not write into it`,
    );
  }
  if (files.list(root).includes(ORIGIN_FILE)) return;
  const mark = Buffer.from(`${JSON.stringify({ origin, version: 1 })}\n`, 'utf8');
  publish(files, join(root, ORIGIN_FILE), (file) => files.append(file, mark));
}

/** Null where the lake has no mark. */
export function readOrigin(root: string, files: LakeFiles = diskFiles): LakeOrigin | null {
  const path = join(root, ORIGIN_FILE);
  try {
    const { origin } = JSON.parse(textOf(files, path)) as { origin?: unknown };
    if (origin === 'live' || origin === 'demo') return origin;
    throw new WrongOrigin(`${path} names no origin that this version knows`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error instanceof WrongOrigin
      ? error
      : new WrongOrigin(`${path} cannot be read: ${messageOf(error)}`);
  }
}

function textOf(files: LakeFiles, path: string): string {
  const file = files.openToRead(path);
  try {
    const bytes = new Uint8Array(MARK_BYTES_MAX);
    return Buffer.from(bytes.subarray(0, files.read(file, bytes, 0))).toString('utf8');
  } finally {
    files.close(file);
  }
}

/** Hidden files and our own internals do not make a lake. */
function isEmpty(root: string, files: LakeFiles): boolean {
  return files.list(root).every((name) => /^[._]/.test(name));
}
