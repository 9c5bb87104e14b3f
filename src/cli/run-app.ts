// The life of a serving process as its user sees it: where it listens, a signal, a clean end within five seconds.

import type { Clock } from '../core/time.js';
import { LIMITS } from '../limits.js';
import { untilAborted } from './signals.js';

/** What serves: where, and how it ends. */
export interface Serving {
  readonly url: string;
  stop(): Promise<void>;
}

/** `asked` may be aborted while it starts: it then gives up soon, or starts and is stopped at once. */
export type StartApp = (asked: AbortSignal) => Promise<Serving>;

/**
 * `does` says in a few words what the process then does; `isAskedWrongly` of what the start failed with. Returns the
 * exit code.
 */
export async function runUntilAsked(
  start: StartApp,
  does: string,
  asked: AbortSignal,
  clock: Clock,
  isAskedWrongly: (error: unknown) => boolean = () => false,
): Promise<number> {
  // Whoever read what is printed may go: that is no reason to stop recording.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let app: Serving | undefined;
  let cancel = () => {};
  // What hangs must not keep the process: everything received is in the journal already, and before the start was
  // over nothing was received.
  void untilAborted(asked).then(() => {
    cancel = clock.after(LIMITS.shutdownMs, () => process.exit(app === undefined ? 0 : 1));
  });
  try {
    app = await start(asked);
  } catch (error) {
    cancel();
    if (asked.aborted && error === asked.reason) return 0;
    console.error(`error: ${inWords(error)}`);
    return isAskedWrongly(error) ? 2 : 1;
  }
  if (!asked.aborted) {
    console.log(`Spread Aggregator ${does}`);
    console.log(`  page    ${app.url}/`);
    console.log(`  health  ${app.url}/health`);
    await untilAborted(asked);
  }
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
