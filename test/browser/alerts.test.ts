// The view of alerts and what an alert does on the page, in a real browser, against the real program on a simulated market: a rule
// made in the form fires, is told and delivered; mistakes, changes and deletions; both languages, both looks, a narrow screen.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AlertRuleSummary, AlertsReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { type Receiver, startReceiver } from '../alerts/receiver.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { keepPicture, textOf, WAIT } from '../support/page.js';
import { type Program, startProgram, testFolder } from '../support/program.js';
import { violations, watchPage } from '../support/real-page.js';
import { until } from '../support/wait.js';

const skip = chromiumMissing();
const clock = createRealClock();
const place = testFolder();
let world: GeneratedWorld;
let receiver: Receiver;
let program: Program;
let browser: Browser;

before(async () => {
  if (skip !== false) return;
  receiver = await startReceiver();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit', 'OKX'].includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 2, quotesPerSecond: 100 });
  const config = place.config({
    lake: { root: join(place.folder, 'lake') },
    statistics: { directory: join(place.folder, 'stats') },
    exchanges: world.server.urls,
    alerts: {
      targets: {
        desk: { kind: 'webhook', url: `${receiver.url}/alerts` },
        phone: { kind: 'telegram', chatId: '-42', tokenVariable: 'NO_SUCH_TOKEN' },
      },
    },
  });
  program = await startProgram(['serve', '--config', config]);
  browser = await launchChromium();
  await until('all pairs are tracked', async () => {
    const { pairs, id } = await make({ name: 'all', on: 'spread', above: 900 });
    await ask('DELETE', `/rules/${id}`);
    return pairs === 6;
  });
});

after(async () => {
  await browser?.close();
  await program?.end('SIGTERM');
  await world?.close();
  await receiver?.close();
  clock.close();
  place.remove();
});

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${program.url}/api/alerts${path}`, { method, headers, ...sent });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${text}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}
const all = async (): Promise<AlertsReply> => await ask('GET', '');
const make = async (body: object): Promise<AlertRuleSummary> => await ask('POST', '/rules', body);

type Run = BrowserContextOptions & { readonly broken?: boolean };

/** A page of its own, of which nothing may go wrong; rules are gone before it. Sounds and notifications are counted. */
async function withPage(run: Run, steps: (page: Page) => Promise<void>): Promise<void> {
  for (const { id } of (await all()).rules) await ask('DELETE', `/rules/${id}`);
  const { broken = false, ...options } = run;
  const context = await browser.newContext({
    ...{ viewport: { width: 1_380, height: 900 }, colorScheme: 'dark', locale: 'en-US' },
    ...options,
  });
  try {
    await context.addInitScript(`
      window.heard = 0;
      window.notified = [];
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...at) { window.heard += 1; return start.apply(this, at); };
      const Real = Notification;
      window.Notification = class extends Real {
        constructor(title, options) { super(title, options); window.notified.push(options.body); }
      };`);
    const page = await context.newPage();
    // What a server refuses the browser notes as well.
    const wrong = watchPage(page, program.url, broken ? /^Failed to load resource/ : /status of 400/);
    await steps(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${program.url}/#/alerts${query}`);
  await page.locator('#rules-title').waitFor(WAIT);
}

const focused = async (page: Page): Promise<string> =>
  await page.evaluate<string>('document.activeElement.id || document.activeElement.tagName');
const focusIs = async (page: Page, id: string): Promise<void> => {
  await until(`the focus is on ${id}`, async () => (await focused(page)) === id, 10_000);
};
const toast = (page: Page, text: string) => page.locator('.toast', { hasText: text });

