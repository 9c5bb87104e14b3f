// The lake's reading door: instruments, newest stamps, quotes of a time range in order. Writes nothing,
// takes no lock, keeps no state but the list of problems and the times of undated files: cheap to make, fit for a
// worker thread.

import { join, relative } from 'node:path';
import type { QuoteColumns } from '../core/columns.js';
import { instrumentKey } from '../core/instrument.js';
import { unifiedFromSpelling } from '../core/symbol.js';
import { type Micros, US_PER_HOUR, US_PER_MINUTE } from '../core/time.js';
import {
  byName,
  discoverDays,
  discoverInstruments,
  discoverPartitions,
  type LakeInstrument,
} from './discover.js';
import { KnownFiles } from './known-files.js';
import { type InstrumentLine, readLedger, WantedInstruments } from './ledger-read.js';
import { NO_PROGRESS, sliceColumns } from './merge.js';
import { newestInFiles } from './newest.js';
import { JOURNAL_DIR } from './paths.js';
import { type LakeProblem, ProblemList } from './problems.js';
import { DaySwapped, FileVanished, type NoteFile, type ReportProblem } from './read-file.js';
import { type RecentRows, readRecent } from './recent.js';
import { readRecentEvents } from './recent-events.js';
import { type InstrumentNames, recentInstruments } from './recent-names.js';
import { SpareBuffers } from './spare-buffers.js';
import { diskStore, type ReadStore } from './store.js';
import { type NoteStrangers, Strangers } from './strangers.js';
import { sweep } from './sweep.js';

export type { LakeInstrument } from './discover.js';
export type { InstrumentLine } from './ledger-read.js';
export type { LakeProblem, LakeProblemReason } from './problems.js';

export interface ReadRange {
  /** Half-open, by the time of receiving. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** Also sizes and the exchange's own time; NaN where the lake has none. */
  readonly sizes?: boolean;
  /** False for those that look at bids alone: asks are then NaN, and mostly not read. Default true. */
  readonly asks?: boolean;
  /** A chunk is looked at only until the next one is taken: its memory is then used again. Default false. */
  readonly fleeting?: boolean;
  readonly signal?: AbortSignal;
}

export interface LakeReader {
  /** Every instrument, spellings merged, by exchange and symbol. Lists two levels of folders. */
  instruments(): Promise<readonly LakeInstrument[]>;
  /** Looks at the folders as `instruments` does, for what `problems` can say of them then. */
  survey(): Promise<void>;
  /** Exchange in any case, symbol in any spelling; undefined where the lake has nothing of it. */
  find(exchange: string, symbol: string): Promise<LakeInstrument | undefined>;
  /**
   * The newest stamp of any row (before `beforeUs`, where that is given); undefined where there is none. May be that of a
   * damaged file's last row.
   */
  newestUs(instrument: LakeInstrument, beforeUs?: Micros): Promise<Micros | undefined>;
  /**
   * Chunks of at most 65,536 rows, ascending over chunk borders too, never empty; a chunk's memory is its own.
   * Bad files are left out and reported; throws only on an aborted signal or a failing folder.
   */
  readQuotes(instrument: LakeInstrument, range: ReadRange): AsyncGenerator<QuoteColumns>;
  /**
   * What happened to the instruments, by stamp, each event once: gaps, states, conflations. Read it after what must
   * not be newer than it. A lake of others has none.
   */
  readEvents(
    instruments: readonly LakeInstrument[],
    range: Omit<ReadRange, 'sizes'>,
  ): Promise<readonly InstrumentLine[]>;
  /** Adds to `problems`: for what is read of the same lake beside it. */
  readonly report: ReportProblem;
  /** What could not be read so far, by path relative to the root; bounded. */
  problems(): readonly LakeProblem[];
}

export interface LakeReaderOptions {
  readonly store?: ReadStore;
  /** Rows that are not in files yet; default: the journal and the runs below the root. */
  readonly recent?: typeof readRecent;
  readonly recentEvents?: typeof readRecentEvents;
  /** Instruments that may have no folder yet; default: those of the journal and the runs. */
  readonly recentInstruments?: typeof recentInstruments;
  readonly noteFile?: NoteFile;
  /** Default 200. */
  readonly problemsMax?: number;
}

