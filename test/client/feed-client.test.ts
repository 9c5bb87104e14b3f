import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FeedClient,
  type FeedClientOptions,
  type FeedEvents,
  type Hole,
  type MarketMessage,
} from 'spread-aggregator/client';
import { WebSocket, WebSocketServer } from 'ws';
import { connectV2, startFeedV2, type V2Stage } from '../feed/v2-stage.js';
import { turn } from '../sockets/stage.js';
import { projectRoot } from '../support/shared.js';
import { until } from '../support/wait.js';

const A = 'Binance';
const B = 'GateIo';
const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];

interface Followed {
  readonly client: FeedClient;
  readonly messages: MarketMessage[];
  readonly holes: Hole[];
  readonly disconnects: FeedEvents['disconnect'][];
  readonly ready: () => number;
}

function follow(url: string, more: Partial<FeedClientOptions> = {}): Followed {
  const client = new FeedClient({
    ...{ url, WebSocket, streams: ['quotes', 'gaps', 'status'], retryMsMin: 1, retryMsMax: 5 },
    ...more,
  });
  const followed = { client, messages: [], holes: [], disconnects: [] } as unknown as Followed;
  let ready = 0;
  client.on('message', (message) => followed.messages.push(message));
  client.on('hole', (hole) => followed.holes.push(hole));
  client.on('disconnect', (disconnect) => followed.disconnects.push(disconnect));
  client.on('control', ({ type }) => {
    if (type === 'ready') ready += 1;
  });
  return { ...followed, ready: () => ready };
}

interface Published {
  readonly seq: number;
  readonly exchange: string;
  readonly symbol: string;
  readonly kind: 'quote' | 'gap' | 'status';
  /** Of a quote: its bid. */
  readonly bid?: number;
}

/** Event `n` of a stretch that walks over everything. */
function publish(stage: V2Stage, n: number): Published {
  const [exchange, symbol] = [n % 2 === 0 ? A : B, SYMBOLS[n % 3] as string];
  if (n % 17 === 0) return { seq: stage.gap(exchange, symbol, 'silent'), exchange, symbol, kind: 'gap' };
  if (n % 19 === 0)
    return { seq: stage.status(exchange, symbol, 'age-limit', 6e7), exchange, symbol, kind: 'status' };
  return { seq: stage.quote(exchange, symbol, n + 1, n + 2), exchange, symbol, kind: 'quote', bid: n + 1 };
}

const filters = fc.record(
  {
    symbols: fc.subarray(SYMBOLS, { minLength: 1 }),
    exchanges: fc.subarray([A, B], { minLength: 1 }),
  },
  { requiredKeys: [] },
);

const isOf = ({ symbols, exchanges }: { symbols?: string[]; exchanges?: string[] }, event: Published) =>
  (symbols === undefined || symbols.includes(event.symbol)) &&
  (exchanges === undefined || exchanges.includes(event.exchange));

