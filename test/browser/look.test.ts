// What the page shows: charts with holes, values, health, on wide and narrow screens. A real browser
// against a real HTTP server whose answers the tests hold in hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { flatWithHole, gallery, LONE_ROW, wave } from '../support/charts.js';
import { chromiumMissing } from '../support/chromium.js';
import { CHARTS, keepPicture, OPPORTUNITIES, pageBench, statusIs, textOf, WAIT } from '../support/page.js';
import { json, ndjson, opportunitiesOf } from '../support/page-server.js';
import { until } from '../support/wait.js';

const bench = pageBench();
const skip = chromiumMissing();

test('shows markup in names as the text it is', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const evil = '<img src=/x onerror="document.title=\'owned\'">';
    const chart = { ...wave(`${evil}/USDT`), exchange1: '<b>Bold</b>', exchange2: '&amp;' };
    server.answers.set(OPPORTUNITIES, opportunitiesOf([chart]));
    server.answers.set(CHARTS, ndjson([JSON.stringify(chart), JSON.stringify({ error: evil })]));
    server.answers.set(
      '/api/health',
      json({ status: evil, exchanges: { [evil]: { state: evil, reason: evil } } }),
    );
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    await page.locator('#health', { hasText: evil }).waitFor(WAIT);
    assert.equal(await textOf(page.locator('.card h2')), `${evil}/USDT (<b>Bold</b> / &amp;)`);
    assert.match(await textOf(page.locator('#notices')), /1 line .* the server says: <img src=/);
    assert.equal(await page.locator('img, main b').count(), 0);
    assert.equal(await page.title(), 'Spread Aggregator');
  });
});

test('leaves a hole where there is no value, between bands and zero line that run on', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const chart = flatWithHole();
    server.answers.set(OPPORTUNITIES, opportunitiesOf([chart]));
    server.answers.set(CHARTS, ndjson([JSON.stringify(chart)]));
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    const left = await inksAt(page, 0.17);
    const lone = await inksAt(page, (LONE_ROW + 0.5) / 300);
    const hole = await inksAt(page, 0.5);
    assert.deepEqual(left, { spread: true, upper: true, lower: true, zero: true });
    assert.equal(lone['spread'], true);
    assert.deepEqual(hole, { spread: false, upper: true, lower: true, zero: true });
  });
});

test('tells the last spread with its time, and the values under the cursor', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const chart = flatWithHole();
    server.answers.set(OPPORTUNITIES, opportunitiesOf([chart]));
    server.answers.set(CHARTS, ndjson([JSON.stringify(chart)]));
    await page.goto(server.url);
    await statusIs(page, '1 of 1 chart, done');
    assert.match(await textOf(page.locator('.last')), /^\+0\.200 % 2 h ago, no live points/);
    const legend = page.locator('.legend');
    assert.match(
      await textOf(legend),
      /Spread\s*\+0\.200 %\s*97 %\s*\+0\.500 %\s*3 %\s*−0\.500 %\s*at\s*2026-11-22 09:04:59 UTC/,
    );
    assert.equal(await textOf(page.locator('.note')), '41 cycles');
    const box = (await page.locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await legend.filter({ hasText: /Spread\s*–.*11-22 09:02:(29|30)/ }).waitFor(WAIT);
    await page.mouse.move(box.x + box.width / 6, box.y + box.height / 2);
    await legend.filter({ hasText: /Spread\s*\+0\.200.*11-22 09:00:(49|50)/ }).waitFor(WAIT);
    const label = await page.getByRole('img').getAttribute('aria-label');
    assert.match(
      label ?? '',
      /^Spread of BTC\/USDT between Binance and Bybit: 300 points from 2026-11-22 09:00:00/,
    );
  });
});

