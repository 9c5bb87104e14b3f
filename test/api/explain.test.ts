// /api/pairs/…/explain of a running process: why a pair could be traded or not, in words and in the numbers that decided it, for the
// pair named either way round; and what a price does to it that nobody believes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExplainReply, QualityReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { REFUSALS } from '../../src/core/refusals.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/wait.js';

const clock = createRealClock();
let world: GeneratedWorld;
let app: TestApp;

before(async () => {
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit', 'OKX'].includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 2, quotesPerSecond: 200 });
  app = await startTestApp(() => {}, world.server.urls, undefined, {
    // Who pays its takers, so that what is executable at once leaves something.
    analysis: { takerFeePercent: { bybit: -1, OKX: -0.75 } },
  });
});

after(async () => {
  await app.stop();
  await world.close();
  clock.close();
});

async function explained(path: string): Promise<ExplainReply> {
  const response = await fetch(`${app.url}/api/pairs/${path}/explain`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as ExplainReply;
}
const tradable = () =>
  until('it could be traded', async () => {
    const response = await fetch(`${app.url}/api/pairs/BTC_USDT/Bybit/OKX/explain`);
    const reply = response.status === 200 && ((await response.json()) as ExplainReply);
    return reply !== false && reply.tradable && reply;
  });

test('every reason is there with the numbers that decided it, and the words say what is so', async () => {
  const reply = await tradable();
  assert.deepEqual(
    reply.reasons.map(({ reason }) => reason),
    REFUSALS,
  );
  assert.ok(reply.reasons.every(({ holds, words }) => !holds && words.length > 10));
  assert.match(reply.words, /^Tradable now: sell on (Bybit|OKX), buy on (Bybit|OKX), .* bp beyond costs/);
  assert.deepEqual([reply.costPercent, reply.size.depth], [-3.5, 'top-of-book']);
  assert.ok(Math.abs(reply.edgeBps! - (reply.executablePercent! + 3.5) * 100) < 1e-6);
  assert.ok(reply.standsMs! >= 500);
  const { seenSeconds, tradableShare, payingShare } = await until('a second was counted', async () => {
    const { lastDay } = await explained('BTC_USDT/Bybit/OKX');
    return lastDay.seenSeconds > 0 && lastDay;
  });
  assert.ok(seenSeconds < 600 && tradableShare! <= payingShare! && payingShare! <= 1);
  const evidence = Object.fromEntries(reply.reasons.map(({ reason, evidence: of }) => [reason, of]));
  assert.ok((evidence['stale']!['agesMs'] as number[]).every((ms) => ms >= 0));
  assert.deepEqual(evidence['flicker']!['standsMsMin'], 500);
});

test('named the other way round it is the same pair, its legs and its spread turned', async () => {
  await tradable();
  await until('both are of one moment', async () => {
    const [straight, turned] = [await explained('BTC_USDT/Bybit/OKX'), await explained('btc-usdt/okx/BYBIT')];
    assert.deepEqual(
      [turned.symbol, turned.exchange1, turned.exchange2],
      [straight.symbol, straight.exchange2, straight.exchange1],
    );
    if (straight.timestamp !== turned.timestamp) return false;
    assert.deepEqual([turned.sell, turned.buy], [straight.sell, straight.buy]);
    assert.equal(turned.executablePercent, straight.executablePercent);
    assert.ok(Math.abs((1 + turned.spreadPercent! / 100) * (1 + straight.spreadPercent! / 100) - 1) < 1e-12);
    const bids = ({ reasons }: ExplainReply) =>
      reasons.find(({ reason }) => reason === 'crossed')!.evidence['bids'] as number[];
    assert.deepEqual(bids(turned), bids(straight).toReversed());
    return true;
  });
});

test('what would be traded is held against the tops', async () => {
  await tradable();
  const little = await explained('BTC_USDT/Bybit/OKX');
  assert.deepEqual([little.size.notional, little.size.executablePercent], [100, little.executablePercent]);
  const response = await fetch(`${app.url}/api/pairs/BTC_USDT/Bybit/OKX/explain?notional=1000000000`);
  const much = (await response.json()) as ExplainReply;
  assert.deepEqual([much.size.notional, much.size.executablePercent], [1e9, null]);
  assert.ok(much.size.notionalMax! < 1e9);
});

test('a bad name or number is answered with what was expected, a pair that is not received by 404', async () => {
  for (const [path, status, message] of [
    ['BTC_USDT/Bybit/bybit/explain', 400, 'exchange2: expected another exchange than exchange1, was "bybit"'],
    ['BTC_USDT/Bybit/OKX/explain?notional=much', 400, 'notional: expected a number from 0 to'],
    ['BTC_USDT/Bybit/Kraken/explain', 404, 'BTC_USDT is not received of both Bybit and Kraken'],
    ['NONE_USDT/Bybit/OKX/explain', 404, 'NONE_USDT is not received of both Bybit and OKX'],
  ] as const) {
    const response = await fetch(`${app.url}/api/pairs/${path}`);
    assert.equal(response.status, status);
    assert.ok(((await response.json()) as { error: string }).error.startsWith(message), path);
  }
});

test('a price that nobody believes is refused, and the words say so', async () => {
  await tradable();
  const okx = world.server.exchange('OKX');
  okx.fault('absurd-price', true, 'BTC-USDT');
  const reply = await until('it is refused', async () => {
    const found = await explained('BTC_USDT/Bybit/OKX');
    return found.refusals.includes('implausible') && found;
  });
  assert.equal(reply.tradable, false);
  assert.match(reply.words, /^Not tradable now\. .*beyond what is believed/);
  okx.fault('absurd-price', false, 'BTC-USDT');
  await tradable();
});

test('of the past it is told spell by spell, out of what was recorded, and for how long in all', async () => {
  await tradable();
  // And the absurd price of before.
  const reply = await until('the lake holds a second in which it could be traded', async () => {
    const response = await fetch(`${app.url}/api/quality?symbol=BTC_USDT&exchange1=bybit&exchange2=okx`);
    const found = response.status === 200 && ((await response.json()) as QualityReply);
    return found !== false && found.tradableSeconds > 1 && found.refusedSeconds.implausible > 0 && found;
  });
  assert.deepEqual(reply.reasons, REFUSALS);
  assert.deepEqual([reply.exchange1, reply.exchange2], ['Bybit', 'OKX']);
  assert.equal(reply.starts.length, reply.refusals.length);
  assert.ok(reply.starts.every((at, n) => at >= reply.from && at < (reply.starts[n + 1] ?? reply.to)));
  const ends = [...reply.starts.slice(1), reply.to];
  const tradableSeconds = reply.refusals.reduce(
    (sum, bits, at) => sum + (bits === 0 ? ends[at]! - reply.starts[at]! : 0),
    0,
  );
  assert.ok(Math.abs(tradableSeconds - reply.tradableSeconds) < 1e-3);
  assert.ok(reply.tradableSeconds <= reply.payingSeconds && reply.payingSeconds <= reply.seenSeconds);
  for (const [query, status] of [
    ['symbol=BTC_USDT&exchange1=bybit&exchange2=kraken', 404],
    ['symbol=BTC_USDT&exchange1=bybit', 400],
    ['symbol=BTC_USDT&exchange1=bybit&exchange2=okx&from=2020-01-01', 400],
  ] as const)
    assert.equal((await fetch(`${app.url}/api/quality?${query}`)).status, status, query);
});
