// Alerts on their way out, to real servers: what is posted, how often it is tried, what is waited for, what finds no room, and
// that neither token nor address is told to anybody but the server they are for.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import type { Alert, Delivery } from '../../src/alerts/alert.js';
import { Outbox, type OutboxLimits } from '../../src/alerts/outbox.js';
import { createTarget, type TargetSettings } from '../../src/alerts/targets.js';
import type { Log, LogFields } from '../../src/core/log.js';
import { createFastClock } from '../support/fast-clock.js';
import { until } from '../support/wait.js';
import { answering, type Receiver, startReceiver } from './receiver.js';

const TOKEN = '123456:a-very_secret-TOKEN';
/** A second of the outbox is some milliseconds. */
const clock = createFastClock(200);
const LIMITS: OutboxLimits = {
  ...{ queuedMax: 100, triesMax: 3, pauseMs: 1_000, pauseMsMax: 3_600_000 },
  // Far longer than any answer here, on the fast clock too.
  timeoutMs: 4_000_000,
};

let receiver: Receiver;
const logged: string[] = [];
const note = (message: string, fields?: LogFields) => logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note };

before(async () => {
  receiver = await startReceiver();
});
after(() => receiver.close());
afterEach(() => {
  const told = logged.join('\n');
  assert.ok(!told.includes('secret') && !told.includes('127.0.0.1'), told);
  receiver.taken.length = 0;
});

function outboxOf(targets: Record<string, TargetSettings>, limits: Partial<OutboxLimits> = {}): Outbox {
  const tokenOf = (variable: string) => ({ TOKEN, ODD: 'not a/token?secret' })[variable];
  return new Outbox({
    targets: Object.entries(targets).map(([name, settings]) => createTarget(name, settings, tokenOf)),
    clock,
    log,
    limits: { ...LIMITS, ...limits },
  });
}

