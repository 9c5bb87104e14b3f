// The worker thread: one run over the lake, one statistics file, one report, then it ends and gives its memory
// back. Started by service.ts only; may be ended at any moment, and leaves no half file then.

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../core/assert.js';
import { giveWay } from '../lake/give-way.js';
import { openReader } from '../lake/reader.js';
import { indexedRecent } from '../lake/segment-index.js';
import { diskStore, waitingStore } from '../lake/store.js';
import { analyzePairs } from './analyze.js';
import { formatStatisticsCsv } from './compat.js';
import { discoverPairs } from './discover.js';
import { takerFees } from './fees.js';
import { frugal } from './frugal.js';
import { KeptParts } from './kept-parts.js';
import type { RunReport, RunSettings } from './protocol.js';
import { writeStatistics } from './write.js';

/** Failing pairs that a report names. */
const FAILURES_NAMED_MAX = 10;

assert(parentPort !== null, 'the analysis runs as a worker thread');
giveWay();
parentPort.postMessage(await run(workerData as RunSettings));

async function run(settings: RunSettings): Promise<RunReport> {
  const { root, directory, fromUs, toUs, thresholds, spotPerp, filesMax } = settings;
  const takerFeePercent = takerFees(...settings.takerFeePercent);
  const reader = frugal(openReader(root, { recent: indexedRecent(diskStore) }));
  const pairs = discoverPairs(await reader.instruments(), { spotPerp });
  const kept = new KeptParts({
    ...{ root, store: waitingStore, reader, thresholds, takerFeePercent, nowUs: toUs },
  });
  const { rows, skipped, failed } = await analyzePairs({
    ...{ reader, pairs, fromUs, toUs, thresholds, takerFeePercent, kept },
  });
  const written =
    rows.length === 0
      ? null
      : writeStatistics({ directory, text: formatStatisticsCsv(rows), nowUs: toUs, filesMax });
  return {
    file: written?.name ?? null,
    pairs: rows.length,
    skipped,
    failedPairs: failed.length,
    failures: failed.slice(0, FAILURES_NAMED_MAX),
    filesRemoved: written?.removed ?? 0,
    removeError: written?.removeError ?? null,
    partsRead: kept.counts.read,
    partsMade: kept.counts.made,
    keepError: kept.problem,
    problems: reader.problems(),
  };
}
