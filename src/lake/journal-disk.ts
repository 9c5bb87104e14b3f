// The journal's way to the disk: one write in flight, in order, retried until it works; a sync started in time.
// Never throws at its caller and never waits on it: trouble becomes a counter, a sentence, and buffers that stay taken.

import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cancel, Clock, Micros } from '../core/time.js';
import { US_PER_MS } from '../core/time.js';
import { codeOf, messageOf } from './files.js';
import type { ProblemBook } from './problem-book.js';

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

/** A filled buffer: its first `at` bytes are to be written. */
export interface JournalBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  /** When its oldest record may have come; at most one tick too early. */
  sinceUs: Micros;
}

/** A segment, from its first record to its last sync. */
export interface JournalSegment {
  readonly path: string;
  readonly firstUs: Micros;
  readonly openedUs: Micros;
  /** Stamps from here on belong to the next segment. */
  readonly endUs: Micros;
  /** Given to the queue. */
  bytes: number;
}

interface SegmentOnDisk {
  readonly segment: JournalSegment;
  file: JournalFile | null;
  written: number;
  /** NaN = all written bytes are synced or being synced. */
  unsyncedSinceUs: Micros;
  nameIsDurable: boolean;
  syncing: Promise<boolean> | null;
}

type Step = { readonly on: SegmentOnDisk; readonly buffer: JournalBuffer | null };

const RETRY_MS = 250;
const SYNC_LATE_MS = 500;

export interface JournalDiskOptions {
  readonly clock: Clock;
  readonly files: JournalFiles;
  readonly problems: ProblemBook;
  readonly syncIntervalMs: number;
  readonly release: (buffer: JournalBuffer) => void;
  /** The segment is whole, synced and closed. */
  readonly finished: (segment: JournalSegment) => void;
}

export class JournalDisk {
  readonly #options: JournalDiskOptions;
  readonly #steps: Step[] = [];
  readonly #segments: SegmentOnDisk[] = [];
  #draining = false;
  #cancelRetry: Cancel | null = null;
  #failing = false;
  #failedUs: Micros = 0;
  #syncLateCount = 0;
  #lastSyncMs = 0;
  #queuedBytes = 0;
  #idle: (() => void)[] = [];

  constructor(options: JournalDiskOptions) {
    this.#options = options;
  }

  /** The last write or sync failed, and none has worked since. */
  get failing(): boolean {
    return this.#failing;
  }

  get isIdle(): boolean {
    return this.#steps.length === 0;
  }

  get counters(): { syncLateCount: number; lastSyncMs: number; queuedBytes: number; segments: number } {
    return {
      syncLateCount: this.#syncLateCount,
      lastSyncMs: this.#lastSyncMs,
      queuedBytes: this.#queuedBytes,
      segments: this.#segments.length,
    };
  }

  /** The first stamp of the oldest segment that is not finished; null where all are. */
  get unfinishedFromUs(): Micros | null {
    return this.#segments[0]?.segment.firstUs ?? null;
  }

  /** Takes the buffer until it is written; `release` gives it back. */
  write(segment: JournalSegment, buffer: JournalBuffer): void {
    let on = this.#segments.at(-1);
    if (on === undefined || on.segment !== segment) {
      on = {
        segment,
        file: null,
        written: 0,
        unsyncedSinceUs: Number.NaN,
        nameIsDurable: false,
        syncing: null,
      };
      this.#segments.push(on);
    }
    segment.bytes += buffer.at;
    this.#queuedBytes += buffer.at;
    this.#steps.push({ on, buffer });
    this.#drain();
  }

  /** Nothing more comes for the segment: sync, close, tell. */
  finish(segment: JournalSegment): void {
    const on = this.#segments.at(-1);
    if (on?.segment !== segment) return;
    this.#steps.push({ on, buffer: null });
    this.#drain();
  }

  /** Starts a sync where the oldest unsynced byte has waited long enough. */
  tick(nowUs: Micros): void {
    if (this.#failing && nowUs - this.#failedUs < RETRY_MS * US_PER_MS) return;
    for (const on of this.#segments) {
      const waitedUs = nowUs - on.unsyncedSinceUs;
      if (waitedUs >= this.#options.syncIntervalMs * US_PER_MS && on.syncing === null) void this.#sync(on);
    }
  }

  /** Resolves when everything is written and finished. */
  whenIdle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #drain(): void {
    if (this.#draining || this.#cancelRetry !== null) return;
    this.#draining = true;
    void this.#work().finally(() => {
      this.#draining = false;
      if (this.isIdle) for (const resolve of this.#idle.splice(0)) resolve();
      else this.#drain();
    });
  }

  async #work(): Promise<void> {
    for (let step = this.#steps[0]; step !== undefined; step = this.#steps[0]) {
      const done =
        step.buffer === null ? await this.#finish(step.on) : await this.#write(step.on, step.buffer);
      if (!done) {
        this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => {
          this.#cancelRetry = null;
          this.#drain();
        });
        return;
      }
      this.#steps.shift();
    }
  }

  async #write(on: SegmentOnDisk, buffer: JournalBuffer): Promise<boolean> {
    return this.#attempt('journal write', async () => {
      on.file ??= await this.#options.files.create(on.segment.path);
      // Positions make a repeated attempt write over what a failed one left.
      for (let done = 0; done < buffer.at; ) {
        const wrote = await on.file.write(buffer.bytes.subarray(done, buffer.at), on.written + done);
        if (wrote === 0) throw new Error('nothing was written');
        done += wrote;
      }
      on.written += buffer.at;
      if (Number.isNaN(on.unsyncedSinceUs)) on.unsyncedSinceUs = buffer.sinceUs;
      this.#queuedBytes -= buffer.at;
      this.#options.release(buffer);
    });
  }

  async #finish(on: SegmentOnDisk): Promise<boolean> {
    await on.syncing;
    if (!(await this.#sync(on))) return false;
    await this.#attempt('journal close', async () => on.file?.close());
    this.#segments.splice(this.#segments.indexOf(on), 1);
    this.#options.finished(on.segment);
    return true;
  }

  #sync(on: SegmentOnDisk): Promise<boolean> {
    const { clock, files } = this.#options;
    const startUs = clock.nowUs();
    const sinceUs = on.unsyncedSinceUs;
    if (startUs - sinceUs > SYNC_LATE_MS * US_PER_MS) this.#syncLateCount += 1;
    on.unsyncedSinceUs = Number.NaN;
    on.syncing = this.#attempt('journal sync', async () => {
      await on.file?.datasync();
      if (!on.nameIsDurable) await files.syncDirectory(dirname(on.segment.path));
      on.nameIsDurable = true;
      this.#lastSyncMs = (clock.nowUs() - startUs) / US_PER_MS;
    }).then((done) => {
      if (!done) on.unsyncedSinceUs = sinceUs;
      on.syncing = null;
      return done;
    });
    return on.syncing;
  }

  async #attempt(what: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      this.#failing = false;
      return true;
    } catch (error) {
      this.#failing = true;
      this.#failedUs = this.#options.clock.nowUs();
      this.#options.problems.add(`${what}: ${codeOf(error) ?? 'error'}`, messageOf(error));
      return false;
    }
  }
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
