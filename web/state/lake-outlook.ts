// How long the disk lasts, from what the lake says of itself: only where it can be known, and never further than what bounds the lake
// on purpose. Pure.

import type { LakeReply } from '../../src/api/contract.js';

export type Outlook =
  /** No full day, or the disk is not known. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'still' }
  | { readonly kind: 'days'; readonly days: number }
  /** Its bound in bytes comes before the end of the disk. */
  | { readonly kind: 'bytes-max'; readonly bytes: number }
  /** Days are removed before the disk is full. */
  | { readonly kind: 'retention'; readonly days: number };

type Known = Pick<LakeReply, 'bytes' | 'growthBytesPerDay' | 'freeBytes' | 'kept'>;

export function outlookOf({ bytes, growthBytesPerDay, freeBytes, kept }: Known): Outlook {
  if (growthBytesPerDay === null || freeBytes === null) return { kind: 'unknown' };
  if (growthBytesPerDay <= 0) return { kind: 'still' };
  const room = bytes + freeBytes;
  if (kept.bytesMax !== null && kept.bytesMax <= room) return { kind: 'bytes-max', bytes: kept.bytesMax };
  const { retentionDays } = kept;
  if (retentionDays !== null && growthBytesPerDay * (retentionDays + 1) <= room)
    return { kind: 'retention', days: retentionDays };
  return { kind: 'days', days: Math.floor(freeBytes / growthBytesPerDay) };
}
