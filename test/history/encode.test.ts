import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeChart } from '../../src/history/encode.js';

const title = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'B"b' };

function chart(stamps: readonly number[], spreads: readonly number[]) {
  const values = Float64Array.from(spreads);
  const timestampsUs = Float64Array.from(stamps);
  return { length: stamps.length, timestampsUs, spreads: values, upperBand: values, lowerBand: values };
}

test('a chart is one JSON line: seconds to the millisecond, rounded down, null for what is missing', () => {
  const columns = chart([1_700_000_000_123_999, 1_700_000_001_000_000], [0.1 + 0.2, Number.NaN]);
  assert.equal(
    encodeChart(title, columns).toString(),
    '{"symbol":"BTC/USDT","exchange1":"Aaa","exchange2":"B\\"b","timestamps":[1700000000.123,1700000001],' +
      '"spreads":[0.3,null],"upperBand":[0.3,null],' +
      '"lowerBand":[0.3,null]}\n',
  );
});

test('snake case names the bands upper_band and lower_band', () => {
  const keys = Object.keys(JSON.parse(encodeChart(title, chart([1], [1]), 'snake').toString()));
  assert.deepEqual(keys.slice(-4), ['timestamps', 'spreads', 'upper_band', 'lower_band']);
});

test('every number reads back to half of its twelfth decimal, in charts of any length; the buffer owns its memory', () => {
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN));
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 50 }),
      fc.constantFrom(0, 4_095, 4_096, 4_097, 8_192),
      (some, more) => {
        const spreads = [...some, ...Array.from({ length: more }, (_, row) => row / 7)];
        const stamps = spreads.map((_, row) => 1_700_000_000_000_000 + row * 1_000);
        const line = encodeChart(title, chart(stamps, spreads));
        assert.equal(line.buffer.byteLength, line.length);
        const read = JSON.parse(line.toString()) as { timestamps: number[]; spreads: (number | null)[] };
        assert.equal(read.spreads.length, spreads.length);
        read.spreads.forEach((value, row) => {
          const spread = spreads[row]!;
          if (Number.isNaN(spread)) assert.equal(value, null);
          // Where twelve decimals are finer than a double is, it is the same double.
          else assert.ok(Math.abs(value! - spread) <= 5.001e-13, `${spread} came back as ${value}`);
        });
        assert.deepEqual(
          read.timestamps.map((seconds) => Math.round(seconds * 1_000)),
          stamps.map((us) => us / 1_000),
        );
      },
    ),
    { numRuns: 40 },
  );
});
