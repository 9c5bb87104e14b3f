// Makes the summaries of a pair, one hour or one day at a time, the newest first: hours as they are over, the whole day
// once its files are no longer those that its hours were made of. Runs beside charts and gives way to them; what is there
// and right is never made again.

import { join } from 'node:path';
import { type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { discoverDays } from '../lake/discover.js';
import { diskFiles, type LakeFiles } from '../lake/files.js';
import { SUMMARIES_DIR, TEMP_PREFIX } from '../lake/paths.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import type { ReadStore } from '../lake/store.js';
import { type SummaryBlock, writeSummary } from '../lake/summary-file.js';
import { CELL_LEVELS_US, type CellColumns, CellSink } from '../series/cells.js';
import type { ChartColumns } from '../series/downsample.js';
import { type ChartInput, drain, type TimeRange } from './chart.js';
import { needsAsks, priced } from './price.js';
import {
  MONTH_CELL_US,
  type OpenSpan,
  Summaries,
  type SummarySeries,
  type SummarySpan,
} from './summaries.js';
import { type MonthDays, writeMonth } from './summary-months.js';
import { validSteps } from './valid-chart.js';

export type MadeSummary = 'hour' | 'day';

export interface SummaryMakerOptions {
  readonly root: string;
  readonly store: ReadStore;
  /** Of the same store. */
  readonly reader: LakeReader;
  /** Between chunks; charts that are asked for meanwhile come first. */
  readonly nextTurn: () => Promise<unknown>;
  readonly files?: LakeFiles;
}

export interface SummaryStep {
  /** Any spelling. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly price: SummarySeries['price'];
  /** Only what ends by then is over: nothing more will be told of it. */
  readonly closedBeforeUs: Micros;
  /** By the clock that file systems have. */
  readonly nowUs: Micros;
}

/** More hours of a day than this are missing: then the whole day is made at once. */
const HOURS_MISSING_MAX = 6;

export class SummaryMaker {
  readonly #options: SummaryMakerOptions;
  readonly #files: LakeFiles;
  readonly #summaries: Summaries;
  /** Days from this on have been looked at since something was last found missing, by series; for one time of closing. */
  readonly #goneThrough = new Map<string, Micros>();
  #closedBeforeUs = Number.NEGATIVE_INFINITY;
  #isClean = false;
  /** The one last looked at: nobody else writes it. */
  #month: { readonly path: string; readonly days: MonthDays } = { path: '', days: new Map() };

  constructor(options: SummaryMakerOptions) {
    const { root, store, reader, files = diskFiles } = options;
    this.#options = options;
    this.#files = files;
    this.#summaries = new Summaries(root, store, (path, message) =>
      reader.report(path, 'unreadable', message),
    );
  }

  /** What was made; null where nothing is missing, or there is no such pair. Throws where it cannot be written. */
  async step(step: SummaryStep, signal?: AbortSignal): Promise<MadeSummary | null> {
    this.#tidy();
    const { reader, store } = this.#options;
    const left = await reader.find(step.exchange1, step.symbol);
    const right = await reader.find(step.exchange2, step.symbol);
    if (left === undefined || right === undefined) return null;
    const series: SummarySeries = { legs: [left, right], price: step.price };
    if (step.closedBeforeUs !== this.#closedBeforeUs) this.#goneThrough.clear();
    this.#closedBeforeUs = step.closedBeforeUs;
    const key = this.#summaries.pathOf(series, 0, 'day');
    const beforeUs = this.#goneThrough.get(key) ?? Number.POSITIVE_INFINITY;
    const daysOfRight = new Set(await discoverDays(store, right.directories));
    for (const dayUs of await discoverDays(store, left.directories)) {
      if (dayUs >= beforeUs || !daysOfRight.has(dayUs)) continue;
      signal?.throwIfAborted();
      const made = await this.#ofDay(series, dayUs, step, signal);
      if (made !== null) return made;
      this.#goneThrough.set(key, dayUs);
    }
    this.#goneThrough.delete(key);
    return null;
  }

  async #ofDay(
    series: SummarySeries,
    dayUs: Micros,
    { closedBeforeUs, nowUs }: SummaryStep,
    signal: AbortSignal | undefined,
  ): Promise<MadeSummary | null> {
    const summaries = this.#summaries;
    const now = summaries.identities(series);
    const day = await summaries.ofDay(series, dayUs, now);
    if (day !== undefined) {
      this.#addToMonth(series, day);
      return null;
    }
    const missing: Micros[] = [];
    for (let hourUs = dayUs; hourUs < dayUs + US_PER_DAY; hourUs += US_PER_HOUR) {
      if (hourUs + US_PER_HOUR > closedBeforeUs) break;
      if (isThere(await summaries.ofHour(series, hourUs, now))) continue;
      if ((await now.at(hourUs, hourUs + US_PER_HOUR, 0)) !== null) missing.push(hourUs);
    }
    const newestUs = missing.at(-1);
    if (newestUs === undefined) return null;
    const isOver = dayUs + US_PER_DAY <= closedBeforeUs;
    if (!isOver || missing.length <= HOURS_MISSING_MAX) {
      await this.#make(series, { fromUs: newestUs, toUs: newestUs + US_PER_HOUR }, 'hour', nowUs, signal);
      return 'hour';
    }
    await this.#make(series, { fromUs: dayUs, toUs: dayUs + US_PER_DAY }, 'day', nowUs, signal);
    for (let hourUs = dayUs; hourUs < dayUs + US_PER_DAY; hourUs += US_PER_HOUR)
      this.#files.remove(summaries.pathOf(series, hourUs, 'hour'));
    return 'day';
  }

  /** Where it is not in there as it is. */
  #addToMonth(series: SummarySeries, span: OpenSpan): void {
    const { fromUs, summary } = span;
    try {
      const monthPath = this.#summaries.pathOf(series, fromUs, 'month');
      if (this.#month.path !== monthPath)
        this.#month = { path: monthPath, days: this.#summaries.month(monthPath) };
      const { identity, folders } = summary;
      if (this.#month.days.get(fromUs)?.identity === identity) return;
      const [columns] = this.#summaries.blocks(span, MONTH_CELL_US, fromUs, summary.toUs) ?? [];
      if (columns === undefined) return;
      const days = new Map(this.#month.days).set(fromUs, { fromUs, identity, folders, columns });
      writeMonth(this.#files, monthPath, MONTH_CELL_US, days);
      this.#month = { path: monthPath, days };
    } finally {
      summary.close();
    }
  }

  async #make(
    series: SummarySeries,
    range: TimeRange,
    span: MadeSummary,
    nowUs: Micros,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // Before the rows: what changes while they are read makes the summary one that is no longer right.
    const { fromUs, toUs } = range;
    const identity = await this.#summaries.identities(series).at(fromUs, toUs, nowUs);
    if (identity === null) return;
    const levels = await this.#cells(series, range, signal);
    const path = this.#summaries.pathOf(series, range.fromUs, span);
    const blocks = [...levels].reverse().flatMap((cells) => blocksOf(cells, range));
    writeSummary(this.#files, path, { ...range, ...identity, blocks });
  }

  async #cells(
    { legs, price }: SummarySeries,
    range: TimeRange,
    signal: AbortSignal | undefined,
  ): Promise<readonly CellColumns[]> {
    const { reader, nextTurn } = this.#options;
    const more = signal === undefined ? {} : { signal };
    const read: ChartInput<LakeInstrument>['read'] = (leg, fromUs, toUs) => {
      const side = leg === legs[0] ? 0 : 1;
      const asks = needsAsks(price, side);
      return priced(reader.readQuotes(leg, { fromUs, toUs, asks, fleeting: true, ...more }), price, side);
    };
    const sink = new CellSink();
    const readEvents = (fromUs: Micros, toUs: Micros) => reader.readEvents(legs, { fromUs, toUs, ...more });
    // It is over: a quote that went stale in it did so whatever came later.
    const known = { knownUs: Number.POSITIVE_INFINITY, readEvents };
    await drain(validSteps({ legs, range, read, nextTurn, ...known, ...more }, sink));
    return sink.finish();
  }

  /** Half-written ones of a process that was killed (nobody else writes here), and months of which no day is left. */
  #tidy(): void {
    if (this.#isClean) return;
    this.#isClean = true;
    const files = this.#files;
    const root = join(this.#options.root, SUMMARIES_DIR);
    const folders = files.list(root).filter((name) => files.isFolder(join(root, name)));
    for (const name of folders) {
      const directory = join(root, name);
      const month = /^month=(.*)$/.exec(name)?.[1];
      const isOver = month !== undefined && !folders.some((other) => other.startsWith(`date=${month}-`));
      for (const file of files.list(directory))
        if (isOver || file.startsWith(TEMP_PREFIX)) files.remove(join(directory, file));
      if (isOver) files.removeDirectory(directory);
    }
  }
}

function isThere(span: SummarySpan | undefined): boolean {
  span?.summary.close();
  return span !== undefined;
}

/** The finest cells of a busy day are a megabyte: by the hour, for an edge of a chart needs a few. The others are small. */
function blocksOf(cells: CellColumns, { fromUs, toUs }: TimeRange): SummaryBlock[] {
  const { cellUs } = cells;
  const lengthUs = cellUs === CELL_LEVELS_US[0] ? US_PER_HOUR : toUs - fromUs;
  const blocks: SummaryBlock[] = [];
  let [cell, row] = [0, 0];
  for (let us = fromUs; us < toUs; us += lengthUs) {
    let [endCell, endRow] = [cell, row];
    for (; endCell < cells.length && cells.startUs[endCell]! < us + lengthUs; endCell += 1)
      endRow += cells.kept[endCell]!;
    const columns = [
      ...[cells.startUs, cells.rows, cells.holes, cells.kept].map((values) => values.subarray(cell, endCell)),
      ...columnsOf(cells.keptRows).map((values) => values.subarray(row, endRow)),
    ];
    blocks.push({ cellUs, fromUs: us, toUs: us + lengthUs, columns });
    [cell, row] = [endCell, endRow];
  }
  return blocks;
}

function columnsOf({ timestampsUs, spreads, upperBand, lowerBand }: ChartColumns): Float64Array[] {
  return [timestampsUs, spreads, upperBand, lowerBand];
}
