import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedClient } from 'spread-aggregator/client';
import { WebSocket } from 'ws';
import { startTestApp } from '../support/app.js';
import { until } from '../support/wait.js';

test('the process itself serves it on its one port, and /health counts it and shows its queue', async (t) => {
  const app = await startTestApp(() => {});
  t.after(() => app.stop());
  const types: string[] = [];
  const client = new FeedClient({
    url: `${app.url.replace('http', 'ws')}/ws/v2`,
    ...{ WebSocket, streams: ['quotes', 'opportunities'], retryMsMin: 1 },
  });
  t.after(() => client.close());
  client.on('control', ({ type }) => types.push(type));
  client.on('opportunities', ({ rows, total }) => types.push(`${rows.length} of ${total}`));
  await until('the list', () => types.length === 4);
  assert.deepEqual(types, ['hello', 'subscribed', 'ready', '0 of 0']);
  const health = (await (await fetch(`${app.url}/health`)).json()) as {
    readonly streams: { readonly feedV2: Record<string, number> };
    readonly queues: { readonly feedV2Clients: { readonly length: number } };
  };
  const { feedV2 } = health.streams;
  assert.deepEqual([feedV2['clients'], feedV2['snapshots'], feedV2['badMessages']], [1, 1, 0]);
  const { length, ...queue } = health.queues.feedV2Clients;
  assert.equal(typeof length, 'number');
  assert.deepEqual(queue, { lengthMax: 1_048_576, unit: 'bytes', overflow: 'close-client', overflowed: 0 });
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  assert.match(metrics, /feedV2/);
});
