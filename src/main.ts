#!/usr/bin/env node
// The door: the heap and the signals first, then the command line; sets the exit code. 0 = done, 1 = failed, 2 = asked
// wrongly.

import { catchSignals } from './cli/signals.js';
import { growHeapSparingly } from './heap.js';

/** These end in order when they are asked to, from their first moment on. */
const SERVING = ['serve', 'demo', 'replay'];

/** A replay reads one hour after the other: there time counts. */
const HURRYING = ['replay'];

if (!HURRYING.includes(process.argv[2] ?? '')) growHeapSparingly();
const asked = SERVING.includes(process.argv[2] ?? '') ? catchSignals() : new AbortController().signal;
// Loaded only now: what the heap grows to while modules are loaded, it keeps.
const { runCommandLine } = await import('./cli/command-line.js');
try {
  process.exitCode = await runCommandLine(process.argv, asked);
} catch (error) {
  console.error(error instanceof Error ? error.stack : String(error));
  process.exitCode = 1;
}