/** Bursts of events, cut off after some of them, or in the middle of being read. */
const stretches = fc.array(
  fc.record({
    events: fc.integer({ min: 0, max: 120 }),
    turns: fc.integer({ min: 0, max: 3 }),
    cut: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

test('whenever the connection is cut, and whatever is wanted: no hole and no double', async () => {
  await fc.assert(
    fc.asyncProperty(filters, stretches, fc.constantFrom('json', 'binary'), async (lists, parts, format) => {
      const stage = await startFeedV2();
      const { client, messages, holes, ready } = follow(stage.url, { ...lists, format: format as 'json' });
      try {
        await until('ready', () => ready() === 1);
        const published: Published[] = [];
        for (const { events, turns, cut } of parts) {
          for (let n = 0; n < events; n++) published.push(publish(stage, published.length));
          for (let n = 0; n < turns; n++) await turn();
          if (cut) stage.cut();
        }
        const expected = published
          .filter((event) => isOf(lists, event))
          .map(({ seq, kind, bid }) => `${kind} ${seq} ${bid}`);
        await until('everything', () => messages.length >= expected.length || holes.length > 0);
        await turn();
        assert.deepEqual(
          messages.map((one) => `${one.type} ${one.seq} ${one.type === 'quote' ? one.bid : undefined}`),
          expected,
        );
        assert.deepEqual(holes, []);
      } finally {
        client.close();
        await stage.close();
      }
    }),
    { numRuns: 40 },
  );
});

test('conflated and cut: ascending, nothing twice, and the last of each is there', async () => {
  await fc.assert(
    fc.asyncProperty(stretches, async (parts) => {
      const stage = await startFeedV2();
      const { client, messages, holes, ready } = follow(stage.url, { conflate: 50, streams: ['quotes'] });
      try {
        await until('ready', () => ready() === 1);
        const last = new Map<string, number>();
        let n = 0;
        for (const { events, turns, cut } of parts) {
          for (let count = 0; count < events; count++) {
            const { kind, exchange, symbol, seq } = publish(stage, n++);
            if (kind === 'quote') last.set(exchange + symbol, seq);
          }
          for (let count = 0; count < turns; count++) await turn();
          if (cut) stage.cut();
        }
        const received = () =>
          new Map(messages.map((one) => [one.type === 'quote' ? one.exchange + one.symbol : '', one.seq]));
        await until('the last of each', () => [...last].every(([name, seq]) => received().get(name) === seq));
        const seqs = messages.map(({ seq }) => seq);
        assert.deepEqual(
          seqs,
          [...new Set(seqs)].sort((a, b) => a - b),
        );
        assert.deepEqual(holes, []);
      } finally {
        client.close();
        await stage.close();
      }
    }),
    { numRuns: 15 },
  );
});

test('away for longer than what is held: the hole is told, and what follows begins with a snapshot', async (t) => {
  const stage = await startFeedV2({ limits: { recordsHeldMax: 50 } });
  t.after(() => stage.close());
  const { client, messages, holes, ready } = follow(stage.url);
  t.after(() => client.close());
  await until('ready', () => ready() === 1);
  const seen = stage.quote(A, 'BTC/USDT', 1, 2);
  await until('it is there', () => messages.length === 1);
  stage.cut();
  for (let n = 1; n < 100; n++) stage.quote(A, 'BTC/USDT', n, n + 1);
  await until('ready again', () => ready() === 2);
  assert.deepEqual(holes, [
    {
      reason: 'too-old',
      from: { epoch: stage.epoch, seq: seen },
      to: { epoch: stage.epoch, seq: stage.hub.lastStampUs },
    },
  ]);
  assert.deepEqual(
    messages.slice(1).map(({ seq, flags }) => [seq, flags]),
    [[stage.hub.lastStampUs, ['snapshot']]],
  );
});

test('through a restart of the server: it comes back by itself, tells that it is another process, and goes on', async (t) => {
  const first = await startFeedV2();
  const { client, messages, holes, disconnects, ready } = follow(first.url);
  t.after(() => client.close());
  await until('ready', () => ready() === 1);
  const seen = first.quote(A, 'BTC/USDT', 1, 2);
  await until('it is there', () => messages.length === 1);
  await first.close();
  await until('attempts fail', () => disconnects.length > 3);
  assert.deepEqual(disconnects[0]?.code, 1001);
  const second = await startFeedV2({ port: first.port, lastStampUs: first.hub.lastStampUs });
  t.after(() => second.close());
  await until('ready again', () => ready() === 2);
  assert.notEqual(second.epoch, first.epoch);
  assert.deepEqual([holes[0]?.reason, holes[0]?.from], ['other-epoch', { epoch: first.epoch, seq: seen }]);
  second.quote(A, 'BTC/USDT', 3, 4);
  await until('it goes on', () => messages.some((one) => one.type === 'quote' && one.bid === 3));
});

test('since of an earlier client is where a later one begins', async (t) => {
  const stage = await startFeedV2();
  t.after(() => stage.close());
  const one = follow(stage.url);
  await until('ready', () => one.ready() === 1);
  stage.quote(A, 'BTC/USDT', 1, 2);
  await until('it is there', () => one.messages.length === 1);
  const { since } = one.client;
  one.client.close();
  stage.quote(A, 'BTC/USDT', 3, 4);
  const two = follow(stage.url, since === null ? {} : { since });
  t.after(() => two.client.close());
  await until('it is there', () => two.messages.length === 1);
  assert.deepEqual(
    two.messages.map((message) => message.type === 'quote' && message.bid),
    [3],
  );
});

test('as an asynchronous iterator: messages in order, the end when it is closed, an error where the reader is too slow', async (t) => {
  const stage = await startFeedV2();
  t.after(() => stage.close());
  const { client, ready } = follow(stage.url);
  await until('ready', () => ready() === 1);
  const bids: number[] = [];
  const reading = (async () => {
    for await (const message of client) if (message.type === 'quote' && bids.push(message.bid) === 3) break;
  })();
  for (let n = 1; n < 6; n++) stage.quote(A, 'BTC/USDT', n, n + 1);
  await reading;
  assert.deepEqual(bids, [1, 2, 3]);
  await until('left the loop: closed', () => stage.feed.counters().clients === 0);
  const slow = follow(stage.url, { queueMax: 2 });
  const iterator = slow.client[Symbol.asyncIterator]();
  await until('ready', () => slow.ready() === 1);
  for (let n = 1; n < 6; n++) stage.quote(A, 'BTC/USDT', n, n + 1);
  await until('it gave up', () => stage.feed.counters().clients === 0);
  assert.deepEqual([(await iterator.next()).done, (await iterator.next()).done], [false, false]);
  await assert.rejects(iterator.next(), /too slow: 2 messages wait/);
  assert.equal((await iterator.next()).done, true);
});

test('a request that the server refuses ends the client with the server’s words', async (t) => {
  const stage = await startFeedV2();
  t.after(() => stage.close());
  const { client, disconnects } = follow(stage.url, { conflate: 33 });
  await until('it ended', () => disconnects.length === 1);
  assert.match(disconnects[0]?.reason ?? '', /^conflate: expected one of 0, 50, .*, not 33$/);
  assert.equal(disconnects[0]?.retryMs, null);
  assert.equal((await client[Symbol.asyncIterator]().next()).done, true);
});

/** Speaks as it is told, to each connection in turn. */
async function startScripted(
  t: { after(run: () => unknown): void },
  scripts: readonly (readonly object[])[],
) {
  const server = new WebSocketServer({ port: 0 });
  const requests: Record<string, unknown>[] = [];
  let at = 0;
  server.on('connection', (socket) => {
    const script = scripts[Math.min(at++, scripts.length - 1)] ?? [];
    socket.on('message', (data) => requests.push(JSON.parse(String(data))));
    for (const message of script) socket.send(JSON.stringify(message));
  });
  t.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await until('it listens', () => server.address());
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const HELLO = { type: 'hello', protocol: 2, epoch: 9, seq: 10, heartbeatMs: 20 };
const SUBSCRIBED = { type: 'subscribed', seq: 10, epoch: 9, resumed: false, snapshotReason: 'new' };
const READY = { type: 'ready', seq: 10 };

test('a server that falls silent is left, and asked for what came since', async (t) => {
  const { url, requests } = await startScripted(t, [[HELLO, SUBSCRIBED, READY]]);
  const { client, disconnects } = follow(url);
  t.after(() => client.close());
  await until('it came back', () => requests.length >= 2);
  assert.match(disconnects[0]?.reason ?? '', /^nothing came for \d+ ms$/);
  assert.deepEqual([requests[0]?.['since'], requests[1]?.['since']], [undefined, { epoch: 9, seq: 10 }]);
});

test('messages that the server counted and that did not come are a hole', async (t) => {
  const beat = { type: 'heartbeat', seq: 20, count: 1 };
  const { url, requests } = await startScripted(t, [[HELLO, SUBSCRIBED, READY, beat], [HELLO]]);
  const { client, holes } = follow(url);
  t.after(() => client.close());
  await until('it came back', () => requests.length >= 2);
  assert.deepEqual(holes, [{ reason: 'lost', from: { epoch: 9, seq: 10 }, to: { epoch: 9, seq: 20 } }]);
  assert.equal(requests[1]?.['since'], undefined);
});

test('a server of another protocol ends the client', async (t) => {
  const { url } = await startScripted(t, [[{ ...HELLO, protocol: 3 }]]);
  const { disconnects } = follow(url);
  await until('it ended', () => disconnects.length === 1);
  assert.deepEqual(
    [disconnects[0]?.reason, disconnects[0]?.retryMs],
    ['the server speaks protocol 3, this client 2', null],
  );
});

test('attempts back off, doubled up to the greatest, less up to half of it by chance', async () => {
  const delays: number[] = [];
  const chances = [0, 0.5, 0.999, 0, 0, 0];
  class NeverOpens {
    binaryType = '';
    onmessage = null;
    onerror = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    constructor() {
      setImmediate(() => this.onclose?.({ code: 1006, reason: '' }));
    }
    send(): void {}
    close(): void {}
  }
  const client = new FeedClient({
    ...{ url: 'ws://x', streams: ['quotes'], WebSocket: NeverOpens, retryMsMin: 100, retryMsMax: 1_000 },
    clock: {
      nowMs: () => 0,
      after(delayMs, run) {
        if (delayMs < 10_000) {
          delays.push(delayMs);
          setImmediate(run);
        }
        return () => {};
      },
      random: () => chances[delays.length] ?? 0,
    },
  });
  await until('six attempts', () => delays.length >= 6);
  client.close();
  assert.deepEqual(delays.slice(0, 6).map(Math.round), [100, 150, 200, 800, 1_000, 1_000]);
});

test('without a WebSocket class it says so at once', () => {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Object.defineProperty(globalThis, 'WebSocket', { value: undefined, configurable: true });
  try {
    assert.throws(
      () => new FeedClient({ url: 'ws://x', streams: ['quotes'] }),
      /^Error: WebSocket: expected a class/,
    );
  } finally {
    if (had === undefined) delete (globalThis as { WebSocket?: unknown }).WebSocket;
    else Object.defineProperty(globalThis, 'WebSocket', had);
  }
});

test('another package imports it by name, with its types, and gets quotes', async (t) => {
  const stage = await startFeedV2();
  t.after(() => stage.close());
  const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  const root = projectRoot();
  symlinkSync(root, join(folder, 'node_modules', 'spread-aggregator'));
  for (const name of ['ws', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'bot.ts'),
    `import { FeedClient, type Quote } from 'spread-aggregator/client';
import { WebSocket } from 'ws';
const feed = new FeedClient({ url: '${stage.url}', WebSocket, streams: ['quotes'], symbols: ['BTC/USDT'] });
for await (const message of feed) {
  if (message.type !== 'quote') continue;
  const quote: Quote = message;
  const bid: number = quote.bid;
  console.log(quote.exchange, bid);
  break;
}
// @ts-expect-error no such stream
export const wrong = () => new FeedClient({ url: '', streams: ['prices'] });
`,
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const flags = '--target ES2023 --module NodeNext --strict --skipLibCheck --types node bot.ts'.split(' ');
  const compiled = spawnSync(process.execPath, [tsc, ...flags], { cwd: folder, encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stdout);
  stage.quote(A, 'BTC/USDT', 42, 43);
  const { spawn } = await import('node:child_process');
  const bot = spawn(process.execPath, ['bot.js'], { cwd: folder });
  let said = '';
  for (const stream of [bot.stdout, bot.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  await new Promise((resolve) => bot.once('close', resolve));
  assert.equal(said, `${A} 42\n`);
});

test('what the decoder cannot read is another server’s: a record of a number that was never told', async (t) => {
  const stage = await startFeedV2();
  t.after(() => stage.close());
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['quotes'], format: 'binary' });
  let record: ArrayBuffer | null = null;
  client.socket.on('message', (data, isBinary) => {
    if (isBinary) record = data as ArrayBuffer;
  });
  stage.quote(A, 'BTC/USDT', 1, 2);
  await until('a record', () => record);
  const { Decoder } = await import('spread-aggregator/client');
  assert.throws(
    () => new Decoder().decode(record as unknown as ArrayBuffer),
    /instrument 0, which was not introduced/,
  );
  assert.throws(() => new Decoder().decode(new Uint8Array([9]).buffer), /unknown type 9/);
});
