// What is sent into an ingest ring and what comes out of it, in numbers that say what was lost: the n-th quote of an
// instrument has the bid n. Used within one thread and over two.

import assert from 'node:assert/strict';
import { InstrumentTable } from '../../src/core/instrument.js';
import type { RingTarget } from '../../src/ingest/ring-lane.js';
import type { RingSink } from '../../src/ingest/ring-sink.js';
import type { Random } from '../../src/sim/random.js';

export const INSTRUMENTS = 5;

/** Of one instrument, in order. */
export type Told =
  | { readonly what: 'quote'; readonly n: number; readonly us: number }
  | { readonly what: 'thinned'; readonly fromUs: number; readonly toUs: number; readonly count: number }
  | { readonly what: 'gap' | 'status'; readonly mark: number }
  | { readonly what: 'trade'; readonly mark: string };

/** Sends what the seed says: quotes above all, and everything else between them. */
export class Sender {
  readonly sent: Told[][] = Array.from({ length: INSTRUMENTS }, () => []);
  readonly #instruments: InstrumentTable;
  readonly #sink: RingSink;
  readonly #random: Random;
  alives = 0;
  readonly #counts = new Array<number>(INSTRUMENTS).fill(0);
  #us = 1_000_000;
  #marks = 0;

  constructor(instruments: InstrumentTable, sink: RingSink, random: Random) {
    this.#instruments = instruments;
    this.#sink = sink;
    this.#random = random;
  }

  step(): void {
    const index = this.#random.below(INSTRUMENTS);
    const { id } = this.#instruments.intern('Alpha', `C${index}/USDT`);
    const sent = this.sent[index]!;
    this.#us += 1 + this.#random.below(50);
    const us = this.#us;
    const draw = this.#random.next();
    this.#marks += 1;
    const mark = this.#marks;
    if (draw < 0.9) {
      this.#counts[index]! += 1;
      const n = this.#counts[index]!;
      this.#sink.quote(id, n, n + 0.25, n + 0.5, n + 0.75, us - 7, us);
      sent.push({ what: 'quote', n, us });
    } else if (draw < 0.93) {
      this.#sink.gap(id, mark, 'silent', us);
      sent.push({ what: 'gap', mark });
    } else if (draw < 0.96) {
      this.#sink.status(id, 'age-limit', mark, us);
      sent.push({ what: 'status', mark });
    } else if (draw < 0.98) {
      const text = `${mark}-${'é'.repeat(this.#random.below(60))}`;
      this.#sink.trade(id, 1, 2, -1, Number.NaN, us, text);
      sent.push({ what: 'trade', mark: text });
    } else {
      this.#sink.alive(`Alpha#${mark}`, mark, us);
      this.alives += 1;
    }
  }
}

/** Takes what comes out, by the instrument's name. */
export class Taker implements RingTarget {
  readonly instruments = new InstrumentTable();
  readonly told: Told[][] = Array.from({ length: INSTRUMENTS }, () => []);
  alives = 0;
  quotes = 0;
  thinnedCount = 0;
  #lastAlive = 0;

  constructor() {
    // Ids of the two tables must not be the same by chance.
    this.instruments.intern('Beta', 'OTHER/USDT');
  }

  quote(
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: number,
    us: number,
  ): void {
    assert.deepEqual([bidSize, ask, askSize, exchangeUs], [bid + 0.25, bid + 0.5, bid + 0.75, us - 7]);
    this.quotes += 1;
    this.#of(id).push({ what: 'quote', n: bid, us });
  }
  thinned(id: number, fromUs: number, toUs: number, count: number): void {
    this.thinnedCount += count;
    this.#of(id).push({ what: 'thinned', fromUs, toUs, count });
  }
  trade(
    id: number,
    price: number,
    size: number,
    side: number,
    exchangeUs: number,
    _us: number,
    text: string,
  ): void {
    assert.deepEqual([price, size, side, exchangeUs], [1, 2, -1, Number.NaN]);
    this.#of(id).push({ what: 'trade', mark: text });
  }
  gap(id: number, fromUs: number, reason: string): void {
    assert.equal(reason, 'silent');
    this.#of(id).push({ what: 'gap', mark: fromUs });
  }
  status(id: number, status: string, value: number): void {
    assert.equal(status, 'age-limit');
    this.#of(id).push({ what: 'status', mark: value });
  }
  alive(connection: string, provenUs: number): void {
    assert.equal(connection, `Alpha#${provenUs}`);
    assert.ok(provenUs > this.#lastAlive, 'in order');
    this.#lastAlive = provenUs;
    this.alives += 1;
  }

  #of(id: number): Told[] {
    const { exchange, symbol } = this.instruments.get(id);
    assert.equal(exchange, 'Alpha');
    return this.told[Number(symbol.slice(1, -'/USDT'.length))]!;
  }
}

/**
 * Every quote came out or was counted as swallowed before a later one; nothing else is missing but trades, nothing is
 * doubled, and nothing changed places within an instrument.
 */
export function checkTold(sent: readonly Told[], told: readonly Told[], hint: string): void {
  let at = 0;
  let swallowed: { fromUs: number; count: number } | undefined;
  let isTold: Extract<Told, { what: 'thinned' }> | undefined;
  for (const one of told) {
    if (one.what === 'thinned') {
      assert.equal(isTold, undefined, `${hint}: a Thinned without its quote`);
      isTold = one;
      continue;
    }
    // What was sent before it and did not come out.
    for (; at < sent.length && !isSame(sent[at]!, one); at++) {
      const missing = sent[at]!;
      if (missing.what === 'trade') continue;
      assert.equal(missing.what, 'quote', `${hint}: ${JSON.stringify(missing)} is missing`);
      const { us } = missing as { us: number };
      swallowed = { fromUs: swallowed?.fromUs ?? us, count: (swallowed?.count ?? 0) + 1 };
    }
    assert.ok(at < sent.length, `${hint}: ${JSON.stringify(one)} was never sent, or came out of order`);
    at += 1;
    if (one.what !== 'quote') {
      assert.equal(swallowed, undefined, `${hint}: a quote was swallowed by what is no quote`);
      continue;
    }
    const expected = swallowed === undefined ? undefined : { what: 'thinned', toUs: one.us, ...swallowed };
    assert.deepEqual(isTold, expected, hint);
    swallowed = undefined;
    isTold = undefined;
  }
  for (; at < sent.length; at++)
    assert.equal(sent[at]!.what, 'trade', `${hint}: the end is missing: ${JSON.stringify(sent[at])}`);
}

function isSame(one: Told, other: Told): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