const CHUNK_ROWS_MAX = 65_536;
const PROBLEMS_MAX_DEFAULT = 200;

/** A reader of the lake below `root`; a root that does not exist is an empty lake. */
export function openReader(root: string, options: LakeReaderOptions = {}): LakeReader {
  const store = options.store ?? diskStore;
  const recent: typeof readRecent =
    options.recent ??
    ((at, exchange, symbol, fromUs, toUs) => readRecent(at, exchange, symbol, fromUs, toUs, store));
  const recentEvents: typeof readRecentEvents =
    options.recentEvents ?? ((at, wanted, fromUs, toUs) => readRecentEvents(at, wanted, fromUs, toUs, store));
  const problems = new ProblemList(options.problemsMax ?? PROBLEMS_MAX_DEFAULT);
  const report: ReportProblem = (path, reason, message) => {
    problems.add({ path: relative(root, path), reason, message });
  };
  const { noteFile } = options;
  const readable = (path: string) => problems.clear(relative(root, path));
  const strangers = new Strangers();
  const note: NoteStrangers = (folder, names) => strangers.note(relative(root, folder), names);
  const context: Context = {
    root,
    store,
    known: new KnownFiles(),
    recent,
    recentEvents,
    report,
    readable,
    noteFile,
  };
  const fresh = options.recentInstruments ?? recentInstruments;
  return {
    instruments: async () => {
      // As with rows: the journal before the folders, so that what moves meanwhile is not missed.
      const names = await fresh(root);
      return withFresh(await discoverInstruments(store, root, undefined, note), names);
    },
    survey: async () => {
      await discoverInstruments(store, root, undefined, note);
    },
    find: async (exchange, symbol) => {
      const [known] = await discoverInstruments(store, root, { exchange, symbol }, note);
      if (known !== undefined) return known;
      const key = instrumentKey(exchange, symbol);
      const names = (await fresh(root)).filter((name) => instrumentKey(name.exchange, name.symbol) === key);
      return withFresh(await discoverInstruments(store, root, { exchange, symbol }), names)[0];
    },
    newestUs: async (instrument, beforeUs = Number.POSITIVE_INFINITY) => {
      const us = await newestUs(context, instrument);
      return us === undefined || us < beforeUs ? us : await newestBefore(context, instrument, beforeUs);
    },
    readQuotes: (instrument, range) => readQuotes(context, instrument, range),
    readEvents: (instruments, range) => readEvents(context, instruments, range),
    report,
    problems: () => [...problems.all(), ...strangers.all()],
  };
}

interface Context {
  readonly root: string;
  readonly store: ReadStore;
  readonly known: KnownFiles;
  readonly recent: typeof readRecent;
  readonly recentEvents: typeof readRecentEvents;
  readonly report: ReportProblem;
  readonly readable: (path: string) => void;
  readonly noteFile: NoteFile | undefined;
}

/** Also the instruments that have no folder yet. */
function withFresh(onDisk: readonly LakeInstrument[], fresh: readonly InstrumentNames[]): LakeInstrument[] {
  const byKey = new Map(onDisk.map((known) => [instrumentKey(known.exchange, known.symbol), known]));
  for (const { exchange, symbol } of fresh) {
    const key = instrumentKey(exchange, symbol);
    if (!byKey.has(key)) byKey.set(key, { exchange, symbol: unifiedFromSpelling(symbol), directories: [] });
  }
  return [...byKey.values()].sort(byName);
}

