// The ingesting thread's own end: runs the feeds that it was given, their quotes going into its ring, and says how they
// are. Knows no exchange: who starts the thread makes the feeds. What is thrown ends the thread, and its owner sees that.

import { InstrumentTable } from '../core/instrument.js';
import type { Cancel, Clock } from '../core/time.js';
import { type Capture, createCapture } from './capture.js';
import type { ExchangeFeed } from './exchange-feed.js';
import type { ExchangeFeedOptions } from './feed-options.js';
import { Outbox } from './outbox.js';
import type { ReadingTurn } from './reading-turn.js';
import { RingSink } from './ring-sink.js';
import type {
  FeedPlan,
  FeedState,
  FromIngestThread,
  IngestThreadData,
  ToIngestThread,
} from './thread-messages.js';

export interface ThreadEndOptions {
  readonly data: IngestThreadData;
  readonly clock: Clock;
  readonly limits: {
    readonly instrumentsMax: number;
    readonly coldWaitingMax: number;
    readonly stateMs: number;
  };
  /** Of all its connections. */
  readonly turn: ReadingTurn;
  readonly post: (message: FromIngestThread) => void;
  readonly makeFeed: (plan: FeedPlan, parts: FeedParts) => ExchangeFeed;
}

export type FeedParts = Pick<
  ExchangeFeedOptions,
  'instruments' | 'sink' | 'clock' | 'log' | 'tap' | 'turn' | 'extraLagUs' | 'nextConnection'
>;

/** Whose instruments were asked for once is told them so many times more. */
const ASKED_STATES = 40;

interface Run {
  readonly feed: ExchangeFeed;
  /** As it was told last. */
  selected: ExchangeFeed['selected'] | undefined;
  /** So many states will bring its instruments. */
  asked: number;
  stopped: boolean;
}

export class ThreadEnd {
  readonly #options: ThreadEndOptions;
  readonly #sink: RingSink;
  readonly #runs = new Map<string, Run>();
  readonly #capture: Capture | undefined;
  readonly #outbox: Outbox;
  #stopTelling: Cancel = () => {};

  constructor(options: ThreadEndOptions) {
    this.#options = options;
    const { data, clock, limits, post, turn } = options;
    const instruments = new InstrumentTable();
    this.#outbox = new Outbox(post, data.heard);
    const { log } = this.#outbox;
    this.#sink = new RingSink({
      ...limits,
      memory: data.memory,
      instruments,
      clock,
      wake: () => post({ type: 'wake' }),
    });
    this.#capture = data.capture === undefined ? undefined : createCapture({ ...data.capture, log });
    const connections = new Int32Array(data.connections);
    data.feeds.forEach((plan, place) => {
      const feed = options.makeFeed(plan, {
        ...{ instruments, sink: this.#sink, clock, log, turn },
        ...(this.#capture === undefined ? {} : { tap: this.#capture.tap }),
        extraLagUs: () => this.#sink.dwellUs,
        nextConnection: () => Atomics.add(connections, place, 1) + 1,
      });
      this.#runs.set(plan.name, { feed, selected: undefined, asked: 0, stopped: false });
    });
    this.#stopTelling = clock.every(limits.stateMs, () => {
      if (this.#outbox.hasRoom) this.#tellStates();
    });
  }

  hear({ type, name }: ToIngestThread): void {
    const run = this.#runs.get(name);
    if (run === undefined) return;
    if (type === 'start') run.feed.start();
    else if (type === 'instruments') run.asked = ASKED_STATES;
    else this.#stop(run);
  }

  #stop(run: Run): void {
    run.feed.stop();
    run.stopped = true;
    if ([...this.#runs.values()].every(({ stopped }) => stopped)) void this.#end();
  }

  async #end(): Promise<void> {
    this.#stopTelling();
    this.#options.turn.stop();
    const { clock, post } = this.#options;
    const handedOver = new Promise<void>((resolve) => {
      const look = () => (this.#sink.flush() ? resolve() : void clock.after(1, look));
      look();
    });
    await Promise.all([handedOver, this.#capture?.close()]);
    this.#tellStates();
    post({ type: 'ended' });
  }

  #tellStates(): void {
    const states = [...this.#runs].map(([name, run]): FeedState => {
      const { feed } = run;
      const isNew = feed.selected !== run.selected;
      run.selected = feed.selected;
      const isAsked = run.asked > 0;
      if (isAsked) run.asked -= 1;
      return {
        name,
        health: feed.health(),
        ...(isNew ? { selected: feed.selected } : {}),
        ...(isNew || isAsked ? { instruments: feed.instruments() } : {}),
      };
    });
    this.#outbox.post({ type: 'states', states });
  }
}
