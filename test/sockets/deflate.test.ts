// What is sent deflated: made once for all who agreed, read by every client as what it was, and agreed only with
// those whose offer can be kept.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type IncomingHttpHeaders, request } from 'node:http';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { constants, deflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { createRandom } from '../../src/sim/random.js';
import { deflatedFrame, offersDeflate } from '../../src/sockets/deflate.js';
import { until } from '../support/wait.js';
import { connectClient, type Stage, startStage, type TestClient, turn } from './stage.js';

const STREAM = '/ws/stream';
const SEED = 20_261_127;

/** ASCII that hardly deflates, after some that does. */
function textOf(random: () => number, bytes: number, evenBytes = 0): string {
  let text = 'a'.repeat(evenBytes);
  while (text.length < evenBytes + bytes) text += String.fromCharCode(40 + Math.floor(random() * 64));
  return text;
}

/** Texts of every length that a frame's head has its own word for, as they are and deflated. */
function textsAtBounds(): Buffer[] {
  const random = createRandom(SEED).next;
  const texts: Buffer[] = [];
  const sizes = [0, 1, 124, 125, 126, 127, 1_023, 1_024, 1_025, 65_534, 65_535, 65_536, 65_537, 70_000];
  for (const size of sizes) texts.push(Buffer.from(textOf(random, size)));
  for (let i = 0; i < 60; i += 1) texts.push(Buffer.from(textOf(random, Math.floor(random() * 70_000))));
  for (const wanted of [
    [124, 125, 126, 127],
    [65_534, 65_535, 65_536, 65_537],
  ]) {
    const missing = new Set(wanted);
    // Lengths jump where a block begins: then another text will do.
    for (let tries = 0; missing.size > 0 && tries < 50; tries += 1) {
      const tail = textOf(random, 90_000);
      let length = 0;
      for (let size = 50; length < wanted[3]! && size < tail.length; ) {
        const text = Buffer.from('a'.repeat(2_000) + tail.slice(0, size));
        length = payloadLength(text);
        if (missing.delete(length)) texts.push(text);
        size += Math.max(1, wanted[0]! - length - 1);
      }
    }
    assert.deepEqual([...missing], [], `seed ${SEED}: no text whose frame has so many bytes`);
  }
  // Not ASCII, and a length in characters that is not that in bytes.
  texts.push(Buffer.from('Ünïcödé ✓ '.repeat(500)));
  return texts;
}

function payloadLength(text: Buffer): number {
  const options = { level: 1, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 1024 * 1024 };
  return deflateRawSync(text, options).length - 4;
}

async function connected(stage: Stage, path: string, deflate: boolean): Promise<TestClient> {
  const before = stage.clients.size;
  const client = await connectClient(stage.port, path, { deflate });
  await until('it is accepted', () => stage.clients.size > before);
  return client;
}

test('whoever agreed reads byte for byte what the others read, at all lengths of a frame', async (t) => {
  const stage = await startStage({ bufferedBytesMax: 64 * 1024 * 1024 });
  t.after(() => stage.close());
  const agreed = await connected(stage, STREAM, true);
  const plain = await connected(stage, STREAM, false);
  const texts = textsAtBounds();
  const deflatable = texts.filter((text) => deflatedFrame(text) !== null).length;
  assert.ok(deflatable > 40, `${deflatable} of ${texts.length} are worth deflating`);
  for (const text of texts) {
    stage.clients.broadcast(text);
    await turn();
  }
  await until(
    'all have come',
    () => Math.min(agreed.received.length, plain.received.length) === texts.length,
  );
  for (const [at, text] of texts.entries()) {
    assert.ok(text.equals(Buffer.from(agreed.received[at]!)), `seed ${SEED}, text ${at}, deflated`);
    assert.ok(text.equals(Buffer.from(plain.received[at]!)), `seed ${SEED}, text ${at}, plain`);
  }
  for (const text of texts) {
    const payload = payloadLength(text);
    const head = payload <= 125 ? 2 : payload <= 65_535 ? 4 : 10;
    assert.equal(deflatedFrame(text)?.length ?? payload + head, payload + head, 'the shortest head');
  }
  const { framesDeflated, messagesDeflated, messagesSent } = stage.clients.counters();
  assert.deepEqual([framesDeflated, messagesDeflated], [deflatable, deflatable]);
  assert.equal(messagesSent, 2 * texts.length);
});

test("the runtime's own client agrees and reads the same", async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  const script = `
    const socket = new WebSocket(process.argv[1]);
    const texts = [];
    socket.onmessage = ({ data }) => {
      texts.push(data);
      if (data === 'last') {
        process.stdout.write(JSON.stringify({ extensions: socket.extensions, texts }));
        socket.close();
      }
    };`;
  const url = `ws://127.0.0.1:${stage.port}${STREAM}`;
  const child = promisify(execFile)(
    process.execPath,
    ['--no-warnings', '--experimental-websocket', '-e', script, url],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  await until('it is there', () => stage.clients.size === 1);
  const random = createRandom(SEED).next;
  const sent = [0, 10, 1_024, 20_000, 65_536].map((bytes) => textOf(random, bytes, 2_000));
  for (const text of [...sent, 'last']) stage.clients.broadcast(text);
  const { extensions, texts } = JSON.parse((await child).stdout);
  assert.match(extensions, /^permessage-deflate/);
  assert.deepEqual(texts, [...sent, 'last']);
  assert.equal(stage.clients.counters().messagesDeflated, sent.length);
});

