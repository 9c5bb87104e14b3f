// What is counted of watched pairs while their quotes come is what the analyzer counts of the same hour when it is recorded: now,
// at the end of the hour, with gaps that are noticed late, and when there is little room.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { formatStatisticsCsv } from '../../src/analysis/compat.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import type { LiveHour } from '../../src/analysis/live-pair.js';
import { LiveStatistics } from '../../src/analysis/live-statistics.js';
import type { ColdEvent } from '../../src/core/event.js';
import { US_PER_HOUR, US_PER_SECOND } from '../../src/core/time.js';
import type { InstrumentLine, LakeReader } from '../../src/lake/reader.js';
import { createRandom } from '../../src/sim/random.js';
import { at } from '../lake/parquet-files.js';
import { sameCells } from './kept-runs.js';

const HOUR_US = at('2026-11-22T10:00:00Z');
const EXCHANGES = ['Aaa', 'Bbb', 'Ccc'];
const FEE = 0.05;
const HELD_MS = 120_000;
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

type Quote = { readonly us: number; readonly id: number; readonly bid: number };
type Happening = Quote | (ColdEvent & { readonly us: number });

interface Weather {
  /** Of a gap, µs; 0: there is none. */
  readonly reachUsMax: number;
  /** Mostly the longest time between two events; default 2 s. */
  readonly paceUs?: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Quotes that come and go, silences of a minute or two, gaps noticed late, sides that go empty, limits that change. */
function* happenings(
  salt: string,
  { reachUsMax, paceUs = 2e6, fromUs, toUs }: Weather,
): Generator<Happening> {
  const random = createRandom(seed, salt);
  const distances = EXCHANGES.map(() => 0);
  let us = fromUs;
  for (;;) {
    us += 1 + random.below(random.next() < 0.002 ? 100e6 : paceUs);
    if (us >= toUs) return;
    const id = random.below(EXCHANGES.length);
    const kind = random.next();
    const event = { us, stampUs: us, instrumentId: id };
    if (kind < 0.01 && reachUsMax > 0)
      yield { ...event, type: 'gap', fromUs: us - random.below(reachUsMax), reason: 'disconnect' };
    else if (kind < 0.015) yield { ...event, type: 'status', status: 'empty', value: Number.NaN };
    else if (kind < 0.02)
      yield { ...event, type: 'status', status: 'age-limit', value: 2e6 + random.below(58e6) };
    else if (kind < 0.022) yield { ...event, type: 'status', status: 'lagging', value: 3e5 };
    else if (kind < 0.03)
      yield { ...event, type: 'status', status: 'in-time', value: 2e6 + random.below(58e6) };
    else {
      distances[id] = random.next() < 0.05 ? 0 : distances[id]! * 0.98 + (random.next() - 0.5) * 0.3;
      yield { us, id, bid: 100 * (1 + Math.round(distances[id]! * 100) / 1e4) };
    }
  }
}

const isQuote = (one: Happening): one is Quote => 'bid' in one;

function stage(rowsMax: number) {
  const pairs = [0, 1, 2].flatMap((one) =>
    [1, 2]
      .filter((two) => two > one)
      .map((two) => ({
        symbol: 'BTC/USDT',
        exchange1: EXCHANGES[one]!,
        exchange2: EXCHANGES[two]!,
        instrument1: one,
        instrument2: two,
      })),
  );
  const live = new LiveStatistics({
    pairs: () => pairs,
    costPercent: () => 4 * FEE,
    limits: { pairsMax: 10, rowsMax, heldMs: HELD_MS },
  });
  const past: Happening[] = [];
  let secondUs = Number.NaN;
  return {
    live,
    past,
    /** As the hub tells it. */
    give(one: Happening): void {
      for (
        secondUs = secondUs || Math.floor(one.us / 1e6) * 1e6;
        secondUs <= one.us;
        secondUs += US_PER_SECOND
      )
        live.second(secondUs);
      past.push(one);
      if (isQuote(one)) live.quote(one.us, one.id, one.bid, 1, one.bid + 0.01);
      else live.cold(one);
    },
  };
}

/** The analyzer's, of what had been told up to then. */
async function batch(past: readonly Happening[], fromUs: number, toUs: number): Promise<string> {
  const instruments = EXCHANGES.map((exchange) => ({ exchange, symbol: 'BTC/USDT', directories: [] }));
  const reader: Pick<LakeReader, 'readQuotes' | 'readEvents'> = {
    async *readQuotes({ exchange }, range) {
      const id = EXCHANGES.indexOf(exchange);
      const rows = past
        .filter(isQuote)
        .filter((one) => one.id === id && one.us >= range.fromUs && one.us < range.toUs);
      yield {
        length: rows.length,
        receivedUs: Float64Array.from(rows, ({ us }) => us),
        bid: Float64Array.from(rows, ({ bid }) => bid),
        ask: Float64Array.from(rows, ({ bid }) => bid + 0.01),
      };
    },
    async readEvents(wanted, range) {
      return past.flatMap((one): InstrumentLine[] => {
        if (isQuote(one) || !('instrumentId' in one) || one.us < range.fromUs || one.us >= range.toUs)
          return [];
        const place = wanted.findIndex(({ exchange }) => exchange === EXCHANGES[one.instrumentId]);
        return place < 0 ? [] : [{ ...(one as object), at: place } as InstrumentLine];
      });
    },
  };
  const { rows } = await analyzePairs({
    ...{ reader, pairs: discoverPairs(instruments), fromUs, toUs, takerFeePercent: () => FEE },
  });
  return formatStatisticsCsv(rows);
}

function csvOf(hours: readonly (LiveHour | null)[]): string {
  return formatStatisticsCsv(hours.flatMap((hour) => hour?.row ?? []));
}

const everything = () => true;

test(`now and at the end of an hour the numbers are the analyzer's (seed ${seed})`, async () => {
  let [cycles, over] = [0, 0];
  for (let n = 0; n < 4; n += 1) {
    const { live, past, give } = stage(100_000);
    live.second(HOUR_US - 61e6);
    const weather = { reachUsMax: 60e6, fromUs: HOUR_US - 61e6, toUs: HOUR_US + 2.1 * US_PER_HOUR };
    let lookUs = HOUR_US;
    for (const one of happenings(`${n}`, weather)) {
      give(one);
      if (one.us < lookUs) continue;
      // Now and then right after the hour, when all of it may still be taken back.
      lookUs = one.us + createRandom(seed, one.us).below(700e6);
      const found = [...live.of(everything)];
      const hourUs = Math.floor(one.us / US_PER_HOUR) * US_PER_HOUR;
      sameCells(csvOf(found.map(({ now }) => now)), await batch(past, hourUs, one.us + 1));
      assert.ok(found.every(({ now }) => now.isWhole && now.gapsLate === 0 && now.fromUs === hourUs));
      if (hourUs === HOUR_US) continue;
      const last = csvOf(found.map((pair) => pair.last));
      sameCells(last, await batch(past, hourUs - US_PER_HOUR, hourUs));
      over += 1;
      cycles += found.reduce((sum, pair) => sum + pair.last!.row!.own!.totals.thresholds[0]!.up.cycles, 0);
    }
    assert.equal(live.counters().gapsLate, 0);
  }
  assert.ok(cycles > 50 && over > 10, `${cycles} cycles, ${over} hours looked at`);
});

test(`with little room it is counted sooner, and the same (seed ${seed})`, async () => {
  const { live, past, give } = stage(3 * 64);
  live.second(HOUR_US - 61e6);
  const toUs = HOUR_US + 1.2 * US_PER_HOUR;
  const weather = { reachUsMax: 0, paceUs: 4e5, fromUs: HOUR_US - 61e6, toUs };
  for (const one of happenings('little', weather)) {
    give(one);
    const { rowsMax, bytes } = live.counters();
    assert.ok(bytes <= rowsMax * 24 + 3 * 48 * 1_024, `${bytes} bytes`);
  }
  const { settledEarly } = live.counters();
  assert.ok(settledEarly > 10, `${settledEarly} times`);
  const found = [...live.of(everything)];
  sameCells(csvOf(found.map(({ last }) => last)), await batch(past, HOUR_US, HOUR_US + US_PER_HOUR));
});

test('a gap that comes too late is told, and the hour that it reaches into says so', () => {
  const { live, give } = stage(100_000);
  const us = (seconds: number) => HOUR_US + seconds * 1e6;
  for (let second = -70; second < 600; second += 1)
    for (const id of [0, 1]) give({ us: us(second) + 1 + id, id, bid: 100 + id });
  const gap = { type: 'gap', reason: 'disconnect', instrumentId: 1 } as const;
  give({ ...gap, us: us(600), stampUs: us(600), fromUs: us(590) });
  const lateOf = () => [...live.of(everything)].map(({ now }) => now.gapsLate);
  assert.deepEqual(lateOf(), [0, 0, 0]);
  give({ ...gap, us: us(601), stampUs: us(601), fromUs: us(300) });
  // The pairs of the second instrument.
  assert.deepEqual(lateOf(), [1, 0, 1]);
  assert.equal(live.counters().gapsLate, 1);
});

test('a gap that reaches into the hour before is told of that hour', () => {
  const { live, give } = stage(100_000);
  const us = (seconds: number) => HOUR_US + seconds * 1e6;
  for (let second = -70; second < 3_600 + 300; second += 1)
    for (const id of [0, 1]) give({ us: us(second) + 1 + id, id, bid: 100 + id });
  const gap = { type: 'gap', reason: 'disconnect', instrumentId: 1 } as const;
  give({ ...gap, us: us(3_900), stampUs: us(3_900), fromUs: us(3_500) });
  const [pair] = live.of(everything);
  assert.deepEqual([pair?.last?.gapsLate, pair?.now.gapsLate], [1, 1], 'both are not what was recorded');
});

test('a pair that is watched after a gap of one of its legs begins with that gap', () => {
  const names = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb' };
  let watched = [{ ...names, instrument1: 0, instrument2: 1 }];
  const live = new LiveStatistics({
    pairs: () => watched,
    costPercent: () => 0.2,
    limits: { pairsMax: 10, rowsMax: 1_000, heldMs: HELD_MS },
  });
  const us = (seconds: number) => HOUR_US + seconds * 1e6;
  live.second(us(0));
  for (let second = 0; second < 10; second += 1)
    for (const id of [0, 1]) live.quote(us(second) + 1 + id, id, 100, 1, 100.01);
  live.cold({ type: 'gap', reason: 'disconnect', instrumentId: 0, stampUs: us(10), fromUs: us(9) + 500_000 });
  watched = [...watched, { ...names, exchange2: 'Ccc', instrument1: 0, instrument2: 2 }];
  for (let second = 11; second < 40; second += 1) {
    live.second(us(second));
    live.quote(us(second) + 1, 2, 100, 1, 100.01);
  }
  // It is back.
  live.quote(us(40), 0, 100, 1, 100.01);
  live.second(us(41));
  const [, later] = live.of(everything);
  assert.equal(later?.exchange2, 'Ccc');
  assert.equal(later?.now.row?.own?.totals.validUs, 1e6 + 1, 'since then, and not while it was gone');
});

test('a pair that is watched from within an hour says so, one that is no longer watched is gone', () => {
  const names = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb' };
  let watched = [{ ...names, instrument1: 0, instrument2: 1 }];
  const live = new LiveStatistics({
    pairs: () => watched,
    costPercent: () => 0.2,
    limits: { pairsMax: 1, rowsMax: 1_000, heldMs: HELD_MS },
  });
  live.second(HOUR_US - 30e6);
  const [first] = live.of(everything);
  assert.equal(first?.now.isWhole, false);
  for (let us = HOUR_US - 30e6; us <= HOUR_US + 2 * US_PER_HOUR; us += US_PER_SECOND) live.second(us);
  const [later] = live.of(everything);
  assert.deepEqual([later?.now.isWhole, later?.last?.isWhole, later?.now.row], [true, true, null]);
  watched = [...watched, { ...names, exchange2: 'Ccc', instrument1: 0, instrument2: 2 }];
  live.second(HOUR_US + 2 * US_PER_HOUR + 1e6);
  assert.deepEqual([live.counters().pairs, live.counters().pairsLeftOut], [1, 1]);
  watched = [];
  live.second(HOUR_US + 2 * US_PER_HOUR + 2e6);
  assert.deepEqual([...live.of(everything)], []);
});
