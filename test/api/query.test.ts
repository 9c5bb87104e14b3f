import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError, time } from '../../src/api/query.js';

const of = (value: string) => time({ from: value }, 'from');
const at = (iso: string, plusUs = 0) => Date.parse(iso) * 1_000 + plusUs;

test('a time without an offset is UTC wherever the process runs, to the microsecond', (t) => {
  const { TZ } = process.env;
  t.after(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });
  for (const zone of ['America/New_York', 'Asia/Tokyo', 'UTC']) {
    process.env['TZ'] = zone;
    assert.equal(of('2026-01-02'), at('2026-01-02T00:00:00Z'));
    for (const mark of ['T', 't', ' '])
      assert.equal(of(`2026-01-02${mark}10:00`), at('2026-01-02T10:00:00Z'));
    assert.equal(of('2026-01-02T10:00:00.123456'), at('2026-01-02T10:00:00Z', 123_456));
    assert.equal(of('2026-01-02T10:00:00.5Z'), at('2026-01-02T10:00:00Z', 500_000));
  }
});

test('offsets are taken, also where a bare plus of the URL became a blank', () => {
  for (const offset of ['+02:00', ' 02:00', '+0200'])
    assert.equal(of(`2026-01-02T10:00:00${offset}`), at('2026-01-02T08:00:00Z'));
  assert.equal(of('2026-01-02T10:00:00-02:00'), at('2026-01-02T12:00:00Z'));
});

test('epoch milliseconds are taken with fractions; what is no time is refused by name', () => {
  assert.equal(of('1700000000000.5'), 1_700_000_000_000_500);
  assert.equal(time({}, 'from'), undefined);
  for (const value of [
    'yesterday',
    '2026-13-01',
    '2026-02-30',
    '2026-01-02T25:00',
    '1e12',
    '20260102T100000Z',
    '9e99',
  ])
    assert.throws(
      () => of(value),
      (error) => error instanceof RequestError && error.field === 'from',
      value,
    );
});
