// What a lake's rows are: recorded from exchanges, or made up by the demo. The two never mix:
// the mark is set when a lake is begun and checked whenever one is opened for writing.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, diskFiles, makeFolders, messageOf, publish } from './files.js';
import { ORIGIN_FILE } from './paths.js';

export type LakeOrigin = 'live' | 'demo';

/** The lake is of the other origin, or its mark cannot be read. */
export class WrongOrigin extends Error {}

/**
 * Makes the folder and its mark where there are none. A folder with content but without a mark is somebody's
 * recording: it counts as live. Throws WrongOrigin where the lake is of the other kind.
 */
export function markOrigin(root: string, origin: LakeOrigin): void {
  makeFolders(root);
  const found = readOrigin(root) ?? (isEmpty(root) ? null : 'live');
  if (found !== null && found !== origin) {
    throw new WrongOrigin(
      found === 'demo'
        ? `the lake ${root} holds the demo's made-up quotes; real ones are not recorded into it`
        : `the lake ${root} holds real recordings; the demo does not write into it`,
    );
  }
  if (existsMark(root)) return;
  const mark = Buffer.from(`${JSON.stringify({ origin, version: 1 })}\n`, 'utf8');
  publish(diskFiles, join(root, ORIGIN_FILE), (file) => diskFiles.append(file, mark));
}

/** Null where the lake has no mark. */
export function readOrigin(root: string): LakeOrigin | null {
  const path = join(root, ORIGIN_FILE);
  try {
    const { origin } = JSON.parse(readFileSync(path, 'utf8')) as { origin?: unknown };
    if (origin === 'live' || origin === 'demo') return origin;
    throw new WrongOrigin(`${path} names no origin that this version knows`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error instanceof WrongOrigin
      ? error
      : new WrongOrigin(`${path} cannot be read: ${messageOf(error)}`);
  }
}

function existsMark(root: string): boolean {
  return readdirSync(root).includes(ORIGIN_FILE);
}

/** Hidden files and our own internals do not make a lake. */
function isEmpty(root: string): boolean {
  return readdirSync(root).every((name) => /^[._]/.test(name));
}
