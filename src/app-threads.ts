// Threads that ingest: how many, which exchanges each has, and how they are started. Composition only.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { AppOptions } from './app-options.js';
import type { InstrumentTable } from './core/instrument.js';
import type { Micros } from './core/time.js';
import type { Hub } from './hub/hub.js';
import { RingDrain } from './ingest/ring-drain.js';
import type { Source } from './ingest/source.js';
import { IngestThread, type ThreadSnapshot } from './ingest/thread.js';
import type { CapturePlan, FeedPlan } from './ingest/thread-messages.js';
import { LIMITS } from './limits.js';

export interface IngestThreads {
  sourceOf(name: string): Source | undefined;
  snapshots(): readonly ThreadSnapshot[];
  /** The moment of the oldest record that waits in a ring; Infinity: none does. */
  oldestUs(): Micros;
  /** After every source was stopped: everything that was decoded is with the hub. */
  end(): Promise<void>;
}

/** Threads for so many exchanges: never more than those, and none where nobody can follow the clock. */
export function threadsFor({ config, clock }: AppOptions, exchanges: number): number {
  if (clock.face === undefined) return 0;
  const { workers } = config.ingest;
  return Math.min(workers === 'auto' ? automatic(availableParallelism()) : workers, exchanges);
}

/** One core is the hub's and its sinks', one for encoding, charts and statistics. */
function automatic(cores: number): number {
  return Math.max(0, Math.min(cores - 2, LIMITS.ingestThreads.workersAutoMax));
}

export function startThreads(
  count: number,
  plans: readonly FeedPlan[],
  { clock, random, log, ingestThreadUrl }: AppOptions,
  parts: {
    readonly instruments: InstrumentTable;
    readonly hub: Hub;
    readonly capture: CapturePlan | undefined;
  },
): IngestThreads {
  const limits = { ...LIMITS.ingest, ...LIMITS.ingestThreads };
  const { instruments, hub: sink, capture } = parts;
  const drain = new RingDrain({ clock, recordsPerTurn: limits.recordsPerTurn });
  const threads = Array.from({ length: count }, (_, place) => {
    // In turn: neighbours in the configuration are of like size.
    const feeds = plans.filter((_plan, at) => at % count === place);
    return new IngestThread({
      ...{ feeds, drain, instruments, sink, clock, random, log, limits },
      instrumentsMax: LIMITS.instrumentsMax,
      clockFace: clock.face,
      launch: (data) =>
        new Worker(ingestThreadUrl ?? new URL('./app-ingest-thread.js', import.meta.url), {
          workerData: data,
          name: 'ingest',
          resourceLimits: {
            maxOldGenerationSizeMb: limits.heapMbMax,
            maxYoungGenerationSizeMb: limits.youngHeapMbMax,
          },
        }),
      ...(capture === undefined ? {} : { capture }),
    });
  });
  const sources = new Map(threads.flatMap((thread) => thread.sources.map((source) => [source.name, source])));
  return {
    sourceOf: (name) => sources.get(name),
    snapshots: () => threads.map((thread) => thread.snapshot()),
    oldestUs: () => drain.oldestUs,
    async end() {
      await Promise.all(threads.map((thread) => thread.end()));
      drain.close();
    },
  };
}