test('fits a screen of 375 px without horizontal scrolling, and follows a change of width', {
  skip,
}, async () => {
  await bench.withPage({ width: 375 }, async (page, server) => {
    const charts = gallery();
    server.answers.set(OPPORTUNITIES, opportunitiesOf(charts));
    server.answers.set(CHARTS, ndjson(charts.map((chart) => JSON.stringify(chart))));
    await page.goto(server.url);
    await statusIs(page, `${charts.length} of ${charts.length} charts, done`);
    await page.locator('#health', { hasText: 'Bybit' }).waitFor(WAIT);
    assert.equal(await sidewaysPx(page), 0);
    await keepPicture(page, 'page-375.png');
    const narrow = (await page.locator('.card .uplot').first().boundingBox())!.width;
    for (const width of [1_380, 320]) {
      await page.setViewportSize({ width, height: 900 });
      const fitted = `[...document.querySelectorAll('.plot:has(.uplot)')].every((plot) =>
        plot.querySelector('.uplot').offsetWidth === plot.clientWidth)`;
      await until(`charts as wide as their cards at ${width} px`, () => page.evaluate<boolean>(fitted));
      assert.equal(await sidewaysPx(page), 0);
      if (width === 1_380) await keepPicture(page, 'page-wide.png');
    }
    assert.ok((await page.locator('.card .uplot').first().boundingBox())!.width < narrow);
  });
});

test('tells the health of each exchange, and soon when the process no longer answers', { skip }, async () => {
  await bench.withPage({ broken: true }, async (page, server) => {
    await page.clock.install();
    server.answers.set(OPPORTUNITIES, json({ opportunities: [] }));
    await page.goto(server.url);
    const health = page.locator('#health');
    await health.filter({ hasText: 'healthy' }).waitFor(WAIT);
    assert.match(await textOf(health), /Binance running · 312 instruments · last message 180 ms ago/);
    server.answers.set('/api/health', json(degraded(), 503));
    await page.clock.runFor(5_100);
    await health.filter({ hasText: 'degraded' }).waitFor(WAIT);
    const words = await textOf(health);
    assert.match(words, /OKX failed · 0 instruments: listing refused: HTTP 451/);
    assert.match(words, /lake: the disk is full/);
    await keepPicture(page, 'page-degraded.png');
    server.answers.set('/api/health', (response) => void response.destroy());
    await page.clock.runFor(5_100);
    await health.filter({ hasText: 'no health: /api/health cannot be reached' }).waitFor(WAIT);
    assert.doesNotMatch(await textOf(health), /Binance/);
  });
});

/** How far the page can be scrolled sideways. */
async function sidewaysPx(page: Page): Promise<number> {
  return await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Which lines are drawn in the pixel columns around this share of the plot's width. */
async function inksAt(page: Page, share: number): Promise<Record<string, boolean>> {
  return await page.evaluate(`(() => {
    const canvas = document.querySelector('.card canvas');
    const over = document.querySelector('.u-over');
    const ratio = canvas.width / canvas.clientWidth;
    const x = Math.round((over.offsetLeft + over.offsetWidth * ${share}) * ratio);
    const { data } = canvas.getContext('2d').getImageData(x - 12, 0, 24, canvas.height);
    const inks = {
      spread: [88, 166, 255], upper: [240, 97, 109],
      lower: [62, 207, 142], zero: [91, 104, 120],
    };
    const near = (i, ink) => data[i + 3] > 150 && ink.every((part, k) => Math.abs(data[i + k] - part) < 24);
    return Object.fromEntries(Object.entries(inks).map(([name, ink]) => {
      for (let i = 0; i < data.length; i += 4) if (near(i, ink)) return [name, true];
      return [name, false];
    }));
  })()`);
}

function degraded(): Record<string, unknown> {
  const running = { state: 'running', instruments: 300, lastMessageAgeMs: 90, reconnects: 2 };
  return {
    status: 'degraded',
    reasons: ['OKX failed: listing refused: HTTP 451', 'lake: the disk is full'],
    uptime: { totalSeconds: 90_000 },
    memory: { rssMb: 120 },
    exchanges: {
      Binance: running,
      GateIo: { state: 'starting', instruments: 0, lastMessageAgeMs: null, reconnects: 0 },
      OKX: {
        state: 'failed',
        reason: 'listing refused: HTTP 451',
        instruments: 0,
        lastMessageAgeMs: null,
        reconnects: 0,
      },
    },
  };
}
