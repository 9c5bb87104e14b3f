// One read of a time range, in order: folders are listed, footers parsed and rows decoded only when their
// time has come. Holds the row groups that have rows of one moment: of our own files, one.

import type { QuoteColumns } from '../core/columns.js';
import { hourStartUs, type Micros, US_PER_HOUR } from '../core/time.js';
import { DayFiles, dayFilesFirst } from './day-seen.js';
import { listPartition } from './discover.js';
import { FileUnits } from './file-units.js';
import { HeldRows, withoutTime } from './held-rows.js';
import { type KnownFiles, narrowed } from './known-files.js';
import { type Merged, mergeBlocks, type Progress, type RowBlock } from './merge.js';
import { type FileRead, overlaps, type Partition, planFiles, planPartitions } from './plan.js';
import { type NoteFile, type ReportProblem, tryRead } from './read-file.js';
import type { SpareBuffers } from './spare-buffers.js';
import type { ReadStore } from './store.js';

export interface SweepInput {
  readonly store: ReadStore;
  readonly known: KnownFiles;
  readonly partitions: readonly Partition[];
  /** Rows of the journal, ascending; those that are in files too are left out here. */
  readonly recent: QuoteColumns;
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly sizes: boolean;
  /** See FileUnitsInput. */
  readonly asks?: boolean | undefined;
  readonly spare?: SpareBuffers | undefined;
  /** What was given out before, where this read goes on from an earlier one. */
  readonly progress: Progress;
  /** Files not to look at: they were listed and gone before. */
  readonly ignored: ReadonlySet<string>;
  readonly report: ReportProblem;
  /** Told of each file that could be read. */
  readonly readable: (path: string) => void;
  readonly noteFile?: NoteFile | undefined;
}

/** Rows of foreign folders are looked for this far before the time in the folder's name. */
const FOREIGN_SLACK_US = US_PER_HOUR;

interface Pending<T> {
  readonly item: T;
  /** No row of it is expected before. */
  readonly lowestUs: Micros;
}

/** A row group, or an hour of the journal, with its exact times (inclusive). */
interface Unit {
  readonly minUs: Micros;
  readonly maxUs: Micros;
  /** Where stamps are equal, the lower one comes first. */
  readonly order: number;
  readonly path: string;
  readonly load: () => Promise<RowBlock>;
}

/** Ascending stretches; each comes with what has been given out once it is taken. */
export async function* sweep(input: SweepInput): AsyncGenerator<Merged> {
  const files = new FileUnits(input);
  try {
    yield* stretches(input, new Pool(input, files));
  } finally {
    await files.close();
  }
}

async function* stretches(input: SweepInput, pool: Pool): AsyncGenerator<Merged> {
  let progress = input.progress;
  let skipAtLast = progress.foreignAtLast;
  const held = new HeldRows(input.report);
  for (;;) {
    const next = await pool.next(held.endUs, held.lastOrder);
    if (next === null) return;
    for (const unit of next.units) {
      const block = await tryRead(input.report, unit.path, unit.load);
      if (block !== null) held.add({ ...unit, ...block });
    }
    const { blocks, path } = held.take(next.boundUs);
    const merged = mergeBlocks(blocks, input.fromUs, input.toUs, progress, skipAtLast);
    reportRows(input.report, path, merged);
    skipAtLast = merged.progress.lastUs === input.progress.lastUs ? skipAtLast - merged.skipped : 0;
    progress = merged.progress;
    if (merged.columns.length > 0) yield merged;
  }
}

/** What is known of the range so far, from folder names down to row groups. */
class Pool {
  readonly #input: SweepInput;
  readonly #opener: FileUnits;
  readonly #partitions: Pending<Partition>[];
  #files: Pending<FileRead>[] = [];
  #recent: Pending<{ readonly from: number; readonly to: number }>[];
  #units: Unit[] = [];
  readonly #dayFiles: DayFiles;
  #order = 0;

