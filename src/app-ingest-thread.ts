// A thread that ingests: its part of the composition, as app-sources.ts is of the main one. No logic of its own.

import { parentPort, workerData } from 'node:worker_threads';
import { makeFeed, readingTurn } from './app-exchange-feed.js';
import { type ClockFace, createFollowingClock } from './clock.js';
import { ThreadEnd } from './ingest/thread-end.js';
import type { IngestThreadData, ToIngestThread } from './ingest/thread-messages.js';
import { LIMITS } from './limits.js';

const data = workerData as IngestThreadData;
const clock = createFollowingClock(data.clockFace as ClockFace);
const end = new ThreadEnd({
  data,
  clock,
  turn: readingTurn(clock),
  limits: { instrumentsMax: LIMITS.instrumentsMax, ...LIMITS.ingestThreads },
  post: (message) => parentPort?.postMessage(message),
  makeFeed,
});
parentPort?.on('message', (message: ToIngestThread) => end.hear(message));
