// The reading end of one ingest ring: its records become calls of the hub, under the ids of this thread. What its writer
// may have lost when it died becomes a Gap of each instrument. Decides nothing about order between rings.

import type { TradeSide } from '../core/event.js';
import type { InstrumentTable } from '../core/instrument.js';
import { GAP_REASONS, STATUS_KINDS, type StatusKind } from '../core/reasons.js';
import { type RingMemory, RingReader, SLOT_BYTES } from '../core/ring.js';
import { type Micros, US_PER_MINUTE } from '../core/time.js';
import {
  AT,
  DWELL_US_MAX,
  intsAt,
  NAMES_BETWEEN,
  numbersAt,
  RING_CELL,
  RING_RECORD,
  slotsOf,
} from './ring-record.js';
import type { IngestSink } from './sink.js';

/** What the hub offers to a ring beside what it offers to a feed. */
export interface RingTarget extends IngestSink {
  /** `count` quotes received in [fromUs, toUs) were swallowed; the instrument's next one is the latest. */
  thinned(instrumentId: number, fromUs: Micros, toUs: Micros, count: number, nowUs: Micros): void;
}

export interface RingCounters {
  /** In the ring, and in its writer for want of room. */
  readonly waiting: number;
  readonly waitingMax: number;
  /** Quotes swallowed. */
  readonly thinned: number;
  readonly tradesDropped: number;
  /** Times that the writer stood still. */
  readonly stoodStill: number;
  /** How long what lay there at the last look had waited, 0 = nothing did; and the longest ever. */
  readonly dwellMs: number;
  readonly dwellMsMax: number;
}

/** How long a quote counts of which nothing was told. */
const UNLEARNED_US = US_PER_MINUTE;

export class RingLane {
  readonly #ring: RingReader;
  readonly #instruments: InstrumentTable;
  readonly #target: RingTarget;
  /** By the writer's number of an instrument: its id here. */
  readonly #ids: Int32Array;
  /** By the same: 1 = its last quote stands as far as the ring has told. */
  readonly #stands: Uint8Array;
  /** Age limits told, and the instruments that lag, by the same. */
  readonly #limitsUs = new Map<number, number>();
  readonly #lagging = new Set<number>();
  #known = 0;
  #thinned = 0;
  #dwellUs = 0;
  #dwellUsMax = 0;
  #lastUs: Micros = Number.NaN;

  constructor(memory: RingMemory, instruments: InstrumentTable, instrumentsMax: number, target: RingTarget) {
    this.#ring = new RingReader(memory);
    this.#instruments = instruments;
    this.#target = target;
    this.#ids = new Int32Array(instrumentsMax).fill(-1);
    this.#stands = new Uint8Array(instrumentsMax);
  }

  /** The moment of the next record; +Infinity where there is none. */
  get nextUs(): Micros {
    const slot = this.#ring.peek();
    return slot < 0 ? Number.POSITIVE_INFINITY : this.#ring.numbers[numbersAt(slot) + AT.us]!;
  }

  /** Hands on the records up to `untilUs`, at most `countMax`, and returns how many there were. */
  drain(untilUs: Micros, countMax: number): number {
    const ring = this.#ring;
    const { ints, numbers } = ring;
    let count = 0;
    while (count < countMax) {
      const slot = ring.peek();
      if (slot < 0) break;
      const us = numbers[numbersAt(slot) + AT.us]!;
      if (us > untilUs) break;
      const intAt = intsAt(slot);
      if (ints[intAt + AT.kind] === RING_RECORD.quote) this.#quote(slot, us);
      else this.#cold(slot, us);
      if (us > 0) this.#lastUs = us;
      ring.pass(slotsOf(ints[intAt + AT.textBytes]!));
      count += 1;
    }
    return count;
  }

  /** A turn of reading begins: `nowUs` says how long its oldest record has waited. */
  begins(nowUs: Micros): void {
    const { nextUs } = this;
    // Names carry no moment.
    if (nextUs === 0) return;
    const waitedUs = nextUs === Number.POSITIVE_INFINITY ? 0 : nowUs - nextUs;
    this.#dwellUs = Math.min(Math.max(0, Math.round(waitedUs)), DWELL_US_MAX);
    this.#dwellUsMax = Math.max(this.#dwellUsMax, this.#dwellUs);
    this.#ring.setSpare(RING_CELL.dwellUs, this.#dwellUs);
  }