  constructor(input: SweepInput, opener: FileUnits) {
    this.#input = input;
    this.#opener = opener;
    this.#dayFiles = new DayFiles(input.store);
    this.#partitions = planPartitions(input.partitions, input.fromUs, input.toUs).map((item) => ({
      item,
      lowestUs: item.fromUs - FOREIGN_SLACK_US,
    }));
    this.#recent = recentHours(input.recent);
  }

  /**
   * The units that have rows up to `boundUs`, where the rows at hand begin to run out (Infinity: there are none). Beyond
   * the bound that comes with them there may be rows of which nothing is known yet. Null at the end.
   */
  async next(
    boundUs: Micros,
    lastOrder: number,
  ): Promise<{ readonly units: readonly Unit[]; readonly boundUs: Micros } | null> {
    let [endUs, order] = [boundUs, lastOrder];
    const isEmpty = boundUs === Number.POSITIVE_INFINITY;
    if (isEmpty) {
      while (this.#units.length === 0) {
        const lowestUs = this.#lowestPending();
        if (lowestUs === Number.POSITIVE_INFINITY) return null;
        await this.#openUpTo(lowestUs);
      }
      // The one with the first row, which is looked for again once all files that may have it are open.
      endUs = this.#units[0]!.maxUs;
    }
    await this.#openUpTo(endUs);
    let count = 0;
    for (; count < this.#units.length; count += 1) {
      const unit = this.#units[count]!;
      const isFirst = isEmpty && count === 0;
      if (!isFirst && (unit.minUs > endUs || (unit.minUs === endUs && unit.order > order))) break;
      endUs = Math.min(endUs, unit.maxUs);
      order = Math.max(order, unit.order);
    }
    return { units: this.#units.splice(0, count), boundUs: endUs };
  }

  #lowestPending(): Micros {
    let lowestUs = Number.POSITIVE_INFINITY;
    for (const list of [this.#partitions, this.#files, this.#recent]) {
      for (const pending of list) lowestUs = Math.min(lowestUs, pending.lowestUs);
    }
    return lowestUs;
  }

  /** Folders first, then files: the journal's rows can only be judged once an hour's files are known. */
  async #openUpTo(boundUs: Micros): Promise<void> {
    const before = this.#units.length;
    while (this.#partitions.length > 0 && this.#partitions[0]!.lowestUs <= boundUs) {
      await this.#list(this.#partitions.shift()!.item);
    }
    await this.#dayFiles.check();
    const [due, later] = split(this.#files, boundUs);
    this.#files = later;
    for (const read of dayFilesFirst(due)) {
      if (this.#dayFiles.isReplaced(read.path)) continue;
      await tryRead(this.#input.report, read.path, () => this.#open(read));
    }
    const [dueRecent, laterRecent] = split(this.#recent, boundUs);
    this.#recent = laterRecent;
    for (const { from, to } of dueRecent) this.#addRecent(from, to);
    if (this.#units.length > before) {
      this.#units.sort((a, b) => a.minUs - b.minUs || byOrder(a, b));
    }
  }

  async #list(partition: Partition): Promise<void> {
    const { store, fromUs, toUs, ignored } = this.#input;
    const paths = await listPartition(store, partition);
    this.#dayFiles.listed(partition, paths);
    for (const read of planFiles(partition, paths, fromUs, toUs)) {
      if (ignored.has(read.path)) continue;
      const item = await narrowed(this.#input, partition, read);
      if (!overlaps(item.fromUs, item.toUs, fromUs, toUs)) continue;
      this.#files.push({ item, lowestUs: item.ours ? item.fromUs : item.fromUs - FOREIGN_SLACK_US });
    }
  }

  async #open({ path, undated }: FileRead): Promise<void> {
    const { fromUs, toUs } = this.#input;
    const { units, replaces } = await this.#opener.open(path, undated);
    this.#dayFiles.replaced(path, replaces);
    for (const unit of units) {
      const order = this.#order++;
      if (unit.maxUs >= fromUs && unit.minUs < toUs) this.#units.push({ ...unit, order, path });
    }
  }

  #addRecent(from: number, to: number): void {
    const { recent } = this.#input;
    const hourUs = hourStartUs(recent.receivedUs[from]!);
    const watermarkUs = this.#dayFiles.watermarkUs(hourUs);
    let first = from;
    while (first < to && recent.receivedUs[first]! <= watermarkUs) first += 1;
    if (first === to) return;
    this.#units.push({
      minUs: recent.receivedUs[first]!,
      maxUs: recent.receivedUs[to - 1]!,
      order: Number.POSITIVE_INFINITY,
      path: '',
      load: async () => ({ columns: cut(recent, first, to, this.#input.sizes), ours: true }),
    });
  }
}

/** Not by subtraction: the journal's order is infinite. */
function byOrder(a: Unit, b: Unit): number {
  return a.order === b.order ? 0 : a.order < b.order ? -1 : 1;
}

function split<T>(pending: readonly Pending<T>[], boundUs: Micros): [T[], Pending<T>[]] {
  const due: T[] = [];
  const later: Pending<T>[] = [];
  for (const entry of pending) {
    if (entry.lowestUs <= boundUs) due.push(entry.item);
    else later.push(entry);
  }
  return [due, later];
}

/** The journal's rows, an hour each: a watermark is an hour's. */
function recentHours(recent: QuoteColumns): Pending<{ readonly from: number; readonly to: number }>[] {
  const hours: Pending<{ readonly from: number; readonly to: number }>[] = [];
  let from = 0;
  for (let i = 1; i <= recent.length; i++) {
    const hourUs = hourStartUs(recent.receivedUs[from]!);
    if (i < recent.length && recent.receivedUs[i]! < hourUs + US_PER_HOUR) continue;
    hours.push({ item: { from, to: i }, lowestUs: hourUs });
    from = i;
  }
  return hours;
}

function cut(columns: QuoteColumns, from: number, to: number, sizes: boolean): QuoteColumns {
  const part = (values: Float64Array) => values.slice(from, to);
  const base = {
    length: to - from,
    receivedUs: part(columns.receivedUs),
    bid: part(columns.bid),
    ask: part(columns.ask),
  };
  const { bidSize, askSize, exchangeUs } = columns;
  if (!sizes || bidSize === undefined || askSize === undefined || exchangeUs === undefined) return base;
  return { ...base, bidSize: part(bidSize), askSize: part(askSize), exchangeUs: part(exchangeUs) };
}

function reportRows(report: ReportProblem, path: string, merged: Merged): void {
  if (path === '') return;
  if (merged.withoutTime > 0) report(path, 'rows-without-time', withoutTime(merged.withoutTime));
  if (merged.outOfOrder > 0) {
    report(
      path,
      'out-of-order',
      `${merged.outOfOrder} rows older than their folder's name says were left out`,
    );
  }
}
