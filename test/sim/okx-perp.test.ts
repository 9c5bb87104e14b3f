import assert from 'node:assert/strict';
import { test } from 'node:test';
import { okxPerp } from '../../src/sim/exchanges/okx-perp.js';
import { place } from './place.js';

const only = [okxPerp];
type Reply = { code: string; data: Record<string, string>[] };

test('OKX swaps are listed with their underlying and contract, among inverse ones, stocks and unnamed rows', async (t) => {
  const { get } = await place(t, {}, only);
  const listing = (await get('OKXPerp', '/api/v5/public/instruments?instType=SWAP')) as Reply;
  const btc = listing.data[0]!;
  assert.deepEqual(
    [btc['instId'], btc['baseCcy'], btc['uly'], btc['ctType'], btc['ctVal'], btc['ctMult'], btc['ctValCcy']],
    ['BTC-USDT-SWAP', '', 'BTC-USDT', 'linear', '0.001', '1', 'BTC'],
  );
  assert.deepEqual(
    listing.data.slice(14).map((row) => [row['instId'], row['ctType'], row['instCategory']]),
    [
      ['BTC-USD-SWAP', 'inverse', '1'],
      ['TSLA-USDT-SWAP', 'linear', '3'],
      ['', undefined, undefined],
    ],
  );
  assert.equal(((await get('OKXPerp', '/api/v5/public/instruments?instType=SPOT')) as Reply).code, '51000');
});

test('OKX swaps tell the volume of a day in base coins, and in contracts beside it', async (t) => {
  const { get, market, clock } = await place(t, {}, only);
  const tickers = (await get('OKXPerp', '/api/v5/market/tickers?instType=SWAP')) as Reply;
  const btc = tickers.data.find((row) => row['instId'] === 'BTC-USDT-SWAP')!;
  const { quoteVolume24h } = market.find('BTC/USDT', 'OKXPerp');
  assert.equal(Number(btc['last']), market.quoteAt('BTC/USDT', 'OKXPerp', clock.nowUs()).bid);
  assert.ok(Math.abs(Number(btc['volCcy24h']) * Number(btc['last']) - quoteVolume24h) < 10);
  assert.ok(Math.abs(Number(btc['vol24h']) / Number(btc['volCcy24h']) - 1_000) < 1e-3);
});

test('OKX swaps push sizes in contracts', async (t) => {
  const { connect, server, clock } = await place(t, {}, only);
  const client = await connect('OKXPerp');
  client.send({ op: 'subscribe', id: 'r1', args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT-SWAP' }] });
  await client.until('the present top', () => client.frames.length === 2);
  const quote = { bid: NaN, bidSize: NaN, ask: 67_000.12, askSize: 1.25 };
  server.exchange('OKXPerp').publish('BTC-USDT-SWAP', quote, clock.nowUs());
  await client.until('the quote', () => client.frames.length === 3);
  const { data } = client.parsed[2] as { data: { asks: string[][]; bids: string[][] }[] };
  assert.deepEqual(data[0]!.asks[0]!.slice(0, 2), ['67000.12', '1250.00']);
  assert.deepEqual(data[0]!.bids, []);
});
