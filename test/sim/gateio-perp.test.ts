import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateioPerp } from '../../src/sim/exchanges/gateio-perp.js';
import { place } from './place.js';

const only = [gateioPerp];
const request = (event: string, payload: unknown, id: number) => ({
  time: 1_700_000_000,
  id,
  channel: 'futures.book_ticker',
  event,
  payload,
});

test('Gate futures list what a contract is, which trade in fractions, and stocks by their type', async (t) => {
  const { get } = await place(t, {}, only);
  const contracts = (await get('GateIoPerp', '/futures/usdt/contracts')) as Record<string, unknown>[];
  const row = (name: string) => contracts.find((one) => one['name'] === name)!;
  assert.deepEqual(
    [row('BTC_USDT')['quanto_multiplier'], row('BTC_USDT')['enable_decimal']],
    ['0.0001', false],
  );
  assert.deepEqual([row('ETH_USDT')['quanto_multiplier'], row('ETH_USDT')['enable_decimal']], ['0.01', true]);
  assert.equal(row('DOGE_USDT')['quanto_multiplier'], '10');
  assert.equal(row('TSLA_USDT')['contract_type'], 'stocks');
  const tickers = (await get('GateIoPerp', '/futures/usdt/tickers')) as Record<string, string>[];
  assert.ok(tickers.every((one) => Number(one['volume_24h_quote']) > 0 && one['contract'] !== undefined));
});

test('Gate futures send sizes as whole numbers, and as exact texts to who asks by header', async (t) => {
  const { connect, server, clock } = await place(t, {}, only);
  const plain = await connect('GateIoPerp');
  const exact = await connect('GateIoPerp', '', { 'X-Gate-Size-Decimal': '1' });
  for (const client of [plain, exact]) {
    client.send(request('subscribe', ['ETH_USDT'], 1));
    const ack = await client.frame((frame) => frame['id'] === 1);
    assert.deepEqual(ack['result'], { status: 'success' });
  }
  const quote = { bid: 3_400.1, bidSize: 0.157, ask: NaN, askSize: NaN };
  assert.equal(server.exchange('GateIoPerp').publish('ETH_USDT', quote, clock.nowUs()), 2);
  const sizes = async (client: typeof plain) => {
    const update = await client.frame((frame) => frame['event'] === 'update');
    assert.equal(update['channel'], 'futures.book_ticker');
    const { b, B, a, A } = update['result'] as Record<string, unknown>;
    return [b, B, a, A];
  };
  assert.deepEqual(await sizes(plain), ['3400.10', 15, '', 0]);
  assert.deepEqual(await sizes(exact), ['3400.10', '15.7', '', '0']);
});

test('Gate futures answer their own ping, not that of spot, and name the contract they do not know', async (t) => {
  const { connect } = await place(t, {}, only);
  const client = await connect('GateIoPerp');
  client.send({ time: 1_700_000_000, channel: 'futures.ping' });
  await client.frame((frame) => frame['channel'] === 'futures.pong');
  client.send({ time: 1_700_000_000, id: 2, channel: 'spot.ping' });
  assert.notEqual((await client.frame((frame) => frame['id'] === 2))['error'], null);
  client.send(request('subscribe', ['NOPE_USDT', 'BTC_USDT'], 3));
  const refusal = await client.frame((frame) => frame['id'] === 3);
  assert.deepEqual(refusal['error'], { code: 2, message: 'unknown contract: NOPE_USDT' });
});
