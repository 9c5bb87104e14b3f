// How long a quote counts is told again every hour while quotes come, so that whoever reads a stretch of history
// finds it within an hour before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { US_PER_HOUR, US_PER_MINUTE } from '../../src/core/time.js';
import type { ListedInstrument } from '../../src/exchanges/exchange.js';
import { InstrumentLife } from '../../src/ingest/life.js';

test('the age limit is told with the first quote, and with each that comes an hour after it was told', () => {
  for (const stepUs of [1_000_000, 10 * US_PER_MINUTE, 5 * US_PER_HOUR]) {
    const life = new InstrumentLife(0, 'A/USDT', {} as ListedInstrument);
    let toldUs = Number.NEGATIVE_INFINITY;
    for (let us = 0; us < 12 * US_PER_HOUR; us += stepUs) {
      life.quote(1, 1, 2, 1, us);
      if (!Number.isNaN(life.newAgeLimitUs())) toldUs = us;
      assert.ok(us - toldUs < US_PER_HOUR, `a quote every ${stepUs} µs: not told for ${us - toldUs} µs`);
    }
  }
});
