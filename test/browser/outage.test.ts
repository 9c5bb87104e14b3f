// An outage is a hole on the page: while it is live, after a reload, and when another process tells it from the lake. The
// whole program against the simulated world over real sockets, in a real browser.

import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp } from '../support/app.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { statisticsText } from '../support/lakes.js';
import { keepPicture } from '../support/page.js';
import { until } from '../support/wait.js';

const [LEFT, RIGHT] = SIM_EXCHANGES.slice(0, 2);
const PAIR = ['BTC_USDT', LEFT!.name, RIGHT!.name, 50] as const;
const OUTAGE_MS = 4_000;
const DEADLINE_MS = 30_000;

interface Drawn {
  readonly points: number;
  readonly holes: number;
}

/** What the picture of the pair says that it shows. */
async function drawn(page: Page): Promise<Drawn> {
  const label = (await page.getByRole('img', { name: 'BTC/USDT' }).first().getAttribute('aria-label')) ?? '';
  const count = (what: RegExp) => Number(what.exec(label)?.[1] ?? 0);
  return { points: count(/(\d+) points? from/), holes: count(/, (\d+) holes?,/) };
}

const isDrawn = (page: Page, what: string, is: (now: Drawn) => boolean) =>
  until(what, async () => is(await drawn(page)), DEADLINE_MS);

function pairIsListed({ stats }: { readonly stats: string }): void {
  writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText([PAIR]));
}

test('an outage is a hole: live, after a reload, and told by another process from the lake', {
  skip: chromiumMissing(),
}, async () => {
  const clock = createRealClock();
  const exchanges = [LEFT!, RIGHT!];
  const world = await startGeneratedWorld({
    clock,
    exchanges,
    port: 0,
    seed: 3,
    symbols: 1,
    quotesPerSecond: 40,
  });
  const browser = await launchChromium();
  const first = await startTestApp(pairIsListed, world.server.urls);
  try {
    const page = await browser.newPage({ viewport: { width: 1380, height: 700 } });
    await page.goto(first.url);
    await isDrawn(page, 'a live chart', ({ points }) => points > 100);
    const right = world.server.exchange(RIGHT!.name);
    right.refuseConnections(true);
    await right.closeAll(1006);
    const endMs = performance.now() + OUTAGE_MS;
    await until('the outage to last', () => performance.now() > endMs);
    const { points } = await drawn(page);
    right.refuseConnections(false);
    await isDrawn(page, 'points after the outage', (now) => now.points > points + 50);
    assert.equal((await drawn(page)).holes, 1, 'live');
    await keepPicture(page, 'outage-live.png');
    await page.reload();
    await isDrawn(page, 'the chart again', (now) => now.points > points + 50);
    assert.equal((await drawn(page)).holes, 1, 'after a reload');
    await first.halt();

    const second = await startTestApp((folders) => {
      pairIsListed(folders);
      cpSync(first.lake, folders.lake, { recursive: true });
    }, world.server.urls);
    try {
      await page.goto(second.url);
      await isDrawn(page, 'history and live', (now) => now.points > points + 100 && now.holes >= 2);
      await keepPicture(page, 'outage-history.png');
      assert.equal((await drawn(page)).holes, 2, 'the outage, and the time without a process');
    } finally {
      await second.stop();
    }
  } finally {
    await browser.close();
    await first.stop();
    await world.close();
    clock.close();
  }
});
