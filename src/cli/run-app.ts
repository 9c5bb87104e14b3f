// The life of a serving process as its user sees it: where it listens, a signal, a clean end within five seconds.

import type { App } from '../app.js';
import type { Clock } from '../core/time.js';
import { LIMITS } from '../limits.js';
import { untilSignal } from './signals.js';

/** `start` may take its time; `does` says in a few words what the process then does. Returns the exit code. */
export async function runUntilSignal(start: () => Promise<App>, does: string, clock: Clock): Promise<number> {
  const signal = untilSignal();
  let app: App;
  try {
    app = await start();
  } catch (error) {
    console.error(`error: ${inWords(error)}`);
    return 1;
  }
  console.log(`Spread Aggregator ${does}`);
  console.log(`  page    ${app.url}/`);
  console.log(`  health  ${app.url}/health`);
  await signal;
  // What hangs must not keep the process: everything received is in the journal already.
  const cancel = clock.after(LIMITS.shutdownMs, () => process.exit(1));
  await app.stop();
  cancel();
  return 0;
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE') return `port ${port} of ${address} is taken; choose another with --port`;
  if (code === 'EACCES' && port !== undefined) return `port ${port} needs more rights; choose one above 1023`;
  return error.message;
}
