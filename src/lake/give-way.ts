// A thread that lets the one that receives quotes go first, where the system can tell threads apart.

import { setPriority } from 'node:os';

/** Of ten shares of a busy core the thread that receives quotes has nine. */
const NICENESS = 10;

/** Of this thread, from now on. Linux alone lets one be nicer than the others: elsewhere it would slow the whole process. */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICENESS);
  } catch {
    // Where a container forbids it, the work goes on with everybody's priority.
  }
}
