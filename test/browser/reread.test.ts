// The list of opportunities follows the statistics: when they are others, it is read again, while what is drawn and
// live goes on. A real browser against the real live stream.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing } from '../support/chromium.js';
import { CHARTS, keepPicture, OPPORTUNITIES, pageBench, statusIs, textOf, WAIT } from '../support/page.js';
import {
  askedByName,
  cardOf,
  healthNow,
  historyByName,
  listed,
  market,
  pair,
  pastOf,
  pointsAre,
} from '../support/page-market.js';
import { json, type PageServer } from '../support/page-server.js';

const bench = pageBench();
const skip = chromiumMissing();

const BTC = pair('BTC/USDT');
const ETH = pair('ETH/USDT');
const SOL = pair('SOL/USDT');

function statisticsAre(server: PageServer, file: string | null, rest: object): void {
  server.answers.set(OPPORTUNITIES, json({ opportunities: [], warnings: [], minCycles: 40, ...rest, file }));
  server.answers.set('/api/health', json({ ...healthNow(server), statistics: { file, warnings: [] } }));
}

const row = (name: typeof BTC, opportunityCycles: number) => ({ ...name, opportunityCycles });

test('the first statistics replace the words that there are none, and their pairs get history and cycles', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    statisticsAre(server, null, { warnings: ['the statistics folder data/stats holds no .csv file'] });
    const past = [BTC, ETH].map((name) => pastOf(name, live.nowSeconds()));
    server.answers.set(CHARTS, historyByName(past));
    live.point(BTC, 0.1);
    await page.goto(server.url);
    await statusIs(page, 'No opportunities');
    await pointsAre(page, BTC, 51, '+0.100 %');
    const notices = page.locator('#notices');
    assert.match(await textOf(notices), /holds no \.csv file/);

    statisticsAre(server, 'first.csv', { opportunities: [row(BTC, 51), row(ETH, 47)] });
    await statusIs(page, '2 of 2 charts, done');
    assert.equal(await textOf(notices), '');
    await cardOf(page, BTC).getByText('51 cycles').waitFor(WAIT);
    await cardOf(page, ETH).getByText('47 cycles').waitFor(WAIT);
    live.point(BTC, 0.2);
    await pointsAre(page, BTC, 52, '+0.200 %');
    await keepPicture(page, 'reread.png');

    const asked = askedByName(server);
    statisticsAre(server, 'second.csv', { opportunities: [row(BTC, 60)] });
    await cardOf(page, BTC).getByText('60 cycles').waitFor(WAIT);
    await cardOf(page, ETH).waitFor({ ...WAIT, state: 'detached' });
    await statusIs(page, '1 of 1 chart, done');
    assert.equal(askedByName(server), asked, 'no chart that is there is asked for again');
    live.point(BTC, 0.3);
    await pointsAre(page, BTC, 53, '+0.300 %');
    assert.deepEqual(live.asked, ['?mode=delta'], 'and the stream was never left');
  });
});

test('statistics that no pair passes are told with the threshold, and what is live stays', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC, SOL]);
    listed(server, [pastOf(BTC, live.nowSeconds())]);
    live.point(BTC, 0.1);
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    await pointsAre(page, BTC, 51, '+0.100 %');
    statisticsAre(server, 'strict.csv', {});
    await statusIs(page, 'No opportunities');
    assert.equal(await textOf(page.locator('#notices')), 'No pair passes the filter (more than 40 cycles).');
    live.point(BTC, 0.2);
    await pointsAre(page, BTC, 52, '+0.200 %');
    assert.equal(await textOf(cardOf(page, BTC).locator('.note')), '');
    await keepPicture(page, 'reread-nothing-passes.png');
  });
});

test('a list that cannot be read now is read with a later answer about health', { skip }, async () => {
  await bench.withPage({ broken: true }, async (page, server) => {
    market(server, []);
    statisticsAre(server, 'a.csv', {});
    await page.goto(server.url);
    await statusIs(page, 'No opportunities');
    statisticsAre(server, 'b.csv', {});
    server.answers.set(OPPORTUNITIES, json({ error: 'not now' }, 503));
    const refused = page.waitForResponse((reply) => reply.status() === 503, WAIT);
    await refused;
    const past = pastOf(BTC, server.live.nowSeconds());
    server.answers.set(CHARTS, historyByName([past]));
    statisticsAre(server, 'b.csv', { opportunities: [row(BTC, 44)] });
    await statusIs(page, '1 of 1 chart, done');
    assert.equal(await page.getByRole('alert').count(), 0);
  });
});
