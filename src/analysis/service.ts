// Statistics that refresh themselves: every interval one worker thread reads the last hours of the lake and
// writes one file. The main thread only starts it and hears the report. Runs are skipped, never stacked.

import { Worker } from 'node:worker_threads';
import type { Log } from '../core/log.js';
import { type Cancel, type Clock, hourStartUs, type Micros, US_PER_HOUR, US_PER_MS } from '../core/time.js';
import type { LakeProblem } from '../lake/reader.js';
import { COMPAT_THRESHOLDS_PERCENT, type CompatThresholds } from './compat.js';
import { FRUGAL_LIMITS } from './frugal.js';
import type { RunReport, RunSettings } from './protocol.js';
import { skippedPairs } from './skipped.js';

export interface AnalysisOptions {
  /** The lake's root; it need not exist yet. */
  readonly root: string;
  /** Where the files go; made where it is not there. */
  readonly directory: string;
  /** Default 24; six and more begin with a whole hour. */
  readonly windowHours?: number;
  /** Between the starts of two runs; the first comes after one interval. */
  readonly intervalMs: number;
  /** Percent; default 0.3, 0.5, 0.4. */
  readonly thresholds?: CompatThresholds;
  /** Also pairs of a spot and a perpetual exchange. Default false. */
  readonly spotPerp?: boolean;
  /** Percent, by exchange; of several tables the first that has it counts. */
  readonly takerFeePercent?: readonly Readonly<Record<string, number>>[];
  /** Files of ours that stay in the directory; default 200. */
  readonly filesMax?: number;
  readonly clock: Clock;
  readonly log: Log;
  /** The thread's program; default the one beside this file. */
  readonly workerUrl?: URL;
}

export interface AnalysisState {
  readonly running: boolean;
  /** Runs that came to their end, with or without a file. */
  readonly runs: number;
  /** Intervals that passed while a run was still going. */
  readonly skipped: number;
  /** Runs that ended in an error. */
  readonly failed: number;
  /** When the last finished or failed run began; null before. */
  readonly lastRunUs: Micros | null;
  readonly lastDurationMs: number | null;
  /** Of the last run; null where it went well. */
  readonly lastError: string | null;
  /** The last file written by this process, a bare name. */
  readonly lastFile: string | null;
  /** Of the last run that came to its end: in its file, left out for want of rows, left out for an error. */
  readonly pairs: number | null;
  readonly pairsSkipped: number | null;
  readonly pairsFailed: number | null;
}

export interface Analysis {
  state(): AnalysisState;
  /** What of the lake the last run could not read. */
  problems(): readonly LakeProblem[];
  /** Ends the timer, and a run at once; what it would have written is not. */
  close(): Promise<void>;
}

const WINDOW_HOURS_DEFAULT = 24;
const WHOLE_HOURS_MIN = 6;
const FILES_MAX_DEFAULT = 200;

export function createAnalysis(options: AnalysisOptions): Analysis {
  return new AnalysisService(options);
}

/** Of whole hours what earlier runs have kept is used. In a short window an hour more would be much. */
function windowFromUs(toUs: Micros, hours: number): Micros {
  const fromUs = toUs - hours * US_PER_HOUR;
  return hours < WHOLE_HOURS_MIN ? fromUs : hourStartUs(fromUs);
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class AnalysisService implements Analysis {
  readonly #options: AnalysisOptions;
  readonly #stopTimer: Cancel;
  #worker: Worker | undefined;
  #closed = false;
  #problems: readonly LakeProblem[] = [];
  readonly #state: Mutable<Omit<AnalysisState, 'running'>> = {
    runs: 0,
    skipped: 0,
    failed: 0,
    lastRunUs: null,
    lastDurationMs: null,
    lastError: null,
    lastFile: null,
    pairs: null,
    pairsSkipped: null,
    pairsFailed: null,
  };

  constructor(options: AnalysisOptions) {
    this.#options = options;
    this.#stopTimer = options.clock.every(options.intervalMs, () => this.#due());
  }

  state(): AnalysisState {
    return { running: this.#worker !== undefined, ...this.#state };
  }

  problems(): readonly LakeProblem[] {
    return this.#problems;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer();
    await this.#worker?.terminate();
  }

  #due(): void {
    if (this.#worker === undefined) this.#start();
    else {
      this.#state.skipped += 1;
      this.#options.log.warn('statistics are late: a run was skipped', { skipped: this.#state.skipped });
    }
  }

  #start(): void {
    const { clock, workerUrl } = this.#options;
    const startUs = clock.nowUs();
    const url = workerUrl ?? new URL('./worker.js', import.meta.url);
    const worker = new Worker(url, {
      workerData: this.#settings(startUs),
      name: 'analysis',
      resourceLimits: FRUGAL_LIMITS,
    });
    this.#worker = worker;
    let report: RunReport | undefined;
    let reason = 'it ended without a report';
    worker.on('message', (message: RunReport) => {
      report = message;
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      if (this.#closed) return;
      this.#state.lastRunUs = startUs;
      this.#state.lastDurationMs = (clock.nowUs() - startUs) / US_PER_MS;
      if (report === undefined) this.#fail(reason);
      else this.#finish(report);
    });
  }

  #settings(toUs: Micros): RunSettings {
    const { root, directory, windowHours, thresholds, spotPerp, takerFeePercent, filesMax } = this.#options;
    return {
      root,
      directory,
      fromUs: windowFromUs(toUs, windowHours ?? WINDOW_HOURS_DEFAULT),
      toUs,
      thresholds: thresholds ?? COMPAT_THRESHOLDS_PERCENT,
      spotPerp: spotPerp === true,
      takerFeePercent: takerFeePercent ?? [],
      filesMax: filesMax ?? FILES_MAX_DEFAULT,
    };
  }

  #finish(report: RunReport): void {
    const { file, pairs, skipped, failedPairs, failures, removeError } = report;
    const { log } = this.#options;
    this.#problems = report.problems;
    this.#state.pairs = pairs;
    this.#state.pairsSkipped = skippedPairs(skipped);
    this.#state.pairsFailed = failedPairs;
    for (const { message, ...names } of failures)
      log.warn('a pair could not be analysed', { ...names, message });
    if (report.keepError !== null)
      log.warn('statistics of hours could not be kept', { error: report.keepError });
    if (removeError !== null) log.warn('old statistics files could not be removed', { error: removeError });
    if (pairs === 0 && failedPairs > 0) {
      this.#fail(`all ${failedPairs} pairs failed: ${failures[0]?.message}`);
      return;
    }
    this.#state.runs += 1;
    this.#state.lastError = null;
    if (file !== null) this.#state.lastFile = file;
    const { pairsSkipped, lastDurationMs } = this.#state;
    const { partsRead, partsMade } = report;
    const found = { file, pairs, pairsSkipped, pairsFailed: failedPairs, partsRead, partsMade };
    log.info('statistics refreshed', { ...found, lastDurationMs });
  }

  #fail(reason: string): void {
    this.#state.failed += 1;
    this.#state.lastError = reason;
    this.#options.log.error('a statistics run failed', { reason });
  }
}