test('a rule made in the form fires: told with a link, heard, notified, delivered and listed', {
  skip,
}, async () => {
  await withPage({ permissions: ['notifications'] }, async (page) => {
    receiver.taken.length = 0;
    await open(page);
    await page.getByText('No rules yet.').waitFor(WAIT);
    await keepPicture(page, 'alerts-empty.png');
    await page.keyboard.press('n');
    await focusIs(page, 'rule-name');
    await page.keyboard.type('torn');
    await page.getByLabel('Symbol').fill('btc-usdt');
    await page.getByLabel('Exchange', { exact: true }).fill('okx');
    await page.getByLabel('Other exchange').fill('Binance');
    await page.getByLabel('Fires above').fill('0.0001');
    await page.getByRole('checkbox', { name: /^desk/ }).check();
    await page.getByLabel('Fires above').press('Enter');
    await toast(page, 'Rule “torn” is saved').waitFor(WAIT);
    await focusIs(page, 'rule-new');
    assert.equal(await page.locator('.rule-form').count(), 0);

    const told = page.locator('.toast.alert a');
    await told.waitFor(WAIT);
    assert.match(await textOf(told), /^torn: BTC\/USDT (Binance \/ OKX|OKX \/ Binance), [+−]\d/);
    assert.match((await told.getAttribute('href')) ?? '', /^#\/pair\/BTC_USDT\/(Binance\/OKX|OKX\/Binance)$/);
    assert.equal(await page.evaluate('window.heard'), 2, 'two tones');
    const notified = await page.evaluate<string[]>('window.notified');
    assert.equal(notified.length, 1);
    assert.match(notified[0]!, /^torn: BTC\/USDT/);

    const fired = page.locator('.fired', { hasText: '✓ desk: sent' });
    await fired.waitFor(WAIT);
    assert.match(await textOf(fired), /UTC.*torn.*BTC\/USDT.*, threshold 0\.0001 %.*net edge [+−]\d/);
    assert.equal(receiver.taken[0]!.body['ruleName'], 'torn');
    const facts = await textOf(page.locator('.rule'));
    for (const fact of [
      'Spread: BTC/USDT, OKX and Binance',
      'above 0.0001 %',
      'after it was below 0.00008 %',
      '5 min for each pair',
      'message, sound, notification',
      '1 pair',
    ])
      assert.ok(facts.includes(fact), `${fact}: ${facts}`);
    await keepPicture(page, 'alerts-fired.png');
    await told.click();
    await page.waitForURL(/#\/pair\/BTC_USDT/);
  });
});

test('several at once are one message with their count, and a browser that wants no sound has none', {
  skip,
}, async () => {
  await withPage({}, async (page) => {
    await open(page);
    await page.getByRole('button', { name: /Sound$/ }).click();
    await page.getByText('Notifications are not allowed yet.').waitFor(WAIT);
    // From another view, too.
    await page.keyboard.press('1');
    await page.locator('.grid .row').first().waitFor(WAIT);
    await make({ name: 'everywhere', on: 'spread', above: 0.0001 });
    const told = page.locator('.toast.alert a');
    await told
      .filter({ hasText: /^\d alerts: everywhere$/ })
      .first()
      .waitFor(WAIT);
    assert.equal(await told.first().getAttribute('href'), '#/alerts');
    assert.equal(await page.evaluate('window.heard'), 0);
    await page.keyboard.press('5');
    const sound = page.getByRole('button', { name: /Sound$/ });
    assert.equal(await sound.getAttribute('aria-pressed'), 'false');
    await page.getByRole('button', { name: 'Hear it' }).click();
    await until('it is heard', async () => (await page.evaluate<number>('window.heard')) === 2, 10_000);
  });
});

test('a mistake is said at the field that it is in, and what was written stays', { skip }, async () => {
  await withPage({}, async (page) => {
    await open(page, '?new=1');
    await focusIs(page, 'rule-name');
    await page.getByLabel('Fires above').fill('a lot');
    await page.getByRole('button', { name: 'Save' }).click();
    const name = page.locator('#rule-name');
    await page
      .locator('#rule-name-wrong', { hasText: 'Not accepted: expected a text of 1 to 100' })
      .or(page.locator('#rule-above-wrong'))
      .waitFor(WAIT);
    await page.locator('#rule-above-wrong', { hasText: 'was "a lot"' }).waitFor(WAIT);
    await focusIs(page, 'rule-above');
    assert.equal(await page.locator('#rule-above').getAttribute('aria-invalid'), 'true');
    await keepPicture(page, 'alerts-mistake.png');
    await page.locator('#rule-above').fill('0.5');
    await page.keyboard.press('Enter');
    await page.locator('#rule-name-wrong', { hasText: 'was ""' }).waitFor(WAIT);
    assert.equal(await page.locator('#rule-above-wrong').count(), 0);
    await focusIs(page, 'rule-name');
    await name.fill('late');
    await page.getByLabel('Cooldown').fill('90000');
    await page.keyboard.press('Enter');
    const wrong = page.locator('#rule-cooldownSeconds-wrong');
    await wrong.filter({ hasText: 'expected a whole number from 0 to 86400, was 90000' }).waitFor(WAIT);
    assert.equal(await page.locator('#rule-above').inputValue(), '0.5');
    assert.deepEqual((await all()).rules, []);
  });
});

test('a rule is changed, switched off, tested, and deleted only after a second word', { skip }, async () => {
  await withPage({}, async (page) => {
    const { id } = await make({ name: 'old', on: 'edge', above: 900, exchange1: 'OKX', to: ['phone'] });
    const rule = async (): Promise<AlertRuleSummary> => (await all()).rules[0]!;
    await open(page);
    await page.getByRole('button', { name: 'Change rule old' }).click();
    assert.match(page.url(), new RegExp(`#/alerts\\?rule=${id}$`));
    await focusIs(page, 'rule-name');
    await page.keyboard.press('Escape');
    await focusIs(page, `rule-edit-${id}`);
    assert.equal(await page.locator('.rule-form').count(), 0);

    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'Percentile' }).check();
    await page.locator('#rule-above').fill('97.5');
    await page.locator('#rule-rearmBelow').fill('');
    await page.locator('#rule-name').fill('new');
    await keepPicture(page, 'alerts-form.png');
    await page.locator('#rule-name').press('Enter');
    const card = page.locator('.rule');
    await card.filter({ hasText: 'above percentile 97.5 or below 2.5' }).waitFor(WAIT);
    await card.filter({ hasText: 'after it was between 12 and 88' }).waitFor(WAIT);
    await focusIs(page, `rule-edit-${id}`);
    const { name, on, above, rearmBelow } = await rule();
    assert.deepEqual([name, on, above, rearmBelow], ['new', 'percentile', 97.5, 88]);

    await page.getByRole('checkbox', { name: 'Rule new is on' }).click();
    await toast(page, 'Rule “new” is off').waitFor(WAIT);
    assert.equal((await rule()).enabled, false);
    await page.getByRole('checkbox', { name: 'Rule new is on' }).click();
    await toast(page, 'Rule “new” is on').waitFor(WAIT);
    assert.equal((await rule()).enabled, true);

    await page.getByRole('button', { name: 'Test rule new' }).click();
    await page.locator('.toast.alert', { hasText: 'Test of new: ' }).waitFor(WAIT);
    const reason = '✕ phone: failed: the environment has no NO_SUCH_TOKEN';
    await page.locator('.fired', { hasText: reason }).filter({ hasText: 'test' }).waitFor(WAIT);

    await page.getByRole('button', { name: 'Delete rule new' }).click();
    const asked = page.getByRole('alertdialog', { name: 'Delete rule “new”?' });
    await asked.waitFor(WAIT);
    await keepPicture(page, 'alerts-delete.png');
    await page.keyboard.press('Escape');
    await focusIs(page, `rule-delete-${id}`);
    assert.equal((await all()).rules.length, 1);
    await page.keyboard.press('Enter');
    await asked.getByRole('button', { name: 'Yes, delete it' }).click();
    await toast(page, 'Rule “new” is deleted').waitFor(WAIT);
    await page.getByText('No rules yet.').waitFor(WAIT);
    assert.deepEqual((await all()).rules, []);
    await focusIs(page, 'rule-new');
  });
});

