// A source whose feed runs in another thread: what is asked of it is answered from what that thread told last, a quarter
// of a second ago at most while it is well. Counters go on over the thread's death.

import { type Clock, type Micros, US_PER_SECOND } from '../core/time.js';
import { addCounters, noCounters } from './counters.js';
import type { ExchangeCounters, ExchangeHealth, InstrumentHealth } from './feed-health.js';
import { NOTHING_SELECTED, type Selection } from './selection.js';
import type { Source } from './source.js';
import type { FeedState } from './thread-messages.js';

/** What a source asks of its thread. */
export interface ThreadDoor {
  start(name: string): void;
  stop(name: string): void;
  /** Its instruments are wanted: they are told for some seconds from now on. */
  ask(name: string): void;
}

type Counted = Pick<ExchangeHealth, 'reconnects' | 'rolls' | 'heals' | 'counters'>;

const NOTHING_COUNTED: Counted = {
  ...{ reconnects: 0, rolls: 0, heals: 0 },
  counters: { ...noCounters(), duplicates: 0 },
};

const NOT_STARTED: ExchangeHealth = {
  ...{ state: 'starting', reason: 'its thread starts', instruments: 0, states: {} },
  ...{ lagging: 0, excluded: {}, lastMessageUs: null, listingUs: null, connections: [] },
  ...NOTHING_COUNTED,
};

/** A thread that says nothing for so long hangs, or stands still because of the main one. */
const SILENT_US_MAX = 5 * US_PER_SECOND;

export class ThreadSource implements Source {
  readonly name: string;
  readonly #door: ThreadDoor;
  readonly #clock: Clock;
  /** When its thread spoke last, or should have begun to. */
  #heardUs: Micros = Number.NaN;
  #selected: Selection['selected'] = NOTHING_SELECTED.selected;
  #instruments: readonly InstrumentHealth[] = [];
  /** As the living thread told it. */
  #told: ExchangeHealth = NOT_STARTED;
  /** By threads that have died. */
  #before: Counted = NOTHING_COUNTED;
  /** Why the thread before this one died; undefined once all is well again. */
  #death: string | undefined;
  #isDead = false;
  #stopped = false;

  constructor(name: string, door: ThreadDoor, clock: Clock) {
    this.name = name;
    this.#door = door;
    this.#clock = clock;
  }

  get selected(): Selection['selected'] {
    return this.#selected;
  }

  start(): void {
    this.#heardUs = this.#clock.nowUs();
    this.#door.start(this.name);
  }

  stop(): void {
    this.#stopped = true;
    this.#door.stop(this.name);
  }

  health(): ExchangeHealth {
    const health = { ...this.#told, ...sum(this.#before, this.#told) };
    if (this.#stopped) return { ...health, state: 'stopped' };
    if (this.#isDead) {
      const states = { down: health.instruments };
      return {
        ...health,
        state: 'failed',
        reason: `its thread ended and is started again: ${this.#death}`,
        states,
        lagging: 0,
        connections: [],
      };
    }
    const silentUs = this.#clock.nowUs() - this.#heardUs;
    if (silentUs > SILENT_US_MAX) {
      const reason = `its thread has said nothing for ${Math.round(silentUs / US_PER_SECOND)} s`;
      return { ...health, state: 'degraded', reason };
    }
    if (this.#death === undefined || health.state !== 'starting') return health;
    return { ...health, state: 'degraded', reason: `its thread was started again: ${this.#death}` };
  }

  /** As of the last state that brought them, with the last listing at the latest; they are asked for anew. */
  instruments(): readonly InstrumentHealth[] {
    this.#door.ask(this.name);
    return this.#instruments;
  }

  /** What its thread said of it. */
  heard({ health, selected, instruments }: FeedState): void {
    this.#isDead = false;
    this.#heardUs = this.#clock.nowUs();
    this.#told = health;
    if (health.state === 'running') this.#death = undefined;
    if (selected !== undefined) this.#selected = selected;
    if (instruments !== undefined) this.#instruments = instruments;
  }

  /** Its thread ended without having been asked to. */
  died(reason: string): void {
    this.#before = sum(this.#before, this.#told);
    this.#told = { ...this.#told, ...NOTHING_COUNTED };
    this.#death = reason;
    this.#isDead = true;
  }
}

function sum(one: Counted, other: Counted): Counted {
  const counters = { ...one.counters, rejects: { ...one.counters.rejects } };
  addCounters(counters, other.counters);
  const duplicates = one.counters.duplicates + other.counters.duplicates;
  const all: ExchangeCounters = { ...counters, duplicates };
  return {
    reconnects: one.reconnects + other.reconnects,
    rolls: one.rolls + other.rolls,
    heals: one.heals + other.heals,
    counters: all,
  };
}
