// The overview, the grid and the view of a pair, as a trader works with them: against the demo, a real process with its world.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ChartData, TableReply } from '../../src/api/contract.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { keepPicture, WAIT } from '../support/page.js';
import { type Program, startProgram, testFolder } from '../support/program.js';
import { violations, withRealPage } from '../support/real-page.js';
import { until } from '../support/wait.js';

const skip = chromiumMissing();
const place = testFolder();
let program: Program;
let browser: Browser;

before(async () => {
  if (skip !== false) return;
  program = await startProgram(['demo', '--lake', `${place.folder}/demo`]);
  browser = await launchChromium();
  // The analysis gives way to everything else: on a busy machine its first statistics take a while.
  await until(
    'the table is full',
    async () => {
      const { live, statistics } = (await (await fetch(`${program.url}/api/table`)).json()) as TableReply;
      // The demo's first file has the columns of the reference alone.
      return live > 700 && statistics.covered_hours.some((hours) => hours !== null);
    },
    180_000,
  );
});

after(async () => {
  await browser?.close();
  await program?.end('SIGTERM');
  place.remove();
});

const rows = (page: Page) => page.locator('.rows .row');
const symbols = (page: Page): Promise<string[]> =>
  page
    .locator('.rows .row')
    .evaluateAll((all) =>
      all
        .toSorted((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
        .map(
          (row) =>
            `${row.querySelector('a')?.textContent} ${row.querySelectorAll('[role=cell]')[2]?.textContent}`,
        ),
    ) as Promise<string[]>;
const column = (page: Page, at: number): Promise<string[]> =>
  page
    .locator('.rows .row')
    .evaluateAll(
      (all, place) =>
        all
          .toSorted(
            (a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')),
          )
          .map((row) => row.querySelectorAll('[role=cell]')[place]?.textContent ?? ''),
      at,
    ) as Promise<string[]>;
const numberOf = (text: string): number => Number(text.replace('−', '-').replace(/[ %+]/g, ''));

test('the table opens by itself, the best first, with charts of the recommended pairs below it', {
  skip,
}, async () => {
  await withRealPage(browser, program.url, {}, async (page) => {
    await rows(page).first().waitFor(WAIT);
    await until('values have come', async () => (await column(page, 6)).some((text) => text.includes('%')));
    const net = (await column(page, 6)).map(numberOf);
    assert.deepEqual(
      net,
      net.toSorted((a, b) => b - a),
      'by the net spread',
    );
    await page.locator('.card canvas').first().waitFor(WAIT);
    await page
      .locator('.rows .spark path[d^="M"]')
      .first()
      .waitFor({ ...WAIT, state: 'attached' });
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'overview-dark.png');
  });
});

test('/ searches as one types, the address keeps it, r and t choose; Escape lets go', { skip }, async () => {
  await withRealPage(browser, program.url, {}, async (page) => {
    await rows(page).first().waitFor(WAIT);
    await page.keyboard.press('/');
    await page.keyboard.type('btc perp okx');
    await until('only they are left', async () => {
      const found = await symbols(page);
      return (
        found.length > 0 && found.every((text) => /^BTC\/USDT .*Perp/.test(text) && text.includes('OKX'))
      );
    });
    assert.match(page.url(), /#\/overview\?q=btc\+perp\+okx$/);
    const shared = page.url();
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    await page.locator('.toggle[aria-pressed=true]', { hasText: 'Tradable now' }).waitFor(WAIT);
    await page.keyboard.press('t');
    await page.keyboard.press('r');
    await page.locator('.toggle[aria-pressed=true]', { hasText: 'Recommended' }).waitFor(WAIT);
    await page.keyboard.press('Escape');
    await until(
      'the words are gone',
      async () => (await page.locator('input[type=search]').inputValue()) === '',
    );
    // What was sent to somebody else shows him the same.
    await page.goto(shared);
    await until('the same rows', async () => {
      const found = await symbols(page);
      return found.length > 0 && found.every((text) => text.startsWith('BTC/USDT'));
    });
    await page.locator('input[type=search]').fill('there is no such pair');
    await page.getByText(/None of the \d+ pairs passes/).waitFor(WAIT);
    await page.getByRole('button', { name: 'Show all pairs' }).click();
    await until('all are back', async () => (await rows(page).count()) > 10);
  });
});

test('frozen rows stay where they are while their numbers go on; favourites come first and stay over a visit', {
  skip,
}, async () => {
  await withRealPage(browser, program.url, {}, async (page) => {
    await rows(page).first().waitFor(WAIT);
    await page.keyboard.press('f');
    await page.locator('.toggle[aria-pressed=true]', { hasText: 'Freeze order' }).waitFor(WAIT);
    const [before, spreads] = [await symbols(page), await column(page, 3)];
    await until('numbers have moved', async () => {
      const now = await column(page, 3);
      return now.filter((text, at) => text !== spreads[at]).length > now.length / 2;
    });
    assert.deepEqual(await symbols(page), before);
    await page.keyboard.press('f');
    for (const key of ['j', 'j', 'j', 'j', 'j', 'p']) await page.keyboard.press(key);
    const pinned = (await page.locator('.row.selected [role=cell]').nth(2).textContent()) ?? '';
    await until('it is the first', async () => (await symbols(page))[0]?.endsWith(pinned) === true);
    await page.reload();
    await rows(page).first().waitFor(WAIT);
    assert.equal(await page.locator('.star[aria-pressed=true]').count(), 1);
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await page.getByText(/copied/).waitFor(WAIT);
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    assert.match(copied, /^\w+\/USDT\t\w+ \/ \w+\t[+−][\d.]+ %\t/);
    await page.getByText('Columns').click();
    await page.getByRole('checkbox', { name: 'Half-life' }).uncheck();
    assert.equal(await page.getByRole('columnheader', { name: 'Half-life' }).count(), 0);
  });
});

test('768 rows take no more of the page than those in sight, wherever one scrolls', { skip }, async () => {
  await withRealPage(browser, program.url, {}, async (page) => {
    await rows(page).first().waitFor(WAIT);
    const grid = page.locator('.grid');
    for (const share of [0.5, 1, 0]) {
      await grid.evaluate((element, part) => {
        element.scrollTop = part * element.scrollHeight;
      }, share);
      await until('rows are where one looks', async () => {
        const [first, last] = (await page.evaluate(`(() => {
          const { top, bottom } = document.querySelector('.grid').getBoundingClientRect();
          const places = [...document.querySelectorAll('.rows .row')].map((row) => row.getBoundingClientRect());
          return [Math.min(...places.map((one) => one.top)) <= top + 31, Math.max(...places.map((one) => one.bottom)) >= bottom - 29];
        })()`)) as [boolean, boolean];
        return first && last;
      });
      assert.ok((await rows(page).count()) < 60);
    }
  });
});

test('Enter opens a pair: history that live points join without a seam, legs, coverage, statistics in words; Escape goes back', {
  skip,
}, async () => {
  await withRealPage(browser, program.url, {}, async (page) => {
    await rows(page).first().waitFor(WAIT);
    await page.keyboard.press('/');
    await page.keyboard.type('btc binanceperp gateioperp');
    await page.keyboard.press('Escape');
    await until('one row', async () => (await rows(page).count()) === 1);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/pair\/BTC_USDT\/BinancePerp\/GateIoPerp$/);
    await page.getByText('feed: live').waitFor(WAIT);
    await page.locator('.pair-plot canvas').first().waitFor(WAIT);
    const points = async (): Promise<number> => {
      const label = (await page.locator('.pair-plot').first().getAttribute('aria-label')) ?? '';
      return Number(/: ([\d,]+) points/.exec(label)?.[1]?.replaceAll(',', ''));
    };
    const from = await until('history is there', async () => (await points()) > 100 && (await points()));
    await until('live points have joined', async () => (await points()) >= from + 5);
    // The table is read again every twenty seconds; on a busy machine new statistics take their time.
    await page
      .locator('.verdict', { hasText: /cycle|nothing|Too little|Stands apart/ })
      .waitFor({ timeout: 90_000 });
    // When it could have been traded, and both legs' coverage.
    const strips = page.locator('.strip');
    assert.equal(await strips.count(), 3);
    assert.match((await strips.nth(0).textContent()) ?? '', /Tradable [\d.]+ % of the time/);
    assert.match((await strips.nth(1).textContent()) ?? '', /BinancePerp: data \d/);
    assert.ok((await page.locator('.strip .tradable-spell').count()) > 0);
    await page
      .locator('.explain', { hasText: /Tradable now: sell on|Not tradable now, because/ })
      .waitFor(WAIT);
    assert.equal(await page.locator('.facts-box tbody tr').count(), 2);
    await page.locator('.facts-box .good', { hasText: 'stands' }).first().waitFor(WAIT);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'pair-dark.png');
    await page.keyboard.press('Escape');
    await page.waitForURL(/#\/overview/);
    assert.equal(await page.locator('input[type=search]').inputValue(), 'btc binanceperp gateioperp');
  });
});

test('a range that is drawn over is in the address and stays there; keys zoom, move and show now again', {
  skip,
}, async () => {
  const address = `${program.url}/#/pair/ETH_USDT/BinancePerp/OKXPerp?span=15m`;
  await withRealPage(browser, address, {}, async (page) => {
    const over = page.locator('.pair-plot .u-over').first();
    await over.waitFor(WAIT);
    const box = (await over.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=[\d.]+&to=[\d.]+/);
    const range = (): [number, number] => {
      const query = new URLSearchParams(page.url().split('?')[1]);
      return [Number(query.get('from')), Number(query.get('to'))];
    };
    const [from, to] = range();
    assert.ok(to - from > 215 && to - from < 235, `${to - from} s of 900`);
    await page.reload();
    await page.getByText(/^\d{4}-\d\d-\d\d .* to \d{4}/).waitFor(WAIT);
    // Keys are there with the picture.
    await page.locator('.pair-plot canvas').first().waitFor(WAIT);
    await page.keyboard.press('+');
    await until('half of it', () => Math.abs(range()[1] - range()[0] - (to - from) / 2) < 0.1);
    await page.keyboard.press('ArrowLeft');
    await until('earlier', () => range()[0] < from + (to - from) / 4);
    await page.keyboard.press('0');
    await until('now', () => !page.url().includes('from='));
    await page.getByRole('button', { name: 'Mid', exact: true }).click();
    await page.waitForURL(/lines=bid%2Cedge12%2Cedge21%2Cmid/);
    // One line is always shown.
    for (const name of ['Mid', 'Spread', /Sell Binance/, /Sell OKX/])
      await page.getByRole('button', { name, exact: typeof name === 'string' }).click();
    assert.equal((await page.locator('.choices .toggle[class*=line][aria-pressed=true]').count()) > 0, true);
  });
});

test('what one sees can be taken along: rows as CSV, a picture as PNG', { skip }, async () => {
  const to = Math.floor(Date.now() / 1_000) - 60;
  const query = `from=${to - 300}&to=${to}`;
  await withRealPage(browser, `${program.url}/#/pair/BTC_USDT/Binance/OKX?${query}`, {}, async (page) => {
    await page.locator('.pair-plot canvas').first().waitFor(WAIT);
    await page.getByText('Export').click();
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByText('CSV, all rows').click()]);
    assert.match(csv.suggestedFilename(), /^BTC_USDT_Binance_OKX.*\.csv$/);
    const lines = readFileSync(await csv.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const asked = `symbol=BTC/USDT&exchange1=Binance&exchange2=OKX&points=all&from=${(to - 300) * 1_000}&to=${to * 1_000}`;
    const chart = (await (await fetch(`${program.url}/api/charts?${asked}`)).json()) as ChartData;
    assert.equal(lines.length - 1, chart.timestamps.length);
    const [png] = await Promise.all([page.waitForEvent('download'), page.getByText('Picture (PNG)').click()]);
    const bytes = readFileSync(await png.path());
    assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
    assert.ok(bytes.readUInt32BE(16) > 500 && bytes.readUInt32BE(20) > 400, 'both charts are in it');
  });
});

test('the grid shows what is chosen; j goes from chart to chart, Enter opens; one cursor over all', {
  skip,
}, async () => {
  await withRealPage(browser, program.url, {}, async (page) => {
    await page.keyboard.press('2');
    await page.getByText(/(\d+) of \1 charts, done/).waitFor(WAIT);
    await page.keyboard.press('/');
    await page.keyboard.type('btc');
    await page.keyboard.press('Escape');
    await until('only they are left', async () => {
      const shown = await page.locator('.card:visible .pair').allTextContents();
      return shown.length > 1 && shown.every((text) => text.startsWith('BTC/USDT'));
    });
    const overs = page.locator('.card:visible .u-over');
    await until('two are drawn', async () => (await overs.count()) > 1);
    const box = (await overs.first().boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 40);
    await until(
      'the other one has the cursor too',
      async () =>
        page.evaluate(`(() => {
        const cursors = [...document.querySelectorAll('.card:not([hidden]) .u-cursor-x')].slice(0, 2);
        return cursors.every((one) => /translate\\((?!-)/.test(one.style.transform));
      })()`) as Promise<boolean>,
    );
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'grid-dark.png');
    // What is drawn over in one chart is shown in all of them, so that pairs are compared over one night.
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const timesAt = async (share: number): Promise<readonly number[]> => {
      await page.mouse.move(box.x + box.width * share, box.y + 60);
      const shown = await page.locator('.card:visible .legend .time dd').allTextContents();
      return shown
        .slice(0, 2)
        .map((text) => Date.parse(text.replace(' UTC', 'Z').replace(' ', 'T')) / 60_000);
    };
    await until('both show that stretch alone', async () => {
      const [left, right] = [await timesAt(0.02), await timesAt(0.98)];
      return left.every((minutes, at) => right[at]! - minutes > 2 && right[at]! - minutes < 12);
    });
    await page.mouse.dblclick(box.x + box.width / 2, box.y + 60);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/pair\/BTC_USDT/);
  });
});

