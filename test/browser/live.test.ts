// The page while the market moves: live points join history, and every card says how old its newest point is.
// A real browser against the real live stream.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing } from '../support/chromium.js';
import { CHARTS, keepPicture, OPPORTUNITIES, pageBench, statusIs, textOf, WAIT } from '../support/page.js';
import {
  cardOf,
  healthNow,
  historyByName,
  listed,
  liveIs,
  market,
  pair,
  pastOf,
  pointsAre,
} from '../support/page-market.js';
import { healthy, json } from '../support/page-server.js';
import { until } from '../support/wait.js';

const bench = pageBench();
const skip = chromiumMissing();

const BTC = pair('BTC/USDT');
const ETH = pair('ETH/USDT');
const SOL = pair('SOL/USDT');

test('live points join the history chart: each once, none missing, by themselves', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    const stamps = [0.1, 0.2, 0.3].map((spread) => live.point(BTC, spread));
    const past = pastOf(BTC, live.nowSeconds());
    // History knows two of the three points that the live stream has, too.
    const known = { ...past, timestamps: [...past.timestamps, ...stamps.slice(0, 2)] };
    for (const column of ['spreads', 'upperBand', 'lowerBand'] as const)
      known[column] = [...past[column], 0.1, 0.2];
    listed(server, [known]);
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    await liveIs(page, 'live: connected, 1 pair');
    await pointsAre(page, BTC, 53, '+0.300 %');
    live.point(BTC, 0.4);
    await pointsAre(page, BTC, 54, '+0.400 %');
    for (let i = 1; i <= 20; i += 1) live.point(BTC, 0.4 + i / 100);
    await pointsAre(page, BTC, 74, '+0.600 %');
    assert.match(await textOf(cardOf(page, BTC).locator('.last')), /^\+0\.600 % (now|1 s ago)50 cycles$/);
    assert.deepEqual(live.asked, ['?mode=delta']);
    await keepPicture(page, 'live-joined.png');
  });
});

test('what the market takes back leaves the chart, history included, and the card says so', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    const past = pastOf(BTC, live.nowSeconds());
    listed(server, [past]);
    live.point(BTC, 0.1);
    await page.goto(server.url);
    await pointsAre(page, BTC, 51, '+0.100 %');
    for (const spread of [0.2, 0.3, 0.4]) live.point(BTC, spread);
    await pointsAre(page, BTC, 54, '+0.400 %');
    live.gap(BTC, past.timestamps[47]! - 0.5);
    // 47 points stay, and one that begins the hole.
    await pointsAre(page, BTC, 48, '+0.500 %');
    const last = cardOf(page, BTC).locator('.last');
    await last.filter({ hasText: /^no valid spread now last \+0\.500 %, \d+ s ago/ }).waitFor(WAIT);
    await keepPicture(page, 'live-no-spread.png');
    // The left leg has stood all along: the right leg's next quote is a point, too.
    live.point(BTC, 0.7);
    await pointsAre(page, BTC, 50, '+0.700 %');
  });
});

test('a pair whose quotes come too late shows no spread as live, and the card says whose', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    listed(server, [pastOf(BTC, live.nowSeconds())]);
    live.point(BTC, 0.1);
    await page.goto(server.url);
    await pointsAre(page, BTC, 51, '+0.100 %');
    live.late(BTC, true);
    const last = cardOf(page, BTC).locator('.last');
    const words = new RegExp(`^no valid spread now .*: quotes of ${BTC.exchange2} come late`);
    await until('words', async () => words.test(await textOf(last)));
    await keepPicture(page, 'live-late.png');
    live.point(BTC, 0.2);
    live.late(BTC, false);
    live.point(BTC, 0.3);
    // What came late is no point. Where it began a hole does, and it ends with a quote of each leg.
    await pointsAre(page, BTC, 54, '+0.300 %');
    await until('words of a live spread', async () =>
      /^\+0\.300 % (now|\d s ago)50/.test(await textOf(last)),
    );
  });
});

test('a new pair gets its card by itself, with its history; pairs that are dropped say so or go', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC], [BTC, ETH]);
    listed(server, [pastOf(BTC, live.nowSeconds())]);
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    live.point(BTC, 0.1);
    await pointsAre(page, BTC, 51, '+0.100 %');
    const past = pastOf(ETH, live.nowSeconds());
    server.answers.set(CHARTS, historyByName([past]));
    live.watch([BTC, ETH]);
    live.point(ETH, -0.2);
    await pointsAre(page, ETH, 51, '−0.200 %');
    assert.equal(await page.locator('.card').count(), 2);
    await liveIs(page, 'live: connected, 2 pairs');
    const asked = server.asked.filter((path) => path.includes('ETH'));
    assert.equal(asked.length, 1);
    assert.match(asked[0]!, /symbol=ETH%2FUSDT&exchange1=Alpha&exchange2=Beta&to=\d{13}$/);
    live.watch([]);
    await cardOf(page, ETH).waitFor({ ...WAIT, state: 'detached' });
    await cardOf(page, BTC).filter({ hasText: 'ago, no longer watched' }).waitFor(WAIT);
    await liveIs(page, 'live: connected, no pair has points now');
    await keepPicture(page, 'live-dropped.png');
  });
});

