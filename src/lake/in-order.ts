// Everything that a lake recorded of many instruments in a stretch of time, in its one order: quotes, events, trades,
// slice by slice. Reads whatever generation, journal and runs included; writes nothing. Memory is that of one slice,
// whose length follows the density of the rows.

import { join, relative } from 'node:path';
import type { QuoteColumns } from '../core/columns.js';
import { instrumentKey } from '../core/instrument.js';
import { hourStartUs, type Micros, US_PER_DAY, US_PER_HOUR, US_PER_SECOND } from '../core/time.js';
import { discoverInstruments, discoverPartitions, type LakeInstrument, listPartition } from './discover.js';
import { type InstrumentLine, readLedger, WantedInstruments } from './ledger-read.js';
import { ledgerDays } from './ledger-texts.js';
import { type InstrumentTrade, type RecentOfMany, readRecentOfMany } from './order-recent.js';
import { type OrderedQuotes, OrderRows, SLICE_US_MAX } from './order-rows.js';
import { JOURNAL_DIR, RUNS_DIR, runSpan, segmentFirstUs } from './paths.js';
import { isQuoteFileName, type Partition } from './plan.js';
import { type LakeProblem, ProblemList } from './problems.js';
import type { ReportProblem } from './read-file.js';
import { type LakeReader, openReader } from './reader.js';
import { RowList } from './recent.js';
import { diskStore } from './store.js';
import { tradesOf } from './trades-slice.js';

export type { InstrumentLine } from './ledger-read.js';
export type { InstrumentTrade } from './order-recent.js';
export type { OrderedQuotes } from './order-rows.js';

export interface OrderedSlice {
  /** Half-open; slices follow one another, but what holds nothing may lie between them. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly quotes: OrderedQuotes;
  /** Gaps, states, conflations, by stamp, each once. */
  readonly events: readonly InstrumentLine[];
  /** By stamp, each once. */
  readonly trades: readonly InstrumentTrade[];
}

export interface InOrderOptions {
  readonly root: string;
  /** Places in what is read are those in this list. */
  readonly instruments: readonly LakeInstrument[];
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** Quotes of a slice. */
  readonly rowsMax: number;
  readonly trades: boolean;
  /** False: events alone. */
  readonly quotes?: boolean;
  readonly signal?: AbortSignal;
  readonly problemsMax?: number;
}

/** Instruments read at the same time. */
const TOGETHER = 6;
const FIRST_SLICE_US = 10 * US_PER_SECOND;
/** Aimed at, as part of the rows that there may be: a denser slice than the one before has to be read again in part. */
const FILL = 0.8;
const GROWTH_MAX = 8;
const PROBLEMS_MAX_DEFAULT = 200;
/** Rows of foreign folders may lie so far before the time of their name. */
const NAME_SLACK_US = US_PER_HOUR;

export class InOrder {
  readonly #options: InOrderOptions;
  readonly #wanted: WantedInstruments;
  readonly #problems: ProblemList;
  readonly #report: ReportProblem;
  /** Of the slice that is being read. */
  #recent: RecentOfMany | null = null;
  readonly #reader: LakeReader;
  readonly #newest = new Map<string, Micros>();
  /** Taken in turns: a slice is good while the next one is read. */
  readonly #rows: readonly OrderRows[];
  #turn = 0;

