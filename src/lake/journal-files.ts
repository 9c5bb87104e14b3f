// What the journal asks of a file system, and the disk's answer. Asynchronous: it is asked on the ingest loop, which never
// waits.

import { open } from 'node:fs/promises';
import { codeOf } from './files.js';

/** What the journal asks of a file system; handed in, so that tests can stall or break it. */
export interface JournalFiles {
  /** A new, empty file. */
  create(path: string): Promise<JournalFile>;
  syncDirectory(path: string): Promise<void>;
}

export interface JournalFile {
  /** May write less than asked; the number of bytes written. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export const diskJournal: JournalFiles = {
  async create(path) {
    const handle = await open(path, 'w');
    return {
      write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
      datasync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
  async syncDirectory(path) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } catch (error) {
      if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'EPERM') throw error;
    } finally {
      await handle.close();
    }
  },
};
