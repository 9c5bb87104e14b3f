import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '../../src/feed/request.js';

const LIMITS = { namesMax: 10, pairsMax: 10, conflateMs: 0 };

test('a value nested deeper than it can be written is refused by name, like any other', () => {
  const deep = '['.repeat(8_000) + ']'.repeat(8_000);
  assert.throws(() => JSON.stringify(JSON.parse(deep)), RangeError, 'as deep as that');
  for (const field of ['op', 'streams', 'symbols', 'since']) {
    const fields = { op: '"subscribe"', streams: '["quotes"]', [field]: deep };
    const text = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
    const request = readRequest(Buffer.from(`{${text}}`), LIMITS);
    assert.equal(request.op, 'error', field);
    if (request.op === 'error') assert.match(request.problem.field, new RegExp(`^${field}`));
  }
});
