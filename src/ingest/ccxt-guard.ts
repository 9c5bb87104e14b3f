// Keeps the process up when a promise inside ccxt fails that ccxt hands to nobody: Node.js would end the process, and
// with it every other exchange. Everything else that nobody handles ends it as before.

import type { Log } from '../core/log.js';
import type { Cancel } from '../core/time.js';
import { wordsOf } from './ccxt-reading.js';

/** A line of the stack in the package, however it was installed. */
const INSIDE_CCXT = /[\\/]ccxt[\\/]/;

export function guardAgainstCcxt(log: Log): Cancel {
  const unhandled = (reason: unknown): void => {
    if (!(reason instanceof Error) || !INSIDE_CCXT.test(reason.stack ?? '')) throw reason;
    log.warn('ccxt left an error to nobody', { reason: wordsOf(reason) });
  };
  process.on('unhandledRejection', unhandled);
  return () => process.off('unhandledRejection', unhandled);
}
