// The little that reading asks of a file system: list a folder, read ranges of a file.
// Read-only. Paths are absolute; a store over something else than a disk fits behind the same two functions.

import { closeSync, type Dirent, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Micros, US_PER_MS } from '../core/time.js';

export interface StoreEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** What hyparquet calls an AsyncBuffer, with an end to its life. */
export interface StoreFile {
  readonly byteLength: number;
  /** Changes when the file is written again. */
  readonly version: string;
  /** Bytes [start, end), in memory that is the caller's; throws where the file holds fewer. */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  /** The same at once, for threads that may wait for the disk, at the beginning of `into` where it is given. A store that cannot has none. */
  sliceNow?(start: number, end: number, into?: ArrayBuffer): ArrayBuffer;
  close(): Promise<void>;
}

/** What a folder tells of a file. */
export interface FileLook {
  /** As that of the file when it is opened. */
  readonly version: string;
  readonly modifiedUs: Micros;
}

export interface ReadStore {
  /** Sorted by name; a folder that does not exist is empty. */
  list(directory: string): Promise<readonly StoreEntry[]>;
  /** Throws with code ENOENT where there is no such file. */
  open(path: string): Promise<StoreFile>;
  /** Without opening it; null where there is no such file. A store without it has its files opened instead. */
  look?(path: string): Promise<FileLook | null>;
  /** The same at once, waiting for the disk; of stores for threads that may. */
  lookNow?(path: string): FileLook | null;
}

export const diskStore = { list, open: openFile, look } satisfies ReadStore;

/**
 * The same for threads that may wait for the disk: asking the system's threads for an hour file, or for the names in a
 * folder, takes longer than to read it.
 */
export const waitingStore = {
  list: async (directory) => listNow(directory),
  open: async (path) => openNow(path),
  look: async (path) => lookNow(path),
  lookNow,
} satisfies ReadStore;

/** The file is not, or no longer, there. */
export function isNotFound(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** `EACCES` and the like; undefined for errors that do not come from the system. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

async function list(directory: string): Promise<readonly StoreEntry[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const found = await Promise.all(
      entries.map(async (entry) => ({
        name: entry.name,
        isDirectory: entry.isSymbolicLink()
          ? await leadsToDirectory(directory, entry.name)
          : entry.isDirectory(),
      })),
    );
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function leadsToDirectory(directory: string, name: string): Promise<boolean> {
  try {
    return (await stat(join(directory, name))).isDirectory();
  } catch {
    return false;
  }
}

function listNow(directory: string): readonly StoreEntry[] {
  return entriesIn(directory).map((entry) => ({
    name: entry.name,
    isDirectory: entry.isSymbolicLink()
      ? (statSync(join(directory, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false)
      : entry.isDirectory(),
  }));
}

/** Sorted by name; empty where it is gone, or no folder. For threads that may wait for the disk. */
export function entriesIn(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** For threads that may wait for the disk. */
export function lookNow(path: string): FileLook | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : lookOf(stats);
}

/** What the system tells of a file. */
export function lookOf({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): FileLook {
  return { version: versionOf(size, mtimeMs), modifiedUs: mtimeMs * US_PER_MS };
}

async function look(path: string): Promise<FileLook | null> {
  try {
    return lookOf(await stat(path));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function versionOf(size: number, mtimeMs: number): string {
  return `${size}@${mtimeMs}`;
}

async function openFile(path: string): Promise<StoreFile> {
  const handle = await open(path, 'r');
  try {
    const { size, mtimeMs } = await handle.stat();
    return {
      byteLength: size,
      version: versionOf(size, mtimeMs),
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(Math.max(0, end - start));
        let done = 0;
        while (done < bytes.length) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
          if (bytesRead === 0) throw new Error(`the file ends before byte ${end}`);
          done += bytesRead;
        }
        return bytes.buffer;
      },
      sliceNow: (start, end, into) => readNow(handle.fd, start, end, into),
      close: async () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function openNow(path: string): StoreFile {
  const id = openSync(path, 'r');
  let isOpen = true;
  try {
    const { size, mtimeMs } = fstatSync(id);
    return {
      byteLength: size,
      version: versionOf(size, mtimeMs),
      slice: async (start, end = size) => readNow(id, start, end),
      sliceNow: (start, end, into) => readNow(id, start, end, into),
      close: async () => {
        // Never twice: the number may be another file's by then.
        if (isOpen) closeSync(id);
        isOpen = false;
      },
    };
  } catch (error) {
    closeSync(id);
    throw error;
  }
}

function readNow(id: number, start: number, end: number, into?: ArrayBuffer): ArrayBuffer {
  const length = Math.max(0, end - start);
  // Not set to zero first: all of it is read over.
  const bytes = into === undefined ? Buffer.allocUnsafeSlow(length) : new Uint8Array(into, 0, length);
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(id, bytes, done, bytes.length - done, start + done);
    if (got === 0) throw new Error(`the file ends before byte ${end}`);
    done += got;
  }
  return bytes.buffer as ArrayBuffer;
}
