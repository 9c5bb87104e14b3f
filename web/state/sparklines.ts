// A quarter of an hour of the pairs in sight, as the path of a line: asked for together, anew each fifteen seconds, and only for rows
// that somebody looks at.

import { signal } from '@preact/signals';
import type { SparklinesReply } from '../../src/api/contract.js';
import { fetchJson, ServerError } from '../server.js';

const WIDTH = 96;
const HEIGHT = 20;
const FRESH_MS = 15_000;
/** As many as one answer has. */
const ROWS_MAX = 200;
/** Rows that pass by while somebody scrolls are not asked for. */
const REST_MS = 120;

/** Raised when some have come. */
export const sparklinesVersion = signal(0);
const paths = new Map<number, { readonly path: string; readonly atMs: number }>();
let wanted: readonly number[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let isAsking = false;

/** Empty while it has not come, or there is nothing. */
export function sparklineOf(row: number): string {
  return paths.get(row)?.path ?? '';
}

/** These rows are in sight now. */
export function wantSparklines(rows: readonly number[]): void {
  wanted = rows.slice(0, ROWS_MAX);
  clearTimeout(timer);
  timer = setTimeout(() => void ask(), REST_MS);
}

/** Other pairs: numbers of rows mean something else. */
export function forgetSparklines(): void {
  paths.clear();
}

async function ask(): Promise<void> {
  const oldMs = performance.now() - FRESH_MS;
  const rows = wanted.filter((row) => (paths.get(row)?.atMs ?? Number.NEGATIVE_INFINITY) < oldMs);
  if (rows.length === 0 || isAsking || document.hidden) return;
  isAsking = true;
  try {
    const reply = (await fetchJson(`/api/table/sparklines?rows=${rows.join()}`)) as SparklinesReply;
    const atMs = performance.now();
    for (const [at, row] of reply.rows.entries())
      paths.set(row, { path: pathOf(reply.sparklines[at] ?? []), atMs });
    sparklinesVersion.value += 1;
  } catch (error) {
    // The table itself says that the server does not answer.
    if (!(error instanceof ServerError)) throw error;
  } finally {
    isAsking = false;
  }
}

/** Broken where there is no value; flat lines lie in the middle. */
export function pathOf(values: readonly (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return '';
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = high - low;
  let path = '';
  let isBroken = true;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      isBroken = true;
      continue;
    }
    const x = ((at / Math.max(1, values.length - 1)) * WIDTH).toFixed(1);
    const y = (span === 0 ? HEIGHT / 2 : HEIGHT - 1 - ((value - low) / span) * (HEIGHT - 2)).toFixed(1);
    // A lone value is a dot: a line of no length with round ends.
    const isLone = isBroken && (values[at + 1] ?? null) === null;
    path += `${isBroken ? 'M' : 'L'}${x} ${y}${isLone ? `L${x} ${y}` : ''}`;
    isBroken = false;
  }
  return path;
}
