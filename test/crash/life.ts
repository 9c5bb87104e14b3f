// One process's life on the volatile disk: the lake's file systems over it, each call counted, dead from a given one on.
// Syncs can be left out by the place in the code that makes them, or made to fail.

import { dirname } from 'node:path';
import type { Cancel, Clock } from '../../src/core/time.js';
import { care } from '../../src/lake/care.js';
import type { CareStep } from '../../src/lake/care-step.js';
import { runEncodeJob } from '../../src/lake/encode-job.js';
import type { LakeFiles } from '../../src/lake/files.js';
import type { JournalFiles } from '../../src/lake/journal-disk.js';
import type { LakePlace } from '../../src/lake/place.js';
import type { ReadStore, StoreFile } from '../../src/lake/store.js';
import type { Random } from '../../src/sim/random.js';
import { fileSite, folderSite } from './sites.js';
import { trouble, type VolatileDisk, type VolatileFile } from './volatile-disk.js';

export class Dead extends Error {}

export interface LifeOptions {
  readonly disk: VolatileDisk;
  readonly clock: Clock;
  readonly random: Random;
  /** The process is dead from this call on. */
  readonly callsMax: number;
  /** Told of every sync by its site; true = it does nothing. */
  readonly ignores: (site: string) => boolean;
  /** The code of the error with which a call fails now; null = it works. */
  readonly fails?: (call: 'write' | 'sync', path: string) => string | null;
}

/** Of a compaction between two pauses: some days here have so many. */
const ROWS_AT_ONCE = 20;
const WRITE_MS_MAX = 10;
const SYNC_MS_MAX = 250;

export class Life {
  readonly clock: Clock;
  readonly place: LakePlace;
  readonly #options: LifeOptions;
  readonly #open = new Map<number, { file: VolatileFile; path: string }>();
  #nextId = 1;
  #calls = 0;
  #callsMax: number;
  #dead = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#callsMax = options.callsMax;
    const { clock } = options;
    const living = (run: () => void) => () => {
      if (!this.#dead) run();
    };
    this.clock = {
      nowUs: () => clock.nowUs(),
      after: (delayMs, run): Cancel => clock.after(delayMs, living(run)),
      every: (periodMs, run): Cancel => clock.every(periodMs, living(run)),
    };
    const files = this.#files();
    this.place = {
      files,
      journal: this.#journal(),
      store: storeOver(files, options.disk),
      takeLock: () => () => {},
      startEncoder: (root) => this.#encoder(files, root),
    };
  }

  get isDead(): boolean {
    return this.#dead;
  }

  get calls(): number {
    return this.#calls;
  }

  kill(): void {
    this.#dead = true;
  }

  /** It is dead after so many calls more, where it is not before. */
  shorten(calls: number): void {
    this.#callsMax = Math.min(this.#callsMax, this.#calls + calls);
  }

  /** One call of the system: the process may die before it. */
  #call(): void {
    if (this.#calls >= this.#callsMax) this.#dead = true;
    if (this.#dead) throw new Dead('the process is dead');
    this.#calls += 1;
  }

  #failure(call: 'write' | 'sync', path: string): void {
    const code = this.#options.fails?.(call, path) ?? null;
    if (code !== null) throw trouble(code, path);
  }

  #files(): LakeFiles {
    const { disk } = this.#options;
    const of = (id: number) => this.#open.get(id)!;
    const opened = (file: VolatileFile, path: string): number => {
      this.#open.set(this.#nextId, { file, path });
      return this.#nextId++;
    };
    const call = <A extends unknown[], R>(run: (...args: A) => R) => {
      return (...args: A): R => {
        this.#call();
        return run(...args);
      };
    };
    return {
      list: call((directory) => {
        const node = disk.find(directory);
        return node?.kind === 'folder' ? [...node.names.keys()].sort() : [];
      }),
      makeDirectory: call((directory) => disk.makeFolder(directory)),
      openToRead: call((path) => opened(disk.file(path), path)),
      create: call((path) => {
        this.#failure('write', path);
        return opened(disk.create(path), path);
      }),
      append: call((id, bytes) => {
        const { file, path } = of(id);
        this.#failure('write', path);
        file.write(bytes, file.size);
      }),
      byteLength: call((path) => disk.file(path).size),
      read: call((id, into, position) => of(id).file.read(into, position)),
      sync: call((id) => {
        const { file, path } = of(id);
        this.#sync(file, path, 'sync');
      }),
      close: (id) => void this.#open.delete(id),
      rename: call((from, to) => {
        this.#failure('write', to);
        disk.rename(from, to);
      }),
      remove: call((path) => disk.remove(path)),
      removeDirectory: call((path) => disk.removeFolder(path)),
      isFolder: call((path) => disk.find(path)?.kind === 'folder'),
      syncDirectory: call((directory) => {
        this.#failure('sync', directory);
        const folder = disk.folder(directory);
        const site = folderSite(directory, folder.unsynced);
        if (site !== null && !this.#options.ignores(site)) folder.beginSync()();
      }),
    };
  }

