import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binancePerp } from '../../src/sim/exchanges/binance-perp.js';
import { Client } from './client.js';
import { place } from './place.js';

const QUOTE = { bid: 67_000.1, bidSize: 0.5, ask: NaN, askSize: NaN };
const only = [binancePerp];

test('BinancePerp lists perpetuals among dated, stock and settled contracts, and tickers with volumes', async (t) => {
  const { get } = await place(t, {}, only);
  const info = (await get('BinancePerp', '/fapi/v1/exchangeInfo')) as { symbols: Record<string, unknown>[] };
  const btc = info.symbols[0]!;
  assert.deepEqual(
    [btc['symbol'], btc['contractType'], btc['status'], btc['marginAsset']],
    ['BTCUSDT', 'PERPETUAL', 'TRADING', 'USDT'],
  );
  assert.deepEqual(
    info.symbols.slice(14).map((row) => [row['symbol'], row['contractType'], row['status']]),
    [
      ['BTCUSDT_270326', 'CURRENT_QUARTER', 'TRADING'],
      ['TSLAUSDT', 'TRADIFI_PERPETUAL', 'TRADING'],
      ['LUNAUSDT', 'PERPETUAL', 'SETTLING'],
    ],
  );
  // What ccxt tells a perpetual by.
  const forever = info.symbols.filter((row) => row['deliveryDate'] === 4_133_404_800_000);
  assert.ok(forever.every((row) => row['contractType'] !== 'CURRENT_QUARTER'));
  const tickers = (await get('BinancePerp', '/fapi/v1/ticker/24hr')) as Record<string, string>[];
  assert.ok(tickers.every((row) => Number(row['quoteVolume']) > 0 && Number(row['lastPrice']) > 0));
});

test('BinancePerp sends quotes with both times on its public route; an empty side is zeros', async (t) => {
  const { connect, server, clock } = await place(t, {}, only);
  const client = await connect('BinancePerp');
  client.send({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 1 });
  assert.deepEqual(await client.frame((frame) => frame['id'] === 1), { result: null, id: 1 });
  assert.equal(server.exchange('BinancePerp').publish('BTCUSDT', QUOTE, clock.nowUs()), 1);
  const frame = await client.frame((one) => one['e'] === 'bookTicker');
  const atMs = clock.nowUs() / 1_000;
  assert.deepEqual(
    { ...frame, u: 0 },
    {
      ...{ e: 'bookTicker', u: 0, s: 'BTCUSDT', ps: 'BTCUSDT' },
      ...{ b: '67000.10', B: '0.50000', a: '0.00', A: '0', T: atMs, E: atMs + 3, st: 1 },
    },
  );
  assert.ok(Number.isSafeInteger(frame['u']) && (frame['u'] as number) > 1.1e13);
});

test('BinancePerp acknowledges the book ticker on another route and never delivers it there', async (t) => {
  const { server, clock } = await place(t, {}, only);
  const { wsUrl } = server.urls['BinancePerp']!;
  const wrong = await Client.open(wsUrl.replace('/public/', '/market/'));
  wrong.send({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 99 });
  assert.deepEqual(await wrong.frame((frame) => frame['id'] === 99), { result: null, id: 99 });
  assert.equal(server.exchange('BinancePerp').publish('BTCUSDT', QUOTE, clock.nowUs()), 0);
  wrong.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 });
  await wrong.frame((frame) => frame['id'] === 2);
  assert.equal(wrong.frames.length, 2);
  const wrapped = await Client.open(wsUrl.replace('/public/ws', '/public/stream?streams=btcusdt@bookTicker'));
  assert.equal(server.exchange('BinancePerp').publish('BTCUSDT', QUOTE, clock.nowUs()), 1);
  assert.equal((await wrapped.frame(() => true))['stream'], 'btcusdt@bookTicker');
  await assert.rejects(Client.open(wsUrl.replace('/public', '')), /404/, 'paths without a route are retired');
});

test('BinancePerp takes ten messages a second and pings every three minutes', async (t) => {
  const { connect, clock } = await place(t, {}, only);
  const hasty = await connect('BinancePerp');
  for (let id = 1; id <= 11; id++) hasty.send({ method: 'LIST_SUBSCRIPTIONS', id });
  assert.deepEqual(await hasty.gone(), { code: 1008, reason: 'Too many requests' });
  assert.equal(hasty.frames.length, 10);
  const calm = await connect('BinancePerp');
  clock.advance(179_000);
  assert.equal(calm.pings.length, 0);
  clock.advance(1_000);
  await calm.until('a ping', () => calm.pings.length === 1);
});
