// Threads that ingest, in tests: none unless a test asks for some, whatever the machine; SPREAD_INGEST_WORKERS=2 has every
// test run with two. Nothing lags either, unless a test wants that.

import { LAG_MS_NEVER } from './feed-limits.js';

/** Under `ingest` of a configuration. */
export const ONE_THREAD = { workers: 0, lagMsMax: LAG_MS_NEVER } as const;

/** The names and values of both ways, for tests that are run in both. */
export const BOTH_WAYS = [
  ['in one thread', 0],
  ['in two threads that ingest', 2],
] as const;

/** Of this process's environment what a configuration is to see. */
export function ingestEnvironment(): Readonly<Record<string, string>> {
  const workers = process.env['SPREAD_INGEST_WORKERS'];
  return workers === undefined ? {} : { SPREAD_INGEST_WORKERS: workers };
}
