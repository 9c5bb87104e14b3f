// Alerts on their way out: a queue for each target, so that a slow one keeps no other waiting, all of them bounded together.
// Tries again a few times with growing pauses and gives up; what became of each stands in its Delivery.

import type { Log } from '../core/log.js';
import { type Clock, type Micros, US_PER_MS } from '../core/time.js';
import type { Alert, Delivery } from './alert.js';
import type { Outcome, Target } from './targets.js';

export interface OutboxLimits {
  /** Waiting and under way, of all targets. */
  readonly queuedMax: number;
  readonly triesMax: number;
  readonly timeoutMs: number;
  /** After the first try; after each further one four times as long. */
  readonly pauseMs: number;
  /** A target that asks for a longer pause gets this one. */
  readonly pauseMsMax: number;
}

export interface OutboxOptions {
  readonly targets: readonly Target[];
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: OutboxLimits;
}

export interface OutboxCounters {
  readonly queued: number;
  readonly sent: number;
  readonly failed: number;
  /** Of the failed: those that found no room. */
  readonly overflowed: number;
}

interface Item {
  readonly alert: Alert;
  readonly delivery: Delivery;
}

interface Lane {
  readonly target: Target;
  readonly items: Item[];
  running: Promise<void> | null;
  /** It asked to be left alone until then. */
  notBeforeUs: Micros;
}

const PAUSE_GROWS = 4;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #closing = new AbortController();
  #queued = 0;
  #sent = 0;
  #failed = 0;
  #overflowed = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const laneOf = (target: Target): Lane => ({ target, items: [], running: null, notBeforeUs: 0 });
    this.#lanes = new Map(options.targets.map((target) => [target.name, laneOf(target)]));
  }

  counters(): OutboxCounters {
    return { queued: this.#queued, sent: this.#sent, failed: this.#failed, overflowed: this.#overflowed };
  }

  /** Sends it to every target that it is to go to, behind what waits for that one. */
  send(alert: Alert): void {
    for (const delivery of alert.delivered) {
      const lane = this.#lanes.get(delivery.target);
      if (lane === undefined) this.#fail(delivery, 'the configuration has no such target');
      else if (this.#queued >= this.#options.limits.queuedMax) {
        this.#overflowed += 1;
        this.#fail(delivery, `${this.#queued} others waited already`);
      } else this.#enqueue(lane, { alert, delivery });
    }
  }

  /** Gives up what is not sent yet. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#lanes.values()].map(({ running }) => running));
  }

  #enqueue(lane: Lane, item: Item): void {
    this.#queued += 1;
    lane.items.push(item);
    lane.running ??= this.#run(lane);
  }

  async #run(lane: Lane): Promise<void> {
    for (let item = lane.items[0]; item !== undefined; item = lane.items[0]) {
      await this.#deliver(lane, item);
      lane.items.shift();
      this.#queued -= 1;
    }
    lane.running = null;
  }

  async #deliver(lane: Lane, { alert, delivery }: Item): Promise<void> {
    const { triesMax, pauseMs, pauseMsMax } = this.#options.limits;
    const { clock } = this.#options;
    for (let tries = 1; ; tries += 1) {
      await this.#pause((lane.notBeforeUs - clock.nowUs()) / US_PER_MS);
      if (this.#closing.signal.aborted) return this.#fail(delivery, 'the process ended before it was sent');
      const outcome = await this.#try(lane.target, alert);
      if (outcome.state === 'sent') {
        this.#sent += 1;
        delivery.state = 'sent';
        delivery.reason = null;
        return;
      }
      if (outcome.state === 'failed') return this.#fail(delivery, outcome.reason);
      const askedMs = Math.min(outcome.afterMs, pauseMsMax);
      if (askedMs > 0) lane.notBeforeUs = clock.nowUs() + askedMs * US_PER_MS;
      delivery.reason = outcome.reason;
      if (tries === triesMax)
        return this.#fail(delivery, `${outcome.reason}, tried ${tries === 1 ? 'once' : `${tries} times`}`);
      await this.#pause(Math.max(askedMs, pauseMs * PAUSE_GROWS ** (tries - 1)));
    }
  }

  async #try(target: Target, alert: Alert): Promise<Outcome> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.after(this.#options.limits.timeoutMs, () => timeout.abort());
    try {
      return await target.send(alert, AbortSignal.any([timeout.signal, this.#closing.signal]));
    } finally {
      cancel();
    }
  }

  /** Ends early where the outbox closes. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    if (!(ms > 0) || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#options.clock.after(ms, done);
      signal.addEventListener('abort', done);
    });
  }

  #fail(delivery: Delivery, reason: string): void {
    this.#failed += 1;
    delivery.state = 'failed';
    delivery.reason = reason;
    this.#options.log.warn('an alert was not delivered', { target: delivery.target, reason });
  }
}