async function* readQuotes(
  context: Context,
  { exchange, symbol, directories }: LakeInstrument,
  range: ReadRange,
): AsyncGenerator<QuoteColumns> {
  const { store, known, report, readable, noteFile } = context;
  const { toUs, sizes = false, asks, signal } = range;
  const spare = range.fleeting === true ? new SpareBuffers() : undefined;
  let { fromUs } = range;
  signal?.throwIfAborted();
  if (!(fromUs < toUs)) return;
  // The journal before the folders: what moves from one to the other is then seen twice, never missed,
  // and the second sight of it is recognised by its stamp.
  const recent = await recentRows(context, exchange, symbol, fromUs, toUs);
  const vanished = new Map<string, number>();
  const ignored = new Set<string>();
  let progress = NO_PROGRESS;
  for (;;) {
    const partitions = await discoverPartitions(store, directories, fromUs, toUs);
    try {
      const files = { store, known, report, readable, noteFile, ignored, partitions, asks, spare };
      for await (const merged of sweep({ ...files, recent, fromUs, toUs, sizes, progress })) {
        progress = merged.progress;
        for (const chunk of sliceColumns(merged.columns, CHUNK_ROWS_MAX)) {
          signal?.throwIfAborted();
          yield chunk;
          spare?.give(chunk.receivedUs.buffer);
        }
      }
      return;
    } catch (error) {
      if (error instanceof DaySwapped) {
        fromUs = Math.max(fromUs, progress.lastUs);
        continue;
      }
      if (!(error instanceof FileVanished)) throw error;
      // Compaction and encoding take files away: look again from here on. A name that stays is given up.
      const times = (vanished.get(error.path) ?? 0) + 1;
      vanished.set(error.path, times);
      if (times > 1) {
        ignored.add(error.path);
        report(error.path, 'unreadable', 'listed, but gone or rewritten each time it was to be read');
      }
      fromUs = Math.max(fromUs, progress.lastUs);
    }
  }
}

async function readEvents(
  { root, store, recentEvents, report }: Context,
  instruments: readonly LakeInstrument[],
  { fromUs, toUs, signal }: ReadRange,
): Promise<readonly InstrumentLine[]> {
  const wanted = new WantedInstruments(instruments);
  // As with rows: the journal before the files.
  const recent = await recentEvents(root, wanted, fromUs, toUs);
  for (const message of recent.problems) report(join(root, JOURNAL_DIR), 'recent', message);
  signal?.throwIfAborted();
  const lines = await readLedger({ store, root, wanted, fromUs, toUs, report, signal });
  // No two events share a stamp.
  const byStamp = new Map([...recent.lines, ...lines].map((line) => [line.stampUs, line]));
  return [...byStamp.values()].sort((a, b) => a.stampUs - b.stampUs);
}

async function newestUs(
  context: Context,
  { exchange, symbol, directories }: LakeInstrument,
): Promise<Micros | undefined> {
  const inFiles = () => newestInFiles(context, directories);
  for (let knownUs = await inFiles(); ; ) {
    const fromUs = knownUs === null ? 0 : knownUs + 1;
    const recent = await recentRows(context, exchange, symbol, fromUs, Number.MAX_SAFE_INTEGER);
    if (recent.length > 0) return recent.receivedUs[recent.length - 1];
    // What the journal held while the files were looked at may be in a file by now.
    const againUs = await inFiles();
    if (againUs === knownUs) return knownUs ?? undefined;
    knownUs = againUs;
  }
}

/** By reading backwards, for longer and longer, and then day by day. */
async function newestBefore(
  context: Context,
  instrument: LakeInstrument,
  beforeUs: Micros,
): Promise<Micros | undefined> {
  const days = await discoverDays(context.store, instrument.directories);
  const earlier = days.filter((dayUs) => dayUs < beforeUs - US_PER_HOUR);
  for (const fromUs of [beforeUs - US_PER_MINUTE, beforeUs - US_PER_HOUR, ...earlier, 0]) {
    let newest: Micros | undefined;
    for await (const { receivedUs, length } of readQuotes(context, instrument, { fromUs, toUs: beforeUs }))
      newest = receivedUs[length - 1];
    if (newest !== undefined) return newest;
  }
  return undefined;
}

async function recentRows(
  { root, recent, report }: Context,
  exchange: string,
  symbol: string,
  fromUs: Micros,
  toUs: Micros,
): Promise<RecentRows['columns']> {
  const { columns, problems } = await recent(root, exchange, symbol, fromUs, toUs);
  for (const message of problems) report(join(root, JOURNAL_DIR), 'recent', message);
  return columns;
}
