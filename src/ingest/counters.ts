// Adding up what connections count.

import type { RejectReason } from '../core/reasons.js';
import type { ConnectionCounters } from './connection-types.js';

export function noCounters(): ConnectionCounters {
  return { frames: 0, quotes: 0, scanned: 0, trades: 0, controls: 0, gaps: 0, rejects: {} };
}

/** Adds `more` to `total`. */
export function addCounters(total: ConnectionCounters, more: Readonly<ConnectionCounters>): void {
  total.frames += more.frames;
  total.quotes += more.quotes;
  total.scanned += more.scanned;
  total.trades += more.trades;
  total.controls += more.controls;
  total.gaps += more.gaps;
  for (const [reason, count] of Object.entries(more.rejects) as [RejectReason, number][])
    total.rejects[reason] = (total.rejects[reason] ?? 0) + count;
}
