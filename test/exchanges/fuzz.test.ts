// The short form of `npm run fuzz`: a fresh seed each time, printed with the failure and beside the test.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Decoder, ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { adapters } from '../../src/exchanges/index.js';
import { shared } from '../support/shared.js';
import { corpusOf } from './corpus.js';
import { fuzzAdapter } from './fuzz.js';
import { describeFailure } from './fuzz-command.js';

const FRAMES = 8_000;
const recordings = shared('exchange-samples').path;

for (const adapter of adapters)
  test(`${adapter.name} classifies every damaged frame and lets no broken quote through`, (t) => {
    const seed = randomInt(2 ** 31);
    t.diagnostic(`seed ${seed}`);
    const { counts, failure } = fuzzAdapter(adapter, corpusOf(adapter, recordings), { seed, frames: FRAMES });
    assert.equal(failure, undefined, failure && describeFailure(failure));
    assert.equal(counts.frames, FRAMES);
    for (const kind of ['quotes', 'controls', 'rejects'] as const)
      assert.ok(counts[kind] > FRAMES / 100, `${counts[kind]} ${kind}: the damage is too great or too small`);
  });

test('the same seed does the same damage, another does not', () => {
  const adapter = adapters[0] as ExchangeAdapter;
  const corpus = corpusOf(adapter, recordings);
  const run = (seed: number) => fuzzAdapter(adapter, corpus, { seed, frames: 2_000 }).counts;
  assert.deepEqual(run(7), run(7));
  assert.notDeepEqual(run(7), run(8));
});

test('a decoder that throws, says nothing or quotes what is no price is found', () => {
  const real = adapters[0] as ExchangeAdapter;
  const corpus = corpusOf(real, recordings);
  const broken = (decode: Decoder['decode']): ExchangeAdapter => ({
    ...real,
    createDecoder: (listing) => {
      listing.idOf('BTCUSDT');
      return { decode, reset: () => {} };
    },
  });
  const found = (decode: Decoder['decode']) =>
    fuzzAdapter(broken(decode), corpus, { seed: 1, frames: 100 }).failure;
  const thrown = found(() => {
    throw new Error('no such field');
  });
  assert.match(thrown?.problem ?? '', /threw Error: no such field/);
  assert.match(found(() => {})?.problem ?? '', /gave no call/);
  assert.match(found((_f, _r, sink) => sink.quote(0, 0, 1, 2, 1, 1))?.problem ?? '', /bid 0 of size 1/);
  const unlisted = found((_f, _r, sink) => sink.quote(-1, 1, 1, 2, 1, 1));
  assert.match(unlisted?.problem ?? '', /not in the listing/);
  assert.ok((unlisted?.framesBase64.length ?? 0) > 0);
});
