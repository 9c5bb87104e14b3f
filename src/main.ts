#!/usr/bin/env node
// The door: the heap first, then the command line; sets the exit code. 0 = done, 1 = failed, 2 = asked wrongly.

import { growHeapSparingly } from './heap.js';

growHeapSparingly();
// Loaded only now: what the heap grows to while modules are loaded, it keeps.
const { runCommandLine } = await import('./cli/command-line.js');
try {
  process.exitCode = await runCommandLine(process.argv);
} catch (error) {
  console.error(error instanceof Error ? error.stack : String(error));
  process.exitCode = 1;
}
