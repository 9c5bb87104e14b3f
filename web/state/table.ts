// All pairs of the server and what they do now: asked for once a second while somebody looks, anew where there are other pairs or
// other statistics. It decides neither order nor choice: that is rows.ts.

import { signal } from '@preact/signals';
import type { TableColumn, TableReply } from '../../src/api/contract.js';
import { fetchBytes, fetchJson, ServerError } from '../server.js';
import { searchedText } from './search.js';
import { readTable } from './table-reply.js';

const POLL_MS = 1_000;
const ANSWER_MS_MAX = 10_000;

/** Index = row; of the rows that are live. */
export interface Now {
  /** Of the server, epoch seconds; NaN before its first pass. */
  readonly atSeconds: number;
  /** Percent; NaN = none. */
  readonly spread: Float32Array;
  readonly executable12: Float32Array;
  readonly executable21: Float32Array;
  /** Percent: the net edge beyond the pair's own basis. */
  readonly fresh: Float32Array;
  readonly age1Ms: Float32Array;
  readonly age2Ms: Float32Array;
  /** Why each would not be traded: bits of core/refusals.ts; 0: it could be. */
  readonly refusals: Uint16Array;
}

export interface Table {
  readonly reply: TableReply;
  readonly rows: number;
  /** One text for each pair: `keyOf`. */
  readonly keys: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
  readonly isRecommended: Uint8Array;
  /** What is searched in: lower case. */
  readonly haystack: readonly string[];
}

export const table = signal<Table | null>(null);
export const now = signal<Now | null>(null);
/** Why what is shown is not the present; null = it is. */
export const problem = signal<string | null>(null);

export function keyOf(symbol: string, exchange1: string, exchange2: string): string {
  return `${symbol}|${exchange1}|${exchange2}`;
}

/** NaN where the statistics have none. */
export function statistic({ reply }: Table, column: TableColumn, row: number): number {
  return reply.statistics[column][row] ?? Number.NaN;
}

/** Goes on for as long as the page lives. */
export async function followTable(): Promise<never> {
  for (;;) {
    if (!document.hidden) await look();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function look(): Promise<void> {
  // A connection that is dead without knowing it would stop the table, and leave it bright.
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  try {
    const { bytes, headers } = await fetchBytes('/api/table/now', signal);
    const version = headers.get('x-table') ?? '';
    if (version !== table.value?.reply.version) await readAgain(signal);
    // Numbers of one table never stand beside the names of another; in a second there are both.
    if (version !== table.value?.reply.version) return;
    now.value = read(bytes, Number(headers.get('x-rows')), headers.get('x-sampled') ?? '');
    problem.value = null;
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
    // A fault of the page itself stays a fault.
    if (!signal.aborted && !(error instanceof ServerError)) throw error;
  }
}

async function readAgain(signal: AbortSignal): Promise<void> {
  const reply = readTable(await fetchJson('/api/table', signal));
  if (typeof reply === 'string') throw new ServerError(`/api/table cannot be read: ${reply}`);
  if (reply.version === table.value?.reply.version) return;
  // What was known of the rows before is of other pairs.
  now.value = null;
  table.value = tableOf(reply);
}

function tableOf(reply: TableReply): Table {
  const { symbol, exchange1, exchange2 } = reply;
  const keys = symbol.map((name, row) => keyOf(name, exchange1[row]!, exchange2[row]!));
  const isRecommended = new Uint8Array(keys.length);
  for (const row of reply.recommended) isRecommended[row] = 1;
  return {
    reply,
    rows: keys.length,
    keys,
    rowOf: new Map(keys.map((key, row) => [key, row])),
    isRecommended,
    haystack: symbol.map((name, row) => searchedText(name, exchange1[row]!, exchange2[row]!)),
  };
}

function read(bytes: ArrayBuffer, rows: number, sampled: string): Now {
  if (bytes.byteLength !== rows * 26)
    throw new ServerError(`/api/table/now answered ${bytes.byteLength} bytes for ${rows} rows`);
  const column = (at: number) => new Float32Array(bytes, at * 4 * rows, rows);
  return {
    atSeconds: Date.parse(sampled) / 1_000,
    spread: column(0),
    executable12: column(1),
    executable21: column(2),
    fresh: column(3),
    age1Ms: column(4),
    age2Ms: column(5),
    refusals: new Uint16Array(bytes, 6 * 4 * rows, rows),
  };
}
