// Text tables of the oldest lakes: separators, decimal commas between commas, and where a packed file breaks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { CsvRows } from '../../src/lake/csv-rows.js';
import { type GzipBreak, gunzipped } from '../../src/lake/gunzip.js';
import type { StoreFile } from '../../src/lake/store.js';

const HEAD = 'Timestamp,BestBid,BestAsk,SpreadPercentage,MinVolume,MaxVolume';
const TIME = '2025-10-15T10:00:00.1234560Z';
const us = Date.parse('2025-10-15T10:00:00.123Z') * 1000 + 456;

function read(head: string, line: string): readonly [number, number, number] | null {
  const rows = new CsvRows();
  assert.equal(rows.read(head), null);
  const row = rows.read(line);
  return row === null ? null : [row.time, row.bid!, row.ask!];
}

const price = fc
  .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.nat(8))
  .map(([whole, scale]) => ({ whole, scale }));
const text = ({ whole, scale }: { whole: number; scale: number }): string => {
  const digits = String(whole).padStart(scale + 1, '0');
  return scale === 0 ? digits : `${digits.slice(0, -scale)},${digits.slice(-scale)}`;
};

test('numbers with decimal commas between commas are put together again, or the row is left out, never another', () => {
  let whole = 0;
  let leftOut = 0;
  fc.assert(
    fc.property(price, fc.integer({ min: 0, max: 500 }), fc.boolean(), (bid, more, isRounded) => {
      const ask = { whole: bid.whole + more, scale: bid.scale };
      const [bidValue, askValue] = [bid, ask].map((one) => Number(text(one).replace(',', '.'))) as [
        number,
        number,
      ];
      const spread = ((askValue - bidValue) / askValue) * 100;
      const spreadText = (isRounded ? spread.toFixed(2) : spread.toFixed(20)).replace('.', ',');
      const row = read(HEAD, `${TIME},${text(bid)},${text(ask)},${spreadText},1500000,1000000000`);
      if (row === null) leftOut += 1;
      else {
        whole += 1;
        assert.deepEqual(row, [us, bidValue, askValue]);
      }
    }),
    { numRuns: 2_000 },
  );
  assert.ok(leftOut <= whole / 20, `${leftOut} rows left out, ${whole} read`);
});

test('the cells of every kind of machine are read alike', () => {
  const expected = [us, 1.5, 1.75];
  for (const [head, line] of [
    [HEAD, `${TIME},1.5,1.75,14.28,0,5`],
    [HEAD, `${TIME},1,5,1,75,14,285714285714,0,5`],
    [HEAD, `${TIME},1,5,1,75,14,285714285714,1500000,0,79228162514264337593543950335`],
    [HEAD, `${TIME},"1,5","1,75","14,28",0,5`],
    [HEAD.replaceAll(',', ';'), `${TIME};1,5;1,75;14,28;0;5`],
    [HEAD.replaceAll(',', '\t'), `${TIME}\t1,5\t1,75\t14,28\t0\t5\r`],
    ['"BestAsk","BestBid","Timestamp"', `1.75,1.5,"${TIME}"`],
  ] as const)
    assert.deepEqual(read(head, line), expected, line);
});

test('a row that may be read in two ways is left out', () => {
  // Without a spread nothing tells 1 and 2,3 from 1,2 and 3.
  assert.equal(read('Timestamp,BestBid,BestAsk', `${TIME},1,2,3`), null);
  assert.deepEqual(read('Timestamp,BestBid,BestAsk', `${TIME},1,2,3,4`), [us, 1.2, 3.4]);
});

function fileOf(bytes: Uint8Array): StoreFile {
  const slice = async (from: number, to = bytes.length) => Uint8Array.from(bytes.subarray(from, to)).buffer;
  return { byteLength: bytes.length, version: '', slice, close: async () => undefined };
}

async function unpacked(bytes: Uint8Array): Promise<{ data: Buffer; broken: GzipBreak | null }> {
  let broken: GzipBreak | null = null;
  const pieces: Uint8Array[] = [];
  for await (const piece of gunzipped(fileOf(bytes), (found) => {
    broken = found;
  }))
    pieces.push(piece);
  return { data: Buffer.concat(pieces), broken };
}

test('wherever a file is cut or one byte is another, what was whole before is given, once, and the break is told', async () => {
  const members = Array.from({ length: 4 }, (_, m) =>
    Buffer.from(Array.from({ length: 300 }, (_, i) => `${m},${i},${(i * 7919) % 1000}\n`).join('')),
  );
  const packed = members.map((member) => gzipSync(member));
  const [whole, data] = [Buffer.concat(packed), Buffer.concat(members)];
  assert.deepEqual(await unpacked(whole), { data, broken: null });
  const wholeBefore = (offset: number): number => {
    let [packedBytes, bytes] = [0, 0];
    for (const [m, one] of packed.entries()) {
      packedBytes += one.length;
      if (packedBytes > offset) break;
      bytes += members[m]!.length;
    }
    return bytes;
  };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: whole.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
      async (at, mask) => {
        const bytes = mask === 0 ? whole.subarray(0, at) : Buffer.from(whole);
        if (mask !== 0) bytes[at] = bytes[at]! ^ mask;
        const found = await unpacked(bytes);
        const sound = wholeBefore(at);
        assert.ok(found.data.subarray(0, sound).equals(data.subarray(0, sound)));
        // Cut between two members it is whole; some bytes of a member's head say nothing.
        const isCutBetween = mask === 0 && wholeBefore(at - 1) !== sound;
        if (found.broken === null && mask === 0) assert.ok(isCutBetween);
        if (found.broken === null && mask !== 0) assert.ok(found.data.equals(data));
        if (mask === 0) assert.ok(data.subarray(0, found.data.length).equals(found.data));
      },
    ),
    { numRuns: 150 },
  );
});

test('a break far into a long file loses nothing before it', async () => {
  let state = 1;
  const random = Buffer.from(
    Array.from({ length: 300_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state >> 8;
    }),
  );
  const whole = gzipSync(random, { level: 1 });
  const bytes = Buffer.concat([whole, whole.subarray(0, 5_000)]);
  const { data, broken } = await unpacked(bytes);
  assert.ok(data.subarray(0, random.length).equals(random));
  assert.ok(random.subarray(0, data.length - random.length).equals(data.subarray(random.length)));
  assert.equal((broken as GzipBreak | null)?.offset, bytes.length);
});
