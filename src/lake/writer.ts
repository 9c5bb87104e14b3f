// The lake's writing door: opens a lake, takes what the hub gives, sees to it that it becomes files.
// Lives on the main thread and does nothing slow there: disk and encoding are awaited by nobody but close().

import type { ColdEvent, Subscriber, TradeListener } from '../core/event.js';
import type { Instrument } from '../core/instrument.js';
import { type Log, silentLog } from '../core/log.js';
import { type Cancel, type Clock, hourStartUs, type Micros } from '../core/time.js';
import { type CareSettings, type CareState, Caretaker } from './caretaker.js';
import type { EncodeJob, JobReport, SegmentCut } from './encode-job.js';
import { Encoder } from './encoder.js';
import { diskFiles, messageOf } from './files.js';
import { diskJournal, JournalDisk, type JournalFiles } from './journal-disk.js';
import { JournalWriter } from './journal-writer.js';
import { takeLock } from './lock.js';
import { type LakeOrigin, markOrigin } from './origin.js';
import { ProblemBook, type WriteProblem } from './problem-book.js';
import { findLeftovers, type Leftovers } from './recover.js';

export interface LakeLimits {
  readonly segmentBytesMax: number;
  readonly segmentMsMax: number;
  readonly writeIntervalMs: number;
  readonly syncIntervalMs: number;
  readonly pendingBytesMax: number;
  readonly closeBudgetMs: number;
}

export interface LakeOptions {
  readonly root: string;
  readonly origin: LakeOrigin;
  readonly clock: Clock;
  readonly limits: LakeLimits;
  /** Who an id is. */
  readonly instruments: { get(id: number): Instrument };
  readonly log?: Log;
  /** Aborted: opening ends with its reason. */
  readonly asked?: AbortSignal;
  /** Default: the disk. */
  readonly journalFiles?: JournalFiles;
  /** How closed days are kept; absent: they are left as they are. */
  readonly care?: CareSettings;
}

/** What an earlier process left, once it has been dealt with. */
export interface RecoveryReport {
  readonly segments: number;
  readonly runs: number;
  /** Segments that were not whole. */
  readonly cuts: readonly SegmentCut[];
  readonly encodedRows: number;
}

export interface LakeCounters {
  /** Quotes that went into the journal. */
  readonly recorded: number;
  /** Quotes that did not. */
  readonly dropped: number;
  /** Gap, Thinned, Status, Alive that did not. */
  readonly coldDropped: number;
  readonly pendingBytes: number;
  /** Segments not finished yet. */
  readonly segments: number;
  /** Run files waiting for their hour's end. */
  readonly runs: number;
  readonly encodedRows: number;
  /** Trades in the journal, those that did not go in, and those in files. */
  readonly trades: { readonly recorded: number; readonly dropped: number; readonly encoded: number };
  readonly filesWritten: number;
  readonly syncLateCount: number;
  readonly lastSyncMs: number;
  /** The disk refuses at this moment. */
  readonly failing: boolean;
  readonly problems: readonly WriteProblem[];
  /** Null where closed days are left as they are. */
  readonly care: CareState | null;
}

/** Late rows of an hour that is over are waited for this long. */
const HOUR_GRACE_US = 5_000_000;
/** At the end the journal is waited for this long, whatever the budget for encoding: it is what must not be lost. */
const FLUSH_MS_MAX = 1_500;

/**
 * Opens the lake below `root` for recording; makes it where there is none. Throws WrongOrigin, LakeLocked, or the
 * system's error where the folder cannot be used. Takes quotes at once; what an earlier process left is encoded behind.
 */
