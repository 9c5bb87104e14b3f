// The summaries of a pair that are still right, and charts out of them: cells where there are any, the rows themselves
// at the edges and wherever none is. Never gives a summary out whose rows have changed since: then the rows are read.

import { isoDate, type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
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
import { KeptMonths, type MonthDay, type MonthDays, readMonth } from './summary-months.js';

/** A pair, as the lake spells it, on a price basis: what a summary is of. */
export interface SummarySeries {
  readonly legs: readonly [LakeInstrument, LakeInstrument];
  readonly price: PriceBasis;
}

/** One file of cells, open and right; to be closed by who takes it. */
export interface SummarySpan extends TimeRange {
  readonly path: () => string;
  readonly summary: Pick<OpenSummary, 'blocks' | 'close'>;
}

/** Of one file. */
export interface OpenSpan extends SummarySpan {
  readonly summary: OpenSummary;
}

/** Of cells this long the days of a month lie together. */
export const MONTH_CELL_US = CELL_LEVELS_US[2];

/** A bucket of a chart has this many cells at least: rounded to whole ones, it grows by a third at most. */
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
  readonly #months = new KeptMonths((path) => this.month(path));

  /** `store`: where the lake's files are looked at, to see whether they are still those that a summary was made of. */
  constructor(root: string, store: ReadStore, damaged: (path: string, message: string) => void) {
    this.#root = root;
    this.#store = store;
    this.#damaged = damaged;
  }

  /**
   * Those that touch the range, ascending; a day's, or its hours'. One is open at a time. `cellUs`: of which length most
   * will be wanted.
   */
  async *find(
    series: SummarySeries,
    { fromUs, toUs }: TimeRange,
    cellUs: number,
  ): AsyncGenerator<SummarySpan, void, undefined> {
    const ofMonth = cellUs === MONTH_CELL_US ? this.#monthsOf(series) : () => undefined;
    const days = (await this.days()).filter((dayUs) => dayUs + US_PER_DAY > fromUs && dayUs < toUs);
    const now = this.identities(series);
    for (const dayUs of days) {
      const day =
        (await this.#ofMonth(series, ofMonth(dayUs), now)) ?? (await this.ofDay(series, dayUs, now));
      if (day !== undefined) {
        yield* closing(day);
        continue;
      }
      for (let hourUs = dayUs; hourUs < dayUs + US_PER_DAY; hourUs += US_PER_HOUR) {
        if (hourUs + US_PER_HOUR <= fromUs || hourUs >= toUs) continue;
        const hour = await this.ofHour(series, hourUs, now);
        if (hour !== undefined) yield* closing(hour);
      }
    }
  }

  /** That there are folders of; ascending. */
  async days(): Promise<readonly Micros[]> {
    const entries = await this.#store.list(`${this.#root}/${SUMMARIES_DIR}`);
    const days = entries.flatMap(({ name, isDirectory }) => (isDirectory ? (dateOfName(name) ?? []) : []));
    return days.sort((a, b) => a - b);
  }

  ofDay(series: SummarySeries, dayUs: Micros, now: RowsIdentities): Promise<OpenSpan | undefined> {
    return this.#ofSpan(series, dayUs, 'day', now);
  }

  ofHour(series: SummarySeries, hourUs: Micros, now: RowsIdentities): Promise<OpenSpan | undefined> {
    return this.#ofSpan(series, hourUs, 'hour', now);
  }

  /** What the months have of a day; asked in the order of days, each month is read once. */
  #monthsOf(series: SummarySeries): (dayUs: Micros) => MonthDay | undefined {
    let [name, days]: [string, MonthDays] = ['', new Map()];
    return (dayUs) => {
      const month = isoDate(dayUs).slice(0, 7);
      if (month !== name) days = this.#months.get(this.pathOf(series, dayUs, 'month'));
      name = month;
      return days.get(dayUs);
    };
  }

  /** The days of a month; none where it is damaged. */
  month(path: string): MonthDays {
    return (
      this.#sound(
        () => path,
        () => readMonth(path, MONTH_CELL_US),
      ) ?? new Map()
    );
  }

  /** Cells of other lengths are in the day's own file, which is opened for them alone. */
  async #ofMonth(
    series: SummarySeries,
    day: MonthDay | undefined,
    now: RowsIdentities,
  ): Promise<SummarySpan | undefined> {
    if (day === undefined) return undefined;
    const { fromUs } = day;
    const toUs = fromUs + US_PER_DAY;
    if (!(await now.isSame(fromUs, toUs, day))) return undefined;
    let own: OpenSummary | undefined;
    const blocks: OpenSummary['blocks'] = (cellUs, ...stretch) => {
      if (cellUs === MONTH_CELL_US) return [day.columns];
      own ??= this.#open(this.pathOf(series, fromUs, 'day'));
      if (own?.identity !== day.identity) throw new SummaryDamaged('the month has another than the day');
      return own.blocks(cellUs, ...stretch);
    };
    const path = this.pathOf.bind(this, series, fromUs, 'day');
    return { fromUs, toUs, path, summary: { blocks, close: () => own?.close() } };
  }

  pathOf({ legs, price }: SummarySeries, fromUs: Micros, span: 'hour' | 'day' | 'month'): string {
    const [{ symbol, exchange: exchange1 }, { exchange: exchange2 }] = legs;
    return summaryFile(this.#root, { symbol, exchange1, exchange2 }, price, fromUs, span);
  }

  /** What summaries of the pair rest on now. */
  identities({ legs }: SummarySeries): RowsIdentities {
    return new RowsIdentities(this.#store, this.#root, legs);
  }

  /** Undefined where it is not there, or damaged. */
  #open(path: string): OpenSummary | undefined {
    return this.#sound(
      () => path,
      () => openSummary(path),
    );
  }

  /** What reading it gives; undefined where it is damaged. */
  #sound<T>(path: () => string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SummaryDamaged)) throw error;
      this.#damaged(path(), error.message);
      return undefined;
    }
  }

  /** Those of the stretch, block by block; undefined where they are damaged. */
  blocks(
    { path, summary }: SummarySpan,
    ...wanted: Parameters<OpenSummary['blocks']>
  ): ReturnType<OpenSummary['blocks']> | undefined {
    return this.#sound(path, () => summary.blocks(...wanted));
  }

  async #ofSpan(
    series: SummarySeries,
    fromUs: Micros,
    span: 'hour' | 'day',
    now: RowsIdentities,
  ): Promise<OpenSpan | undefined> {
    const path = this.pathOf(series, fromUs, span);
    const summary = this.#open(path);
    if (summary === undefined) return undefined;
    const range = { fromUs, toUs: fromUs + (span === 'day' ? US_PER_DAY : US_PER_HOUR) };
    const fits = summary.fromUs === range.fromUs && summary.toUs === range.toUs;
    if (fits && (await now.isSame(range.fromUs, range.toUs, summary)))
      return { ...range, path: () => path, summary };
    summary.close();
    return undefined;
  }
}

function* closing(span: SummarySpan): Generator<SummarySpan, void, undefined> {
  try {
    yield span;
  } finally {
    span.summary.close();
  }
}