test('a text is deflated once, however many get it and however often', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  const clients = await Promise.all(
    Array.from({ length: 30 }, (_, i) => connectClient(stage.port, STREAM, { deflate: i % 3 > 0 })),
  );
  await until('all are accepted', () => stage.clients.size === 30);
  const text = Buffer.from('once '.repeat(1_000));
  stage.clients.broadcast(text);
  stage.clients.broadcast(text);
  await until('all have both', () => clients.every(({ received }) => received.length === 2));
  const { framesDeflated, messagesDeflated, messagesSent, bytesSent, bytesDeflated } =
    stage.clients.counters();
  assert.deepEqual([framesDeflated, messagesDeflated, messagesSent], [1, 40, 60]);
  assert.equal(bytesSent, 60 * text.length);
  assert.equal(bytesDeflated, 40 * deflatedFrame(text)!.length);
});

test('order holds among deflated texts, plain ones, pings and the goodbye', async (t) => {
  const stage = await startStage({ speed: 100 });
  t.after(() => stage.close());
  const client = await connected(stage, STREAM, true);
  let pings = 0;
  client.socket.on('ping', () => (pings += 1));
  const [entry] = [...stage.clients];
  const sent: string[] = [];
  await until('pings came between', () => {
    for (let i = 0; i < 7; i += 1) {
      const text = i % 3 === 0 ? `small ${sent.length}` : `${sent.length} ${'long '.repeat(4_000)}`;
      sent.push(text);
      if (sent.length % 2 === 0) stage.clients.broadcast(text);
      else stage.clients.sendTo(entry!, text);
    }
    return pings > 2;
  });
  stage.clients.sendTo(entry!, sent[1]!);
  stage.clients.drop(entry!, 1013, 'that was all');
  assert.deepEqual(await client.closed, { code: 1013, reason: 'that was all' });
  assert.deepEqual(client.received, [...sent, sent[1]]);
});

/** The headers of the answer to a handshake that offers `extensions`. */
function answered(stage: Stage, path: string, extensions: string | undefined): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...(extensions === undefined ? {} : { 'sec-websocket-extensions': extensions }),
    };
    const asking = request({ port: stage.port, host: '127.0.0.1', path, headers });
    asking.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.headers);
    });
    asking.once('response', ({ statusCode }) => reject(new Error(`status ${statusCode}`)));
    asking.once('error', reject);
    asking.end();
  });
}

const AGREED = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
const KEEPABLE = [
  'permessage-deflate',
  'permessage-deflate; client_max_window_bits',
  'permessage-deflate;client_max_window_bits="15";server_no_context_takeover',
  'x-webkit-deflate-frame, permessage-deflate; client_no_context_takeover',
  'permessage-deflate; server_max_window_bits=10, permessage-deflate',
];
const NOT_KEEPABLE = [
  undefined,
  '',
  'x-webkit-deflate-frame',
  'permessage-deflate; server_max_window_bits=12; client_max_window_bits=12',
  'permessage-deflate; client_max_window_bits=16',
  'permessage-deflate; client_no_context_takeover; client_no_context_takeover',
  'permessage-deflate; server_no_context_takeover=1',
  'permessage-deflate; unheard_of',
  ';;,"',
];

test('deflate is agreed where it is offered on terms that can be kept; nobody is refused for an offer', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  for (const offer of KEEPABLE) {
    assert.equal(offersDeflate(offer), true, offer);
    assert.equal((await answered(stage, STREAM, offer))['sec-websocket-extensions'], AGREED, offer);
    // A stream of small texts agrees to nothing.
    assert.equal((await answered(stage, '/', offer))['sec-websocket-extensions'], undefined, offer);
  }
  for (const offer of NOT_KEEPABLE) {
    assert.equal(offersDeflate(offer), false, offer);
    assert.equal((await answered(stage, STREAM, offer))['sec-websocket-extensions'], undefined, offer);
  }
});

test('who offers what cannot be kept gets plain text', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  const socket = new WebSocket(`ws://127.0.0.1:${stage.port}${STREAM}`, {
    perMessageDeflate: { serverMaxWindowBits: 10 },
  });
  const texts: string[] = [];
  socket.on('message', (data) => texts.push(String(data)));
  await until('it is there', () => stage.clients.size === 1);
  const text = 'plain '.repeat(1_000);
  stage.clients.broadcast(text);
  await until('it has come', () => texts.length === 1);
  assert.deepEqual([texts[0], socket.extensions], [text, '']);
  assert.equal(stage.clients.counters().messagesDeflated, 0);
  socket.close();
});

test('what a client sends deflated is inflated, within the bound of a message and no further', async (t) => {
  const heard: string[] = [];
  const stage = await startStage({
    messageBytesMax: 10_000,
    onMessage: (_client, data) => heard.push(String(data)),
  });
  t.after(() => stage.close());
  const good = await connected(stage, STREAM, true);
  const bomb = await connected(stage, STREAM, true);
  const options = { compress: true } as const;
  for (let i = 0; i < 3; i += 1) good.socket.send(`${i} ${'pin '.repeat(1_000)}`, options);
  await until('all were heard', () => heard.length === 3);
  assert.deepEqual(
    heard.map((text) => [text.slice(0, 2), text.length]),
    [0, 1, 2].map((i) => [`${i} `, 4_002]),
  );
  const long = await connected(stage, STREAM, true);
  long.socket.send('x'.repeat(5_000), options);
  assert.equal((await long.closed).code, 1009, 'over 4 KB: what is inflated is kept');
  // 10 MB that arrive as 10 KB.
  bomb.socket.send('x'.repeat(10_000_000), options);
  assert.equal((await bomb.closed).code, 1009);
  await until('it is forgotten', () => stage.clients.size === 1);
  assert.equal(heard.length, 3);
  stage.clients.broadcast('still here');
  await until('the other is served', () => good.received.includes('still here'));
});