test('an address opens the form filled in, or a rule, and says where there is none', { skip }, async () => {
  await withPage({}, async (page) => {
    await open(page, '?new=1&symbol=BTC/USDT&exchange1=Binance&exchange2=OKX&on=edge');
    const value = async (field: string) => await page.locator(`#rule-${field}`).inputValue();
    assert.deepEqual(
      await Promise.all(['name', 'symbol', 'exchange1', 'exchange2', 'above', 'cooldownSeconds'].map(value)),
      ['BTC/USDT Binance / OKX', 'BTC/USDT', 'Binance', 'OKX', '', '300'],
    );
    assert.ok(await page.getByRole('radio', { name: 'Net edge' }).isChecked());
    await focusIs(page, 'rule-above');
    await page.keyboard.press('Escape');
    await until('the address is plain', () => page.url().endsWith('#/alerts'));
    const { id } = await make({ name: 'there', on: 'spread', above: 500 });
    await page.evaluate(`location.hash = '#/alerts?rule=${id}'`);
    await page.getByRole('heading', { name: 'Change rule there' }).waitFor(WAIT);
    assert.equal(await value('above'), '500');
    await page.evaluate(`location.hash = '#/alerts?rule=r999'`);
    await page.getByText('There is no rule r999').waitFor(WAIT);
  });
});

