// The program's own ingesting thread, which throws where nobody catches it as soon as a file appears that names one of its
// exchanges. Where the file lies stands in DIES_BY; it is taken away first, so that the next thread lives.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { IngestThreadData } from '../../src/ingest/thread-messages.js';

await import('../../src/app-ingest-thread.js');

const path = process.env['DIES_BY'] as string;
const { feeds } = workerData as IngestThreadData;

setInterval(() => {
  if (!existsSync(path)) return;
  const name = readFileSync(path, 'utf8');
  if (!feeds.some((feed) => feed.name === name)) return;
  rmSync(path);
  throw new Error('killed for the test');
}, 20);
