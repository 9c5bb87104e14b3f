import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bybitPerp } from '../../src/sim/exchanges/bybit-perp.js';
import { place } from './place.js';

const QUOTE = { bid: 67_000.1, bidSize: 0.5, ask: 67_000.12, askSize: 1.25 };
const only = [bybitPerp];
const subscribe = (id: string, ...symbols: string[]) => ({
  op: 'subscribe',
  req_id: id,
  args: symbols.map((symbol) => `orderbook.1.${symbol}`),
});
type Reply = {
  retCode: number;
  result: { list: Record<string, string>[]; nextPageCursor: string };
};

test('BybitPerp lists linear contracts in pages that follow one another to the end', async (t) => {
  const { get } = await place(t, {}, only);
  const path = '/v5/market/instruments-info?category=linear';
  const whole = (await get('BybitPerp', path)) as Reply;
  assert.equal(whole.result.list.length, 17);
  assert.equal(whole.result.nextPageCursor, '');
  assert.deepEqual(
    whole.result.list.slice(14).map((row) => [row['symbol'], row['contractType'], row['underlyingTicker']]),
    [
      ['BTC-26MAR27', 'LinearFutures', undefined],
      ['BTCPERP', 'LinearPerpetual', undefined],
      ['TSLAUSDT', 'LinearPerpetual', 'TSLA'],
    ],
  );
  // Before its launch a contract is listed where it is asked for; there is none.
  const early = (await get('BybitPerp', `${path}&status=PreLaunch`)) as Reply;
  assert.deepEqual(early.result.list, []);
  for (const encode of [(cursor: string) => cursor, encodeURIComponent]) {
    const symbols: string[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const page = (await get(
        'BybitPerp',
        `${path}&limit=5${cursor && `&cursor=${encode(cursor)}`}`,
      )) as Reply;
      symbols.push(...page.result.list.map((row) => row['symbol']!));
      cursor = page.result.nextPageCursor;
      pages++;
    } while (cursor !== '');
    assert.equal(pages, 4);
    assert.deepEqual(
      symbols,
      whole.result.list.map((row) => row['symbol']),
    );
  }
  for (const bad of ['&limit=1001', '&cursor=last%3DNOPE', '&category=spot'])
    assert.equal(((await get('BybitPerp', path.replace('?', `?x=1${bad}&`))) as Reply).retCode, 10001, bad);
  const tickers = (await get('BybitPerp', '/v5/market/tickers?category=linear')) as Reply;
  assert.equal(tickers.result.list.length, 14);
});

test('BybitPerp acknowledges without a word, and takes more topics in a request than spot does', async (t) => {
  const { connect, server, clock } = await place(t, {}, only);
  const client = await connect('BybitPerp');
  const topics = ['publicTrade', 'tickers', 'orderbook.50'].flatMap((channel) =>
    ['BTC', 'ETH', 'SOL', 'XRP'].map((base) => `${channel}.${base}USDT`),
  );
  client.send({ op: 'subscribe', req_id: 'a', args: [...topics, 'orderbook.1.BTCUSDT'] });
  const ack = await client.frame((frame) => frame['req_id'] === 'a');
  assert.deepEqual([ack['success'], ack['ret_msg'], ack['op']], [true, '', 'subscribe']);
  await client.until('the present top', () => client.frames.length === 2);
  assert.equal(server.exchange('BybitPerp').publish('BTCUSDT', QUOTE, clock.nowUs()), 1);
});

test('BybitPerp names the topic of a refusal, and refuses a live one again as already subscribed', async (t) => {
  const { connect, server } = await place(t, {}, only);
  const client = await connect('BybitPerp');
  client.send(subscribe('bad', 'BTCUSDT', 'NOPEUSDT'));
  const bad = await client.frame((frame) => frame['req_id'] === 'bad');
  assert.deepEqual(
    [bad['success'], bad['ret_msg']],
    [false, 'error:handler not found,topic:orderbook.1.NOPEUSDT'],
  );
  client.send(subscribe('a', 'ETHUSDT'));
  client.send(subscribe('b', 'ETHUSDT', 'BTCUSDT'));
  const repeat = await client.frame((frame) => frame['req_id'] === 'b');
  assert.equal(repeat['ret_msg'], 'error:already subscribed,topic:orderbook.1.ETHUSDT');
  assert.deepEqual([...server.exchange('BybitPerp').wanted()], ['ETHUSDT']);
});
