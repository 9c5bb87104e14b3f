// This thread's end of a thread that ingests: starts it, hears it, reads its ring, and starts it again where it dies,
// with a Gap of every instrument that it carried. What a dead thread took with it is never passed over in silence.

import type { Worker } from 'node:worker_threads';
import type { InstrumentTable } from '../core/instrument.js';
import type { Log } from '../core/log.js';
import { createRingMemory } from '../core/ring.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';
import { type Backoff, createBackoff } from './backoff.js';
import type { RingDrain } from './ring-drain.js';
import { type RingCounters, RingLane, type RingTarget } from './ring-lane.js';
import type {
  CapturePlan,
  FeedPlan,
  FromIngestThread,
  IngestThreadData,
  ToIngestThread,
} from './thread-messages.js';
import { type ThreadDoor, ThreadSource } from './thread-source.js';

export interface ThreadLimits {
  readonly ringBytes: number;
  readonly reconnectDelayMsMin: number;
  readonly reconnectDelayMsMax: number;
  /** What handing over may take when it is asked to end. */
  readonly endMs: number;
}

export interface IngestThreadOptions {
  readonly feeds: readonly FeedPlan[];
  readonly launch: (data: IngestThreadData) => Worker;
  readonly drain: RingDrain;
  readonly instruments: InstrumentTable;
  readonly instrumentsMax: number;
  readonly sink: RingTarget;
  readonly clock: Clock;
  /** What the thread's clock follows. */
  readonly clockFace: unknown;
  readonly random: () => number;
  readonly log: Log;
  readonly limits: ThreadLimits;
  readonly capture?: CapturePlan;
}

export interface ThreadSnapshot extends RingCounters {
  readonly exchanges: readonly string[];
  readonly running: boolean;
  /** Times that it died. */
  readonly deaths: number;
}

/** The living thread. */
interface Life {
  readonly worker: Worker;
  readonly lane: RingLane;
  readonly heard: Int32Array;
  readonly sinceUs: Micros;
  /** What it died of. */
  error: unknown;
  /** It has handed over everything. */
  ended: boolean;
}

const NOTHING: RingCounters = {
  ...{ waiting: 0, waitingMax: 0, thinned: 0, tradesDropped: 0, stoodStill: 0, dwellMs: 0, dwellMsMax: 0 },
};

export class IngestThread implements ThreadDoor {
  readonly sources: readonly ThreadSource[];
  readonly #options: IngestThreadOptions;
  readonly #connections: SharedArrayBuffer;
  readonly #backoff: Backoff;
  /** Names of the feeds that are to run. */
  readonly #running = new Set<string>();
  #life: Life | undefined;
  #deaths = 0;
  /** Of rings that are gone. */
  #past: RingCounters = NOTHING;
  #again: Cancel = () => {};
  #isEnding = false;
  #gone: () => void = () => {};

  constructor(options: IngestThreadOptions) {
    this.#options = options;
    const { feeds, limits, random, clock } = options;
    this.sources = feeds.map(({ name }) => new ThreadSource(name, this, clock));
    this.#connections = new SharedArrayBuffer(feeds.length * 4);
    this.#backoff = createBackoff(limits.reconnectDelayMsMin, limits.reconnectDelayMsMax, random);
  }

  start(name: string): void {
    this.#running.add(name);
    if (this.#life === undefined) this.#launch();
    else this.#post({ type: 'start', name });
  }

  stop(name: string): void {
    if (!this.#running.delete(name)) return;
    this.#post({ type: 'stop', name });
    if (this.#running.size > 0) return;
    // It ends by itself with the last of its feeds.
    this.#isEnding = true;
    this.#again();
  }

  ask(name: string): void {
    this.#post({ type: 'instruments', name });
  }

  /** After all of its sources were stopped: everything that was decoded is with the hub, and the thread is gone. */
  async end(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    const { clock, limits } = this.#options;
    const cancel = clock.after(limits.endMs, () => void life.worker.terminate());
    await new Promise<void>((resolve) => {
      this.#gone = resolve;
    });
    cancel();
  }

  snapshot(): ThreadSnapshot {
    const now = this.#life?.lane.counters() ?? NOTHING;
    const past = this.#past;
    return {
      exchanges: this.sources.map(({ name }) => name),
      running: this.#life !== undefined,
      deaths: this.#deaths,
      ...now,
      thinned: past.thinned + now.thinned,
      tradesDropped: past.tradesDropped + now.tradesDropped,
      stoodStill: past.stoodStill + now.stoodStill,
      dwellMsMax: Math.max(past.dwellMsMax, now.dwellMsMax),
    };
  }

  #post(message: ToIngestThread): void {
    this.#life?.worker.postMessage(message);
  }

  #launch(): void {
    const { launch, limits, feeds, clockFace, capture, drain, clock } = this.#options;
    const { instruments, instrumentsMax, sink } = this.#options;
    // A new one each time: what a dead thread left half-written is nobody's.
    const memory = createRingMemory(limits.ringBytes);
    const heard = new SharedArrayBuffer(4);
    const worker = launch({
      ...{ feeds, memory, clockFace, connections: this.#connections, heard },
      ...(capture === undefined ? {} : { capture }),
    });
    const lane = new RingLane(memory, instruments, instrumentsMax, sink);
    const life: Life = {
      ...{ worker, lane, heard: new Int32Array(heard), sinceUs: clock.nowUs() },
      ...{ error: undefined, ended: false },
    };
    this.#life = life;
    worker.on('message', (message: FromIngestThread) => this.#heard(life, message));
    worker.on('error', (error) => {
      life.error = error;
    });
    worker.on('exit', (code) => this.#left(life, code));
    drain.add(lane);
    for (const name of this.#running) this.#post({ type: 'start', name });
  }

  #heard(life: Life, message: FromIngestThread): void {
    const { drain, log } = this.#options;
    if (message.type === 'log' || message.type === 'states') Atomics.add(life.heard, 0, 1);
    if (message.type === 'wake') drain.wake();
    else if (message.type === 'log') log[message.level](message.message, message.fields);
    else if (message.type === 'ended') {
      life.ended = true;
      void life.worker.terminate();
    } else
      for (const state of message.states) this.sources.find(({ name }) => name === state.name)?.heard(state);
  }

  /** The thread is gone, whatever the reason: nobody writes into its ring any more. */
  #left(life: Life, code: number): void {
    const { drain, clock, log, limits } = this.#options;
    drain.remove(life.lane);
    const nowUs = clock.nowUs();
    if (!life.ended) life.lane.tellLost(nowUs);
    this.#past = { ...this.snapshot(), waiting: 0 };
    this.#life = undefined;
    if (this.#isEnding) {
      this.#gone();
      return;
    }
    this.#deaths += 1;
    const reason = life.error instanceof Error ? life.error.message : `code ${code}`;
    for (const source of this.sources) source.died(reason);
    if (nowUs - life.sinceUs > limits.reconnectDelayMsMax * US_PER_MS) this.#backoff.reset();
    const delayMs = this.#backoff.next();
    const exchanges = this.sources.map(({ name }) => name).join(', ');
    log.error('an ingesting thread died', { exchanges, reason, retryMs: Math.round(delayMs) });
    this.#again = clock.after(delayMs, () => this.#launch());
  }
}