/** Words of one's own on the screen and for those who hear it, without what the server says and what is a name. */
const OWN_WORDS = `(() => {
  const said = [];
  const walk = (node) => {
    if (node instanceof Text) said.push(node.data);
    if (!(node instanceof Element) || node.lang === 'en' || node.tagName === 'DATALIST') return;
    for (const name of ['aria-label', 'title', 'placeholder']) said.push(node.getAttribute(name) ?? '');
    node.childNodes.forEach(walk);
  };
  walk(document.querySelector('.alerts-view'));
  walk(document.querySelector('.toasts'));
  walk(document.querySelector('.nav'));
  return said.join('\\n');
})()`;

test('in Russian nothing of it is English', { skip }, async () => {
  await withPage({ locale: 'ru-RU' }, async (page) => {
    const foreign =
      /USDT|BTC|ETH|Binance|Bybit|OKX|UTC|Telegram|alerts\.targets|https|bid|desk|phone|torn|everywhere|\b(new|old)\b/g;
    const english = async (): Promise<readonly string[]> => {
      const words = (await page.evaluate<string>(OWN_WORDS)).replace(foreign, '');
      return words.match(/.*[A-Za-z]{2,}.*/g) ?? [];
    };
    await open(page);
    assert.deepEqual(await english(), []);
    // The key of n on a Russian keyboard.
    await page.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'т', bubbles: true }))`,
    );
    await focusIs(page, 'rule-name');
    for (const measure of ['Спред', 'Чистая выгода', 'Перцентиль']) {
      await page.getByRole('radio', { name: measure }).check();
      assert.deepEqual(await english(), []);
    }
    await page.getByRole('radio', { name: 'Спред' }).check();
    await page.locator('#rule-name').fill('Разрыв');
    await page.locator('#rule-symbol').fill('ETH/USDT');
    await page.locator('#rule-above').fill('0,0001');
    await page.locator('#rule-to-hint').waitFor(WAIT);
    await page.getByRole('checkbox', { name: /^phone/ }).check();
    await page.locator('#rule-name').press('Enter');
    await toast(page, 'Правило «Разрыв» сохранено').waitFor(WAIT);
    await page.locator('.fired', { hasText: 'не удалось' }).first().waitFor(WAIT);
    await page.locator('.toast.alert').first().waitFor(WAIT);
    await page.getByRole('button', { name: 'Удалить правило Разрыв' }).click();
    assert.deepEqual(await english(), []);
    assert.ok((await page.evaluate<string>(OWN_WORDS)).length > 500);
    await keepPicture(page, 'alerts-russian.png');
  });
});

for (const colorScheme of ['dark', 'light'] as const)
  test(`axe finds nothing in the ${colorScheme} look, and 375 px need no scrolling sideways`, {
    skip,
  }, async () => {
    await withPage({ colorScheme, reducedMotion: 'reduce' }, async (page) => {
      const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      await make({ name: 'everywhere', on: 'spread', above: 0.0001, to: ['desk', 'phone'] });
      const long = 'a-name-without-any-space-that-is-as-long-as-a-name-may-be-'.repeat(2).slice(0, 100);
      const { id } = await make({
        name: long,
        on: 'percentile',
        above: 95,
        enabled: false,
        symbol: 'NOBODY',
      });
      await open(page);
      const sent = page.locator('.fired', { hasText: 'everywhere' }).filter({ hasText: '✓ desk: sent' });
      await sent.first().waitFor(WAIT);
      await ask('POST', `/rules/${id}/test`);
      await page.locator('.toast.alert').first().waitFor(WAIT);
      assert.deepEqual(await violations(page, null), []);
      await keepPicture(page, `alerts-${colorScheme}.png`);
      await page.setViewportSize({ width: 375, height: 812 });
      assert.equal(await page.evaluate(sideways), 0);
      await keepPicture(page, `alerts-${colorScheme}-375.png`);
      await page.getByRole('button', { name: 'Delete rule everywhere' }).click();
      await page.getByRole('button', { name: `Change rule ${long}` }).click();
      await page.locator('#rule-above').fill('12');
      await page.keyboard.press('Enter');
      await page.locator('#rule-above-wrong').waitFor(WAIT);
      assert.equal(await page.evaluate(sideways), 0);
      assert.deepEqual(await violations(page, null), []);
      await keepPicture(page, `alerts-${colorScheme}-375-form.png`);
      await page.setViewportSize({ width: 1_380, height: 900 });
      assert.deepEqual(await violations(page, null), []);
      await keepPicture(page, `alerts-${colorScheme}-form.png`);
      assert.equal((await all()).rules.find((rule) => rule.id === id)!.above, 95);
    });
  });

test('it says that it loads, that loading failed, and what holds of a replay and a damaged file', {
  skip,
}, async () => {
  await withPage({ broken: true }, async (page) => {
    await make({ name: 'kept', on: 'spread', above: 500 });
    let answer = (): void => {};
    const path = /\/api\/alerts\?/;
    await page.route(path, async (route) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      await route.fulfill({ status: 500, json: { error: 'out of order' } });
    });
    await page.goto(`${program.url}/#/alerts`);
    await page.getByText('Asking for rules and alerts …').waitFor(WAIT);
    await keepPicture(page, 'alerts-loading.png');
    answer();
    await page.getByText(/Loading failed: .* out of order/).waitFor(WAIT);
    await keepPicture(page, 'alerts-failed.png');
    await page.unroute(path);
    await page.route(path, async (route) => {
      const json = {
        ...(await all()),
        sendsOutside: false,
        fileProblem: 'rules.json cannot be read: damaged',
      };
      await route.fulfill({ json });
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'kept' }).waitFor(WAIT);
    await page.getByText('This is a replay: nothing is sent outside').waitFor(WAIT);
    await page.getByText('The rules of the file are not in force: rules.json cannot be read').waitFor(WAIT);
    await keepPicture(page, 'alerts-notices.png');
    // What was read stays, and is said not to be the present; the page tells no more of it than that.
    await page.unroute(path);
    await page.route(/\/api\/alerts/, (route) => route.abort());
    await page.getByRole('button', { name: 'Test rule kept' }).click();
    await page.getByText(/✕ Not done: .* cannot be reached/).waitFor(WAIT);
    await page.getByText(/^Not the present: /).waitFor(WAIT);
    assert.equal(await page.locator('.toast').count(), 0);
    assert.equal(await page.getByRole('heading', { name: 'kept' }).count(), 1);
  });
});

