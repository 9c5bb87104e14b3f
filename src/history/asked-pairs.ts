// Which charts were asked for of late, so that a pair somebody looks at is summarised: one small file beside the summaries,
// written behind. What it says may be lost; then a pair is asked for again.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exchangeKey } from '../core/exchange.js';
import { RecentMap } from '../core/recent-map.js';
import { symbolKey } from '../core/symbol.js';
import { type Micros, US_PER_DAY } from '../core/time.js';
import { SUMMARIES_DIR } from '../lake/paths.js';
import { PRICE_BASES, type PriceBasis } from './price.js';

/** A pair on a price basis, in any spelling. */
export interface AskedSeries {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly price: PriceBasis;
}

interface Entry extends AskedSeries {
  readonly atUs: Micros;
}

/** So long a pair counts as looked at. */
const ASKED_US = 7 * US_PER_DAY;
/** The longest not asked for go first. */
const ENTRIES_MAX = 2_000;
const FILE = 'asked.json';

/** Equal for two spellings. */
export function seriesKey({ symbol, exchange1, exchange2, price }: AskedSeries): string {
  return JSON.stringify([symbolKey(symbol), exchangeKey(exchange1), exchangeKey(exchange2), price]);
}

export class AskedPairs {
  readonly #directory: string;
  /** In the order of when they were last asked for. */
  readonly #entries = new RecentMap<string, Entry>(ENTRIES_MAX);
  #isWritten = true;

  constructor(root: string) {
    this.#directory = join(root, SUMMARIES_DIR);
  }

  note({ symbol, exchange1, exchange2, price }: AskedSeries, nowUs: Micros): void {
    const series = { symbol, exchange1, exchange2, price };
    this.#entries.set(seriesKey(series), { ...series, atUs: nowUs });
    this.#isWritten = false;
  }

  /** Of the last seven days, the newest first. */
  recent(nowUs: Micros): readonly AskedSeries[] {
    return this.#entries
      .values()
      .filter(({ atUs }) => atUs > nowUs - ASKED_US)
      .reverse();
  }

  /** What an earlier process knew, before what this one has heard; a file that makes no sense is none. */
  async load(): Promise<void> {
    let known: unknown;
    try {
      known = JSON.parse(await readFile(join(this.#directory, FILE), 'utf8'));
    } catch {
      return;
    }
    const heard = this.#entries.values();
    this.#entries.clear();
    for (const entry of Array.isArray(known) ? known : []) if (isEntry(entry)) this.note(entry, entry.atUs);
    for (const entry of heard) this.note(entry, entry.atUs);
    this.#isWritten = heard.length === 0;
  }

  /** Rejects where it cannot be written; then it is tried again the next time. */
  async save(): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    try {
      await mkdir(this.#directory, { recursive: true });
      const path = join(this.#directory, FILE);
      await writeFile(`${path}.new`, JSON.stringify(this.#entries.values()));
      await rename(`${path}.new`, path);
    } catch (error) {
      this.#isWritten = false;
      throw error;
    }
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { symbol, exchange1, exchange2, price, atUs } = value as Record<string, unknown>;
  const areNames = [symbol, exchange1, exchange2].every((name) => typeof name === 'string' && name !== '');
  return areNames && PRICE_BASES.includes(price as PriceBasis) && Number.isFinite(atUs);
}
