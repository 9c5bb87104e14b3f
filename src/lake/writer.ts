// The lake's writing door: opens a lake, takes what the hub gives, sees to it that it becomes files.
// Lives on the main thread and does nothing slow there: disk and encoding are awaited by nobody but close().

import type { ColdEvent, Subscriber, TradeListener } from '../core/event.js';
import type { Instrument } from '../core/instrument.js';
import { type Log, silentLog } from '../core/log.js';
import { type Cancel, type Clock, hourStartUs, type Micros } from '../core/time.js';
import { type CareSettings, Caretaker } from './caretaker.js';
import type { EncodeJob, JobReport } from './encode-job.js';
import { messageOf } from './files.js';
import { JournalDisk, type JournalFiles } from './journal-disk.js';
import { JournalWriter } from './journal-writer.js';
import type { LakeCounters, RecoveryReport } from './lake-counters.js';
import { type LakeOrigin, markOrigin } from './origin.js';
import { diskPlace, type LakeEncoder, type LakePlace } from './place.js';
import { ProblemBook } from './problem-book.js';
import { findLeftovers, type Leftovers } from './recover.js';
import { within } from './within.js';

export type { LakeCounters, RecoveryReport } from './lake-counters.js';

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
  readonly place?: LakePlace;
  /** Default: those of the place. */
  readonly journalFiles?: JournalFiles;
  /** How closed days are kept; absent: they are left as they are. */
  readonly care?: CareSettings;
}

/** Late rows of an hour that is over are waited for this long. */
const HOUR_GRACE_US = 5_000_000;
/** At the end the journal is waited for this long, whatever the budget for encoding: it is what must not be lost. */
const FLUSH_MS_MAX = 1_500;
/** What failed to become files is tried again after this long, where nothing else asks for it before. */
const ENCODE_RETRY_MS = 30_000;
/** A thread that is told to end may hang in a call of the system: it is waited for this long. */
const THREAD_END_MS_MAX = 500;

/**
 * Opens the lake below `root` for recording; makes it where there is none. Throws WrongOrigin, LakeLocked, or the
 * system's error where the folder cannot be used. Takes quotes at once; what an earlier process left is encoded behind.
 */
export async function openLake(options: LakeOptions): Promise<LakeWriter> {
  const { root, place = diskPlace } = options;
  markOrigin(root, options.origin, place.files);
  const unlock = place.takeLock(root);
  try {
    const leftovers = await findLeftovers(root, place.files, place.store, options.asked);
    return new LakeWriter(options, leftovers, unlock);
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
  readonly #encoder: LakeEncoder;
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
  #encodingTrouble: string | null = null;
  #cancelRetry: Cancel | null = null;
  #jobs: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  /** Use `openLake`. */
  constructor(options: LakeOptions, leftovers: Leftovers, unlock: () => void) {
    const { root, clock, limits, instruments, place = diskPlace } = options;
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#unlock = unlock;
    this.lastStampUs = leftovers.lastStampUs;
    this.#runs = leftovers.runs;
    const problems = new ProblemBook(clock);
    this.#problems = problems;
    this.#encoder = place.startEncoder(root);
    this.#caretaker =
      options.care === undefined ? null : new Caretaker(this.#encoder, options.care, () => clock.nowUs());
    this.#disk = new JournalDisk({
      clock,
      problems,
      files: options.journalFiles ?? place.journal,
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
    const { syncLateCount, lastSyncMs, unsyncedMs, segments } = this.#disk.counters;
    return {
      ...this.#journal.counters,
      segments,
      runs: this.#runs,
      encodedRows: this.#encodedRows,
      trades: { ...this.#journal.tradeCounters, encoded: this.#encodedTrades },
      filesWritten: this.#filesWritten,
      syncLateCount,
      lastSyncMs,
      unsyncedMs,
      failing: this.#disk.failing,
      encodingTrouble: this.#encodingTrouble,
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
    this.#cancelRetry?.();
    const cancel = clock.after(limits.closeBudgetMs, () => this.#encoder.stop());
    const encoded = this.#flush().then(() => this.#encodeTheRest());
    await within(clock, limits.closeBudgetMs + FLUSH_MS_MAX, encoded);
    cancel();
    await within(clock, THREAD_END_MS_MAX, this.#encoder.close());
    try {
      this.#unlock();
    } catch (error) {
      // A read-only disk keeps the lock's file; its holder is dead by the next start.
      this.#problem('the lock is left', messageOf(error));
    }
  }

  async #flush(): Promise<void> {
    this.#journal.finish();
    await within(this.#options.clock, FLUSH_MS_MAX, this.#disk.whenIdle());
    if (this.#disk.isIdle) return;
    this.#disk.stop();
    this.#problem('journal not written at close', `${this.#journal.counters.pendingBytes} bytes are lost`);
  }

  async #encodeTheRest(): Promise<void> {
    await this.#jobs;
    await this.#runJob({
      convertBeforeUs: this.#journal.finishedBeforeUs,
      encodeBeforeUs: Number.POSITIVE_INFINITY,
    });
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
      this.#noteEncoding(report.problems[0] ?? null);
      for (const { segment, bytesCut, recordsKept, damage } of report.cuts) {
        const fields = { segment, bytesCut, recordsKept, damage };
        this.#log.warn('a journal segment was not whole; its tail was cut', fields);
      }
      return report;
    } catch (error) {
      this.#problem('encoding worker', messageOf(error));
      this.#noteEncoding(messageOf(error));
      return null;
    }
  }

  /** What failed is tried again, in a while: a full disk is not asked again at once. */
  #noteEncoding(trouble: string | null): void {
    this.#encodingTrouble = trouble;
    if (trouble === null || this.#cancelRetry !== null || this.#closing !== null) return;
    this.#cancelRetry = this.#options.clock.after(ENCODE_RETRY_MS, () => {
      this.#cancelRetry = null;
      this.#wantJob();
    });
  }

  #problem(what: string, message: string): void {
    if (this.#problems.add(what, message)) this.#log.error('the lake has a problem', { what, message });
  }
}