test('a hidden page without notifications asks nothing, and tells what fired when it is seen again', {
  skip,
}, async () => {
  await withPage({}, async (page) => {
    const { id } = await make({ name: 'meanwhile', on: 'spread', above: 900 });
    await page.addInitScript(`
      window.isAway = false;
      Object.defineProperty(document, 'hidden', { get: () => window.isAway });
      window.turn = (isAway) => { window.isAway = isAway; document.dispatchEvent(new Event('visibilitychange')); };`);
    await page.clock.install();
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('/api/alerts/since')) asked += 1;
    });
    let answered = 0;
    page.on('requestfinished', (request) => {
      if (request.url().includes('/api/alerts/since')) answered += 1;
    });
    await page.goto(program.url);
    await until('it follows', async () => {
      await page.clock.runFor(2_000);
      return asked >= 2;
    });
    await page.evaluate('window.turn(true)');
    await page.clock.runFor(2_000);
    // One that was under way would have told it while the page was hidden.
    await until('nothing is under way', () => answered === asked);
    const before = asked;
    await ask('POST', `/rules/${id}/test`);
    for (let at = 0; at < 10; at += 1) await page.clock.runFor(3_000);
    assert.equal(asked, before);
    await page.evaluate('window.turn(false)');
    await page.locator('.toast.alert', { hasText: 'Test of meanwhile' }).waitFor(WAIT);
  });
});
