import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ColdEvent } from '../../src/core/event.js';
import { GAP_REASONS, STATUS_KINDS } from '../../src/core/reasons.js';
import type { LedgerLine } from '../../src/lake/ledger.js';
import { SegmentParser } from '../../src/lake/segment.js';
import { journalOf, type Row, realClock, segmentsOf, someInstruments, tempRoot } from './support/lakes.js';

interface Parsed {
  readonly rows: Row[];
  readonly lines: LedgerLine[];
  readonly names: Map<number, string>;
  readonly parser: SegmentParser;
}

function parse(bytes: Uint8Array, pieceBytes = 1_000): Parsed {
  const rows: Row[] = [];
  const lines: LedgerLine[] = [];
  const names = new Map<number, string>();
  const parser = new SegmentParser({
    names: (id, exchange, symbol) => void names.set(id, `${exchange} ${symbol}`),
    quote: (id, stampUs, ...rest) => {
      assert.ok(names.has(id), 'names come before the first record');
      rows.push([stampUs, id, ...rest]);
    },
    trade: () => assert.fail('no trade was written'),
    cold: (_id, _stampUs, line) => void lines.push(line),
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) parser.push(bytes.subarray(at, at + pieceBytes));
  return { rows, lines, names, parser };
}

const START_US = Date.parse('2026-11-22T20:00:00Z') * 1000;
const price = fc.oneof(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN));
const entry = fc.record({
  step: fc.integer({ min: 1, max: 1_000_000 }),
  id: fc.integer({ min: 0, max: 3 }),
  kind: fc.constantFrom('quote', 'quote', 'quote', 'gap', 'thinned', 'status', 'alive', 'segment-end'),
  values: fc.tuple(price, price, price, price, price),
  word: fc.nat(),
});

type Made = typeof entry extends fc.Arbitrary<infer T> ? T : never;

function entryOf(stampUs: number, { id, kind, values, word }: Made): Row | ColdEvent {
  const base = { stampUs, instrumentId: id };
  const reason = GAP_REASONS[word % GAP_REASONS.length]!;
  const status = STATUS_KINDS[word % STATUS_KINDS.length]!;
  if (kind === 'quote') return [stampUs, id, ...values];
  if (kind === 'gap') return { type: 'gap', ...base, fromUs: stampUs - 5, reason } satisfies ColdEvent;
  if (kind === 'thinned')
    return { type: 'thinned', ...base, fromUs: 1, toUs: 2, count: word } satisfies ColdEvent;
  if (kind === 'status') return { type: 'status', ...base, status, value: values[0] } satisfies ColdEvent;
  return { type: 'alive', stampUs, connection: 'Alpha#1', provenUs: stampUs - 9 } satisfies ColdEvent;
}

test('what goes into the journal comes out of it, in order, each segment readable alone', async (t) => {
  const clock = realClock(t);
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 300 }), async (made) => {
      const root = tempRoot(t);
      let stampUs = START_US;
      const entries = made.map((one) => {
        stampUs += one.step;
        return one.kind === 'segment-end' ? ('segment-end' as const) : entryOf(stampUs, one);
      });
      await journalOf(root, clock, someInstruments(), entries);
      const parsed = segmentsOf(root).map((path) => parse(readFileSync(path)));
      for (const { parser } of parsed) assert.equal(parser.broken, null);
      const rows = entries.filter((one): one is Row => Array.isArray(one));
      assert.deepEqual(
        parsed.flatMap((one) => one.rows),
        rows,
      );
      const cold = entries.filter((one): one is ColdEvent => typeof one === 'object' && 'type' in one);
      const lines = parsed.flatMap((one) => one.lines);
      assert.deepEqual(
        lines.map(({ type, stampUs: us, reason, status }) => [type, us, reason, status]),
        cold.map((event) => [
          event.type,
          event.stampUs,
          event.type === 'gap' ? event.reason : undefined,
          event.type === 'status' ? event.status : undefined,
        ]),
      );
    }),
    { numRuns: 30 },
  );
});

/** Three blocks, so that the middle one can be hurt. */
async function smallSegment(t: Parameters<typeof realClock>[0]): Promise<{ bytes: Buffer; ends: number[] }> {
  const root = tempRoot(t);
  const rows: Row[] = [1, 2, 3].map((n) => [START_US + n, n % 2, n, 1, n + 1, 1, Number.NaN]);
  const blocks: Buffer[] = [];
  // Each block as a segment of its own, then joined under one header.
  for (const [index, row] of rows.entries()) {
    await journalOf(root, realClock(t), someInstruments(), [row]);
    const bytes = readFileSync(segmentsOf(root)[index]!);
    blocks.push(index === 0 ? bytes : bytes.subarray(24));
  }
  let end = 0;
  return { bytes: Buffer.concat(blocks), ends: blocks.map((block) => (end += block.length)) };
}

test('a segment torn at any byte gives every whole block before the tear and nothing else', async (t) => {
  const { bytes, ends } = await smallSegment(t);
  for (let length = 0; length <= bytes.length; length++) {
    const { rows, parser } = parse(bytes.subarray(0, length));
    const whole = ends.filter((end) => end <= length).length;
    assert.equal(rows.length, whole, `torn at ${length}`);
    assert.equal(parser.validBytes, whole === 0 ? (length < 24 ? 0 : 24) : ends[whole - 1]);
    assert.equal(parser.broken, null);
  }
});

test('a single flipped bit anywhere is noticed, and what follows it is not believed', async (t) => {
  const { bytes, ends } = await smallSegment(t);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const hurt = Buffer.from(bytes);
    hurt[bit >> 3]! ^= 1 << (bit & 7);
    const { rows, parser } = parse(hurt);
    const before = ends.filter((end) => end <= bit >> 3).length;
    assert.equal(rows.length, before, `bit ${bit}`);
    assert.ok(parser.validBytes <= bit >> 3);
  }
});
