// Verdicts as plain JSON, so that a restart need not learn anew. Shapes and their check; opens no file.

import { instrumentKey } from '../core/instrument.js';
import { VERDICTS, type Verdict } from './identity-score.js';

export interface RememberedPair {
  readonly exchange1: string;
  readonly symbol1: string;
  readonly exchange2: string;
  readonly symbol2: string;
  readonly verdict: Verdict;
  /** Power of ten: price of the first over that of the second. */
  readonly exponent: number;
  /** Seconds of prices it rests on. */
  readonly seconds: number;
}

export interface IdentitySnapshot {
  readonly version: 1;
  readonly pairs: readonly RememberedPair[];
}

/** Equal for two spellings of the same pair, in this order of its legs. */
export function pairKey({
  exchange1,
  symbol1,
  exchange2,
  symbol2,
}: Omit<RememberedPair, 'verdict' | 'exponent' | 'seconds'>): string {
  return `${instrumentKey(exchange1, symbol1)}|${instrumentKey(exchange2, symbol2)}`;
}

/** Throws an Error that names the field where a parsed value is no snapshot. */
export function readSnapshot(value: unknown): IdentitySnapshot {
  const { version, pairs } = (value ?? {}) as { version?: unknown; pairs?: unknown };
  if (version !== 1) throw new Error(`version must be 1, not ${version}`);
  if (!Array.isArray(pairs)) throw new Error('pairs must be a list');
  return { version: 1, pairs: pairs.map((pair, at) => readPair(pair, `pairs.${at}`)) };
}

function readPair(value: unknown, field: string): RememberedPair {
  const pair = (value ?? {}) as Record<string, unknown>;
  for (const name of ['exchange1', 'symbol1', 'exchange2', 'symbol2'])
    if (typeof pair[name] !== 'string' || pair[name] === '')
      throw new Error(`${field}.${name} must be a text that is not empty, not ${pair[name]}`);
  if (!VERDICTS.includes(pair['verdict'] as Verdict))
    throw new Error(`${field}.verdict must be one of ${VERDICTS.join(', ')}, not ${pair['verdict']}`);
  if (!Number.isInteger(pair['exponent']) || Math.abs(pair['exponent'] as number) > 18)
    throw new Error(`${field}.exponent must be a whole number from -18 to 18, not ${pair['exponent']}`);
  if (!Number.isSafeInteger(pair['seconds']) || (pair['seconds'] as number) < 0)
    throw new Error(`${field}.seconds must be a whole number from 0, not ${pair['seconds']}`);
  return pair as unknown as RememberedPair;
}
