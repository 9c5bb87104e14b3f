// The writing end of an ingest ring: what a feed hands to its sink goes into the ring, in its order. Where the ring is
// full it waits here, quotes conflated to the latest of each instrument; nothing else is lost or overtakes.

import type { InstrumentTable } from '../core/instrument.js';
import { GAP_REASONS, STATUS_KINDS } from '../core/reasons.js';
import { type RingMemory, RingWriter, SLOT_BYTES } from '../core/ring.js';
import type { Cancel, Clock, Micros } from '../core/time.js';
import { Backlog, type ColdRecord } from './backlog.js';
import {
  AT,
  DWELL_US_MAX,
  intsAt,
  NAMES_BETWEEN,
  NUMBERS_A_RECORD,
  numbersAt,
  RING_CELL,
  RING_RECORD,
  RING_TEXT_BYTES_MAX,
  type RingRecordKind,
  slotsOf,
} from './ring-record.js';
import type { IngestSink } from './sink.js';

export interface RingSinkOptions {
  readonly memory: RingMemory;
  /** Gives out the numbers that stand in the ring; each is told there before anything of it. */
  readonly instruments: InstrumentTable;
  readonly instrumentsMax: number;
  /** Records other than quotes that may wait; past it this thread stands still until the reader goes on. */
  readonly coldWaitingMax: number;
  readonly clock: Clock;
  /** The reader sleeps. */
  readonly wake: () => void;
}

/** How often what waits is tried again while nothing new comes. */
const RETRY_MS = 1;
/** How long the thread stands still before it looks again. */
const STILL_MS = 5;

export class RingSink implements IngestSink {
  readonly #options: RingSinkOptions;
  readonly #ring: RingWriter;
  readonly #backlog: Backlog;
  /** Instruments of the table that the ring knows. */
  #told = 0;
  #tradesDropped = 0;
  #stoodStill = 0;
  #retry: Cancel | undefined;

  constructor(options: RingSinkOptions) {
    this.#options = options;
    this.#ring = new RingWriter(options.memory);
    this.#backlog = new Backlog(options.instrumentsMax, options.coldWaitingMax);
  }

  /** Records that wait for room in the ring. */
  get waiting(): number {
    return this.#backlog.size;
  }

  /** How long what is handed on now waits before it is read, as far as can be known, µs. */
  get dwellUs(): number {
    const toldUs = this.#ring.spare(RING_CELL.dwellUs);
    const at = this.#ring.oldest();
    if (at < 0) return toldUs;
    const oldestUs = this.#ring.numbers[numbersAt(at) + AT.us]!;
    // Names carry no moment.
    if (oldestUs === 0) return toldUs;
    return Math.min(Math.max(toldUs, this.#options.clock.nowUs() - oldestUs), DWELL_US_MAX);
  }

  /** The hot path: allocates nothing, takes no decision but whether there is room. */
  quote(
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    receivedUs: Micros,
  ): void {
    this.#tellNames();
    if (this.#isFree() && this.#writeQuote(id, bid, bidSize, ask, askSize, exchangeUs, receivedUs)) {
      this.#commit();
      return;
    }
    this.#backlog.quote(id, bid, bidSize, ask, askSize, exchangeUs, receivedUs);
    this.#waits();
  }

  /** One that finds no room is counted and gone: it is no hole in the quotes. */
  trade(
    id: number,
    price: number,
    size: number,
    side: number,
    exchangeUs: Micros,
    us: Micros,
    text: string,
  ): void {
    this.#tellNames();
    const { trade: kind } = RING_RECORD;
    if (this.#isFree() && this.#write(kind, id, price, size, side, exchangeUs, us, Buffer.from(text))) {
      this.#commit();
      return;
    }
    this.#tradesDropped += 1;
    this.#ring.setSpare(RING_CELL.tradesDropped, this.#tradesDropped);
  }

  gap(id: number, fromUs: Micros, reason: (typeof GAP_REASONS)[number], us: Micros): void {
    this.#tell({
      kind: RING_RECORD.gap,
      id,
      numbers: [fromUs, GAP_REASONS.indexOf(reason)],
      us,
      text: '',
    });
  }

