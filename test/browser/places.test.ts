// The views of exchanges and of the lake, as one looks after a process with them: against the demo, and against a world whose
// exchange goes away.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import type {
  ConnectionsReply,
  LakeCoverageReply,
  LakeReply,
  SymbolSummary,
} from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp } from '../support/app.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { keepPicture, WAIT } from '../support/page.js';
import { type Program, startProgram, testFolder } from '../support/program.js';
import { violations, withRealPage } from '../support/real-page.js';
import { until } from '../support/wait.js';
import { loadWebModule } from '../support/web-module.js';

const skip = chromiumMissing();
const NAMES = SIM_EXCHANGES.map(({ name }) => name);
const SMALL = { width: 375, height: 800 } as const;
const place = testFolder();
let program: Program;
let browser: Browser;

before(async () => {
  if (skip !== false) return;
  program = await startProgram(['demo', '--lake', `${place.folder}/demo`]);
  browser = await launchChromium();
  await until(
    'all exchanges run',
    async () => {
      const { exchanges } = await ask<ConnectionsReply>('/api/connections');
      return (
        exchanges.length === NAMES.length &&
        exchanges.every(({ states, instruments }) => states['live'] === instruments)
      );
    },
    60_000,
  );
});

after(async () => {
  await browser?.close();
  await program?.end('SIGTERM');
  place.remove();
});

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${program.url}${path}`)).json()) as T;
}

const row = (page: Page, name: string): Locator =>
  page.locator('.exchange-sheet > tbody > tr', { has: page.locator(`button[data-name="${name}"]`) });
const cell = (page: Page, name: string, head: string): Locator =>
  row(page, name).locator(`td[data-head="${head}"]`);
const instruments = (page: Page): Locator => page.locator('.instrument-sheet tbody tr');
const focused = (page: Page): Promise<string | null> =>
  page.evaluate('document.activeElement?.dataset.name ?? null') as Promise<string | null>;
/** What stands under a name in a list of facts. */
const figure = (page: Page, name: string): Locator =>
  page.locator('.figures div', { has: page.locator(`dt:text-is("${name}")`) }).locator('dd');

async function noSidewaysScroll(page: Page): Promise<void> {
  assert.equal(
    await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    0,
    'the page does not scroll sideways',
  );
}

test('every exchange is there with numbers that live, and the process says how it is', { skip }, async () => {
  await withRealPage(browser, `${program.url}/#/exchanges`, {}, async (page) => {
    await row(page, NAMES[0]!).waitFor(WAIT);
    const shown = await page
      .locator('.exchange-sheet .opener')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-name')));
    assert.deepEqual(shown.toSorted(), NAMES.toSorted());
    for (const name of NAMES) {
      // On a machine that is busy quotes come late, which the demo tells as it should.
      assert.match(
        (await cell(page, name, 'State').textContent())!,
        /^(✓running|!degraded\d+ of \d+ instr.* lag: .*)$/,
      );
      assert.match((await cell(page, name, 'Live').textContent())!, /^(\d+) of \1$/);
      assert.match((await cell(page, name, 'Last message').textContent())!, /^\d/);
      await until(`quotes of ${name}`, async () =>
        /^[1-9]/.test((await cell(page, name, 'Quotes/s').textContent())!),
      );
    }
    await page
      .locator('.place-head', { hasText: new RegExp(`\\d+ of ${NAMES.length} run · \\d+ of \\d+ live`) })
      .waitFor(WAIT);
    assert.match((await page.locator('.freshness').first().textContent())!, /^as of \d\d:\d\d:\d\d UTC, /);
    await page.locator('.process', { hasText: /(healthy|degraded)/ }).waitFor(WAIT);
    assert.match((await figure(page, 'Held up').textContent())!, /^\d+ (ms|s) at most lately/);
    await page.locator('.process summary').click();
    await page.locator('.process tbody tr', { hasText: 'journal' }).waitFor(WAIT);
    await page.locator('.process summary').click();
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'exchanges-dark.png');
  });
});

