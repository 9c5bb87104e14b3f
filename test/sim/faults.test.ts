// Each fault does what it says, over real sockets, and ends when it is told to; the same seed gives the same timetable.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FAULT_KINDS } from '../../src/sim/faults.js';
import { findScenario, planScenario, playScenario, SCENARIOS } from '../../src/sim/scenarios.js';
import { eventually } from './client.js';
import { place, START_US } from './place.js';

const QUOTE = { bid: 100, bidSize: 1, ask: 101, askSize: 2 };

test('faults of a symbol change or silence its quotes, and nobody else’s', async (t) => {
  const { server, connect } = await place(t);
  const binance = server.exchange('Binance');
  const client = await connect('Binance', '/btcusdt@bookTicker/ethusdt@bookTicker');
  const told = async (symbol: string): Promise<string | undefined> => {
    const before = client.frames.length;
    if (binance.publish(symbol, QUOTE, START_US) === 0) return undefined;
    await client.until('the frame', () => client.frames.length > before);
    const { b, B, a, A } = client.parsed.at(-1) as Record<string, string>;
    return [b, B, a, A].map(Number).join(' ');
  };
  const whole = '100 1 101 2';
  for (const [kind, expected] of [
    ['silent-symbol', undefined],
    ['delisted', undefined],
    ['one-sided', '100 1 0 0'],
    ['empty-book', '0 0 0 0'],
    ['absurd-price', '100000 1 101000 2'],
    ['crossed-book', '101 1 100 2'],
    ['zero-price', '0 0 101 2'],
  ] as const) {
    binance.fault(kind, true, 'BTC/USDT');
    assert.equal(await told('BTCUSDT'), expected, kind);
    assert.equal(await told('ETHUSDT'), whole, `${kind}: another symbol`);
    binance.fault(kind, false, 'BTC/USDT');
    assert.equal(await told('BTCUSDT'), whole, `after ${kind}`);
  }
});

test('a delisted symbol is halted in the listing, in the exchange’s own word', async (t) => {
  const { server, get } = await place(t);
  const statusOf = async () => {
    const { symbols } = (await get('Binance', '/api/v3/exchangeInfo')) as {
      symbols: { symbol: string; status: string }[];
    };
    return symbols.find(({ symbol }) => symbol === 'BTCUSDT')?.status;
  };
  server.exchange('Binance').fault('delisted', true, 'BTCUSDT');
  assert.equal(await statusOf(), 'BREAK');
  server.exchange('Binance').fault('delisted', false, 'BTCUSDT');
  assert.equal(await statusOf(), 'TRADING');
});

test('faults of frames strike a share of them, counted, and none after their end', async (t) => {
  const { server, connect } = await place(t);
  const okx = server.exchange('OKX');
  const client = await connect('OKX');
  client.send({ op: 'subscribe', args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }] });
  await client.until('the subscription', () => okx.wanted().size === 1);
  const send = async (
    count: number,
    expected: (received: number, struck: number) => boolean,
    kind: (typeof FAULT_KINDS)[number],
  ) => {
    const before = client.frames.length;
    for (let n = 0; n < count; n += 1)
      okx.publish('BTC-USDT', { ...QUOTE, bidSize: n + 1 }, START_US + n * 1_000);
    const struck = () => (okx.faults.struck.get(kind) ?? 1) - 1;
    await eventually(`${kind}: ${struck()} struck`, () => expected(client.frames.length - before, struck()));
    return struck();
  };
  for (const [kind, count] of [
    ['missing-frames', (received: number, struck: number) => received === 100 - struck],
    ['duplicated-frames', (received: number, struck: number) => received === 100 + struck],
    ['malformed-frames', (received: number) => received === 100],
    ['garbage-frames', (received: number) => received === 100],
  ] as const) {
    okx.fault(kind, true);
    const struck = await send(100, count, kind);
    assert.ok(struck > 5 && struck < 80, `${kind}: ${struck} of 100`);
    okx.fault(kind, false);
    await send(10, (received) => received === 10, kind);
  }
});

test('times are told wrong: none, an hour off, five seconds back', async (t) => {
  const { server, connect } = await place(t);
  const bybit = server.exchange('Bybit');
  const client = await connect('Bybit');
  client.send({ op: 'subscribe', req_id: '1', args: ['orderbook.1.BTCUSDT'] });
  await client.until('the subscription', () => bybit.wanted().size === 1);
  let size = 1;
  const offsetMs = async () => {
    const before = client.frames.length;
    size += 1;
    bybit.publish('BTCUSDT', { ...QUOTE, bidSize: size }, START_US);
    await client.until('the frame', () => client.frames.length > before);
    return Number((client.parsed.at(-1) as { cts: number }).cts) - START_US / 1_000;
  };
  for (const [kind, expected] of [
    ['time-zero', -START_US / 1_000],
    ['time-future', 3_600_000],
    ['time-past', -3_600_000],
    ['time-step', -5_000],
  ] as const) {
    bybit.fault(kind, true);
    assert.equal(await offsetMs(), expected, kind);
    bybit.fault(kind, false);
    assert.equal(await offsetMs(), 0);
  }
});

