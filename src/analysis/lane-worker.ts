// A thread of lanes.ts: one symbol's pairs in, what is found of them out, until it is ended. Keeps nothing, writes nothing.

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../core/assert.js';
import { openReader } from '../lake/reader.js';
import { indexedRecent } from '../lake/segment-index.js';
import { diskStore } from '../lake/store.js';
import { analyzeSymbol } from './analyze.js';
import type { PairLegs } from './discover.js';
import { takerFees } from './fees.js';
import { frugal } from './frugal.js';
import { keptToRead } from './kept-parts.js';
import type { LaneReply, LaneSettings } from './lanes.js';

assert(parentPort !== null, 'lanes are worker threads');
const port = parentPort;
const { root, nowUs, takerFeePercent: fees, ...asked } = workerData as LaneSettings;
const reader = frugal(openReader(root, { recent: indexedRecent(diskStore) }));
const more = fees === undefined ? {} : ownColumns(takerFees(...fees));

function ownColumns(takerFeePercent: (exchange: string) => number) {
  return { takerFeePercent, kept: keptToRead({ ...asked, root, reader, nowUs, takerFeePercent }) };
}

port.on('message', (pairs: readonly PairLegs[]) => {
  void analyzeSymbol(pairs, 0, { ...asked, ...more, pairs, reader }).then((outcomes) => {
    port.postMessage({ outcomes, problems: reader.problems() } satisfies LaneReply);
  });
});
