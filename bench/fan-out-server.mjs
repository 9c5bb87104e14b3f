// The serving process of the fan-out: fifty watched pairs in a market that moves so much that a delta has 20 KB, sent every 200 ms.
//   ours      the real stream behind the real door: Realtime, Clients, the upgrade router
//   peer      the socket library with its own permessage-deflate for each client, over frames made by the same code
//   floor     one framed buffer, written to every connection: no bounds, no clients that go, one stream
// Says when it is ready, answers each message with its port and counters.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { compiled, option } from './place.mjs';

const mode = process.argv[2];
const rate = option('rate', 1_250);
const { REALTIME_PATH, Realtime } = await import(compiled('src/api/realtime.js'));
const { DeltaStream } = await import(compiled('src/api/realtime-deltas.js'));
const { FullFrames } = await import(compiled('src/api/realtime-frames.js'));
const { createRealClock } = await import(compiled('src/clock.js'));
const { silentLog } = await import(compiled('src/core/log.js'));
const { LIMITS } = await import(compiled('src/limits.js'));
const { createRandom } = await import(compiled('src/sim/random.js'));
const { createUpgradeRouter } = await import(compiled('src/sockets/upgrade.js'));
const { windowStage } = await import(compiled('test/windows/stage.js'));

const SYMBOLS = Array.from({ length: 50 }, (_, i) => `C${i}/USDT`);
const EXCHANGES = ['Alpha', 'Beta'];
const FEED_MS = 20;
const limits = { ...LIMITS.realtime, ...LIMITS.sockets, pointsPerChart: 100 };

const clock = createRealClock();
const random = createRandom(1);
const stage = windowStage({ exchanges: EXCHANGES, symbols: SYMBOLS });
const server = createServer();
const counters = mode === 'ours' ? ours() : sentBy(mode === 'peer' ? peer() : floor());
feed();
server.listen(0, '127.0.0.1', () => process.send('ready'));
process.on('message', () => process.send({ port: server.address().port, ...counters() }));
process.on('disconnect', () => process.exit());

/** Every instrument in its turn; prices walk. */
function feed() {
  const mid = SYMBOLS.map((_, at) => 100 + at * 7);
  let [turn, owed] = [0, 0];
  setInterval(() => {
    owed += (rate * FEED_MS) / 1_000;
    for (; owed >= 1; owed -= 1, turn += 1) {
      const symbol = turn % SYMBOLS.length;
      mid[symbol] *= 1 + (random.next() - 0.5) / 2_000;
      const exchange = EXCHANGES[Math.floor(turn / SYMBOLS.length) % EXCHANGES.length];
      const bid = mid[symbol] * (1 + (random.next() - 0.5) / 1_000);
      stage.quote(exchange, SYMBOLS[symbol], clock.nowUs(), Number(bid.toFixed(4)));
    }
  }, FEED_MS);
}

function ours() {
  const realtime = new Realtime({ windows: () => stage.watched.windows, clock, log: silentLog, limits });
  createUpgradeRouter({
    server,
    routes: new Map([[REALTIME_PATH, realtime.route]]),
    deflated: new Set([REALTIME_PATH]),
    messageBytesMax: limits.messageBytesMax,
    log: silentLog,
  });
  return () => realtime.counters();
}

function peer() {
  const perMessageDeflate = { zlibDeflateOptions: { level: 1 }, serverNoContextTakeover: true };
  const sockets = new WebSocketServer({ server, perMessageDeflate });
  const clients = new Set();
  sockets.on('connection', (socket, request) => {
    const client = {
      full: !request.url.includes('mode=delta'),
      send: (text) => socket.send(text, { binary: false }),
    };
    clients.add(client);
    socket.on('close', () => clients.delete(client));
  });
  return clients;
}

function floor() {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const clients = new Set();
  let [framed, frame] = [null, null];
  server.on('upgrade', (request, connection, head) =>
    sockets.handleUpgrade(request, connection, head, () => {
      const send = (text) => {
        if (framed !== text) [framed, frame] = [text, withHead(text)];
        connection.write(frame);
      };
      clients.add({ full: !request.url.includes('mode=delta'), send });
    }),
  );
  return clients;
}

function withHead(text) {
  const head = Buffer.alloc(text.length < 65_536 ? 4 : 10);
  head[0] = 0x81;
  head[1] = text.length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(text.length, 2);
  else head.writeUInt32BE(text.length, 6);
  return Buffer.concat([head, text]);
}

/** The same frames at the same time, made once. */
function sentBy(clients) {
  const full = new FullFrames(limits);
  const deltas = new DeltaStream(Date.now(), {
    ...limits,
    snapshotBytesMax: limits.bufferedBytesMax,
    heldMax: limits.deltasHeldMax,
    heldBytesMax: limits.bufferedBytesMax,
  });
  setInterval(() => {
    const { windows } = stage.watched;
    const frame = full.frame(windows, 'camel');
    const delta = deltas.step(windows)?.bytes('camel');
    for (const client of clients) if (client.full) client.send(frame);
    if (delta !== undefined) for (const client of clients) if (!client.full) client.send(delta);
  }, limits.periodMs);
  return () => ({ clients: clients.size });
}
