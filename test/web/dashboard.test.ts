// What the dashboard works out by itself: which rows are shown in what order, where a spread lies in its past, how prices are written,
// what two tables of rows make in one order of time. Against plain definitions, seeds told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableReply } from '../../src/api/contract.js';
import { REFUSALS, refusalBits } from '../../src/core/refusals.js';
import { TABLE_COLUMNS } from '../../src/opportunities/all-pairs.js';
import { createRandom } from '../../src/sim/random.js';
import { loadWebModule } from '../support/web-module.js';

const SEED = (Math.random() * 2 ** 31) | 0;

interface Now {
  atSeconds: number;
  spread: Float32Array;
  executable12: Float32Array;
  executable21: Float32Array;
  age1Ms: Float32Array;
  age2Ms: Float32Array;
  refusals: Uint16Array;
}
interface Table {
  reply: TableReply;
  rows: number;
  keys: string[];
  rowOf: Map<string, number>;
  isRecommended: Uint8Array;
  haystack: string[];
}
interface Choice {
  words: string;
  recommended: boolean;
  tradable: boolean;
  pinned: boolean;
  sort: string;
}

const { chosenRows } = await loadWebModule<{
  chosenRows: (table: Table, now: Now | null, choice: Choice, pinned: ReadonlySet<string>) => number[];
}>('state/rows');
const { percentileOf } = await loadWebModule<{
  percentileOf: (spread: number, of: Record<'min' | 'p01' | 'p50' | 'p99' | 'max', number>) => number;
}>('state/percentile');
const { priceText, ageText, bytesText } =
  await loadWebModule<Record<string, (value: number | null) => string>>('format');
const { rangeOf, zoomed, moved } = await loadWebModule<{
  rangeOf: (params: URLSearchParams, now: number) => { from: number; to: number; span: string | null };
  zoomed: (range: object, factor: number) => Record<string, string | null>;
  moved: (range: object, share: number, now: number) => Record<string, string | null>;
}>('state/pair-range');
const { spreadColumns } = await loadWebModule<{
  spreadColumns: (data: object, live: readonly object[]) => [number[], ...(number | null | undefined)[][]];
}>('charts/pair-rows');

const NONE: Choice = { words: '', recommended: false, tradable: false, pinned: false, sort: '-net' };