test('ages grow every second and say when nothing newer comes', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    listed(server, [pastOf(BTC, live.nowSeconds())]);
    const { timestamp: _, ...health } = healthy();
    server.answers.set('/api/health', json(health));
    await page.clock.install({ time: Date.now() });
    await page.goto(server.url);
    await page.clock.runFor(2_000);
    // A new one each time: however long the page takes to come, what it shows at last is young.
    await until('the point', async () => {
      live.point(BTC, 0.1);
      await page.clock.runFor(250);
      return (await textOf(cardOf(page, BTC).locator('.last'))).startsWith('+0.100 %');
    });
    const age = cardOf(page, BTC).locator('.age');
    assert.match((await age.getAttribute('class'))!, /fresh/);
    // The page's clock goes on by itself too: a late machine makes ages greater, never smaller.
    const seconds = async () => Number(/^(\d+) s ago/.exec(await textOf(age))?.[1]);
    await page.clock.runFor(1_000);
    const young = await seconds();
    await page.clock.runFor(3_000);
    // What it shows may be a tick behind its clock, on a machine that has no time for it.
    await until('three seconds more', async () => (await seconds()) >= young + 3);
    await page.clock.runFor(10_000);
    assert.match(await textOf(age), /^\d+ s ago, nothing newer$/);
    assert.match((await age.getAttribute('class'))!, /old/);
    await keepPicture(page, 'live-old.png');
  });
});

test('says "no statistics yet" in the words of the server, and shows what is live all the same', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    const note = 'no statistics yet: the pairs that move most are watched';
    server.answers.set(OPPORTUNITIES, json({ opportunities: [], warnings: ['no statistics file in data'] }));
    market(server, [BTC, ETH]);
    server.answers.set('/api/health', json({ ...healthNow(server), windows: { note } }));
    server.answers.set(
      CHARTS,
      historyByName([pastOf(BTC, live.nowSeconds()), pastOf(ETH, live.nowSeconds())]),
    );
    live.point(BTC, 0.3);
    await page.goto(server.url);
    await statusIs(page, 'No opportunities');
    await page.locator('#note', { hasText: 'No statistics yet: the pairs that move most' }).waitFor(WAIT);
    await pointsAre(page, BTC, 51, '+0.300 %');
    live.point(ETH, -0.3);
    await pointsAre(page, ETH, 51, '−0.300 %');
    await keepPicture(page, 'live-no-statistics.png');
    server.answers.set('/api/health', json({ ...healthNow(server), windows: { note: null } }));
    await page.locator('#note').waitFor({ ...WAIT, state: 'hidden' });
  });
});

test('the keyboard changes between all there is and the newest 15 minutes; 375 px are enough', {
  skip,
}, async () => {
  await bench.withPage({ width: 375 }, async (page, server) => {
    const { live } = server;
    market(server, [BTC, ETH]);
    const quiet = { ...pastOf(SOL, live.nowSeconds() - 5_000) };
    listed(server, [pastOf(BTC, live.nowSeconds(), 60), pastOf(ETH, live.nowSeconds(), 60), quiet]);
    await page.goto(server.url);
    await statusIs(page, '3 of 3 charts, done');
    live.point(BTC, 0.1);
    // One of them breaks the line: a minute before the newest nothing is known.
    await pointsAre(page, BTC, 52, '+0.100 %');
    const views = page.getByRole('radio');
    await views.first().focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await views.nth(1).isChecked(), true);
    // One a minute: those of 15 minutes, and the one from which the line comes in.
    await pointsAre(page, BTC, 17, '+0.100 %');
    // Below the table and two charts: drawn when somebody comes there.
    await cardOf(page, SOL).scrollIntoViewIfNeeded();
    await cardOf(page, SOL).getByText('No points in the last 15 minutes').waitFor(WAIT);
    await keepPicture(page, 'live-375.png');
    assert.equal(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      0,
    );
    await page.keyboard.press('ArrowLeft');
    await pointsAre(page, BTC, 52, '+0.100 %');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.id'), 'reload');
    await page.setViewportSize({ width: 1_380, height: 900 });
    await keepPicture(page, 'live-wide.png');
  });
});