  #sync(file: VolatileFile, path: string, how: 'sync' | 'datasync'): void {
    try {
      this.#failure('sync', path);
    } catch (error) {
      file.failSync();
      throw error;
    }
    if (!file.isClean && !this.#options.ignores(fileSite(path, how))) file.beginSync()();
  }

  #journal(): JournalFiles {
    const { disk } = this.#options;
    return {
      create: async (path) => {
        await this.#takes(WRITE_MS_MAX);
        this.#failure('write', path);
        const file = disk.create(path);
        return {
          write: async (bytes, position) => {
            await this.#takes(WRITE_MS_MAX);
            this.#failure('write', path);
            file.write(bytes, position);
            return bytes.length;
          },
          datasync: async () => {
            const done = file.beginSync();
            const ignored = !file.isClean && this.#options.ignores(fileSite(path, 'datasync'));
            await this.#takes(SYNC_MS_MAX);
            try {
              this.#failure('sync', path);
            } catch (error) {
              file.failSync();
              throw error;
            }
            if (!ignored) done();
          },
          close: () => this.#takes(1),
        };
      },
      syncDirectory: async (path) => {
        const folder = disk.folder(path);
        const site = folderSite(path, folder.unsynced);
        const done = folder.beginSync();
        await this.#takes(SYNC_MS_MAX / 4);
        this.#failure('sync', path);
        if (site !== null && !this.#options.ignores(`${site} while recording`)) done();
      },
    };
  }

  /** Also of calls that never answer, because the process dies meanwhile. */
  async #takes(msMax: number): Promise<void> {
    this.#call();
    await new Promise<void>((resolve) => this.clock.after(this.#options.random.next() * msMax, resolve));
  }

  #encoder(files: LakeFiles, root: string): ReturnType<LakePlace['startEncoder']> {
    let [stopped, careStopped] = [false, false];
    let caring: AsyncGenerator<CareStep> | null = null;
    return {
      care: async (order) => {
        caring ??= care(files, root, order, () => stopped || careStopped, ROWS_AT_ONCE);
        // After a moment, and not at all where the process is dead by then.
        await new Promise<void>((resolve) => this.clock.after(1, resolve));
        const { done, value } = await caring.next();
        if (done !== true) return value;
        caring = null;
        return null;
      },
      stopCare: () => {
        careStopped = true;
      },
      run: (job) =>
        new Promise((resolve) => {
          const answer = () => resolve(runEncodeJob(files, root, job, () => stopped));
          this.clock.after(this.#options.random.next() * 20, answer);
        }),
      stop: () => {
        stopped = true;
      },
      close: async () => {},
    };
  }
}

function storeOver(files: LakeFiles, disk: VolatileDisk): ReadStore {
  return {
    list: async (directory) =>
      files.list(directory).map((name) => ({
        name,
        isDirectory: disk.find(`${directory}/${name}`)?.kind === 'folder',
      })),
    open: async (path): Promise<StoreFile> => {
      const byteLength = files.byteLength(path);
      const id = files.openToRead(path);
      return {
        byteLength,
        version: `${dirname(path)} ${byteLength}`,
        slice: async (start, end = byteLength) => {
          const bytes = new Uint8Array(Math.max(0, end - start));
          if (files.read(id, bytes, start) < bytes.length) throw new Error('the file ends too early');
          return bytes.buffer;
        },
        close: async () => files.close(id),
      };
    },
  };
}