  status(id: number, status: (typeof STATUS_KINDS)[number], value: number, us: Micros): void {
    this.#tell({
      kind: RING_RECORD.status,
      id,
      numbers: [STATUS_KINDS.indexOf(status), value],
      us,
      text: '',
    });
  }

  alive(connection: string, provenUs: Micros, us: Micros): void {
    this.#tell({ kind: RING_RECORD.alive, id: -1, numbers: [provenUs], us, text: connection });
  }

  /** Hands on what waits, as far as there is room. True = nothing waits any more. */
  flush(): boolean {
    const backlog = this.#backlog;
    if (backlog.size === 0) return true;
    while (backlog.size > 0 && this.#writeFirst()) backlog.drop();
    this.#ring.setSpare(RING_CELL.waiting, backlog.size);
    this.#commit();
    return backlog.size === 0;
  }

  #isFree(): boolean {
    return this.#backlog.size === 0 || this.flush();
  }

  #writeFirst(): boolean {
    const backlog = this.#backlog;
    const cold = backlog.firstCold;
    if (cold !== undefined) return this.#writeCold(cold);
    const count = backlog.firstCount;
    if (!this.#ring.hasRoom(count > 0 ? 2 : 1)) return false;
    if (count > 0) {
      const { firstId, firstFromUs, firstReceivedUs: toUs } = backlog;
      // Just before the quote: both keep the moments that are theirs.
      this.#write(RING_RECORD.thinned, firstId, firstFromUs, toUs, count, 0, toUs - 1);
    }
    backlog.give(this.#writeQuote);
    return true;
  }

  /** New instruments, before anything is said of them. */
  #tellNames(): void {
    const { instruments } = this.#options;
    while (this.#told < instruments.size) {
      const { id, exchange, symbol } = instruments.get(this.#told);
      this.#told += 1;
      const text = `${exchange}${NAMES_BETWEEN}${symbol}`;
      this.#tellCold({ kind: RING_RECORD.names, id, numbers: [], us: 0, text });
    }
  }

  #tell(record: ColdRecord): void {
    this.#tellNames();
    this.#tellCold(record);
  }

  #tellCold(record: ColdRecord): void {
    if (this.#isFree() && this.#writeCold(record)) {
      this.#commit();
      return;
    }
    const { coldWaitingMax } = this.#options;
    if (this.#backlog.coldCount >= coldWaitingMax) this.#standStill();
    this.#backlog.cold(record);
    this.#waits();
  }

  /** What may not be lost has no room left: the sockets are not read until the other thread goes on. */
  #standStill(): void {
    this.#stoodStill += 1;
    this.#ring.setSpare(RING_CELL.stoodStill, this.#stoodStill);
    while (this.#backlog.coldCount >= this.#options.coldWaitingMax) {
      this.#ring.waitForReader(STILL_MS);
      this.flush();
    }
  }

  #writeCold({ kind, id, numbers, us, text }: ColdRecord): boolean {
    const [a = 0, b = 0, c = 0, d = 0] = numbers;
    return this.#write(kind, id, a, b, c, d, us, text === '' ? undefined : Buffer.from(text));
  }

  #write(
    kind: RingRecordKind,
    id: number,
    a: number,
    b: number,
    c: number,
    d: number,
    us: Micros,
    text?: Uint8Array,
  ): boolean {
    const textBytes = Math.min(text?.length ?? 0, RING_TEXT_BYTES_MAX);
    const slot = this.#ring.claim(slotsOf(textBytes));
    if (slot < 0) return false;
    const { ints, numbers, bytes } = this.#ring;
    const intAt = intsAt(slot);
    const numberAt = numbersAt(slot) + AT.numbers;
    ints[intAt + AT.kind] = kind;
    ints[intAt + AT.id] = id;
    numbers[numberAt] = a;
    numbers[numberAt + 1] = b;
    numbers[numberAt + 2] = c;
    numbers[numberAt + 3] = d;
    numbers[numberAt + NUMBERS_A_RECORD - 1] = 0;
    ints[intAt + AT.textBytes] = textBytes;
    numbers[numbersAt(slot) + AT.us] = us;
    if (text !== undefined) bytes.set(text.subarray(0, textBytes), (slot + 1) * SLOT_BYTES);
    return true;
  }

  readonly #writeQuote = (
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    receivedUs: Micros,
  ): boolean => {
    const slot = this.#ring.claim(1);
    if (slot < 0) return false;
    const { ints, numbers } = this.#ring;
    const intAt = intsAt(slot);
    const numberAt = numbersAt(slot) + AT.numbers;
    ints[intAt + AT.kind] = RING_RECORD.quote;
    ints[intAt + AT.id] = id;
    numbers[numberAt] = bid;
    numbers[numberAt + 1] = bidSize;
    numbers[numberAt + 2] = ask;
    numbers[numberAt + 3] = askSize;
    numbers[numberAt + 4] = exchangeUs;
    ints[intAt + AT.textBytes] = 0;
    numbers[numbersAt(slot) + AT.us] = receivedUs;
    return true;
  };

  #commit(): void {
    if (this.#ring.commit()) this.#options.wake();
  }

  /** Tries again soon, for as long as something waits. */
  #waits(): void {
    this.#ring.setSpare(RING_CELL.waiting, this.#backlog.size);
    this.#retry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      if (!this.flush()) this.#waits();
    });
  }
}
