// Finished charts, kept as the bytes that go on the wire; bounded by bytes, the longest unused go first.
// Knows nothing of time: an entry is good for as long as what it rested on is unchanged, which the worker asks.

import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import type { Evidence } from '../lake/evidence.js';
import type { ChartRequest } from './protocol.js';

/** Of all workers together: fifty charts of 2,000 points (145 KB each), and what they rested on. */
export const CACHE_BYTES_MAX = 10 * 1024 * 1024;
/** A chart that takes more than this part of the cache would push out too many others. */
const ENTRY_PART_MAX = 0.25;

export interface FinishedChart {
  /** Never given out twice: the main thread knows the line by it. */
  readonly name: number;
  /** The chart's bytes; shared with the main thread, never written again. */
  readonly line: SharedArrayBuffer;
  readonly evidence: Evidence;
}

/** Equal for two spellings of the same request. */
export function chartKey(request: ChartRequest): string {
  const { exchange1, exchange2, symbol, fromUs, toUs, knownUntilUs, points } = request;
  const { join = 'asof2s', price = 'bid', keyCase = 'camel', format = 'ndjson' } = request;
  const names = [exchangeKey(exchange1), exchangeKey(exchange2), symbolKey(symbol)];
  const times = [fromUs ?? null, toUs ?? null, knownUntilUs ?? null];
  return JSON.stringify([...names, ...times, String(points), join, price, keyCase, format]);
}

export class ChartCache {
  readonly #bytesMax: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, { readonly chart: FinishedChart; readonly bytes: number }>();
  #bytes = 0;
  #names = 0;
  #dropped: number[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): FinishedChart | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.chart;
  }

  /** Whether a line of so many bytes would be kept. */
  takes(lineBytes: number): boolean {
    return lineBytes <= this.#bytesMax * ENTRY_PART_MAX;
  }

  /** The name it is kept under; null where it is not. */
  set(key: string, line: SharedArrayBuffer, evidence: Evidence): number | null {
    this.delete(key);
    const bytes = line.byteLength + evidence.bytes + key.length;
    if (!this.takes(bytes)) return null;
    this.#names += 1;
    const name = this.#names;
    this.#entries.set(key, { chart: { name, line, evidence }, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.delete(oldest);
    }
    return name;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#dropped.push(entry.chart.name);
  }

  /** Names given up since the last call. */
  takeDropped(): readonly number[] {
    const dropped = this.#dropped;
    this.#dropped = [];
    return dropped;
  }
}
