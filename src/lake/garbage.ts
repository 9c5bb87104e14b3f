// For threads that work with large buffers: they lie outside the heap, and the engine lets tens of MB of dropped ones
// gather before it looks. Decides nothing about when.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects the garbage of the calling thread, at once and whole; V8 shows it only when it is asked to. */
export function createCollect(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
