// The clients of a soak, in a process of their own: charts in both modes, bots, and one that takes nothing. Counts what
// comes; a line on its standard input is answered with a line of JSON. Started with the address of the program.

import { WebSocket } from 'ws';
import { FeedClient } from '../../src/client/index.js';

const [base = ''] = process.argv.slice(2);
const CHARTS = 20;
/** Of each feed. */
const BOTS = 2;
/** What a bot asks for: a feed that is read behind a burst is closed, as it should be. */
const BOT_SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT', 'DOGE/USDT'];

const counts = { charts: 0, quotes: 0, quotesV2: 0, closed: [] as string[] };

function open(path: string, name: string): WebSocket {
  const socket = new WebSocket(base.replace('http', 'ws') + path, { perMessageDeflate: true });
  socket.on('error', () => {});
  socket.on('close', (code, reason) => {
    // Who does not read does not hear the goodbye either.
    if (name !== 'stalled') counts.closed.push(`${name} ${code} ${reason}`);
  });
  return socket;
}

for (let n = 0; n < CHARTS; n += 1)
  open(`/ws/realtime_charts${n % 2 === 0 ? '?mode=delta' : ''}`, `chart ${n}`).on('message', () => {
    counts.charts += 1;
  });
for (let n = 0; n < BOTS; n += 1) {
  const socket = open('/ws/feed', `bot ${n}`);
  socket.on('open', () => socket.send(JSON.stringify({ action: 'subscribe', symbols: BOT_SYMBOLS })));
  socket.on('message', () => {
    counts.quotes += 1;
  });
}
for (let n = 0; n < BOTS; n += 1) {
  const feed = new FeedClient({
    ...{ url: `${base.replace('http', 'ws')}/ws/v2`, WebSocket, streams: ['quotes', 'gaps'] },
    ...(n === 0 ? { conflate: 200, format: 'binary' } : { symbols: BOT_SYMBOLS }),
  });
  feed.on('quote', () => {
    counts.quotesV2 += 1;
  });
  feed.on('hole', ({ reason }) => counts.closed.push(`feed ${n} has a hole: ${reason}`));
  feed.on('disconnect', ({ code, reason }) => counts.closed.push(`feed ${n} ${code} ${reason}`));
}
// It asks for everything and never reads.
const stalled = open('/ws/feed', 'stalled');
stalled.on('open', () => stalled.pause());
process.stdin.on('data', () => console.log(JSON.stringify(counts)));
