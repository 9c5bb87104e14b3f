// The summaries of a pair that are still right, and charts out of them: cells where there are any, the rows themselves
// at the edges and wherever none is. Never gives a summary out whose rows have changed since: then the rows are read.

import { dayStartUs, type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { SUMMARIES_DIR, summaryFile } from '../lake/paths.js';
import { dateOfName } from '../lake/plan.js';
import type { LakeInstrument } from '../lake/reader.js';
import { RowsIdentities } from '../lake/rows-identity.js';
import type { ReadStore } from '../lake/store.js';
import { type OpenSummary, openSummary, SummaryDamaged } from '../lake/summary-file.js';
import { CELL_LEVELS_US } from '../series/cells.js';
import { SLOTS_EVERY_HOLE } from '../series/downsample-slots.js';
import type { TimeRange } from './chart.js';
import type { PriceBasis } from './price.js';

/** A pair, as the lake spells it, on a price basis: what a summary is of. */
export interface SummarySeries {
  readonly legs: readonly [LakeInstrument, LakeInstrument];
  readonly price: PriceBasis;
}

/** One file of cells, right when it was looked at. */
export interface SummarySpan extends TimeRange {
  readonly path: string;
}

/** Below `join` of a chart's points a bucket has this many cells at least: rounded to whole ones, it grows by a third at most. */
const CELLS_A_BUCKET_MIN = 2;

/** The cells that a chart of so many points is made of; undefined where only its rows are fine enough. */
export function cellUsOf({ fromUs, toUs }: TimeRange, points: number): number | undefined {
  const bucketUs = (toUs - fromUs) / Math.max(1, Math.floor(points / SLOTS_EVERY_HOLE));
  return CELL_LEVELS_US.findLast((cellUs) => cellUs * CELLS_A_BUCKET_MIN <= bucketUs);
}

export class Summaries {
  readonly #root: string;
  readonly #store: ReadStore;
  readonly #damaged: (path: string, message: string) => void;

  /** `store`: where the lake's files are looked at, to see whether they are still those that a summary was made of. */
  constructor(root: string, store: ReadStore, damaged: (path: string, message: string) => void) {
    this.#root = root;
    this.#store = store;
    this.#damaged = damaged;
  }

  /** Those that touch the range, ascending; a day's, or its hours'. */
  async find(series: SummarySeries, { fromUs, toUs }: TimeRange): Promise<readonly SummarySpan[]> {
    const spans: SummarySpan[] = [];
    const days = (await this.days()).filter((dayUs) => dayUs + US_PER_DAY > fromUs && dayUs < toUs);
    if (days.length === 0) return spans;
    const identities = await this.identities(series, { fromUs, toUs });
    for (const dayUs of days) {
      const day = await this.ofDay(series, dayUs, identities);
      if (day !== undefined) {
        spans.push(day);
        continue;
      }
      for (let hourUs = dayUs; hourUs < dayUs + US_PER_DAY; hourUs += US_PER_HOUR) {
        if (hourUs + US_PER_HOUR <= fromUs || hourUs >= toUs) continue;
        const hour = await this.ofHour(series, hourUs, identities);
        if (hour !== undefined) spans.push(hour);
      }
    }
    return spans;
  }

  /** That there are folders of; ascending. */
  async days(): Promise<readonly Micros[]> {
    const entries = await this.#store.list(`${this.#root}/${SUMMARIES_DIR}`);
    const days = entries.flatMap(({ name, isDirectory }) => (isDirectory ? (dateOfName(name) ?? []) : []));
    return days.sort((a, b) => a - b);
  }

  ofDay(series: SummarySeries, dayUs: Micros, now: RowsIdentities): Promise<SummarySpan | undefined> {
    return this.#ofSpan(series, dayUs, 'day', now);
  }

  ofHour(series: SummarySeries, hourUs: Micros, now: RowsIdentities): Promise<SummarySpan | undefined> {
    return this.#ofSpan(series, hourUs, 'hour', now);
  }

  pathOf({ legs, price }: SummarySeries, fromUs: Micros, span: 'hour' | 'day'): string {
    const [{ symbol, exchange: exchange1 }, { exchange: exchange2 }] = legs;
    return summaryFile(this.#root, { symbol, exchange1, exchange2 }, price, fromUs, span);
  }

  /** What summaries of the range's stretches rest on now. */
  identities({ legs }: SummarySeries, { fromUs, toUs }: TimeRange): Promise<RowsIdentities> {
    // Whole days: a span that reaches over the range's end rests on more than the range.
    const end = dayStartUs(toUs - 1) + US_PER_DAY;
    return RowsIdentities.of(this.#store, this.#root, legs, dayStartUs(fromUs), end);
  }

  /** Undefined where it is gone or damaged meanwhile. */
  open(path: string): OpenSummary | undefined {
    return this.#sound(path, () => openSummary(path));
  }

  /** What reading it gives; undefined where it is damaged. */
  #sound<T>(path: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SummaryDamaged)) throw error;
      this.#damaged(path, error.message);
      return undefined;
    }
  }

  columns(path: string, summary: OpenSummary, cellUs: number): readonly Float64Array[] | undefined {
    return this.#sound(path, () => summary.columns(cellUs));
  }

  async #ofSpan(
    series: SummarySeries,
    fromUs: Micros,
    span: 'hour' | 'day',
    now: RowsIdentities,
  ): Promise<SummarySpan | undefined> {
    const path = this.pathOf(series, fromUs, span);
    const summary = this.open(path);
    if (summary === undefined) return undefined;
    summary.close();
    const range = { fromUs, toUs: fromUs + (span === 'day' ? US_PER_DAY : US_PER_HOUR) };
    if (summary.fromUs !== range.fromUs || summary.toUs !== range.toUs) return undefined;
    return summary.identity === (await now.at(range.fromUs, range.toUs)) ? { ...range, path } : undefined;
  }
}
