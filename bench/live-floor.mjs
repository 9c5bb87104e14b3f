// The floor of the live path: the socket library alone, subscribed to the same exchanges as `serve`, which receives every frame and
// drops it. Prints how many frames came whenever a line is written to it.
//   node live-floor.mjs '{"Binance": {"wsUrl": …, "symbols": […]}, …}'

import { WebSocket } from 'ws';
import { compiled } from './place.mjs';

const { findAdapter } = await import(compiled('src/exchanges/index.js'));
let frames = 0;
for (const [name, { wsUrl, symbols }] of Object.entries(JSON.parse(process.argv[2]))) {
  const adapter = findAdapter(name);
  const { symbolsPerMessage, messageIntervalMs } = adapter.limits;
  // As serve opens it.
  const socket = new WebSocket(wsUrl, { perMessageDeflate: false, skipUTF8Validation: true });
  socket.on('message', () => {
    frames += 1;
  });
  socket.on('error', (error) => {
    throw error;
  });
  socket.on('open', async () => {
    for (let at = 0; at < symbols.length; at += symbolsPerMessage) {
      socket.send(
        adapter.subscribeFrame(symbols.slice(at, at + symbolsPerMessage), at + 1, Date.now() * 1e3),
      );
      await new Promise((resolve) => setTimeout(resolve, messageIntervalMs));
    }
  });
}
process.stdin.on('data', () => console.log(frames));