  constructor(options: InOrderOptions) {
    this.#options = options;
    const { root, rowsMax } = options;
    this.#rows = [new OrderRows(rowsMax), new OrderRows(rowsMax)];
    this.#wanted = new WantedInstruments(options.instruments);
    this.#problems = new ProblemList(options.problemsMax ?? PROBLEMS_MAX_DEFAULT);
    this.#report = (path, reason, message) =>
      this.#problems.add({ path: relative(root, path), reason, message });
    this.#reader = openReader(root, {
      recent: async (_root, exchange, symbol, fromUs, toUs) => {
        const rows = this.#recent?.rows.get(instrumentKey(exchange, symbol)) ?? new RowList(fromUs, toUs);
        return { columns: rows.toColumns(), problems: [] };
      },
    });
  }

  problems(): readonly LakeProblem[] {
    return [...this.#problems.all(), ...this.#reader.problems()];
  }

  /**
   * Slices that hold something, in order. Each is good until the one after the next is asked for: then its memory is
   * taken again. Call it once. Rejects with the signal's reason.
   */
  async *slices(): AsyncGenerator<OrderedSlice> {
    const { toUs: endUs, rowsMax, quotes = true } = this.#options;
    let fromUs = await this.#nextUs(this.#options.fromUs);
    let lengthUs = quotes ? FIRST_SLICE_US : SLICE_US_MAX;
    while (fromUs < endUs) {
      const slice = await this.#read(fromUs, Math.min(endUs, fromUs + lengthUs));
      const isEmpty = slice.quotes.length + slice.events.length + slice.trades.length === 0;
      if (!isEmpty) {
        this.#turn = 1 - this.#turn;
        yield slice;
      }
      const readUs = slice.toUs - fromUs;
      const growth = Math.min(GROWTH_MAX, (rowsMax * FILL) / Math.max(1, slice.quotes.length));
      lengthUs = Math.max(1, Math.min(SLICE_US_MAX, Math.floor(readUs * growth)));
      fromUs = isEmpty ? await this.#nextUs(slice.toUs) : slice.toUs;
    }
  }

  async #read(fromUs: Micros, toUs: Micros): Promise<OrderedSlice> {
    const { root, rowsMax, trades, quotes = true, signal } = this.#options;
    let endUs = toUs;
    // The journal before the files: what moves meanwhile is then seen twice, never missed.
    for (;;) {
      signal?.throwIfAborted();
      this.#recent = await readRecentOfMany({
        root,
        wanted: this.#wanted,
        fromUs,
        toUs: endUs,
        rowsMax: quotes ? rowsMax : Number.POSITIVE_INFINITY,
        trades,
      });
      if (!this.#recent.tooMany || endUs - fromUs <= 1) break;
      endUs = fromUs + Math.ceil((endUs - fromUs) / 2);
    }
    for (const message of this.#recent.problems) this.#report(join(root, JOURNAL_DIR), 'recent', message);
    const rows = this.#rows[this.#turn]!;
    rows.begin(fromUs, endUs);
    if (quotes) await this.#quotes(rows, await this.#placesNow());
    endUs = rows.toUs;
    const events = await this.#events(this.#recent, fromUs, endUs);
    const found = trades ? await this.#trades(this.#recent, fromUs, endUs) : [];
    this.#recent = null;
    return { fromUs, toUs: endUs, quotes: rows.ordered(), events, trades: found };
  }

  /** Their folders as they are now: what was in the journal alone when the list was made has one an hour later. */
  async #placesNow(): Promise<readonly LakeInstrument[]> {
    const keyOf = ({ exchange, symbol }: LakeInstrument) => instrumentKey(exchange, symbol);
    const onDisk = await discoverInstruments(diskStore, this.#options.root);
    const byKey = new Map(onDisk.map((instrument) => [keyOf(instrument), instrument]));
    return this.#options.instruments.map((instrument) => byKey.get(keyOf(instrument)) ?? instrument);
  }

  /** A few instruments at a time, so that one is decoded while others are waited for; added by place all the same. */
  async #quotes(rows: OrderRows, instruments: readonly LakeInstrument[]): Promise<void> {
    const { signal } = this.#options;
    const { fromUs } = rows;
    for (let from = 0; from < instruments.length; from += TOGETHER) {
      const range = { fromUs, toUs: rows.toUs, sizes: true, ...(signal === undefined ? {} : { signal }) };
      const read = instruments.slice(from, from + TOGETHER).map(async (instrument) => {
        const chunks: QuoteColumns[] = [];
        for await (const chunk of this.#reader.readQuotes(instrument, range)) chunks.push(chunk);
        return chunks;
      });
      for (const [at, chunks] of (await Promise.all(read)).entries())
        for (const chunk of chunks) rows.add(from + at, chunk);
    }
  }

  async #events(recent: RecentOfMany, fromUs: Micros, toUs: Micros): Promise<readonly InstrumentLine[]> {
    const { root, signal } = this.#options;
    const input = { store: diskStore, root, wanted: this.#wanted, report: this.#report, signal };
    return byStamp([...recent.events, ...(await readLedger({ ...input, fromUs, toUs }))], toUs);
  }

  async #trades(recent: RecentOfMany, fromUs: Micros, toUs: Micros): Promise<readonly InstrumentTrade[]> {
    const { root, instruments } = this.#options;
    const found = [...recent.trades];
    for (const [at, { exchange, symbol }] of instruments.entries()) {
      const query = { store: diskStore, root, exchange, symbol, fromUs, toUs, report: this.#report };
      for (const trade of await tradesOf(query)) found.push({ ...trade, at });
    }
    return byStamp(found, toUs);
  }

  /** Nothing lies between `us` and this: the next moment that something may lie at; Infinity where none does. */
  async #nextUs(us: Micros): Promise<Micros> {
    const { root, toUs } = this.#options;
    let nextUs = Number.POSITIVE_INFINITY;
    const span = (fromUs: Micros, untilUs: Micros) => {
      if (untilUs > us) nextUs = Math.min(nextUs, Math.max(us, fromUs));
    };
    for (const [fromUs, untilUs] of await recentSpans(root)) span(fromUs, untilUs);
    for (const instrument of await this.#placesNow()) {
      if (nextUs <= us) break;
      const { directories } = instrument;
      for (const partition of await discoverPartitions(diskStore, directories, us, Math.min(nextUs, toUs))) {
        if (Number.isFinite(partition.fromUs))
          span(partition.fromUs - NAME_SLACK_US, dayOrHourEnd(partition.fromUs, partition.toUs));
        else if (await holdsQuotes(partition)) span(0, (await this.#newestUs(instrument)) + 1);
      }
    }
    return nextUs;
  }

  /** Remembered: where no name tells it, every file is opened for it. */
  async #newestUs(instrument: LakeInstrument): Promise<Micros> {
    const key = instrumentKey(instrument.exchange, instrument.symbol);
    const known = this.#newest.get(key) ?? (await this.#reader.newestUs(instrument)) ?? 0;
    this.#newest.set(key, known);
    return known;
  }
}

