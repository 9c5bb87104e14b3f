// The live page in bad times and in busy ones: connections die and come back, and a hundred charts move. A
// real browser against the real live stream.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing } from '../support/chromium.js';
import { CHARTS, keepPicture, pageBench, statusIs, WAIT } from '../support/page.js';
import {
  askedByName,
  cardOf,
  historyByName,
  listed,
  liveIs,
  market,
  openAndAsk,
  pair,
  pastOf,
  pointsAre,
} from '../support/page-market.js';
import { until } from '../support/wait.js';

const bench = pageBench();
const skip = chromiumMissing();
const BTC = pair('BTC/USDT');

test('a cut connection comes back by itself and goes on where it was', { skip }, async () => {
  await bench.withPage({ broken: true }, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    listed(server, [pastOf(BTC, live.nowSeconds())]);
    live.point(BTC, 0.1);
    await openAndAsk(page, server);
    await pointsAre(page, BTC, 51, '+0.100 %');
    live.point(BTC, 0.2);
    await pointsAre(page, BTC, 52, '+0.200 %');
    // A second client keeps the stream going: what this page misses is held for it.
    const other = await page.context().newPage();
    await openAndAsk(other, server);
    await pointsAre(other, BTC, 52, '+0.200 %');
    const asked = askedByName(server);
    live.cut();
    live.point(BTC, 0.3);
    await until('it is back', () => live.asked.length >= 4);
    await liveIs(page, 'live: connected, 1 pair');
    live.point(BTC, 0.4);
    await pointsAre(page, BTC, 54, '+0.400 %');
    assert.match(live.asked.slice(2).join(' '), /\?mode=delta&since=\d+/);
    assert.equal(askedByName(server), asked, 'there was nothing to ask of history');
  });
});

test('when the process was restarted, the hole is asked of history once; until then the page says it', {
  skip,
}, async () => {
  await bench.withPage({ broken: true }, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    const past = pastOf(BTC, live.nowSeconds());
    listed(server, [past]);
    const before = [live.point(BTC, 0.1)];
    await openAndAsk(page, server);
    await pointsAre(page, BTC, 51, '+0.100 %');
    const asked = askedByName(server);
    await live.stop();
    await liveIs(page, /^live: reconnecting in \d+ s/);
    await cardOf(page, BTC)
      .filter({ hasText: /(now|ago), not live/ })
      .waitFor(WAIT);
    await keepPicture(page, 'live-reconnecting.png');
    await liveIs(page, /^live: connection lost, next try in \d+ s/);
    await keepPicture(page, 'live-lost.png');
    // What the lake recorded while nobody listened: two points, then the process was down.
    const missed = [before[0]! + 0.4, before[0]! + 0.8];
    const whole = {
      ...past,
      timestamps: [...past.timestamps, ...before, ...missed, missed[1]! + 0.1],
      spreads: [...past.spreads, 0.1, 0.8, 0.9, null],
      upperBand: [...past.upperBand, 1, 1, 1, 1],
      lowerBand: [...past.lowerBand, -1, -1, -1, -1],
    };
    server.answers.set(CHARTS, historyByName([whole]));
    live.start();
    live.point(BTC, 0.2);
    await liveIs(page, 'live: connected, 1 pair');
    await pointsAre(page, BTC, 55, '+0.200 %');
    assert.equal(askedByName(server), asked + 1);
    // The page also asks for health now and then: what counts is what it last asked of history.
    const ofHistory = server.asked.filter((path) => path.startsWith(CHARTS));
    assert.match(ofHistory.at(-1) ?? '', /&to=\d{13}&from=\d{13}$/);
    live.point(BTC, 0.3);
    await pointsAre(page, BTC, 56, '+0.300 %');
    assert.equal(askedByName(server), asked + 1);
  });
});

test('a message that makes no sense is not applied: the stream starts anew', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    market(server, [BTC]);
    listed(server, [pastOf(BTC, live.nowSeconds())]);
    live.point(BTC, 0.1);
    await page.goto(server.url);
    await pointsAre(page, BTC, 51, '+0.100 %');
    for (const [at, text] of ['{"type":', '{"type":"delta","seq":1,"charts":[],"removed":[]}'].entries()) {
      live.say(text);
      await liveIs(page, at === 0 ? /\(a message could not be read: not JSON\)/ : /\(a message is missing\)/);
      await until('another snapshot', () => live.asked.length === at + 2);
      await liveIs(page, 'live: connected, 1 pair');
    }
    assert.ok(live.asked.every((query) => query === '?mode=delta'));
    live.point(BTC, 0.2);
    await pointsAre(page, BTC, 52, '+0.200 %');
  });
});

test('draws only what is in view, a few times a second, and nothing while nobody looks', {
  skip,
}, async () => {
  await bench.withPage({}, async (page, server) => {
    const { live } = server;
    const pairs = Array.from({ length: 100 }, (_, i) => pair(`C${i}/USDT`));
    market(server, pairs);
    listed(
      server,
      pairs.map((one) => pastOf(one, live.nowSeconds())),
    );
    await page.addInitScript(COUNT_DRAWINGS);
    await page.goto(server.url);
    await statusIs(page, '100 of 100 charts, done');
    await liveIs(page, 'live: connected');
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
      for (const [at, one] of pairs.entries()) live.point(one, Math.sin(ticks / 9 + at));
    }, 50);
    try {
      await liveIs(page, 'live: connected, 100 pairs');
      const inView: number = await page.evaluate(`[...document.querySelectorAll('.card')]
        .filter((card) => card.getBoundingClientRect().top < innerHeight + 200).length`);
      await page.evaluate('drawings.clear()');
      const startMs = Date.now();
      await until('many ticks', () => ticks > 80);
      const counts: number[] = await page.evaluate('[...drawings.values()]');
      const seconds = (Date.now() - startMs) / 1_000;
      assert.ok(
        counts.length > 0 && counts.length <= inView,
        `${counts.length} of ${inView} in view were drawn`,
      );
      assert.ok(Math.max(...counts) <= seconds * 5 + 2, `${Math.max(...counts)} drawings in ${seconds} s`);
      const last = cardOf(page, pairs[99]!);
      assert.match((await last.getByRole('img').getAttribute('aria-label'))!, /: 50 points from /);
      await page.evaluate(HIDE);
      await until('the last drawing', async () => {
        await page.evaluate('drawings.clear()');
        await new Promise((resolve) => setTimeout(resolve, 500));
        return (await page.evaluate('drawings.size')) === 0;
      });
      await page.evaluate(SHOW);
      await until('drawings', async () => (await page.evaluate<number>('drawings.size')) > 0);
    } finally {
      clearInterval(ticking);
    }
    // What was not in view is drawn, whole, when it comes into view.
    const one = cardOf(page, pairs[99]!);
    await one.scrollIntoViewIfNeeded();
    const points = 50 + ticks;
    await until('the newest points', async () => {
      const label = (await one.getByRole('img').getAttribute('aria-label')) ?? '';
      return label.includes(`: ${points} points`);
    });
    await keepPicture(page, 'live-hundred.png');
  });
});

/** Counts the drawings of each canvas: every drawing begins with a clean sheet. */
const COUNT_DRAWINGS = `
  globalThis.drawings = new Map();
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    drawings.set(this.canvas, (drawings.get(this.canvas) ?? 0) + 1);
    return clearRect.apply(this, box);
  };`;
const HIDE = `Object.defineProperty(document, 'hidden', { value: true, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));`;
const SHOW = `delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));`;
