import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { GAP_REASONS, STATUS_KINDS } from '../../src/core/reasons.js';
import { REFUSALS as CORE_REFUSALS } from '../../src/core/refusals.js';
import {
  CONFLATE_MS,
  FEED_PATH,
  FLAGS,
  FORMATS,
  MESSAGE_TYPES,
  PROTOCOL_VERSION,
  REFUSALS,
  SNAPSHOT_REASONS,
  SPREAD_REASONS,
  STREAMS,
} from '../../src/feed/protocol.js';
import { projectRoot } from '../support/shared.js';
import { until } from '../support/wait.js';
import { connectV2, startFeedV2 } from './v2-stage.js';

// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
const document: any = parse(readFileSync(join(projectRoot(), 'docs/feed-v2.asyncapi.yaml'), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'feed', ...document });

const REQUESTS = ['subscribe', 'unsubscribe', 'ping'];

function problemsOf(name: string, value: unknown): string[] {
  const validate = ajv.getSchema(`feed#/components/schemas/${name}`);
  assert.ok(validate !== undefined, `no schema ${name}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
}

test('every reference of the document leads somewhere, and each message is in the channel and in one operation', () => {
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref') walk(value);
      else {
        const found = String(value)
          .slice(2)
          .split('/')
          .reduce((at, part) => at?.[part], document);
        assert.ok(found !== undefined, `${value} leads nowhere`);
      }
    }
  };
  walk(document);
  assert.equal(document.asyncapi, '3.0.0');
  const names = [...REQUESTS, ...MESSAGE_TYPES, 'records'].sort();
  assert.deepEqual(Object.keys(document.components.messages).sort(), names);
  assert.deepEqual(Object.keys(document.channels.feed.messages).sort(), names);
  const used = Object.values<{ messages: { $ref: string }[] }>(document.operations).flatMap(({ messages }) =>
    messages.map(({ $ref }) => $ref.split('/').at(-1)),
  );
  assert.deepEqual(used.sort(), names);
});

test('its words are those of the protocol', () => {
  const { schemas } = document.components;
  assert.deepEqual(schemas.refusal.enum, REFUSALS);
  assert.deepEqual(REFUSALS, CORE_REFUSALS);
  assert.deepEqual(document.channels.feed.address, FEED_PATH);
  assert.deepEqual(schemas.hello.properties.protocol.const, PROTOCOL_VERSION);
  assert.deepEqual(schemas.stream.enum, STREAMS);
  assert.deepEqual(schemas.format.enum, FORMATS);
  assert.deepEqual(schemas.conflate.enum, CONFLATE_MS);
  assert.deepEqual(schemas.flags.items.enum, FLAGS);
  assert.deepEqual(schemas.spread.properties.reason.enum, [...SPREAD_REASONS, null]);
  assert.deepEqual(schemas.subscribed.properties.snapshotReason.enum, [...SNAPSHOT_REASONS, null]);
  assert.deepEqual(schemas.gap.properties.reason.enum, GAP_REASONS);
  assert.deepEqual(schemas.status.properties.status.enum, STATUS_KINDS);
});

test('one of each type, as it is really sent, is what the document says', async (t) => {
  const stage = await startFeedV2({ speed: 200 });
  t.after(() => stage.close());
  stage.opportunities = [
    {
      ...{
        symbol: 'BTC/USDT',
        exchange1: 'Binance',
        exchange2: 'GateIo',
        opportunityCycles: 50,
        edgeBps: null,
        freshEdgeBps: null,
      },
      ...{ spreadPercent: 1, executable12Percent: 1, executable21Percent: null, tradable: false },
      refusals: ['stale'],
      legs: [
        { ageMs: 1, live: true },
        { ageMs: null, live: false },
      ],
    },
  ];
  const [text, binary] = [await connectV2(stage), await connectV2(stage)];
  const request = {
    op: 'subscribe',
    streams: [...STREAMS],
    exchanges: ['Binance', 'GateIo'],
    pairs: [['BTC/USDT', 'Binance', 'GateIo']],
  };
  assert.deepEqual(problemsOf('subscribe', request), []);
  await text.subscribe(request);
  await binary.subscribe({ ...request, format: 'binary' });
  stage.quote('Binance', 'BTC/USDT', 1, 2, 1_700_000_000_000_000);
  stage.quote('GateIo', 'BTC/USDT', 3, 2);
  stage.gap('GateIo', 'BTC/USDT', 'disconnect');
  for (const status of STATUS_KINDS) stage.status('GateIo', 'BTC/USDT', status, 5);
  const late = await connectV2(stage);
  const since = { epoch: stage.epoch, seq: text.of('ready')[0]?.seq };
  await late.subscribe({ ...request, since });
  for (const one of [text, binary, late]) {
    await until('a list', () => one.of('opportunities').length > 0);
    await one.next('heartbeat');
    one.ask({ op: 'ping', id: 'x' });
    one.ask({ op: 'other' });
    one.ask({ op: 'unsubscribe' });
    await until('all answers', () => one.of('unsubscribed').length > 0);
  }
  const all = [text, binary, late].flatMap(({ messages }) => messages);
  assert.deepEqual([...new Set(all.map(({ type }) => type))].sort(), [...MESSAGE_TYPES].sort());
  // The texts themselves: the decoder adds nothing, and could leave out nothing.
  for (const said of [text, binary, late].flatMap(({ texts }) => texts)) {
    const message = JSON.parse(said);
    assert.deepEqual(problemsOf(message.type, message), [], said);
  }
  for (const message of binary.messages) assert.deepEqual(problemsOf(message.type, message), []);
});

test('the request that the page for people shows is one', () => {
  const page = readFileSync(join(projectRoot(), 'docs/feed.md'), 'utf8');
  const shown = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
  assert.equal(shown.length, 1);
  for (const text of shown) assert.deepEqual(problemsOf('subscribe', JSON.parse(text)), []);
});

test('a message that says something else is no message of the document', () => {
  const ready = { type: 'ready', seq: 5 };
  assert.deepEqual(problemsOf('ready', ready), []);
  assert.equal(problemsOf('ready', { ...ready, more: 1 }).length, 1);
  assert.equal(problemsOf('ready', { ...ready, seq: 'x' }).length, 1);
  assert.equal(problemsOf('subscribe', { op: 'subscribe', streams: ['x'] }).length, 1);
});
