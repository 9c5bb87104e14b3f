// Where an export goes: standard output, or a file that is absent or whole, written beside its name and moved there.

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WriteBytes } from '../history/table.js';
import { codeOf, diskFiles, type FileId } from '../lake/files.js';

/** It may not go there. */
export class PlaceRefused extends Error {}

/** The reader of standard output has gone: there is nothing left to do. */
export class ReaderGone extends Error {}

export interface OutPlace {
  /** For formats that write themselves; null where it is not a file. */
  readonly file: FileId | null;
  readonly write: WriteBytes;
  /** Makes it what it is named. */
  finish(): void;
  /** As if nothing had been written. Does nothing after `finish`. */
  discard(): void;
}

/** Throws PlaceRefused where a file is there that may not be replaced, or no file can be. */
export function fileAt(path: string, force: boolean): OutPlace {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new PlaceRefused(`${folder}: there is no such folder`);
  refuseTaken(path, force);
  const temp = join(folder, `.tmp-${basename(path)}-${process.pid}`);
  const file = diskFiles.create(temp);
  let open = true;
  let there = true;
  const close = (): void => {
    if (open) diskFiles.close(file);
    open = false;
  };
  return {
    file,
    write: async (bytes) => diskFiles.append(file, bytes),
    finish() {
      diskFiles.sync(file);
      close();
      refuseTaken(path, force);
      diskFiles.rename(temp, path);
      there = false;
      diskFiles.syncDirectory(folder);
    },
    discard() {
      close();
      if (there) diskFiles.remove(temp);
      there = false;
    },
  };
}

function refuseTaken(path: string, force: boolean): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) throw new PlaceRefused(`${path}: is a folder`);
  if (!force) throw new PlaceRefused(`${path}: is there already; --force replaces it`);
}

/** Waits for a slow reader; throws ReaderGone when it has gone. */
export function streamPlace(stream: NodeJS.WritableStream): OutPlace {
  const write: WriteBytes = (bytes) =>
    new Promise((resolve, reject) => {
      stream.write(bytes, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(codeOf(error) === 'EPIPE' ? new ReaderGone() : error);
      });
    });
  // Told to whoever waits for the write; without a listener it would end the process.
  stream.on('error', () => undefined);
  return { file: null, write, finish: () => undefined, discard: () => undefined };
}
