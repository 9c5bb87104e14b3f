// A segment that grows, through the index that remembers and through a parser that begins anew each time: the same rows
// and events at any length of the file, also where a block is torn, cut or damaged.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ColdEvent } from '../../src/core/event.js';
import { instrumentKey } from '../../src/core/instrument.js';
import { WantedInstruments } from '../../src/lake/ledger-read.js';
import { parsing, RowList, type SegmentReading } from '../../src/lake/recent.js';
import { SegmentIndexes } from '../../src/lake/segment-index.js';
import { waitingStore } from '../../src/lake/store.js';
import { DAY_US, instruments } from './support/cared.js';
import { journalOf, type Row, realClock, segmentsOf, tempRoot } from './support/lakes.js';

async function readBy(reading: SegmentReading, path: string, id: number) {
  const { exchange, symbol } = instruments.get(id);
  const rows = new RowList(DAY_US + 100, DAY_US + 1e12);
  await reading.rows(waitingStore, path, instrumentKey(exchange, symbol), rows);
  const lines: object[] = [];
  const wanted = new WantedInstruments([{ exchange, symbol, directories: [] }]);
  await reading.cold(waitingStore, path, wanted, (line) => lines.push(line));
  return { rows: rows.toColumns(), lines };
}

/** Some thousand quotes of four instruments, with events among them, as the writer writes them. */
async function segment(t: Parameters<typeof tempRoot>[0], rows: number): Promise<Buffer> {
  const root = tempRoot(t);
  const entries = Array.from({ length: rows }, (_, n): Row | ColdEvent => {
    const stampUs = DAY_US + n * 40;
    const id = (n * 7) % 4;
    if (n % 97 === 5)
      return { type: 'gap', stampUs, instrumentId: id, fromUs: stampUs - 30, reason: 'silent' };
    return [stampUs, id, 100 + n, n % 3 === 0 ? Number.NaN : 1, 101 + n, 2, stampUs - 5];
  });
  await journalOf(root, realClock(t), instruments, entries);
  return readFileSync(segmentsOf(root)[0]!);
}

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`at any length of a growing segment the index gives what a parser gives (seed ${seed})`, async (t) => {
  const whole = await segment(t, 6_000);
  const path = join(tempRoot(t), 'seg-0000000000000001.log');
  const step = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(3),
    fc.constantFrom('grow', 'grow', 'cut', 'damage'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const indexes = new SegmentIndexes();
      let length = 0;
      for (const [share, id, kind] of steps) {
        const rest = whole.length - length;
        length = kind === 'cut' ? Math.floor(share * length) : length + Math.floor(share * rest);
        const bytes = Buffer.from(whole.subarray(0, length));
        writeFileSync(path, bytes);
        assert.deepEqual(await readBy(indexes, path, id), await readBy(parsing, path, id));
        if (kind !== 'damage' || length === 0) continue;
        // A new index, as a new process has it: what one has believed is not looked at again.
        bytes[Math.floor(share * (length - 1))]! ^= 0x10;
        writeFileSync(path, bytes);
        const fresh = new SegmentIndexes();
        for (const again of [id, (id + 1) % 4])
          assert.deepEqual(await readBy(fresh, path, again), await readBy(parsing, path, again));
      }
    }),
    { numRuns: 60, seed },
  );
});

test('many who read a segment at one time get what one gets', async (t) => {
  const whole = await segment(t, 30_000);
  const path = join(tempRoot(t), 'seg-0000000000000001.log');
  const indexes = new SegmentIndexes();
  for (const share of [0.3, 0.9, 1]) {
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
    const together = await Promise.all([0, 1, 2, 3, 0, 1].map((id) => readBy(indexes, path, id)));
    for (const [n, found] of together.entries())
      assert.deepEqual(found, await readBy(parsing, path, [0, 1, 2, 3, 0, 1][n]!));
    assert.ok(together[0]!.rows.length > 0 && together[0]!.lines.length > 0);
  }
});
