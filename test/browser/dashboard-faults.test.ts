// What the dashboard says when something is wrong: a leg that falls silent, a server that is gone and comes back. Real processes, a
// real browser; what is old is never shown as the present.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp } from '../support/app.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { keepPicture, WAIT } from '../support/page.js';
import { startProgram, testFolder } from '../support/program.js';
import { withRealPage } from '../support/real-page.js';
import { until } from '../support/wait.js';

const skip = chromiumMissing();
const LONG = { timeout: 40_000 };
const [LEFT, RIGHT] = SIM_EXCHANGES.slice(0, 2);

const stateOf = async (page: Page): Promise<string> =>
  (await page.locator('.rows .row', { hasText: 'BTC/USDT' }).locator('.judged').textContent()) ?? '';

test('a leg whose exchange is gone is marked in the table and in the view of its pair, with the reason; and well again', {
  skip,
}, async () => {
  const clock = createRealClock();
  const start = (name: string, port = 0) =>
    startGeneratedWorld({
      ...{ clock, port, seed: 3, symbols: 2, quotesPerSecond: 60 },
      exchanges: SIM_EXCHANGES.filter((one) => one.name === name),
    });
  const [left, right] = [await start(LEFT!.name), await start(RIGHT!.name)];
  const port = Number(new URL(Object.values(right.server.urls)[0]!.restUrl ?? '').port);
  const app = await startTestApp(() => {}, { ...left.server.urls, ...right.server.urls });
  const browser = await launchChromium();
  let again: typeof right | undefined;
  try {
    await withRealPage(browser, app.url, {}, async (page) => {
      await until(
        'both legs live',
        async () => /tradable|below costs/.test(await stateOf(page).catch(() => '')),
        30_000,
      );
      await right.close();
      await until('it is marked', async () => /stale|no live leg/.test(await stateOf(page)), 30_000);
      await keepPicture(page, 'dashboard-stale.png');
      await page.goto(`${app.url}/#/pair/BTC_USDT/${LEFT!.name}/${RIGHT!.name}?span=15m`);
      await page.getByText(new RegExp(`No spread now: ${RIGHT!.name} `)).waitFor(LONG);
      await page
        .locator('.facts-box .bad', { hasText: /interrupted|stale/ })
        .first()
        .waitFor(WAIT);
      await page
        .locator('.pair-values .bad', { hasText: 'hole' })
        .or(page.locator('.pair-values .bad'))
        .first()
        .waitFor(LONG);
      await keepPicture(page, 'pair-leg-gone.png');
      again = await start(RIGHT!.name, port);
      await page.getByText(/No spread now/).waitFor({ ...LONG, state: 'hidden' });
      await page.goto(`${app.url}/#/overview`);
      await until(
        'well again',
        async () => /tradable|below costs/.test(await stateOf(page).catch(() => '')),
        30_000,
      );
    });
  } finally {
    await browser.close();
    await app.stop();
    await Promise.all([left.close(), again?.close()]);
    clock.close();
  }
});

test('a server that is gone is said, with what is shown no longer called the present; it comes back by itself', {
  skip,
}, async () => {
  const place = testFolder();
  const browser = await launchChromium();
  let program = await startProgram(['demo', '--lake', `${place.folder}/demo`]);
  const { url } = program;
  try {
    await withRealPage(browser, url, { broken: true }, async (page) => {
      await page.locator('.rows .row').first().waitFor(LONG);
      await page.getByText(/^as of \d\d:\d\d:\d\d/).waitFor(LONG);
      await page.goto(`${url}/#/pair/BTC_USDT/Binance/OKX?span=15m`);
      await page.getByText('feed: live').waitFor(LONG);
      assert.equal(await program.end('SIGTERM'), 0);
      await page.getByText('feed: reconnecting; what is shown is old').waitFor(LONG);
      await page.keyboard.press('1');
      await page
        .getByRole('alert')
        .getByText(/Not the present: .*is the process running\?/)
        .waitFor(LONG);
      await page.locator('#live-state', { hasText: /reconnecting|connection lost/ }).waitFor(LONG);
      await keepPicture(page, 'dashboard-server-gone.png');
      // The port it had: the page is still open there.
      program = await startProgram(['demo', '--lake', `${place.folder}/demo`, '--port', new URL(url).port]);
      await page.getByText(/^as of \d\d:\d\d:\d\d/).waitFor(LONG);
      await page.locator('#live-state', { hasText: 'live: connected' }).waitFor(LONG);
      await page.keyboard.press('/');
      await page.keyboard.type('btc');
      await until('and works', async () => (await page.locator('.rows .row').count()) > 1);
    });
  } finally {
    await browser.close();
    await program.end('SIGTERM');
    place.remove();
  }
});
