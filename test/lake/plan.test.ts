// The pure plan: which folders and files a range needs, from names alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { dateOfName, hourOfName, type Partition, planFiles, planPartitions } from '../../src/lake/plan.js';
import { at } from './parquet-files.js';

const day = at('2025-11-18T00:00:00Z');

function hourPartition(hour: number, dayUs = day): Partition {
  const fromUs = dayUs + hour * US_PER_HOUR;
  return { directory: `/l/d${dayUs}/h${hour}`, depth: 'whole', fromUs, toUs: fromUs + US_PER_HOUR };
}

test('only the hours that touch the range are planned, in order', () => {
  const partitions = [5, 3, 4, 6].map((hour) => hourPartition(hour));
  const planned = planPartitions(partitions, day + 3.5 * US_PER_HOUR, day + 5 * US_PER_HOUR);
  assert.deepEqual(
    planned.map((p) => p.directory),
    [hourPartition(3).directory, hourPartition(4).directory],
  );
});

test('the first hour of a day is planned for any hour of that day, because day files lie there', () => {
  const planned = planPartitions(
    [hourPartition(0), hourPartition(9)],
    day + 9 * US_PER_HOUR,
    day + 10 * US_PER_HOUR,
  );
  assert.equal(planned.length, 2);
  const files = planFiles(
    planned[0]!,
    [
      '/h0/spreads-10-00.000001.parquet',
      '/h0/spreads-day-2025-11-18.parquet',
      '/h0/spreads-10-00.0000001.parquet',
    ],
    day + 9 * US_PER_HOUR,
    day + 10 * US_PER_HOUR,
  );
  assert.deepEqual(
    files.map((f) => f.path),
    ['/h0/spreads-day-2025-11-18.parquet'],
  );
  assert.equal(planPartitions([hourPartition(0)], day + US_PER_DAY, day + 2 * US_PER_DAY).length, 0);
});

test('a folder that says nothing about time is always planned', () => {
  const [fromUs, toUs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const loose: Partition = { directory: '/l/else', depth: 'whole', fromUs, toUs };
  assert.deepEqual(planPartitions([hourPartition(1), loose], day + 9 * US_PER_HOUR, day + 10 * US_PER_HOUR), [
    loose,
  ]);
});

test('one of our files is left out when the stamp in its name lies before the range', () => {
  const paths = ['/h/spreads-10-00.000000.parquet', '/h/spreads-20-00.000000.parquet'];
  const fromUs = day + 3 * US_PER_HOUR + 10 * 60e6;
  const names = (from: number) => planFiles(hourPartition(3), paths, from, from + 1).map((f) => f.path);
  assert.deepEqual(names(fromUs), paths);
  assert.deepEqual(names(fromUs + 1), paths.slice(1));
});

test('temporary files, trades and anything that is neither Parquet nor packed text are never planned', () => {
  const names = [
    '.tmp-spreads-1',
    '.spreads-1.parquet',
    'trades-00-00.0000000.parquet',
    'notes.txt',
    'any.parquet',
    'trade_updates.csv.gz',
    'order_book_updates.csv',
    'order_book_updates.csv.gz',
  ];
  assert.deepEqual(
    planFiles(hourPartition(3), names, day, day + US_PER_DAY).map((f) => f.path),
    ['any.parquet', 'order_book_updates.csv.gz'],
  );
});

test('names of days and hours are read strictly', () => {
  assert.equal(dateOfName('date=2025-11-18'), day);
  assert.equal(dateOfName('date=2025-13-18'), null);
  assert.equal(dateOfName('date=today'), null);
  assert.equal(hourOfName('hour=07'), 7);
  assert.equal(hourOfName('hour=24'), null);
  assert.equal(hourOfName('hour=x'), null);
});

test('planning is pure: same answer twice, input untouched, nothing that touches the range is missing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 3 })), { maxLength: 40 }),
      fc.integer({ min: 0, max: 96 }),
      fc.integer({ min: 1, max: 48 }),
      (hours, from, length) => {
        const partitions = Object.freeze(
          hours.map(([h, d]) => Object.freeze(hourPartition(h, day + d * US_PER_DAY))),
        );
        const [fromUs, toUs] = [day + from * US_PER_HOUR, day + (from + length) * US_PER_HOUR];
        const once = planPartitions(partitions, fromUs, toUs);
        assert.deepEqual(once, planPartitions([...partitions].reverse(), fromUs, toUs));
        for (const p of partitions) if (p.fromUs < toUs && p.toUs > fromUs) assert.ok(once.includes(p));
        for (let i = 1; i < once.length; i++) assert.ok(once[i]!.fromUs >= once[i - 1]!.fromUs);
      },
    ),
  );
});
