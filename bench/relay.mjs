// The floor of a feed: the socket library alone, which receives the frames of one simulated exchange and passes them on to whoever
// connects. Prints its port once it is there.
//   node relay.mjs WS_URL SYMBOLS

import { WebSocket, WebSocketServer } from 'ws';
import { compiled } from './place.mjs';

const { findAdapter } = await import(compiled('src/exchanges/index.js'));
const { coins } = await import(compiled('src/sim/coins.js'));
const [, , url, count] = process.argv;
const adapter = findAdapter('Binance');
const symbols = coins(Number(count)).map(({ name }) => `${name}USDT`);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
await new Promise((resolve) => server.once('listening', resolve));
const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
socket.on('message', (data) => {
  for (const client of server.clients) client.send(data, { binary: false });
});
socket.on('open', async () => {
  const { symbolsPerMessage, messageIntervalMs } = adapter.limits;
  for (let at = 0; at < symbols.length; at += symbolsPerMessage) {
    socket.send(adapter.subscribeFrame(symbols.slice(at, at + symbolsPerMessage), at + 1, Date.now() * 1e3));
    await new Promise((resolve) => setTimeout(resolve, messageIntervalMs));
  }
});
console.log(server.address().port);