test('j, k and Enter go through exchanges and open one; its address opens the same; Escape closes', {
  skip,
}, async () => {
  await withRealPage(browser, `${program.url}/#/exchanges`, {}, async (page) => {
    await row(page, NAMES[0]!).waitFor(WAIT);
    const { exchanges } = await ask<ConnectionsReply>('/api/connections');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const second = exchanges[1]!;
    assert.equal(await focused(page), second.name);
    await page.keyboard.press('Enter');
    await instruments(page).first().waitFor(WAIT);
    assert.match(page.url(), new RegExp(`#/exchanges\\?open=${second.name}$`));
    const { symbols } = await ask<{ symbols: SymbolSummary[] }>(
      `/api/symbols?exchange=${second.name}&watched=true`,
    );
    assert.equal(await instruments(page).count(), symbols.length);
    for (const connection of second.connections)
      await page.locator('.detail-box tbody tr', { hasText: connection.name }).waitFor(WAIT);
    const before = Number((await figure(page, 'Quotes').textContent())!.replaceAll(',', ''));
    await until('the open one lives on', async () => {
      return Number((await figure(page, 'Quotes').textContent())!.replaceAll(',', '')) > before;
    });
    await page.keyboard.press('/');
    await page.keyboard.type('btc');
    await until('only it is left', async () => (await instruments(page).count()) === 1);
    assert.match((await instruments(page).textContent())!, /^BTC\/USDT .*✓live\d+\.\d s/);
    const shared = page.url();
    await withRealPage(browser, shared, {}, async (other) => {
      await until('the same is open', async () => (await instruments(other).count()) === 1);
      assert.equal(await other.locator('.detail-box input').inputValue(), 'btc');
    });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await until('all are there again', async () => (await instruments(page).count()) === symbols.length);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'exchange-open-dark.png');
    await page.keyboard.press('Escape');
    await instruments(page)
      .first()
      .waitFor({ ...WAIT, state: 'detached' });
    assert.equal(await focused(page), second.name);
    assert.match(page.url(), /#\/exchanges$/);
  });
});

test('instruments are chosen by state; what does not pass says so and leads back', { skip }, async () => {
  await withRealPage(browser, `${program.url}/#/exchanges?open=${NAMES[0]}&q=nope`, {}, async (page) => {
    await page.getByText('No instrument passes.').waitFor(WAIT);
    await page.getByRole('button', { name: 'Show all' }).click();
    await instruments(page).first().waitFor(WAIT);
    await page.getByRole('button', { name: 'Not watched' }).click();
    const { symbols } = await ask<{ symbols: SymbolSummary[] }>(
      `/api/symbols?exchange=${NAMES[0]}&watched=false`,
    );
    await page
      .locator('.detail-box .tools .facts', { hasText: `${symbols.length} of ${symbols.length}` })
      .waitFor(WAIT);
    assert.match(page.url(), /state=left/);
    await page.goto(`${program.url}/#/exchanges?open=Nowhere`);
    await page.getByText('There is no exchange Nowhere here.').waitFor(WAIT);
  });
});

test('the lake shows the numbers of the API, a bar a day and a table of the days', { skip }, async () => {
  const { bytesText } = await loadWebModule<{ bytesText: (bytes: number) => string }>('format');
  const whole = new Intl.NumberFormat('en');
  await withRealPage(browser, `${program.url}/#/lake`, {}, async (page) => {
    await page.locator('.bars').waitFor(WAIT);
    const isSame = async (): Promise<boolean> => {
      const lake = await ask<LakeReply>('/api/lake');
      const wanted = {
        Size: `${bytesText(lake.bytes)} in ${whole.format(lake.files)} files`,
        Days: new RegExp(`^${lake.daysTotal} days?, ${lake.oldest} to ${lake.newest}$`),
        Holds: `${lake.instruments} instruments of ${lake.symbols} symbols on ${lake.exchanges} exchanges`,
        'Growth a day': 'not known before the first full day',
        'Disk full': new RegExp(`^not known; ${bytesText(lake.freeBytes!)} free$`),
        'Last compaction': 'none since the start',
        Kept: `all days · compacted after ${lake.kept.hotDays} days`,
      };
      for (const [name, value] of Object.entries(wanted)) {
        const text = (await figure(page, name).textContent())!;
        if (typeof value === 'string' ? text !== value : !value.test(text)) return false;
      }
      assert.equal(await page.locator('.bar-day').count(), lake.days.length);
      const label = (await page.locator('.bars').getAttribute('aria-label'))!;
      assert.ok(label.includes(bytesText(lake.days.at(-1)!.bytes)), label);
      await page.getByText('As a table').click();
      await page.locator('.sheet-box table.sheet tbody tr').first().waitFor(WAIT);
      assert.equal(await page.locator('.sheet-box table.sheet tbody tr').count(), lake.days.length);
      return true;
    };
    await until('page and API say the same', isSame);
    assert.match((await page.locator('.freshness').first().textContent())!, /^as of .*, (\d+ s ago|now)$/);
  });
});