export async function openLake(options: LakeOptions): Promise<LakeWriter> {
  markOrigin(options.root, options.origin);
  const unlock = takeLock(options.root);
  try {
    return new LakeWriter(options, await findLeftovers(options.root, diskFiles, options.asked), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

export class LakeWriter implements Subscriber {
  readonly quote: Subscriber['quote'];
  readonly trade: TradeListener;
  readonly cold: (event: ColdEvent) => void;
  /** The highest stamp ever recorded before this process, 0 where there is none: the hub goes on after it. */
  readonly lastStampUs: Micros;
  /** Resolves when what an earlier process left is encoded, or could not be (see counters().problems). */
  readonly ready: Promise<RecoveryReport>;
  readonly #options: LakeOptions;
  readonly #log: Log;
  readonly #problems: ProblemBook;
  readonly #disk: JournalDisk;
  readonly #journal: JournalWriter;
  readonly #encoder: Encoder;
  readonly #caretaker: Caretaker | null;
  readonly #unlock: () => void;
  readonly #stopTicking: Cancel;
  #recovered: RecoveryReport | null = null;
  #runs: number;
  #encodedRows = 0;
  #encodedTrades = 0;
  #filesWritten = 0;
  #encodedBeforeUs: Micros = 0;
  #jobWanted = false;
  #jobs: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  /** Use `openLake`. */
  constructor(options: LakeOptions, leftovers: Leftovers, unlock: () => void) {
    const { root, clock, limits, instruments, journalFiles = diskJournal } = options;
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#unlock = unlock;
    this.lastStampUs = leftovers.lastStampUs;
    this.#runs = leftovers.runs;
    const problems = new ProblemBook(clock);
    this.#problems = problems;
    this.#encoder = new Encoder(root);
    this.#caretaker =
      options.care === undefined ? null : new Caretaker(this.#encoder, options.care, () => clock.nowUs());
    this.#disk = new JournalDisk({
      clock,
      problems,
      files: journalFiles,
      syncIntervalMs: limits.syncIntervalMs,
      release: (buffer) => this.#journal.release(buffer),
      finished: () => this.#wantJob(),
    });
    const instrumentOf = (id: number) => instruments.get(id);
    const journalOptions = { root, clock, disk: this.#disk, limits, problems, instrumentOf };
    const journal = new JournalWriter(journalOptions, leftovers.lastStampUs);
    this.#journal = journal;
    // Closures and not methods: the hub calls them bare, once a quote.
    this.quote = (stampUs, id, bid, bidSize, ask, askSize, exchangeUs) =>
      journal.quote(stampUs, id, bid, bidSize, ask, askSize, exchangeUs);
    this.trade = (...trade) => journal.trade(...trade);
    this.cold = (event) => journal.cold(event);
    this.#encodedBeforeUs = this.#overBeforeUs();
    this.#stopTicking = clock.every(limits.writeIntervalMs, () => this.#tick());
    this.ready = this.#recover(leftovers);
  }

  /** Null until `ready`. */
  get recovered(): RecoveryReport | null {
    return this.#recovered;
  }

  counters(): LakeCounters {
    const { syncLateCount, lastSyncMs, segments } = this.#disk.counters;
    return {
      ...this.#journal.counters,
      segments,
      runs: this.#runs,
      encodedRows: this.#encodedRows,
      trades: { ...this.#journal.tradeCounters, encoded: this.#encodedTrades },
      filesWritten: this.#filesWritten,
      syncLateCount,
      lastSyncMs,
      failing: this.#disk.failing,
      problems: this.#problems.all(),
      care: this.#caretaker?.state ?? null,
    };
  }

  /** Everything to disk; as much of it into files as the budget allows, the rest at the next start. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock, limits } = this.#options;
    this.#stopTicking();
    this.#encoder.stopCare();
    const cancel = clock.after(limits.closeBudgetMs, () => this.#encoder.stop());
    this.#journal.finish();
    await within(clock, FLUSH_MS_MAX, this.#disk.whenIdle());
    if (!this.#disk.isIdle) {
      this.#problem('journal not written at close', `${this.#journal.counters.pendingBytes} bytes are lost`);
    }
    await this.#jobs;
    await this.#runJob({
      convertBeforeUs: this.#journal.finishedBeforeUs,
      encodeBeforeUs: Number.POSITIVE_INFINITY,
    });
    cancel();
    await this.#encoder.close();
    this.#unlock();
  }

  #tick(): void {
    this.#journal.tick(this.#options.clock.nowUs());
    if (this.#overBeforeUs() > this.#encodedBeforeUs) this.#wantJob();
  }

  /** The start of the hour that is not over yet. */
  #overBeforeUs(): Micros {
    return hourStartUs(Math.max(this.#options.clock.nowUs(), this.#journal.lastStampUs) - HOUR_GRACE_US);
  }

  async #recover(leftovers: Leftovers): Promise<RecoveryReport> {
    const { segments, runs, lastStampUs } = leftovers;
    const before = { convertBeforeUs: lastStampUs + 1, encodeBeforeUs: lastStampUs + 1 };
    const nothing: RecoveryReport = { segments, runs, cuts: [], encodedRows: 0 };
    const job = segments + runs > 0 ? this.#runJob(before) : Promise.resolve(null);
    const closedBeforeUs = this.#overBeforeUs();
    this.#jobs = job.then(() => this.#care(closedBeforeUs));
    const report = await job;
    this.#recovered =
      report === null ? nothing : { segments, runs, cuts: report.cuts, encodedRows: report.encodedRows };
    return this.#recovered;
  }

  /** One more job after the one that runs, however often it is asked for meanwhile. */
  #wantJob(): void {
    if (this.#jobWanted || this.#closing !== null) return;
    this.#jobWanted = true;
    this.#jobs = this.#jobs.then(async () => {
      this.#jobWanted = false;
      if (this.#closing !== null) return;
      const encodeBeforeUs = this.#overBeforeUs();
      const isHourOver = encodeBeforeUs > this.#encodedBeforeUs;
      this.#encodedBeforeUs = encodeBeforeUs;
      const convertBeforeUs = this.#journal.finishedBeforeUs;
      const isAllFinished = convertBeforeUs > this.#journal.lastStampUs;
      await this.#runJob({ convertBeforeUs, encodeBeforeUs });
      const closedBeforeUs = isAllFinished ? encodeBeforeUs : Math.min(convertBeforeUs, encodeBeforeUs);
      await this.#care(isHourOver ? closedBeforeUs : null);
    });
  }

  /** Goes on with looking after the lake, anew where rows before `closedBeforeUs` are in files; encoding comes first. */
  async #care(closedBeforeUs: Micros | null): Promise<void> {
    if (closedBeforeUs !== null) this.#caretaker?.ask(closedBeforeUs);
    try {
      await this.#caretaker?.work(
        () => this.#jobWanted || this.#closing !== null,
        ({ problems }) => {
          for (const message of problems) this.#problem('looking after the lake', message);
        },
      );
    } catch (error) {
      this.#problem('looking after the lake', messageOf(error));
    }
  }

  async #runJob(job: EncodeJob): Promise<JobReport | null> {
    try {
      const report = await this.#encoder.run(job);
      this.#runs = report.runs;
      this.#encodedRows += report.encodedRows;
      this.#encodedTrades += report.encodedTrades;
      this.#filesWritten += report.filesWritten;
      for (const message of report.problems) this.#problem('encoding', message);
      for (const { segment, bytesCut, recordsKept, damage } of report.cuts) {
        const fields = { segment, bytesCut, recordsKept, damage };
        this.#log.warn('a journal segment was not whole; its tail was cut', fields);
      }
      return report;
    } catch (error) {
      this.#problem('encoding worker', messageOf(error));
      return null;
    }
  }

  #problem(what: string, message: string): void {
    if (this.#problems.add(what, message)) this.#log.error('the lake has a problem', { what, message });
  }
}

/** Resolves with the promise, or after the time, whichever is first. */
function within(clock: Clock, ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    void promise.then(() => {
      cancel();
      resolve();
    });
  });
}