  /** The slots that were read are the writer's again. */
  letGo(): void {
    this.#ring.letGo();
  }

  /** False = something came meanwhile. */
  sleep(): boolean {
    return this.#ring.sleep();
  }

  /**
   * The writer is gone, and with it what it had not handed over: no quote is valid after the last thing it told.
   * Everything in the ring was drained before.
   */
  tellLost(nowUs: Micros): void {
    // Who follows knows nothing of it: it would lag for ever.
    for (const known of this.#lagging)
      this.#target.status(this.#ids[known]!, 'in-time', this.#limitsUs.get(known) ?? UNLEARNED_US, nowUs);
    this.#lagging.clear();
    const fromUs = Math.min(this.#lastUs + 1, nowUs);
    for (let known = 0; known < this.#known; known++) {
      if (this.#stands[known] === 0) continue;
      this.#stands[known] = 0;
      this.#target.gap(this.#ids[known]!, fromUs, 'disconnect', nowUs);
    }
  }

  counters(): RingCounters {
    const ring = this.#ring;
    return {
      waiting: ring.used + ring.spare(RING_CELL.waiting),
      waitingMax: ring.size,
      thinned: this.#thinned,
      tradesDropped: ring.spare(RING_CELL.tradesDropped),
      stoodStill: ring.spare(RING_CELL.stoodStill),
      dwellMs: this.#dwellUs / 1_000,
      dwellMsMax: this.#dwellUsMax / 1_000,
    };
  }

  #quote(slot: number, us: Micros): void {
    const { ints, numbers } = this.#ring;
    const known = ints[intsAt(slot) + AT.id]!;
    const at = numbersAt(slot) + AT.numbers;
    this.#stands[known] = 1;
    this.#target.quote(
      this.#ids[known]!,
      numbers[at]!,
      numbers[at + 1]!,
      numbers[at + 2]!,
      numbers[at + 3]!,
      numbers[at + 4]!,
      us,
    );
  }

  #cold(slot: number, us: Micros): void {
    const { ints, numbers } = this.#ring;
    const intAt = intsAt(slot);
    const known = ints[intAt + AT.id]!;
    const id = known < 0 ? -1 : this.#ids[known]!;
    const at = numbersAt(slot) + AT.numbers;
    const [a, b, c, d] = [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!, numbers[at + 3]!];
    const target = this.#target;
    switch (ints[intAt + AT.kind]) {
      case RING_RECORD.thinned:
        this.#thinned += c;
        target.thinned(id, a, b, c, us);
        break;
      case RING_RECORD.trade:
        target.trade(id, a, b, c as TradeSide, d, us, this.#text(slot));
        break;
      case RING_RECORD.gap:
        this.#stands[known] = 0;
        target.gap(id, a, GAP_REASONS[b]!, us);
        break;
      case RING_RECORD.status:
        this.#noteStatus(known, STATUS_KINDS[a]!, b);
        target.status(id, STATUS_KINDS[a]!, b, us);
        break;
      case RING_RECORD.alive:
        target.alive(this.#text(slot), a, us);
        break;
      case RING_RECORD.names:
        this.#names(known, this.#text(slot));
        break;
      default:
        throw new Error(`invariant broken: kind ${ints[intAt + AT.kind]} in an ingest ring`);
    }
  }

  #noteStatus(known: number, status: StatusKind, value: number): void {
    if (status === 'lagging') this.#lagging.add(known);
    if (status === 'in-time') this.#lagging.delete(known);
    if (status === 'in-time' || status === 'age-limit') this.#limitsUs.set(known, value);
  }

  #names(known: number, text: string): void {
    const between = text.indexOf(NAMES_BETWEEN);
    const { id } = this.#instruments.intern(text.slice(0, between), text.slice(between + 1));
    this.#ids[known] = id;
    this.#known = Math.max(this.#known, known + 1);
  }

  #text(slot: number): string {
    const length = this.#ring.ints[intsAt(slot) + AT.textBytes]!;
    const from = (slot + 1) * SLOT_BYTES;
    // A decoder would refuse shared memory: the text is copied out of it.
    return Buffer.from(this.#ring.bytes.slice(from, from + length)).toString('utf8');
  }
}
