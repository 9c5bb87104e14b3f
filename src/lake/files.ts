// What encoding asks of a file system, synchronously: it runs in a worker, or before the process starts its work.
// The order of calls is what makes a crash harmless, so nothing here is clever: each function is one step.

import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isLakeFolder, tempName } from './paths.js';

/** An open file; a plain descriptor. */
export type FileId = number;

export interface LakeFiles {
  /** Names in a folder, sorted; empty where there is no such folder. */
  list(directory: string): readonly string[];
  /** Makes a folder and its parents; gives the topmost one that was missing, null where none was. */
  makeDirectory(directory: string): string | null;
  openToRead(path: string): FileId;
  /** A new, empty file; what was there before is gone. */
  create(path: string): FileId;
  /** Appends all of `bytes`. */
  append(file: FileId, bytes: Uint8Array): void;
  byteLength(path: string): number;
  /** Reads up to `into.length` bytes at `position`; the number read, 0 at the end. */
  read(file: FileId, into: Uint8Array, position: number): number;
  sync(file: FileId): void;
  close(file: FileId): void;
  rename(from: string, to: string): void;
  /** A file that is not there is removed already. */
  remove(path: string): void;
  /** Removes an empty folder; false where it is not empty, or not there. */
  removeDirectory(path: string): boolean;
  /** A folder itself: a link to one is none. */
  isFolder(path: string): boolean;
  /** Makes the names in a folder durable. */
  syncDirectory(directory: string): void;
}

/**
 * Makes a folder and its parents; gives the topmost one that was missing, null where none was. Throws with the path
 * that cannot be one. Step by step: Node's own `recursive` never comes back from a place like /proc that lets nobody.
 */
export function makeFolders(directory: string): string | null {
  try {
    mkdirSync(directory);
    return directory;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') {
      if (statSync(directory).isDirectory()) return null;
      throw new Error(`${directory}: expected a folder, is a file`);
    }
    if (code !== 'ENOENT' || dirname(directory) === directory) throw noFolder(directory, error);
  }
  const topmost = makeFolders(dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    throw noFolder(directory, error);
  }
  return topmost ?? directory;
}

function noFolder(directory: string, error: unknown): Error {
  return Object.assign(new Error(`${directory}: no folder can be made here: ${messageOf(error)}`), {
    code: codeOf(error),
  });
}

export const diskFiles: LakeFiles = {
  list(directory) {
    try {
      return readdirSync(directory).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  },
  makeDirectory: makeFolders,
  openToRead: (path) => openSync(path, 'r'),
  create: (path) => openSync(path, 'w'),
  append(file, bytes) {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  },
  byteLength: (path) => statSync(path).size,
  read: (file, into, position) => readSync(file, into, 0, into.length, position),
  sync: (file) => fsyncSync(file),
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  removeDirectory(path) {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) return false;
      throw error;
    }
  },
  isFolder: (path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  syncDirectory(directory) {
    const file = openSync(directory, 'r');
    try {
      fsyncSync(file);
    } catch (error) {
      // Some systems cannot sync a folder and say so; then its names are as durable as they get.
      if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'EPERM') throw error;
    } finally {
      closeSync(file);
    }
  },
};

/** Folders that this process made durable, by the files it did so with. */
const durable = new WeakMap<LakeFiles, Set<string>>();
const DURABLE_REMEMBERED_MAX = 4_096;

/**
 * Makes a folder whose existence survives a power cut: every parent that got a new name is synced. A folder of the lake
 * that is there already may have been made by a process that was killed before it synced: its parent is synced too,
 * once a process.
 */
export function makeDurableDirectory(files: LakeFiles, directory: string): void {
  const topmost = files.makeDirectory(directory);
  const known = durable.get(files) ?? new Set<string>();
  durable.set(files, known);
  let isNew = topmost !== null;
  for (let made = directory; isNew || isLakeFolder(basename(made)); made = dirname(made)) {
    if (!isNew && known.has(made)) return;
    if (dirname(made) === made) return;
    files.syncDirectory(dirname(made));
    if (known.size >= DURABLE_REMEMBERED_MAX) known.clear();
    known.add(made);
    if (made === topmost) isNew = false;
  }
}

/** What is there by name becomes durable, for it may be the work of a process that was killed before it synced. */
export function confirmDurable(files: LakeFiles, directory: string): void {
  makeDurableDirectory(files, directory);
  files.syncDirectory(directory);
}

/**
 * Writes a file that is absent or whole: beside its place, synced, renamed, folder synced.
 * `fill` may throw: then nothing is left behind but, after a crash, a temp file.
 */
export function publish(files: LakeFiles, path: string, fill: (file: FileId) => void): void {
  const directory = dirname(path);
  const temp = join(directory, tempName(basename(path)));
  const file = files.create(temp);
  try {
    try {
      fill(file);
      files.sync(file);
    } finally {
      files.close(file);
    }
    files.rename(temp, path);
  } catch (error) {
    files.remove(temp);
    throw error;
  }
  files.syncDirectory(directory);
}

/** Reads exactly [position, position + length); throws where the file is shorter. */
export function readExactly(files: LakeFiles, file: FileId, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const got = files.read(file, bytes.subarray(done), position + done);
    if (got === 0) throw new Error(`the file ends at byte ${position + done} of ${position + length}`);
    done += got;
  }
  return bytes;
}

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
