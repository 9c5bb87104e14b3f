import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runDecode } from '../../src/cli/decode.js';
import { LINE_BYTES_MAX } from '../../src/cli/frame-line.js';
import { fixtureFrames } from '../exchanges/material.js';

const TICKER = '{"u":1,"s":"BTCUSDT","b":"1.5","B":"2","a":"1.6","A":""}';
const QUOTE = {
  type: 'quote',
  exchange: 'Binance',
  symbol: 'BTCUSDT',
  bid: 1.5,
  bidSize: 2,
  ask: null,
  askSize: null,
  exchangeTimeMs: null,
  receivedTimeMs: null,
};

interface Run {
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
}

/** Runs the command on chunks of input. */
async function run(exchange: string, input: readonly (string | Uint8Array)[], market?: string): Promise<Run> {
  const stdout = collector();
  const stderr = collector();
  const stdin = Readable.from(input.map((chunk) => Buffer.from(chunk)));
  const code = await runDecode({ exchange, market }, { stdin, stdout: stdout.stream, stderr: stderr.stream });
  const lines = stdout.text().split('\n').slice(0, -1);
  return { code, lines: lines.map((line) => JSON.parse(line)), stderr: stderr.text() };
}

function collector(): { readonly stream: Writable; text(): string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString('utf8') };
}

const line = (value: object) => `${JSON.stringify(value)}\n`;

test('decode writes a quote with exactly its nine fields, null where the frame says nothing', async () => {
  const { code, lines, stderr } = await run('binance', [line({ raw: TICKER })]);
  assert.equal(code, 0);
  assert.deepEqual(lines, [QUOTE]);
  assert.deepEqual(Object.keys(lines[0] ?? {}), Object.keys(QUOTE));
  assert.equal(stderr, 'Binance: 1 frames, 1 quotes, 0 control, 0 reject, 0 gap\n');
});

test('decode keeps the times of recorder and exchange apart, in milliseconds', async () => {
  const raw = JSON.stringify({
    channel: 'spot.book_ticker',
    event: 'update',
    result: { t: 1700000000123, s: 'BTC_USDT', b: '1', B: '1', a: '2', A: '1' },
  });
  const { lines } = await run('gate', [line({ raw, receivedAt: 1700000000200.25 })]);
  assert.deepEqual(
    lines.map(({ exchange, symbol, exchangeTimeMs, receivedTimeMs }) => [
      exchange,
      symbol,
      exchangeTimeMs,
      receivedTimeMs,
    ]),
    [['GateIo', 'BTC_USDT', 1700000000123, 1700000000200.25]],
  );
});

test('decode takes a line that is no record for a raw frame, and ignores blank lines', async () => {
  const { lines } = await run('BINANCE', [`${TICKER}\r\n\n  \n`, '{"raw":5}\n', 'nonsense\n', TICKER]);
  assert.deepEqual(
    lines.map(({ type, reason }) => [type, reason]),
    [
      ['quote', undefined],
      ['reject', 'unrecognised'],
      ['reject', 'malformed'],
      ['quote', undefined],
    ],
  );
});

test('decode reads base64 and gzip frames, and calls what is neither malformed', async () => {
  const gzip = gzipSync(TICKER);
  const { code, lines, stderr } = await run('Binance', [
    line({ raw: Buffer.from(TICKER).toString('base64'), encoding: 'base64' }),
    line({ raw: gzip.toString('base64'), encoding: 'gzip-base64' }),
    line({ raw: '§§§', encoding: 'base64' }),
    line({ raw: Buffer.from(TICKER).toString('base64'), encoding: 'gzip-base64' }),
    line({ raw: gzip.subarray(0, 20).toString('base64'), encoding: 'gzip-base64' }),
    line({ raw: gzipSync(Buffer.alloc(2_000_000)).toString('base64'), encoding: 'gzip-base64' }),
    line({ raw: TICKER, encoding: 'zip' }),
  ]);
  assert.equal(code, 0);
  assert.deepEqual(
    lines.map(({ type, reason }) => reason ?? type),
    ['quote', 'quote', 'malformed', 'malformed', 'malformed', 'too-large', 'malformed'],
  );
  assert.match(stderr, /7 frames, 2 quotes, 0 control, 5 reject \(malformed 4, too-large 1\)/);
});

test('decode forgets what it held where a record says that the connection was new', async () => {
  const delta = (b: unknown, a: unknown) =>
    JSON.stringify({ topic: 'orderbook.1.X', type: 'delta', ts: 1, data: { s: 'X', b, a, u: 5 } });
  const { lines } = await run('bybit', [
    line({ raw: delta([['1', '1']], []) }),
    line({ raw: delta([], [['2', '1']]) }),
    line({ raw: delta([], [['3', '1']]), resetBefore: true }),
  ]);
  assert.deepEqual(
    lines.map(({ bid, ask }) => [bid, ask]),
    [
      [1, null],
      [1, 2],
      [null, 3],
    ],
  );
});

test('decode answers every frame, wherever the chunks are cut', async () => {
  const frames = fixtureFrames('okx').filter(({ raw }) => raw.trim().length > 0);
  const input = Buffer.from(frames.map(({ raw }) => line({ raw })).join(''));
  const chunks = Array.from({ length: Math.ceil(input.length / 7) }, (_, at) =>
    input.subarray(at * 7, at * 7 + 7),
  );
  const cut = await run('okx', chunks);
  const whole = await run('okx', [input]);
  assert.deepEqual(cut, whole);
  assert.ok(whole.lines.length >= frames.length);
});

test('decode skips a line longer than any frame, says so, and goes on', async () => {
  const { lines } = await run('okx', [Buffer.alloc(LINE_BYTES_MAX, 'x'), 'xx\npong\n']);
  assert.deepEqual(
    lines.map(({ type, reason }) => [type, reason]),
    [
      ['reject', 'too-large'],
      ['control', 'pong'],
    ],
  );
});

test('decode names the known exchanges when it is asked for another, and exits 2', async () => {
  const unknown = await run('Krake', []);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /^decode: unknown exchange 'Krake', expected one of Binance, [^\n]*\n$/);
  const market = await run('Binance', [], 'moon');
  assert.equal(market.code, 2);
  assert.match(market.stderr, /^decode: --market is 'moon', expected spot or linear\n$/);
  assert.equal((await run('Binance', [line({ raw: TICKER })], 'spot')).code, 0);
});

test('decode reads no faster than its reader, and ends without a word when that goes away', async () => {
  const stdout = new PassThrough({ highWaterMark: 1024 });
  const stderr = collector();
  const chunk = Buffer.from(line({ raw: TICKER }).repeat(100));
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      given += 1;
      yield chunk;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const done = runDecode({ exchange: 'binance' }, { stdin: endless(), stdout, stderr: stderr.stream });
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(given <= 2, `${given} chunks were read though nobody read the output`);
  stdout.read();
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  assert.equal(await done, 0);
  assert.match(stderr.text(), /^Binance: \d+ frames[^\n]*\n$/);
});