test('the heatmap has a cell an hour, tells its numbers by pointer and keys, and opens the symbols', {
  skip,
}, async () => {
  await withRealPage(browser, `${program.url}/#/lake`, {}, async (page) => {
    await page.locator('.heat .hour').first().waitFor(WAIT);
    const reply = await ask<LakeCoverageReply>('/api/lake/coverage?days=2');
    const rows = page.locator('.heat tbody tr');
    assert.deepEqual(
      await rows.locator('.opener').evaluateAll((all) => all.map((one) => one.getAttribute('data-name'))),
      reply.rows.map(({ name }) => name),
    );
    assert.equal(await page.locator('.heat td.hour').count(), reply.rows.length * reply.hours);
    const voids = reply.rows.flatMap(({ covered }) => covered).filter((share) => share === null).length;
    await until('hours without quotes are told apart', async () => {
      return (await page.locator('.heat td.hour.void').count()) === voids;
    });
    assert.equal(await page.locator('.heat td.hour:not([aria-label])').count(), 0);
    assert.match((await page.locator('.heat-summary').textContent())!, /^Covered: [\d.]+ % of the time/);
    const last = rows.first().locator('td.hour').last();
    await last.hover();
    const told = page.locator('.heat-told');
    await told.filter({ hasText: `${reply.rows[0]!.name} · ` }).waitFor(WAIT);
    await last.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await told
      .filter({ hasText: new RegExp(`^${reply.rows[1]!.name} · \\d\\d-\\d\\d \\d\\d:00–\\d\\d:00 UTC: `) })
      .waitFor(WAIT);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const name = reply.rows[2]!.name;
    await page.getByRole('heading', { name: `${name}: coverage of its symbols` }).waitFor(WAIT);
    const symbols = await ask<LakeCoverageReply>(`/api/lake/coverage?days=2&exchange=${name}`);
    await until('its symbols', async () => {
      return (await page.locator('.symbols tbody tr').count()) === symbols.rows.length;
    });
    assert.match(page.url(), new RegExp(`#/lake\\?open=${name}$`));
    assert.deepEqual(await violations(page), []);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await keepPicture(page, 'lake-heat-dark.png');
    await page.keyboard.press('Escape');
    await page.locator('.symbols').waitFor({ ...WAIT, state: 'detached' });
    assert.equal(await focused(page), name);
    await page.getByRole('button', { name: '7 days' }).click();
    await until('a week of hours', async () => {
      return (await page.locator('.heat td.hour').count()) === reply.rows.length * 168;
    });
    assert.match(page.url(), /days=7/);
  });
});

test('in Russian none of our English words is left, by light and on a small screen', { skip }, async () => {
  const symbols = (await ask<{ symbols: SymbolSummary[] }>('/api/symbols')).symbols;
  const allowed = new Set([
    ...[...NAMES, 'demo', 'UTC', 'Enter', 'Esc', 'Nowhere', 'BTC', 'v'],
    ...symbols.flatMap(
      ({ symbol, exchangeSymbol }) => `${symbol} ${exchangeSymbol}`.match(/[A-Za-z]+/g) ?? [],
    ),
  ]);
  const foreign = async (page: Page): Promise<string[]> => {
    const texts = (await page.evaluate(`(() => {
      const root = document.querySelector('.place').cloneNode(true);
      for (const said of root.querySelectorAll('[lang=en]')) said.remove();
      const attributes = ['title', 'aria-label', 'placeholder', 'data-head'];
      return [root.textContent + ' ', ...[root, ...root.querySelectorAll('*')].flatMap((one) =>
        attributes.map((name) => one.getAttribute(name) ?? ''))].join(' ');
    })()`)) as string;
    const words = texts.match(/[A-Za-z]{2,}/g) ?? [];
    return [...new Set(words)].filter((word) => ![...allowed].some((known) => known.includes(word)));
  };
  const russian = { locale: 'ru-RU', colorScheme: 'light', ...SMALL } as const;
  await withRealPage(browser, `${program.url}/#/exchanges?open=${NAMES[0]}`, russian, async (page) => {
    await instruments(page).first().waitFor(WAIT);
    await page.locator('.process summary').click();
    await page.locator('.process tbody tr').first().waitFor(WAIT);
    assert.deepEqual(await foreign(page), []);
    assert.match((await page.locator('.place-head').first().textContent())!, /Биржи.*Работает \d+ из \d+/);
    await noSidewaysScroll(page);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'exchanges-ru-375-light.png');
    await page.goto(`${program.url}/#/exchanges?open=Nowhere`);
    await page.getByText('Биржи Nowhere здесь нет.').waitFor(WAIT);
  });
  await withRealPage(browser, `${program.url}/#/lake?open=${NAMES[0]}`, russian, async (page) => {
    await page.locator('.symbols .hour').first().waitFor(WAIT);
    await page.getByText('Таблицей').click();
    assert.deepEqual(await foreign(page), []);
    await noSidewaysScroll(page);
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'lake-ru-375-light.png');
    await page.goto(`${program.url}/#/lake?days=7`);
    await until('a week of hours', async () => (await page.locator('.heat-scroll td.hour').count()) > 2_000);
    await noSidewaysScroll(page);
  });
});