/** Half-open stretches that the journal, the runs and the ledger may hold something of. */
async function recentSpans(root: string): Promise<readonly (readonly [Micros, Micros])[]> {
  const spans: [Micros, Micros][] = [];
  for (const { name } of await diskStore.list(join(root, RUNS_DIR))) {
    const run = runSpan(name);
    if (run !== null) spans.push([run.firstUs, run.lastUs + 1]);
  }
  const journal = join(root, JOURNAL_DIR);
  const segments = (await diskStore.list(journal)).filter(({ name }) => segmentFirstUs(name) !== null);
  for (const [at, { name }] of segments.entries()) {
    const firstUs = segmentFirstUs(name)!;
    const next = segments[at + 1];
    // The last one may be growing: it ends about when it was last written.
    const writtenUs = (await diskStore.look(join(journal, name)))?.modifiedUs ?? firstUs;
    spans.push([
      firstUs,
      next === undefined ? Math.max(firstUs, writtenUs) + US_PER_DAY : segmentFirstUs(next.name)!,
    ]);
  }
  for (const dayUs of await ledgerDays(diskStore, root)) spans.push([dayUs, dayUs + US_PER_DAY]);
  return spans;
}

async function holdsQuotes(partition: Partition): Promise<boolean> {
  const paths = await listPartition(diskStore, partition);
  return paths.some((path) => isQuoteFileName(path.slice(path.lastIndexOf('/') + 1)));
}

/** A day's file lies in the folder of its first hour. */
function dayOrHourEnd(fromUs: Micros, toUs: Micros): Micros {
  return fromUs % US_PER_DAY === 0 && hourStartUs(fromUs) === fromUs
    ? Math.max(toUs, fromUs + US_PER_DAY)
    : toUs;
}

/** No two records of a lake share a stamp. */
function byStamp<T extends { readonly stampUs: Micros }>(records: readonly T[], toUs: Micros): readonly T[] {
  const once = new Map(records.map((record) => [record.stampUs, record]));
  return [...once.values()].filter(({ stampUs }) => stampUs < toUs).sort((a, b) => a.stampUs - b.stampUs);
}
