import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import WebSocket from 'ws';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { readFrames, recordedFiles } from '../../src/sim/recordings.js';
import { shared } from '../support/shared.js';
import { eventually } from './client.js';
import { stage } from './player-stage.js';

const [binance, bybit] = SIM_EXCHANGES as [(typeof SIM_EXCHANGES)[0], (typeof SIM_EXCHANGES)[0]];
const subscribeBinance = (...symbols: string[]) => ({
  method: 'SUBSCRIBE',
  params: symbols.map((symbol) => `${symbol.toLowerCase()}@bookTicker`),
  id: 4711,
});

const line = (raw: string, more: object = {}): string =>
  JSON.stringify({ exchange: 'binance', market: 'spot', channel: 'bookTicker', raw, ...more });
const quote = (symbol: string, u: number): string =>
  JSON.stringify({ u, s: symbol, b: '1.0', B: '2', a: '1.1', A: '3' });

async function recording(
  t: TestContext,
  files: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'player-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
  return folder;
}

test('lists the symbols of data frames, cut at separator or known quote, and none of control frames', async (t) => {
  const control = JSON.stringify({ event: 'subscribe', arg: { channel: 'tickers', instId: 'BTC-USD' } });
  const book = JSON.stringify({ arg: { channel: 'bbo-tbt', instId: 'ETH-USDC' }, data: [] });
  const folder = await recording(t, {
    'binance.bookTicker.ndjson': [line(quote('NKNUSDT', 1)), line(quote('LRCBTC', 1)), line(quote('???', 1))],
    'okx.control.ndjson': [line(control)],
    'okx.bbo-tbt.ndjson': [line(book), line(book.replace('ETH', 'SOL'), { market: 'swap' })],
  });
  const { server } = await stage(t, folder);
  const listed = (name: string) =>
    server.exchange(name).book.listing.map((row) => [row.exchangeSymbol, row.base, row.quote]);
  assert.deepEqual(listed('Binance'), [
    ['NKNUSDT', 'NKN', 'USDT'],
    ['LRCBTC', 'LRC', 'BTC'],
  ]);
  assert.deepEqual(listed('OKX'), [['ETH-USDC', 'ETH', 'USDC']]);
});

test('plays spot frames that were received, byte for byte in order, and counts lines that are none', async (t) => {
  const odd = ' {"u":3, "s":"BTCUSDT","b":"1.00","B":"2","a":"1.1","A":"3"} ';
  const folder = await recording(t, {
    'binance.bookTicker.ndjson': [
      line(quote('BTCUSDT', 1)),
      line(quote('BTCUSDT', 2), { direction: 'sent' }),
      'not json',
      line(odd),
      line('AQID', { encoding: 'base64' }),
      line(quote('BTCUSDT', 4), { market: 'linear' }),
    ],
  });
  const { play, client, sent } = await stage(t, folder);
  const reader = client('Binance', subscribeBinance('BTCUSDT'));
  const player = play({});
  await player.done;
  assert.deepEqual(reader.lives[0], [quote('BTCUSDT', 1), odd, 'binary:AQID']);
  assert.deepEqual(
    sent.map((one) => one.wire),
    [quote('BTCUSDT', 1), odd, Buffer.from('AQID', 'base64')],
  );
  assert.deepEqual(
    { ...player.stats[0] },
    {
      exchange: 'Binance',
      framesSent: 3,
      closes: 1,
      unreadableLines: 1,
      waitingFor: null,
    },
  );
});

test('closes at every reset, file end and loop, and goes on only when the client is back', async (t) => {
  const folder = await recording(t, {
    'binance.a.ndjson': [
      line(quote('BTCUSDT', 1), { resetBefore: true }),
      line(quote('BTCUSDT', 2)),
      line(quote('BTCUSDT', 3), { resetBefore: true }),
    ],
    'binance.b.ndjson': [line(quote('BTCUSDT', 4))],
  });
  const { play, client } = await stage(t, folder);
  const reader = client('Binance', subscribeBinance('BTCUSDT'));
  const player = play({ loop: true, framesMax: 7 });
  await player.done;
  const ids = reader.lives.map((life) => life.map((frame) => (JSON.parse(frame) as { u: number }).u));
  assert.deepEqual(ids.slice(0, 5), [[1, 2], [3], [4], [1, 2], [3]]);
  assert.equal(player.stats[0]!.framesSent, 7);
  assert.equal(player.stats[0]!.closes, 5);
});

test('a frame goes to the connection that subscribed its symbol, others to the first', async (t) => {
  const folder = await recording(t, {
    'binance.bookTicker.ndjson': [
      line(quote('BTCUSDT', 1)),
      line(quote('ETHUSDT', 2)),
      line(quote('LTCBTC', 3)),
    ],
  });
  const { play, client, sent, server } = await stage(t, folder);
  const first = client('Binance', subscribeBinance('BTCUSDT'));
  await eventually('the first is subscribed', () => server.exchange('Binance').wanted().size === 1);
  const second = client('Binance', subscribeBinance('ETHUSDT'));
  await eventually('both are subscribed', () => server.exchange('Binance').wanted().size === 2);
  await play({}).done;
  assert.deepEqual(first.lives[0], [quote('BTCUSDT', 1), quote('LTCBTC', 3)]);
  assert.deepEqual(second.lives[0], [quote('ETHUSDT', 2)]);
  assert.deepEqual(
    sent.map((one) => one.connection),
    ['Binance#1', 'Binance#2', 'Binance#1'],
  );
});