function alertTo(...names: string[]): Alert & { readonly delivered: readonly Delivery[] } {
  return {
    ...{
      id: 41,
      atUs: Date.UTC(2026, 10, 22, 20) * 1_000,
      test: false,
      on: 'spread',
      value: 0.8312,
      threshold: 0.5,
    },
    rule: { id: 'r1', name: 'wide', sound: true, notify: false },
    ...{ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta', edgeBps: 51.23, spreadPercent: -0.8312 },
    ...{ executable12Percent: -0.85, executable21Percent: 0.81 },
    delivered: names.map((target) => ({ target, state: 'pending', reason: null })),
  };
}

async function sent(outbox: Outbox, alert: Alert): Promise<readonly Delivery[]> {
  outbox.send(alert);
  await until('nothing is pending', () => alert.delivered.every(({ state }) => state !== 'pending'));
  return alert.delivered;
}

const webhook = (path = '/hook?secret=1'): TargetSettings => ({ kind: 'webhook', url: receiver.url + path });
const phone = (): TargetSettings => ({
  ...{ kind: 'telegram', chatId: '-100', tokenVariable: 'TOKEN' },
  apiUrl: `${receiver.url}/`,
});

test('a webhook gets the alert as JSON, Telegram gets it in words with the token in its path', async () => {
  const outbox = outboxOf({ desk: webhook(), phone: phone() });
  const delivered = await sent(outbox, alertTo('desk', 'phone'));
  assert.deepEqual(delivered, [
    { target: 'desk', state: 'sent', reason: null },
    { target: 'phone', state: 'sent', reason: null },
  ]);
  const [hook, message] = ['/hook?secret=1', `/bot${TOKEN}/sendMessage`].map(
    (path) => receiver.taken.find((one) => one.path === path)!,
  );
  assert.deepEqual(
    [hook!.method, hook!.type, message!.type],
    ['POST', 'application/json', 'application/json'],
  );
  const { text, ...fields } = hook!.body;
  assert.deepEqual(fields, {
    ...{
      type: 'alert',
      id: 41,
      at: '2026-11-22T20:00:00.000000Z',
      test: false,
      ruleId: 'r1',
      ruleName: 'wide',
    },
    ...{
      sound: true,
      notify: false,
      symbol: 'BTC/USDT',
      exchange1: 'Alpha',
      exchange2: 'Beta',
      on: 'spread',
    },
    ...{ value: 0.8312, threshold: 0.5, spreadPercent: -0.8312, executable12Percent: -0.85 },
    ...{ executable21Percent: 0.81, edgeBps: 51.23 },
  });
  assert.deepEqual(String(text).split('\n'), [
    'wide: BTC/USDT, Alpha and Beta',
    'spread 0.831 % is above 0.5 %',
    'spread -0.831 %, after costs 51.2 bp',
    'sell on Alpha, buy on Beta: -0.850 %; the other way round: 0.810 %',
    '2026-11-22T20:00:00Z',
  ]);
  assert.deepEqual([message!.body['chat_id'], message!.body['text']], ['-100', text]);
  assert.deepEqual(outbox.counters(), { queued: 0, sent: 2, failed: 0, overflowed: 0 });
  await outbox.close();
});

test('what may go better later is tried three times with growing pauses; what will not is given up at once', async () => {
  const outbox = outboxOf({ desk: webhook() });
  receiver.answers(answering(500, 'secret words'), answering(503));
  assert.deepEqual(await sent(outbox, alertTo('desk')), [{ target: 'desk', state: 'sent', reason: null }]);
  assert.equal(receiver.taken.length, 3);
  const timesUs: number[] = [];
  const noted = () => (response: ServerResponse) => {
    timesUs.push(clock.nowUs());
    answering(502)(response);
  };
  receiver.answers(noted(), noted(), noted());
  const [failed] = await sent(outbox, alertTo('desk'));
  assert.deepEqual(failed, { target: 'desk', state: 'failed', reason: 'answered 502, tried 3 times' });
  assert.equal(receiver.taken.length, 6);
  const [one = 0, two = 0, three = 0] = timesUs;
  assert.ok(two - one >= 1e6 && three - two >= 4e6, `${timesUs}`);
  receiver.answers(answering(404, 'secret'), answering(302, '', { location: `${receiver.url}/elsewhere` }));
  assert.equal((await sent(outbox, alertTo('desk')))[0]!.reason, 'answered 404');
  assert.equal((await sent(outbox, alertTo('desk')))[0]!.reason, 'answered 302, which is not followed');
  assert.ok(
    receiver.taken.every(({ path }) => path === '/hook?secret=1'),
    'a redirect is not followed',
  );
  assert.equal(receiver.taken.length, 8);
  assert.equal(outbox.counters().failed, 3);
  await outbox.close();
});

test('the pause that Telegram asks for is kept, for what waits behind too', async () => {
  const outbox = outboxOf({ phone: phone() });
  const tooMany = answering(429, '{"ok":false,"parameters":{"retry_after":60}}');
  receiver.answers(tooMany);
  let startUs = clock.nowUs();
  await sent(outbox, alertTo('phone'));
  assert.ok(clock.nowUs() - startUs >= 60e6, `after ${(clock.nowUs() - startUs) / 1e6} s`);
  receiver.answers(tooMany, tooMany, tooMany);
  startUs = clock.nowUs();
  const first = alertTo('phone');
  outbox.send(first);
  await sent(outbox, alertTo('phone'));
  assert.equal(first.delivered[0]!.reason, 'answered 429, tried 3 times');
  assert.ok(clock.nowUs() - startUs >= 180e6, `after ${(clock.nowUs() - startUs) / 1e6} s`);
  assert.equal(receiver.taken.length, 6);
  assert.deepEqual(outbox.counters(), { queued: 0, sent: 2, failed: 1, overflowed: 0 });
  await outbox.close();
});

test('Telegram’s words are told, without a token; a token that is none is never sent', async () => {
  const odd = { ...phone(), tokenVariable: 'ODD' };
  const outbox = outboxOf({ phone: phone(), absent: { ...phone(), tokenVariable: 'NOWHERE' }, odd });
  receiver.answers(answering(400, JSON.stringify({ description: `chat not found by ${TOKEN}` })));
  const reasons = (await sent(outbox, alertTo('phone', 'absent', 'odd', 'gone'))).map(({ reason }) => reason);
  assert.deepEqual(reasons, [
    'answered 400: chat not found by (token)',
    'the environment has no NOWHERE',
    'what the environment has as ODD is no token of a bot',
    'the configuration has no such target',
  ]);
  assert.equal(receiver.taken.length, 1);
  await outbox.close();
});

test('where nobody listens, or nobody answers in time, that is told without the address', async () => {
  const gone = await startReceiver();
  await gone.close();
  const outbox = outboxOf({ desk: { kind: 'webhook', url: `${gone.url}/secret` } });
  const [refused] = await sent(outbox, alertTo('desk'));
  assert.equal(refused!.reason, 'no connection (ECONNREFUSED), tried 3 times');
  await outbox.close();
  const hanging = outboxOf({ desk: webhook(), other: webhook('/other') }, { timeoutMs: 60_000, triesMax: 1 });
  receiver.answers(() => {});
  const alert = alertTo('desk');
  assert.equal((await sent(hanging, alert))[0]!.reason, 'gave no answer in time, tried once');
  await hanging.close();
});

test('an answer without an end is not waited for: nothing of it is read beyond its beginning', async () => {
  const outbox = outboxOf({ phone: phone() });
  let isCut = false;
  receiver.answers((response) => {
    response.on('close', () => {
      isCut = true;
    });
    response.writeHead(400);
    const more = (): void => {
      if (!isCut) response.write('x'.repeat(1_024), () => setImmediate(more));
    };
    more();
  });
  assert.equal((await sent(outbox, alertTo('phone')))[0]!.reason, 'answered 400');
  await until('it is cut off', () => isCut);
  await outbox.close();
});

test('a slow target keeps no other waiting; what finds no room fails and is counted; closing gives up the rest', async () => {
  const slow = await startReceiver();
  const outbox = outboxOf({ desk: { kind: 'webhook', url: slow.url }, other: webhook() }, { queuedMax: 4 });
  slow.answers(() => {});
  const stuck = Array.from({ length: 3 }, () => alertTo('desk'));
  for (const alert of stuck) outbox.send(alert);
  assert.equal((await sent(outbox, alertTo('other')))[0]!.state, 'sent');
  const more = [alertTo('other', 'desk')];
  for (const alert of more) outbox.send(alert);
  assert.equal(more[0]!.delivered[1]!.reason, '4 others waited already');
  assert.equal(outbox.counters().overflowed, 1);
  await until('the first hangs', () => slow.taken.length === 1);
  await outbox.close();
  assert.ok(stuck.every(({ delivered }) => delivered[0]!.state === 'failed'));
  assert.equal(outbox.counters().queued, 0);
  await slow.close();
});