function world(rows: number): { table: Table; now: Now } {
  const random = createRandom(SEED + rows);
  const value = (): number => (random.below(5) === 0 ? Number.NaN : random.next() - 0.5);
  const column = () => Float32Array.from({ length: rows }, value);
  const names = Array.from({ length: rows }, (_, row) => ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'][row % 3]!);
  const statistics = Object.fromEntries(
    TABLE_COLUMNS.map((name) => [name, names.map(() => (random.below(4) === 0 ? null : random.below(9)))]),
  ) as unknown as TableReply['statistics'];
  const reply: TableReply = {
    ...{ version: '1', file: 'x.csv', warnings: [], minCycles: 40, live: rows, recommended: [], statistics },
    symbol: names,
    exchange1: names.map((_, row) => `Left${row % 7}`),
    exchange2: names.map((_, row) => `Right${row}`),
    costPercent: names.map(() => 0.1),
  };
  const keys = names.map((name, row) => `${name}|${reply.exchange1[row]}|${reply.exchange2[row]}`);
  return {
    table: {
      ...{ reply, rows, keys, rowOf: new Map(keys.map((key, row) => [key, row])) },
      isRecommended: Uint8Array.from({ length: rows }, () => random.below(2)),
      haystack: keys.map((key) => key.replaceAll('|', ' ').toLowerCase()),
    },
    now: {
      ...{ atSeconds: 0, spread: column(), executable12: column(), executable21: column() },
      ...{ age1Ms: column(), age2Ms: column() },
      refusals: Uint16Array.from({ length: rows }, () => [0, 0, 0, 1, 2, 8][random.below(6)]!),
    },
  };
}

test('rows are those that pass all of the choice, favourites first, then by value, nothing last, equal ones as they were', () => {
  const { table, now } = world(400);
  const net = (row: number): number => {
    const [one, other] = [now.executable12[row]!, now.executable21[row]!];
    return (Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.max(one, other)) - 0.1;
  };
  const pinned = new Set([table.keys[7]!, table.keys[390]!]);
  for (const words of ['', 'btc', 'LEFT3  eth', 'right39'])
    for (const recommended of [false, true])
      for (const tradable of [false, true])
        for (const sort of ['-net', 'net']) {
          const expected = Array.from({ length: 400 }, (_, row) => row).filter(
            (row) =>
              words
                .toLowerCase()
                .split(/\s+/)
                .every((word) => table.haystack[row]!.includes(word)) &&
              (!recommended || table.isRecommended[row] === 1) &&
              (!tradable || now.refusals[row] === 0),
          );
          const rank = (row: number): number => {
            if (Number.isNaN(net(row))) return Number.POSITIVE_INFINITY;
            return sort === '-net' ? -net(row) : net(row);
          };
          const isPinned = (row: number): number => (pinned.has(table.keys[row]!) ? 0 : 1);
          expected.sort(
            (a, b) => isPinned(a) - isPinned(b) || (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a - b),
          );
          const found = chosenRows(table, now, { ...NONE, words, recommended, tradable, sort }, pinned);
          assert.deepEqual(found, expected, `seed ${SEED}: ${words} ${recommended} ${tradable} ${sort}`);
        }
  assert.deepEqual(
    chosenRows(table, now, { ...NONE, pinned: true }, pinned).toSorted((a, b) => a - b),
    [7, 390],
  );
  assert.deepEqual(
    chosenRows(table, null, { ...NONE, tradable: true }, pinned),
    [],
    'nothing is tradable while nothing is known of now',
  );
});

test('a percentile goes straight between the five points that are known, and is none where they are not', () => {
  const of = { min: -1, p01: -0.5, p50: 0, p99: 0.5, max: 2 };
  const cases = [
    [-2, 0],
    [-1, 0],
    [-0.75, 0.5],
    [-0.25, 25.5],
    [0, 50],
    [0.25, 74.5],
    [1.25, 99.5],
    [2, 100],
    [9, 100],
  ];
  for (const [spread, expected] of cases) assert.equal(percentileOf(spread!, of), expected, `${spread}`);
  assert.equal(
    percentileOf(0, { min: 0, p01: 0, p50: 0, p99: 0, max: 1 }),
    49.5,
    'a spread that stands: the middle',
  );
  assert.ok(Number.isNaN(percentileOf(0, { ...of, p50: Number.NaN })));
  assert.ok(Number.isNaN(percentileOf(Number.NaN, of)));
});

test('prices are written with every digit they have; what is absent is never 0', () => {
  assert.deepEqual(
    [1.234e-7, 0.000012, 67890.12, 1e21, 5e-324, null, Number.NaN].map((price) => priceText!(price)),
    ['0.0000001234', '0.000012', '67890.12', '1000000000000000000000', `0.${'0'.repeat(323)}5`, '–', '–'],
  );
  assert.deepEqual(
    [0, 940, 9_960, 12_000, 200_000].map((ms) => ageText!(ms)),
    ['0.0 s', '0.9 s', '10.0 s', '12 s', '3 min'],
  );
  assert.equal(ageText!(Number.NaN), '–');
  assert.deepEqual(
    [0, 999, 1_500, 2.5e9].map((bytes) => bytesText!(bytes)),
    ['0 bytes', '999 bytes', '1.5 kB', '2.5 GB'],
  );
});

test('a range is what its address says, or an hour up to now; zoom and move stay within time', () => {
  const at = (query: string) => rangeOf(new URLSearchParams(query), 10_000);
  assert.deepEqual(at('from=100&to=200'), { from: 100, to: 200, span: null });
  assert.deepEqual(at('span=15m'), { from: 9_100, to: 10_000, span: '15m' });
  for (const query of [
    '',
    'span=3w',
    'from=200&to=100',
    'from=x&to=9',
    'from=1',
    'span=toString',
    'from=1700000000000000&to=1700000000003600',
  ])
    assert.deepEqual(at(query), { from: 6_400, to: 10_000, span: '1h' }, query);
  assert.deepEqual(zoomed(at('from=100&to=200'), 0.5), { from: '125.000', to: '175.000', span: null });
  assert.deepEqual(
    zoomed(at(''), 0.5),
    { from: '8200.000', to: '10000.000', span: null },
    'up to now it stays there',
  );
  assert.deepEqual(moved(at('from=9000&to=9900'), 0.5, 10_000), {
    from: '9100.000',
    to: '10000.000',
    span: null,
  });
});

test('lines of their own rows are put into one order of time, live points behind them, holes kept', () => {
  const chart = (timestamps: number[], spreads: (number | null)[]) => ({
    ...{ symbol: 'A/B', exchange1: 'X', exchange2: 'Y', timestamps, spreads },
    upperBand: spreads,
    lowerBand: spreads,
  });
  const data = { lines: { bid: chart([1, 3, 4], [0.1, null, 0.3]), edge12: chart([2, 4], [1, 2]) } };
  const point = (at: number, bid: number | null) => ({
    at,
    values: { bid, edge12: bid, edge21: bid, mid: bid },
    quotes: [null, null],
  });
  const [times, bid, edge12, edge21, mid, upper] = spreadColumns(data, [
    point(4, 9),
    point(5, 0.5),
    point(6, null),
    point(6, 7),
  ]);
  assert.deepEqual(times, [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(bid, [0.1, undefined, null, 0.3, 0.5, null]);
  assert.deepEqual(edge12, [undefined, 1, undefined, 2, 0.5, null]);
  assert.ok(
    [edge21, mid].every((column) => column!.every((cell) => cell === undefined)),
    'lines that nobody asked for',
  );
  assert.deepEqual(upper, [0.1, undefined, null, 0.3, undefined, undefined]);
});

test('the page reads the bits of refusals as the server writes them, each with a word of its own', async () => {
  const page = await loadWebModule<{
    REFUSALS: readonly string[];
    refusalsOf: (bits: number) => readonly string[];
    refusalWords: (refusals: readonly string[]) => string;
  }>('state/refusals');
  assert.deepEqual(page.REFUSALS, REFUSALS);
  assert.deepEqual(page.refusalsOf(0), []);
  // What every quiet pair has comes after the reason that says more.
  assert.deepEqual(page.refusalsOf(refusalBits(['below-costs', 'thin'])), ['thin', 'below-costs']);
  const words = REFUSALS.map((refusal) => page.refusalWords([refusal]));
  assert.equal(new Set(words).size, REFUSALS.length);
});