test('waits for a client that was lost, and goes on with the next frame', async (t) => {
  const frames = Array.from({ length: 60 }, (_, index) =>
    line(quote('BTCUSDT', index), { receivedAt: 1_000 + index * 100 }),
  );
  const folder = await recording(t, { 'binance.bookTicker.ndjson': frames });
  const { play, client, sent } = await stage(t, folder);
  const reader = client('Binance', subscribeBinance('BTCUSDT'));
  const player = play({ speed: 20 });
  await eventually('some frames are sent', () => sent.length >= 10);
  reader.drop();
  await player.done;
  assert.deepEqual(
    sent.map((one) => one.wire),
    frames.map((_, index) => quote('BTCUSDT', index)),
  );
  assert.equal(new Set(sent.map((one) => one.connection)).size, 2);
  assert.deepEqual(reader.lives[1]!.at(-1), quote('BTCUSDT', 59));
});

test('keeps the recorded gaps at its speed, caps long ones, and passes over times that run back', async (t) => {
  const times = [5_000, 5_400, 4_000, 4_200, 90_000, undefined, 90_200];
  const folder = await recording(t, {
    'binance.bookTicker.ndjson': times.map((receivedAt, index) =>
      line(quote('BTCUSDT', index), receivedAt === undefined ? {} : { receivedAt }),
    ),
  });
  const { play, client } = await stage(t, folder);
  client('Binance', subscribeBinance('BTCUSDT'));
  const sentMs: number[] = [];
  await play({ speed: 4, onSent: () => sentMs.push(performance.now()) }).done;
  // 1 + 400 + 1 + 200 + 1000 (capped) + 1 + 200 ms, four times as fast; the machine may add, not take. Were the long
  // gap none, it would be 200 ms.
  const tookMs = sentMs.at(-1)! - sentMs[0]!;
  // From the first on, because a late frame before it would shorten the long gap alone.
  const longGapEndsMs = sentMs[4]! - sentMs[0]!;
  assert.ok(
    longGapEndsMs >= 395,
    `the long gap is a second at most, not none: it ends at ${longGapEndsMs} ms`,
  );
  assert.ok(tookMs >= 445 && tookMs < 1_500, `${tookMs} ms`);
});

test('at full speed a slow reader gets everything, and no more is queued than allowed', async (t) => {
  const padding = 'x'.repeat(2_000);
  const lines = Array.from({ length: 5_000 }, (_, index) =>
    line(`{"s":"BTCUSDT","u":${index},"p":"${padding}"}`),
  );
  const folder = await recording(t, { 'binance.bookTicker.ndjson': lines });
  const { play, server } = await stage(t, folder);
  const socket = new WebSocket(server.urls['Binance']!.wsUrl);
  t.after(() => socket.terminate());
  let received = 0;
  socket.on('message', (data) => {
    if (!data.toString().includes('"id":4711')) received++;
    if (received % 500 === 0) {
      socket.pause();
      setTimeout(() => socket.resume(), 20);
    }
  });
  socket.on('open', () => socket.send(JSON.stringify(subscribeBinance('BTCUSDT'))));
  let unsentMax = 0;
  const onSent = (): void => {
    for (const one of server.exchange('Binance').connections)
      unsentMax = Math.max(unsentMax, one.unsentBytes);
  };
  await play({ onSent }).done;
  assert.equal(received, 5_000);
  assert.ok(unsentMax < 600 * 1024, `${unsentMax} bytes unsent`);
});

test('stopping ends a player that waits for subscriptions', async (t) => {
  const folder = await recording(t, { 'binance.bookTicker.ndjson': [line(quote('BTCUSDT', 1))] });
  const { play } = await stage(t, folder);
  const player = play({});
  await eventually('it waits', () => player.stats[0]!.waitingFor === 'subscriptions');
  player.stop();
  await player.done;
  assert.equal(player.stats[0]!.framesSent, 0);
});

const samples = shared('exchange-samples');
test('plays the recorded folder whole: what arrives is what the files hold', {
  skip: samples.skip,
}, async (t) => {
  const folder = samples.path;
  const { play, client, sent } = await stage(t, folder);
  const readers = new Map([
    [binance.name, client('Binance', subscribeBinance('BTCUSDT', 'NKNUSDT'))],
    [bybit.name, client('Bybit', { op: 'subscribe', req_id: 'mine', args: ['orderbook.1.BTCUSDC'] })],
    [
      'GateIo',
      client('GateIo', {
        time: 1,
        id: 4711,
        channel: 'spot.book_ticker',
        event: 'subscribe',
        payload: ['BTC_USDT'],
      }),
    ],
    [
      'OKX',
      client('OKX', {
        op: 'subscribe',
        id: 'x"id":4711',
        args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }],
      }),
    ],
  ]);
  // Those that one plain subscription suffices for; test/process plays all of them to the process itself.
  const plain = SIM_EXCHANGES.filter(({ name }) => readers.has(name));
  await play({ exchanges: plain }).done;
  for (const exchange of plain) {
    const expected: string[] = [];
    const files = await recordedFiles({ folder }, exchange);
    for (const file of files) {
      for await (const frame of readFrames({ folder }, exchange, file, () =>
        assert.fail('a line cannot be read'),
      )) {
        expected.push(String(frame.wire));
      }
    }
    assert.ok(expected.length > 5);
    assert.deepEqual(
      sent.filter((one) => one.exchange === exchange.name).map((one) => one.wire),
      expected,
    );
    const arrived = readers.get(exchange.name)!.lives.flat();
    assert.deepEqual(
      arrived.filter((frame) => expected.includes(frame)),
      expected,
      exchange.name,
    );
  }
});