test('? shows the keys, 1 to 5 the views, in the light look too', { skip }, async () => {
  await withRealPage(browser, program.url, { colorScheme: 'light' }, async (page) => {
    await rows(page).first().waitFor(WAIT);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'overview-light.png');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Freeze the order, on and off').waitFor(WAIT);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'keys-light.png');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    for (const [key, view] of [
      ['2', 'grid'],
      ['3', 'exchanges'],
      ['4', 'lake'],
      ['5', 'alerts'],
      ['1', 'overview'],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForURL(new RegExp(`#/${view}$`));
      await page.locator(`nav a[aria-current=page]`).waitFor(WAIT);
    }
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor(WAIT);
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(11, 14, 19)');
  });
});

test('in Russian there is no English word of ours, and the choice stays', { skip }, async () => {
  await withRealPage(browser, program.url, { locale: 'ru-RU' }, async (page) => {
    await rows(page).first().waitFor(WAIT);
    await page.getByText(/(\d+) графи\S+, готово/).waitFor(WAIT);
    assert.equal(await page.evaluate('document.documentElement.lang'), 'ru');
    const english =
      /\b(Overview|Search|Columns|tradable|below costs|Spread|Age|State|now|of|charts|live|pairs|Reload|History)\b/;
    const shown = String(await page.evaluate(`document.body.innerText`));
    assert.doesNotMatch(shown.replace('Spread Aggregator', ''), english);
    await keepPicture(page, 'overview-ru.png');
    await page.goto(`${program.url}/#/pair/BTC_USDT/Binance/OKX`);
    await page.getByText('поток: живой').waitFor(WAIT);
    const pair = String(await page.evaluate(`document.querySelector('main').innerText`));
    assert.doesNotMatch(
      pair.replace(/\b(Bid|Ask|CSV|Parquet|PNG)\b/g, ''),
      /\b(Spread|Statistics|Sell|quiet|data|stands|Age|Export)\b/,
    );
    await keepPicture(page, 'pair-ru.png');
    await page.getByRole('button', { name: 'Язык: Русский' }).click();
    await page.getByRole('button', { name: 'Language: English' }).waitFor(WAIT);
    await page.reload();
    await page.getByRole('button', { name: 'Language: English' }).waitFor(WAIT);
  });
});

test('375 px are enough for table, charts and a pair', { skip }, async () => {
  await withRealPage(browser, program.url, { width: 375, height: 800 }, async (page) => {
    await rows(page).first().waitFor(WAIT);
    const overflow = () =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.equal(await overflow(), 0);
    await keepPicture(page, 'overview-375.png');
    await page.goto(`${program.url}/#/pair/BTC_USDT/Binance/OKX`);
    await page.locator('.pair-plot canvas').first().waitFor(WAIT);
    assert.equal(await overflow(), 0);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'pair-375.png');
  });
});
