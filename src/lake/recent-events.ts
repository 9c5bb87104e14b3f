// Gaps, states and conflations that are not in the ledger yet: from the cold lines of runs and from journal segments.
// Read-only. What moves into the ledger meanwhile is seen twice, never missed.

import type { Micros } from '../core/time.js';
import { eventsIn, type InstrumentLine, type WantedInstruments } from './ledger-read.js';
import { parsing, type SegmentReading, walkRecent } from './recent.js';
import { coldLines } from './run-read.js';
import { diskStore, type ReadStore } from './store.js';

export interface RecentEvents {
  /** In no order; a line may occur twice. */
  readonly lines: readonly InstrumentLine[];
  /** Files that could not be read, each with a reason. */
  readonly problems: readonly string[];
}

/** Lines of the wanted instruments with fromUs <= stamp < toUs. */
export async function readRecentEvents(
  root: string,
  wanted: WantedInstruments,
  fromUs: Micros,
  toUs: Micros,
  store: ReadStore = diskStore,
  segments: SegmentReading = parsing,
): Promise<RecentEvents> {
  const { result, problems } = await walkRecent(store, root, fromUs, toUs, () => {
    const lines: InstrumentLine[] = [];
    const take = (line: InstrumentLine) => {
      if (line.stampUs >= fromUs && line.stampUs < toUs) lines.push(line);
    };
    return {
      result: lines,
      run: async (path) => {
        for (const line of eventsIn(await coldLines(store, path), wanted)) take(line);
      },
      segment: (path) => segments.cold(store, path, wanted, take),
    };
  });
  return { lines: result, problems };
}