test('in both themes, wide and narrow, axe finds nothing and nothing scrolls sideways', {
  skip,
}, async () => {
  for (const colorScheme of ['dark', 'light'] as const)
    for (const width of [1_380, 375])
      for (const view of [`exchanges?open=${NAMES[3]}`, `lake?open=${NAMES[3]}`])
        await withRealPage(browser, `${program.url}/#/${view}`, { colorScheme, width }, async (page) => {
          await page.locator('.instrument-sheet, .symbols .hour').first().waitFor(WAIT);
          await noSidewaysScroll(page);
          assert.deepEqual(await violations(page), [], `${view} ${colorScheme} ${width}`);
          await keepPicture(page, `${view.split('?')[0]}-${width}-${colorScheme}.png`);
        });
});

test('an exchange that goes away is told with its reason, and a process that goes away too', {
  skip,
}, async () => {
  const clock = createRealClock();
  const [left, right] = SIM_EXCHANGES;
  const world = await startGeneratedWorld({
    ...{ clock, exchanges: [left!, right!], port: 0, seed: 5, symbols: 3, quotesPerSecond: 60 },
  });
  const app = await startTestApp(() => {}, world.server.urls);
  try {
    await withRealPage(browser, `${app.url}/#/exchanges`, { broken: true }, async (page) => {
      const state = (name: string) => cell(page, name, 'State');
      await state(right!.name).filter({ hasText: 'running' }).waitFor(WAIT);
      const away = world.server.exchange(right!.name);
      away.refuseConnections(true);
      await away.closeAll(1006);
      await state(right!.name)
        .filter({ hasText: /degraded|failed/ })
        .waitFor({ timeout: 30_000 });
      const said = (await state(right!.name).locator('.said').textContent())!;
      const { exchanges } = (await (await fetch(`${app.url}/api/connections`)).json()) as ConnectionsReply;
      const reason = exchanges.find(({ name }) => name === right!.name)!.reason!;
      // Waiting times in it go on.
      assert.equal(said.replace(/[\d.]+/g, 'N'), reason.replace(/[\d.]+/g, 'N'));
      assert.equal(await state(left!.name).textContent(), '✓running');
      await page.locator('.troubles li', { hasText: right!.name }).waitFor(WAIT);
      await page.locator('.process h3', { hasText: 'degraded' }).waitFor(WAIT);
      await row(page, right!.name).locator('.opener').click();
      await page.locator('.detail-box .judged-state:not(.look-good)').first().waitFor(WAIT);
      assert.deepEqual(await violations(page), []);
      await keepPicture(page, 'exchange-away.png');
      away.refuseConnections(false);
      await state(right!.name).filter({ hasText: 'running' }).waitFor({ timeout: 60_000 });
      assert.match((await cell(page, right!.name, 'Reconnects').textContent())!, /^[1-9]/);
      await app.halt();
      const old = page.locator('.freshness.bad', { hasText: 'Not the present: /api/connections' });
      await old.waitFor({ timeout: 30_000 });
      assert.match((await old.textContent())!, /as of \d\d:\d\d:\d\d UTC, /);
      assert.equal(await page.locator('.exchange-sheet.old').count(), 1, 'what was known is marked as old');
      await page.locator('.process.old').waitFor(WAIT);
      assert.deepEqual(await violations(page), []);
      await keepPicture(page, 'exchanges-process-away.png');
      await page.keyboard.press('4');
      await page.getByText('Loading failed').first().waitFor(WAIT);
      await page.getByRole('button', { name: 'Try again' }).first().waitFor(WAIT);
      await keepPicture(page, 'lake-failed.png');
    });
  } finally {
    await app.stop();
    await world.close();
    clock.close();
  }
});

test('a process without exchanges and with an empty lake says so in words', { skip }, async () => {
  const app = await startTestApp(() => {});
  try {
    await withRealPage(browser, `${app.url}/#/exchanges`, { broken: true }, async (page) => {
      await page.getByText('No exchange is connected').waitFor(WAIT);
      await keepPicture(page, 'exchanges-none.png');
      await page.keyboard.press('4');
      await page.getByText('The lake is empty').waitFor(WAIT);
      await page.getByText('Nothing was collected in this time.').first().waitFor(WAIT);
      assert.deepEqual(await violations(page), []);
      await keepPicture(page, 'lake-empty.png');
    });
  } finally {
    await app.stop();
  }
});
