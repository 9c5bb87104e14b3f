// Alerts of the program as its user runs it: Telegram with a token of the environment that is told nowhere, rules that a restart
// finds again, ids that go on, a damaged file that is told and kept, and a replay that sends nothing.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AlertRuleSummary, AlertSummary, AlertsReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { answering, type Receiver, startReceiver } from '../alerts/receiver.js';
import { type Program, runProgram, startProgram, testFolder } from '../support/program.js';
import { until } from '../support/wait.js';

const TOKEN = '987654:a-token_that_is_SECRET';
const HIDDEN = 'hidden-place';
const clock = createRealClock();
const place = testFolder();
const lake = join(place.folder, 'lake');
const rulesPath = `${lake}-alerts.json`;
let world: GeneratedWorld;
let receiver: Receiver;
let config: string;

before(async () => {
  process.env['TEST_BOT_TOKEN'] = TOKEN;
  receiver = await startReceiver();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit'].includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 1, quotesPerSecond: 100 });
  const telegram = { kind: 'telegram', chatId: '-42', apiUrl: receiver.url };
  config = place.config({
    lake: { root: lake },
    statistics: { directory: join(place.folder, 'stats') },
    exchanges: world.server.urls,
    alerts: {
      targets: {
        phone: { ...telegram, tokenVariable: 'TEST_BOT_TOKEN' },
        desk: { kind: 'webhook', url: `${receiver.url}/${HIDDEN}` },
        nowhere: { ...telegram, tokenVariable: 'NO_SUCH_TOKEN' },
      },
    },
  });
});

after(async () => {
  await world.close();
  await receiver.close();
  clock.close();
  place.remove();
});

const all = async ({ url }: Program): Promise<AlertsReply> =>
  (await (await fetch(`${url}/api/alerts`)).json()) as AlertsReply;
async function post<T>({ url }: Program, path: string, body: object = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const asked = { method: 'POST', headers, body: JSON.stringify(body) };
  return (await (await fetch(`${url}/api/alerts${path}`, asked)).json()) as T;
}
/** Everything that it says of itself to anybody. */
async function everything(program: Program): Promise<string> {
  const paths = ['/health', '/metrics', '/api/alerts', '/api/alerts/since?id=0', '/api/openapi.json'];
  const texts = paths.map(async (path) => await (await fetch(`${program.url}${path}`)).text());
  return [program.output(), ...(await Promise.all(texts))].join('\n');
}

let lastId = 0;
let rule: AlertRuleSummary;

test('Telegram is told with the token of the environment, which nobody else is', async () => {
  const program = await startProgram(['serve', '--config', config]);
  const { reasons } = await program.health();
  assert.ok(reasons.includes('alerts: nothing can be sent to nowhere: the environment has no NO_SUCH_TOKEN'));
  const wide = { name: 'wide', on: 'spread', above: 0.0001, to: ['phone', 'desk', 'nowhere'] };
  receiver.answers(answering(401, JSON.stringify({ description: `bot ${TOKEN} is unknown` })));
  rule = await post(program, '/rules', wide);
  const [alert] = await until('it fired and all is settled', async () => {
    const { alerts } = await all(program);
    return alerts.some(({ delivered }) => delivered.every(({ state }) => state !== 'pending')) && alerts;
  });
  const states = Object.fromEntries(
    alert!.delivered.map(({ target, state, reason }) => [target, [state, reason]]),
  );
  // Whichever of the two came first was answered 401.
  const said = [states['phone'], states['desk']].map((each) => each![1]);
  assert.ok(said.includes(null), JSON.stringify(said));
  assert.match(said.find((reason) => reason !== null)!, /^answered 401(: bot \(token\) is unknown)?$/);
  assert.deepEqual(states['nowhere'], ['failed', 'the environment has no NO_SUCH_TOKEN']);
  const message = receiver.taken.find(({ path }) => path === `/bot${TOKEN}/sendMessage`);
  assert.equal(message?.body['chat_id'], '-42');
  assert.match(String(message?.body['text']), /^wide: BTC\/USDT, Binance and Bybit\n/);
  const told = await everything(program);
  for (const secret of [TOKEN, TOKEN.slice(7), HIDDEN, receiver.url.slice(7)])
    assert.ok(!told.includes(secret), secret);
  lastId = (await all(program)).lastId;
  assert.equal(await program.end('SIGTERM'), 0);
  assert.ok(!readFileSync(rulesPath, 'utf8').includes(TOKEN));
});

