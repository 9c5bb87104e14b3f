// What feeds are given in tests that are not about lag: how late a quote is on a shared machine, and under a clock that runs
// fifty times as fast, is no matter of theirs.

import { LIMITS } from '../../src/limits.js';

export const LAG_MS_NEVER = 60_000;
export const FEED_LIMITS = { ...LIMITS.ingest, lagMsMax: LAG_MS_NEVER };
