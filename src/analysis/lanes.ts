// Threads that analyse symbols side by side, for a command that is given several. Each opens the lake for itself and holds the
// quotes of one symbol. A thread that dies costs the symbol that it was at, which is told, and is replaced.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Micros } from '../core/time.js';
import type { LakeProblem } from '../lake/reader.js';
import type { PairOutcome, SymbolAnalysis } from './analyze.js';
import type { CompatSettings } from './compat-join.js';
import type { PairLegs } from './discover.js';
import type { FeeTables } from './fees.js';
import { FRUGAL_LIMITS } from './frugal.js';

/** What a thread begins with; survives a structured clone, like all that it is sent. */
export interface LaneSettings extends CompatSettings {
  readonly root: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly nowUs: Micros;
  /** Percent, by exchange; of several tables the first that has it counts. Absent: the reference's numbers alone. */
  readonly takerFeePercent?: FeeTables;
}

export interface LaneReply {
  readonly outcomes: readonly PairOutcome[];
  /** What of the lake could not be read so far. */
  readonly problems: readonly LakeProblem[];
}

export interface Lanes {
  readonly lanes: readonly SymbolAnalysis[];
  /** Each once. */
  problems(): readonly LakeProblem[];
  close(): Promise<void>;
}

/** `workerUrl`: the threads' program; default the one beside this file. */
export function openLanes(
  settings: LaneSettings,
  count: number,
  workerUrl = new URL('./lane-worker.js', import.meta.url),
): Lanes {
  const all = Array.from({ length: count }, () => new Lane(settings, workerUrl));
  return {
    lanes: all.map((lane) => (pairs) => lane.analyze(pairs)),
    problems: () => {
      const found = all.flatMap(({ problems }) => problems);
      return [...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values()];
    },
    async close() {
      await Promise.all(all.map((lane) => lane.close()));
    },
  };
}

class Lane {
  problems: readonly LakeProblem[] = [];
  readonly #settings: LaneSettings;
  #worker: Worker | null = null;

  readonly #workerUrl: URL;

  constructor(settings: LaneSettings, workerUrl: URL) {
    [this.#settings, this.#workerUrl] = [settings, workerUrl];
  }

  async analyze(pairs: readonly PairLegs[]): Promise<readonly PairOutcome[]> {
    const worker = this.#worker ?? this.#start();
    this.#worker = worker;
    const over = new AbortController();
    const { signal } = over;
    try {
      worker.postMessage(pairs);
      const [reply] = (await Promise.race([once(worker, 'message', { signal }), ended(worker, signal)])) as [
        LaneReply,
      ];
      this.problems = reply.problems;
      return reply.outcomes;
    } catch (error) {
      this.#worker = null;
      const message = error instanceof Error ? error.message : String(error);
      return pairs.map(() => ({ status: 'failed', message }));
    } finally {
      // The listener that was not called goes.
      over.abort();
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    return new Worker(this.#workerUrl, {
      workerData: this.#settings,
      name: 'analysis-lane',
      resourceLimits: FRUGAL_LIMITS,
    });
  }
}

/** Never resolves. */
async function ended(worker: Worker, signal: AbortSignal): Promise<never> {
  await once(worker, 'exit', { signal });
  throw new Error('its thread ended');
}
