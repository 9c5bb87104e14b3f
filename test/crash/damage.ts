// Damage to what a killed process left: the newest journal segment, or a run, is cut off or has a bit flipped at a random
// place. Says what may be gone because of it, and what may not.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFiles } from '../../src/lake/files.js';
import { readTrade } from '../../src/lake/journal.js';
import { JOURNAL_DIR, RUNS_DIR } from '../../src/lake/paths.js';
import { RunDamaged, RunFile } from '../../src/lake/run.js';
import { SegmentParser } from '../../src/lake/segment.js';
import { TradesRunFile } from '../../src/lake/trades-run.js';
import type { Random } from '../../src/sim/random.js';
import { someInstruments } from '../lake/support/lakes.js';

export interface Damage {
  /** For a line of the log. */
  readonly what: string;
  /** It is in the journal: recovery has to report a cut, unless only an end that was torn anyway is gone. */
  readonly mustBeTold: boolean;
}

const instruments = someInstruments();

/** One row as the oracle knows it: `quote 3/0/17`, session, instrument, number. */
export function keyOf(kind: 'quote' | 'trade', session: number, id: number, number: number): string {
  return `${kind} ${session}/${id}/${number}`;
}

/** Null where there is nothing to damage. `excused` takes the keys that may be gone. */
export function damage(root: string, random: Random, excused: Set<string>): Damage | null {
  const segment = newest(join(root, JOURNAL_DIR), /^seg-.*\.log$/);
  // What is half-written is removed at the next start, damaged or not: nothing to be told.
  const runs = names(join(root, RUNS_DIR), /^(run|trades)-.*\.run$/);
  if (random.next() < 0.6 && segment !== null) return hurtSegment(segment, random, excused);
  const run = runs[random.below(Math.max(1, runs.length))];
  if (run === undefined) return segment === null ? null : hurtSegment(segment, random, excused);
  const path = join(root, RUNS_DIR, run);
  try {
    for (const key of run.startsWith('trades-') ? tradesIn(path) : quotesIn(path)) excused.add(key);
  } catch (error) {
    // Damaged before, and no process has come to it yet: what it held is excused already.
    if (error instanceof RunDamaged) return null;
    throw error;
  }
  const { what, isCut } = hurt(path, random);
  // A flipped bit may be in rows that are in files already, or in what fills up a run.
  return { what: `${what} of ${run}`, mustBeTold: isCut };
}

/** Cut where it is damaged; everything before is still there. */
function hurtSegment(path: string, random: Random, excused: Set<string>): Damage | null {
  const before = readFileSync(path);
  if (before.length === 0) return null;
  const whole = keysIn(before);
  const { what, at } = hurt(path, random);
  const left = keysIn(readFileSync(path));
  const untouched = keysIn(before.subarray(0, at));
  assert.deepEqual(
    left.keys.slice(0, untouched.keys.length),
    untouched.keys,
    `${what}: what stood before it`,
  );
  assert.deepEqual(left.keys, whole.keys.slice(0, left.keys.length), `${what}: not a prefix`);
  for (const key of whole.keys.slice(left.keys.length)) excused.add(key);
  return { what: `${what} of the newest segment`, mustBeTold: left.validBytes < readFileSync(path).length };
}

function hurt(path: string, random: Random): { what: string; at: number; isCut: boolean } {
  const bytes = readFileSync(path);
  const at = random.below(bytes.length);
  if (random.next() < 0.5) {
    truncateSync(path, at);
    return { what: `cut off at byte ${at}`, at, isCut: true };
  }
  bytes[at]! ^= 1 << random.below(8);
  writeFileSync(path, bytes);
  return { what: `a bit flipped in byte ${at}`, at, isCut: false };
}

function keysIn(bytes: Uint8Array): { keys: string[]; validBytes: number } {
  const keys: string[] = [];
  const ids = new Map<number, number>();
  const parser = new SegmentParser({
    names: (id, exchange, symbol) => void ids.set(id, instruments.find(exchange, symbol)!.id),
    quote: (id, _stampUs, _bid, session, _ask, number) =>
      void keys.push(keyOf('quote', session, ids.get(id)!, number)),
    trade: (id, _stampUs, record) => {
      const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
      const { size, tradeId } = readTrade(record, view, 0);
      keys.push(keyOf('trade', size - 1, ids.get(id)!, Number(tradeId)));
    },
    cold: () => {},
  });
  parser.push(bytes);
  return { keys, validBytes: parser.validBytes };
}

function quotesIn(path: string): string[] {
  const run = new RunFile(diskFiles, path, diskFiles.byteLength(path));
  try {
    return run.index().entries.flatMap((entry) => {
      const { bidSize, askSize } = run.rows(entry, 0, entry.rows);
      const { id } = instruments.find(entry.exchange, entry.symbol)!;
      return Array.from(bidSize, (session, i) => keyOf('quote', session, id, askSize[i]!));
    });
  } finally {
    run.close();
  }
}

function tradesIn(path: string): string[] {
  const run = new TradesRunFile(diskFiles, path);
  try {
    return run.entries.flatMap((entry) => {
      const { id } = instruments.find(entry.exchange, entry.symbol)!;
      return [...run.trades(entry)].map(({ size, tradeId }) => keyOf('trade', size - 1, id, Number(tradeId)));
    });
  } finally {
    run.close();
  }
}

function names(directory: string, pattern: RegExp): string[] {
  // Killed over its first opening it has no folder yet.
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => pattern.test(name))
    .sort();
}

function newest(directory: string, pattern: RegExp): string | null {
  const name = names(directory, pattern).at(-1);
  return name === undefined ? null : join(directory, name);
}