test('REST is refused with a time to wait, fails, or answers HTML; handshakes are refused', async (t) => {
  const { server, connect } = await place(t);
  const binance = server.exchange('Binance');
  const ask = () => fetch(`${server.urls['Binance']!.restUrl}/api/v3/time`);
  for (const [kind, status, retryAfter] of [
    ['rest-429', 429, '20'],
    ['rest-418', 418, '60'],
    ['rest-500', 500, null],
    ['rest-html', 200, null],
  ] as const) {
    binance.fault(kind, true);
    const answer = await ask();
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [status, retryAfter], kind);
    if (kind === 'rest-html') assert.match(await answer.text(), /^<html>/);
    binance.fault(kind, false);
  }
  assert.equal((await ask()).status, 200);
  binance.fault('handshake-429', true);
  await assert.rejects(connect('Binance'), /429/);
  binance.fault('handshake-429', false);
  binance.fault('refused', true);
  await assert.rejects(connect('Binance'));
  binance.fault('refused', false);
  await connect('Binance');
});

test('sockets are cut, closed after a notice, left hanging, made to trickle, acknowledged without data', async (t) => {
  const { server, connect, clock } = await place(t);
  const binance = server.exchange('Binance');
  const path = '/btcusdt@bookTicker';
  const cut = await connect('Binance', path);
  binance.fault('cut', true);
  assert.equal((await cut.gone()).code, 1006);

  const old = await connect('Binance', path);
  binance.fault('announced-close', true);
  await old.frame((frame) => frame['e'] === 'serverShutdown');
  const next = await connect('Binance', path);
  binance.fault('announced-close', false);
  assert.equal((await old.gone()).code, 1001);
  assert.equal(next.closed, null, 'who came after the notice stays');

  binance.fault('half-open', true);
  next.ping();
  binance.publish('BTCUSDT', QUOTE, START_US);
  binance.fault('half-open', false);

  binance.fault('slow-drip', true);
  const slow = await connect('Binance', path);
  binance.publish('BTCUSDT', QUOTE, START_US);
  clock.advance(500);
  assert.equal(slow.frames.length, 0, 'half a frame is none');
  for (let n = 0; n < 8; n += 1) clock.advance(250);
  await slow.until('the whole frame', () => slow.frames.length === 1);
  assert.equal((slow.parsed[0] as { s: string }).s, 'BTCUSDT');
  binance.fault('slow-drip', false);
  assert.equal(next.pongs, 0, 'who hangs answers no ping');
  assert.equal(next.frames.length, 0, 'and says nothing');

  binance.fault('ack-without-data', true);
  const mute = await connect('Binance');
  mute.send({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 7 });
  await mute.frame((frame) => frame['id'] === 7);
  binance.publish('BTCUSDT', QUOTE, START_US);
  binance.fault('ack-without-data', false);
  binance.publish('BTCUSDT', { ...QUOTE, bid: 99 }, START_US);
  await mute.until('the later one', () => mute.frames.length === 2);
  assert.equal(Number((mute.parsed[1] as { b: string }).b), 99);
});

test('the same seed gives the same timetable; every scenario plays, and ends what it began', async (t) => {
  const { server, clock } = await place(t);
  const storm = findScenario('storm')!;
  assert.deepEqual(planScenario(storm, 5, server, 600_000), planScenario(storm, 5, server, 600_000));
  assert.notDeepEqual(planScenario(storm, 5, server, 600_000), planScenario(storm, 6, server, 600_000));
  for (const scenario of SCENARIOS) {
    const planned = planScenario(scenario, 3, server, 300_000);
    assert.ok(planned.length >= (scenario.kinds.length === 0 ? 0 : 1), scenario.name);
    const told: string[] = [];
    const stop = playScenario(planned, server, clock, (fault, begins) =>
      told.push(`${begins} ${fault.kind}`),
    );
    for (let n = 0; n < 250; n += 1) clock.advance(1_000);
    stop();
    const begun = told.filter((one) => one.startsWith('true')).map((one) => one.slice(5));
    const ended = told.filter((one) => one.startsWith('false')).map((one) => one.slice(6));
    assert.deepEqual(begun.sort(), ended.sort(), scenario.name);
  }
});
