// A journal segment on its way to the disk, and the buffers it is made of. Plain state of journal-disk.ts: what is written
// and not yet synced is held here, in as few buffers as it fits in, and nothing here touches a disk.

import type { Micros } from '../core/time.js';
import type { JournalFile } from './journal-files.js';

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

/** Bytes that stand in the file at `position`, and may yet be lost with the kernel's cache. */
export interface HeldBuffer {
  readonly buffer: JournalBuffer;
  readonly position: number;
}

export interface SegmentOnDisk {
  readonly segment: JournalSegment;
  file: JournalFile | null;
  written: number;
  /** Written and not being synced, in the order of their positions. */
  held: HeldBuffer[];
  /** Since when the oldest of them waits; NaN where there is none. */
  unsyncedSinceUs: Micros;
  /** The same of what is being synced. */
  syncingSinceUs: Micros;
  /** What is held has to be written again before a sync means anything. */
  mustRewrite: boolean;
  failedSyncs: number;
  nameIsDurable: boolean;
  syncing: Promise<boolean> | null;
}

export function segmentOnDisk(segment: JournalSegment): SegmentOnDisk {
  return {
    segment,
    file: null,
    written: 0,
    held: [],
    unsyncedSinceUs: Number.NaN,
    syncingSinceUs: Number.NaN,
    mustRewrite: false,
    failedSyncs: 0,
    nameIsDurable: false,
    syncing: null,
  };
}

/** Holds what now stands at `position`; true where a buffer held already took the bytes in, and `buffer` is free again. */
export function hold(on: SegmentOnDisk, buffer: JournalBuffer, position: number): boolean {
  const last = on.held.at(-1);
  if (last === undefined || last.buffer.at + buffer.at > last.buffer.bytes.length) {
    on.held.push({ buffer, position });
    return false;
  }
  last.buffer.bytes.set(buffer.bytes.subarray(0, buffer.at), last.buffer.at);
  last.buffer.at += buffer.at;
  return true;
}

/** Since when the oldest byte waits that is not synced, queued ones included; null where all are. */
export function oldestUs(segments: readonly SegmentOnDisk[], queued: JournalBuffer | null): Micros | null {
  let oldest = queued?.sinceUs ?? Number.POSITIVE_INFINITY;
  for (const { unsyncedSinceUs, syncingSinceUs } of segments) {
    if (unsyncedSinceUs < oldest) oldest = unsyncedSinceUs;
    if (syncingSinceUs < oldest) oldest = syncingSinceUs;
  }
  return oldest === Number.POSITIVE_INFINITY ? null : oldest;
}
