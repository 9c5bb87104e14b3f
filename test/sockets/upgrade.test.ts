import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { silentLog } from '../../src/core/log.js';
import { createUpgradeRouter } from '../../src/sockets/upgrade.js';
import { until } from '../support/wait.js';
import { connectClient, handshake, rawRequest, startStage } from './stage.js';

test('each path is its stream, a last slash and a query do not matter', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  for (const path of ['/', '/?mode=delta', '/ws/stream', '/ws/stream/?x=1'])
    await connectClient(stage.port, path);
  await until('all clients accepted', () => stage.clients.size === 4);
});

test('an unknown path is 404, a target that is no path 400, and both connections are closed', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  assert.match(await rawRequest(stage.port, handshake('/ws/nothing')), /^HTTP\/1\.1 404 /);
  assert.match(await rawRequest(stage.port, handshake('/WS/STREAM')), /^HTTP\/1\.1 404 /);
  for (const target of ['//host/ws/stream', 'http://host/ws/stream', '*'])
    assert.match(await rawRequest(stage.port, handshake(target)), /^HTTP\/1\.1 400 /, target);
  assert.equal(stage.clients.counters().accepted, 0);
});

test('a request that is no WebSocket handshake is 400, and plain HTTP is served as before', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  const without = handshake('/ws/stream').replace(/Sec-WebSocket-Key: .*?\r\n/, '');
  assert.match(await rawRequest(stage.port, without), /^HTTP\/1\.1 400 /);
  assert.equal(await (await fetch(`http://127.0.0.1:${stage.port}/`)).text(), 'page');
});

test('a message from outside that is too long closes its sender with 1009 and nobody else', async (t) => {
  const stage = await startStage({ messageBytesMax: 100 });
  t.after(() => stage.close());
  const good = await connectClient(stage.port);
  const bad = await connectClient(stage.port);
  bad.socket.send('x'.repeat(101));
  assert.equal((await bad.closed).code, 1009);
  await until('the sender is forgotten', () => stage.clients.size === 1);
  stage.clients.broadcast('still here');
  await until('the other is served', () => good.received.length === 1);
});

test('the door agrees to deflate and never deflates: what a stream sends leaves as it is', async (t) => {
  const server = createServer();
  let taken: { readonly socket: WebSocket; readonly connection: Socket } | undefined;
  const router = createUpgradeRouter({
    server,
    routes: new Map([
      [
        '/ws/stream',
        (socket, _url, connection) => {
          taken = { socket, connection: connection as Socket };
        },
      ],
    ]),
    deflated: new Set(['/ws/stream']),
    messageBytesMax: 1_024,
    log: silentLog,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    router.close();
    server.closeAllConnections();
    server.close();
  });
  const client = await connectClient((server.address() as AddressInfo).port, '/ws/stream');
  t.after(() => client.socket.terminate());
  const { socket, connection } = await until('it is taken', () => taken);
  assert.equal(socket.extensions, 'permessage-deflate');
  const before = connection.bytesWritten;
  socket.send('x'.repeat(5_000));
  await until('it has come', () => client.received.length === 1);
  assert.equal(connection.bytesWritten - before, 4 + 5_000);
});

test('a closed router takes no more sockets and leaves no listener at the server', async (t) => {
  const stage = await startStage();
  const before = stage.server.listenerCount('upgrade');
  const client = await connectClient(stage.port);
  t.after(() => client.socket.terminate());
  await stage.close();
  assert.equal(before, 1);
  assert.equal(stage.server.listenerCount('upgrade'), 0);
});
