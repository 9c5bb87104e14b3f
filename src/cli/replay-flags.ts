// What `replay` is asked for, and how its times and its speed are read.

import { InvalidArgumentError } from 'commander';
import { RequestError, time } from '../api/query.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { ReplaySpeed } from '../replay/player.js';

export interface ReplayFlags {
  readonly from: Micros;
  readonly to: Micros;
  readonly speed: ReplaySpeed;
  readonly lake?: string;
  readonly stats?: string;
  readonly symbols?: string;
  readonly exchanges?: string;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly trades: boolean;
  readonly exit?: boolean;
}

/** Before the year 1973 in milliseconds, or after the year 5138 in seconds, nobody records. */
const SECONDS_BELOW = 1e11;

/** ISO 8601, epoch seconds or milliseconds; throws commander's InvalidArgumentError. */
export function timeOf(text: string): Micros {
  const isNumber = /^\d+(\.\d+)?$/.test(text);
  if (isNumber && Number(text) < SECONDS_BELOW) return Math.round(Number(text) * US_PER_SECOND);
  try {
    const us = time({ time: text }, 'time');
    if (us !== undefined) return us;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  throw new InvalidArgumentError('Expected ISO 8601 or epoch seconds or milliseconds.');
}

/** Throws commander's InvalidArgumentError. */
export function speedOf(text: string): ReplaySpeed {
  if (text === 'max') return 'max';
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (speed > 0) return speed;
  throw new InvalidArgumentError('Expected a number above 0 or max.');
}
