// The page over deflated frames, as a browser agrees to them: it draws what it draws over plain ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing } from '../support/chromium.js';
import { pageBench, statusIs } from '../support/page.js';
import { listed, liveIs, market, pair, pastOf, pointsAre } from '../support/page-market.js';
import { until } from '../support/wait.js';

const bench = pageBench();
const skip = chromiumMissing();

const BTC = pair('BTC/USDT');

test('a browser agrees to deflate, and the page draws snapshot and deltas that came deflated', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    const past = pastOf(BTC, live.nowSeconds());
    listed(server, [past]);
    for (let i = 0; i < 60; i += 1) live.point(BTC, 0.1 + i / 1_000);
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    await liveIs(page, 'live: connected, 1 pair');
    await pointsAre(page, BTC, past.timestamps.length + 60, '+0.159 %');
    const snapshot = await until('the snapshot came deflated', () => live.messagesDeflated());
    for (let i = 0; i < 60; i += 1) live.point(BTC, 0.2 + i / 1_000);
    await pointsAre(page, BTC, past.timestamps.length + 120, '+0.259 %');
    assert.ok(live.messagesDeflated() > snapshot, 'the delta came deflated');
    // A small delta comes as it is, between the others.
    const before = live.messagesDeflated();
    live.point(BTC, 0.3);
    await pointsAre(page, BTC, past.timestamps.length + 121, '+0.300 %');
    assert.equal(live.messagesDeflated(), before);
  });
});
