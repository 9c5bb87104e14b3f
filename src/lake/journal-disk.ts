// The journal's way to the disk: one write in flight, in order, retried until it works; a sync started in time.
// Never throws at its caller and never waits on it: trouble becomes a counter, a sentence, and buffers that stay taken.
// What is written is kept until it is synced: after a sync that failed, the kernel may have dropped it and call it clean.

import { dirname } from 'node:path';
import type { Cancel, Clock, Micros } from '../core/time.js';
import { US_PER_MS } from '../core/time.js';
import { codeOf, messageOf } from './files.js';
import type { JournalFile, JournalFiles } from './journal-files.js';
import {
  type HeldBuffer,
  hold,
  type JournalBuffer,
  type JournalSegment,
  oldestUs,
  type SegmentOnDisk,
  segmentOnDisk,
} from './journal-segment.js';
import type { ProblemBook } from './problem-book.js';

export { diskJournal, type JournalFile, type JournalFiles } from './journal-files.js';
export type { JournalBuffer, JournalSegment } from './journal-segment.js';

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
  #stopped = false;
  #cancelRetry: Cancel | null = null;
  /** When the last write or sync failed; null once one of the same kind has worked. */
  readonly #failedUs: Record<'write' | 'sync', Micros | null> = { write: null, sync: null };
  #syncLateCount = 0;
  #lastSyncMs = 0;
  #queuedBytes = 0;
  #idle: (() => void)[] = [];

  constructor(options: JournalDiskOptions) {
    this.#options = options;
  }

  /** The last write or the last sync failed. */
  get failing(): boolean {
    return this.#failedUs.write !== null || this.#failedUs.sync !== null;
  }

  get isIdle(): boolean {
    return this.#steps.length === 0;
  }

  /** `queuedBytes`: given and not synced yet; `unsyncedMs`: how long the oldest of them has waited. */
  get counters(): {
    syncLateCount: number;
    lastSyncMs: number;
    unsyncedMs: number;
    queuedBytes: number;
    segments: number;
  } {
    const sinceUs = oldestUs(this.#segments, this.#steps[0]?.buffer ?? null);
    return {
      syncLateCount: this.#syncLateCount,
      lastSyncMs: this.#lastSyncMs,
      unsyncedMs: sinceUs === null ? 0 : Math.max(0, this.#options.clock.nowUs() - sinceUs) / US_PER_MS,
      queuedBytes: this.#queuedBytes,
      segments: this.#segments.length,
    };
  }

  /** The first stamp of the oldest segment that is not finished; null where all are. */
  get unfinishedFromUs(): Micros | null {
    return this.#segments[0]?.segment.firstUs ?? null;
  }

  /** Takes the buffer until it is written and synced; `release` gives it back. */
  write(segment: JournalSegment, buffer: JournalBuffer): void {
    let on = this.#segments.at(-1);
    if (on === undefined || on.segment !== segment) {
      on = segmentOnDisk(segment);
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
    if (nowUs - (this.#failedUs.sync ?? Number.NEGATIVE_INFINITY) < RETRY_MS * US_PER_MS) return;
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

  /** What waits is given up: nothing is tried again. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
  }

  #drain(): void {
    if (this.#draining || this.#stopped || this.#cancelRetry !== null) return;
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
    const { failedSyncs } = on;
    return this.#attempt('write', async () => {
      on.file ??= await this.#options.files.create(on.segment.path);
      // Positions make a repeated attempt write over what a failed one left.
      await writeAll(on.file, buffer, on.written);
      // A sync that failed meanwhile may have dropped it.
      if (on.failedSyncs !== failedSyncs) on.mustRewrite = true;
      const spare = hold(on, buffer, on.written);
      on.written += buffer.at;
      if (Number.isNaN(on.unsyncedSinceUs)) on.unsyncedSinceUs = buffer.sinceUs;
      if (spare) this.#options.release(buffer);
    });
  }

  async #finish(on: SegmentOnDisk): Promise<boolean> {
    await on.syncing;
    if (!(await this.#sync(on))) return false;
    await on.file?.close().catch((error: unknown) => this.#tell('close', error));
    this.#segments.splice(this.#segments.indexOf(on), 1);
    this.#options.finished(on.segment);
    return true;
  }

  #sync(on: SegmentOnDisk): Promise<boolean> {
    const { clock, files } = this.#options;
    const { held, mustRewrite } = on;
    const startUs = clock.nowUs();
    if (startUs - on.unsyncedSinceUs > SYNC_LATE_MS * US_PER_MS) this.#syncLateCount += 1;
    on.syncingSinceUs = on.unsyncedSinceUs;
    on.unsyncedSinceUs = Number.NaN;
    on.held = [];
    on.mustRewrite = false;
    on.syncing = this.#attempt('sync', async () => {
      if (mustRewrite) for (const { buffer, position } of held) await writeAll(on.file!, buffer, position);
      await on.file?.datasync();
      if (!on.nameIsDurable) await files.syncDirectory(dirname(on.segment.path));
      on.nameIsDurable = true;
      this.#lastSyncMs = (clock.nowUs() - startUs) / US_PER_MS;
    }).then((done) => {
      if (done) this.#letGo(held);
      else this.#takeBack(on, held);
      on.syncingSinceUs = Number.NaN;
      on.syncing = null;
      return done;
    });
    return on.syncing;
  }

  #letGo(held: readonly HeldBuffer[]): void {
    for (const { buffer } of held) {
      this.#queuedBytes -= buffer.at;
      this.#options.release(buffer);
    }
  }

  /** Nothing of it can be believed to be on the disk, whatever a later sync says: all of it is written again. */
  #takeBack(on: SegmentOnDisk, held: readonly HeldBuffer[]): void {
    on.held = [...held, ...on.held];
    if (!Number.isNaN(on.syncingSinceUs)) on.unsyncedSinceUs = on.syncingSinceUs;
    on.mustRewrite = true;
    on.failedSyncs += 1;
  }

  async #attempt(what: 'write' | 'sync', run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      this.#failedUs[what] = null;
      return true;
    } catch (error) {
      this.#failedUs[what] = this.#options.clock.nowUs();
      this.#tell(what, error);
      return false;
    }
  }

  #tell(what: string, error: unknown): void {
    this.#options.problems.add(`journal ${what}: ${codeOf(error) ?? 'error'}`, messageOf(error));
  }
}

async function writeAll(file: JournalFile, { bytes, at }: JournalBuffer, position: number): Promise<void> {
  // Its length as it is now: it may be added to meanwhile.
  for (let done = 0; done < at; ) {
    const wrote = await file.write(bytes.subarray(done, at), position + done);
    if (wrote === 0) throw new Error('nothing was written');
    done += wrote;
  }
}