test('a restart finds the rules again, and its alerts have higher ids', async () => {
  const program = await startProgram(['serve', '--config', config]);
  const { rules } = await all(program);
  assert.deepEqual(rules, [{ ...rule, pairs: rules[0]!.pairs }]);
  const [alert] = await until('it fires again', async () => {
    const { alerts } = await all(program);
    return alerts.length > 0 && alerts;
  });
  assert.ok(alert!.id > lastId, `${alert!.id} after ${lastId}`);
  assert.equal(await program.end('SIGTERM'), 0);
});

test('a replay evaluates the rules, sends nothing and keeps no change', async () => {
  receiver.taken.length = 0;
  const before = readFileSync(rulesPath, 'utf8');
  const [from, to] = [clock.nowUs() / 1e6 - 600, clock.nowUs() / 1e6];
  const range = ['--from', `${Math.floor(from)}`, '--to', `${Math.ceil(to)}`, '--speed', 'max'];
  const program = await startProgram(['replay', '--config', config, ...range]);
  const { sendsOutside, alerts } = await until('what was recorded fires', async () => {
    const reply = await all(program);
    return reply.alerts.length > 0 && reply;
  });
  assert.equal(sendsOutside, false);
  assert.deepEqual(alerts[0]!.delivered, []);
  const made = await post<AlertRuleSummary>(program, '/rules', { name: 'only here', on: 'spread', above: 1 });
  assert.equal((await post<AlertSummary>(program, `/rules/${made.id}/test`)).test, true);
  const refused = await post<{ error: string }>(program, `/rules/${rule.id}/test`);
  assert.equal(refused.error, 'this is a replay: nothing is sent outside');
  assert.equal((await all(program)).rules.length, 2);
  await program.end('SIGTERM');
  assert.equal(readFileSync(rulesPath, 'utf8'), before);
  assert.deepEqual(receiver.taken, []);
});

test('a damaged file is told, degrades, and is put aside as it was by the first change', async () => {
  const damaged = readFileSync(rulesPath, 'utf8').slice(0, -20);
  writeFileSync(rulesPath, damaged);
  const program = await startProgram(['serve', '--config', config]);
  const { status, reasons } = await program.health();
  assert.equal(status, 'degraded');
  const reason = reasons.find((words) => words.startsWith(`alerts: ${rulesPath} cannot be read: `));
  assert.match(reason ?? '', /; none of its rules is in force$/);
  assert.match(program.output(), /the rules of alerts are not in force/);
  const { rules, fileProblem } = await all(program);
  assert.deepEqual([rules, `alerts: ${fileProblem}`], [[], reason]);
  assert.equal(readFileSync(rulesPath, 'utf8'), damaged);
  await post(program, '/rules', { name: 'new', on: 'spread', above: 500 });
  const aside = readdirSync(place.folder).filter((name) => name.startsWith('lake-alerts.json.unreadable-'));
  assert.equal(aside.length, 1);
  assert.equal(readFileSync(join(place.folder, aside[0]!), 'utf8'), damaged);
  assert.equal((await all(program)).fileProblem, null);
  await program.end('SIGTERM');
});

test('a configuration whose targets make no sense is refused by name, without their addresses', async () => {
  const telegram = { kind: 'telegram', chatId: '1', tokenVariable: 'SPREAD_TOKEN' };
  const path = place.config({
    alerts: {
      targets: {
        a: { kind: 'webhook' },
        b: { kind: 'webhook', url: 'http://user:password@x.example/', chatId: '1' },
        c: telegram,
        d: { kind: 'pigeon' },
      },
    },
  });
  const wrongKind = await runProgram(['serve', '--config', path]);
  assert.equal(wrongKind.exitCode, 2);
  assert.match(wrongKind.stderr, /alerts\.targets\.d\.kind: expected one of webhook, telegram, was "pigeon"/);
  place.config({
    lake: { root: lake },
    alerts: {
      file: join(lake, 'rules.json'),
      targets: {
        a: { kind: 'webhook' },
        b: { kind: 'webhook', url: 'http://user:password@x.example/', chatId: '1' },
        c: telegram,
        'd e': { kind: 'webhook', url: 'http://x.example/' },
      },
    },
  });
  const { exitCode, stderr } = await runProgram(['serve', '--config', path]);
  assert.equal(exitCode, 2);
  for (const line of [
    `alerts.file: expected a file outside lake.root (${lake}), was "${join(lake, 'rules.json')}"`,
    'alerts.targets.a.url: expected for a webhook, was nothing',
    'alerts.targets.b.chatId: expected nothing for a webhook',
    'alerts.targets.b.url: expected a URL without user and password',
    'alerts.targets.c.tokenVariable: expected a name without SPREAD_',
    'alerts.targets.d e: expected a name of letters, digits, - and _, at most 64, was "d e"',
  ])
    assert.ok(stderr.includes(line), `${line}\n${stderr}`);
  assert.ok(!stderr.includes('user:password'), stderr);
});
