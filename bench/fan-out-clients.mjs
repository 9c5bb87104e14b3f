// A thousand cheap clients in a process of their own: each takes whole frames off its connection and notes when they ended.
// Answers `begin` and `end` with what came between: intervals of every client, frames and bytes of either mode.
//   node fan-out-clients.mjs PORT DELTA-CLIENTS FULL-CLIENTS OFFER

import { connect } from 'node:net';

const [port, deltas, fulls, offer] = process.argv.slice(2);
const clients = [];
/** One for all: what was read is looked at before the next read. */
const shared = Buffer.alloc(256 * 1024);
let measuring = false;

for (let i = 0; i < Number(deltas) + Number(fulls); i += 1) {
  const mode =
    i % 50 === 0 && clients.filter((one) => one.mode === 'full').length < Number(fulls) ? 'full' : 'delta';
  clients.push(await open(mode));
}
process.on('message', (message) => {
  measuring = message === 'begin';
  process.send(measuring ? { agreed: clients.filter(({ agreed }) => agreed).length } : summary());
  if (measuring) for (const client of clients) Object.assign(client, fresh());
});
process.on('disconnect', () => process.exit());
process.send('ready');

function fresh() {
  return { frames: 0, bytes: 0, lastMs: 0, intervalsMs: [] };
}

/** Resolves when the handshake is answered. */
function open(mode) {
  return new Promise((resolve, reject) => {
    const client = { mode, ...fresh(), agreed: false, gone: null };
    let [text, left, head] = ['', 0, Buffer.alloc(0)];
    const socket = connect({
      port: Number(port),
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: shared, callback: (length, buffer) => taken(buffer.subarray(0, length)) },
    });
    const extension = offer === 'none' ? '' : `Sec-WebSocket-Extensions: ${offer}\r\n`;
    socket.write(
      `GET /ws/realtime_charts${mode === 'delta' ? '?mode=delta' : ''} HTTP/1.1\r\nHost: localhost\r\n` +
        'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extension}\r\n`,
    );
    socket.once('error', reject);
    socket.once('close', () => {
      client.gone = 'closed';
    });

    function taken(bytes) {
      if (text !== null) {
        text += bytes.toString('latin1');
        const at = text.indexOf('\r\n\r\n');
        if (at < 0) return true;
        client.agreed = /permessage-deflate/.test(text);
        if (!text.startsWith('HTTP/1.1 101')) reject(new Error(text));
        resolve(client);
        const rest = Buffer.from(text.slice(at + 4), 'latin1');
        text = null;
        frames(rest);
      } else frames(bytes);
      return true;
    }

    /** Lengths alone: what is in the frames nobody reads here. */
    function frames(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (left === 0) {
          head = Buffer.concat([head, bytes.subarray(at, at + 1)]);
          at += 1;
          const form = head.length < 2 ? 0 : head[1] & 127;
          if (head.length < 2 || head.length < (form === 126 ? 4 : form === 127 ? 10 : 2)) continue;
          left = form === 126 ? head.readUInt16BE(2) : form === 127 ? head.readUInt32BE(6) : form;
          if ((head[0] & 15) === 8) client.gone = 'told to go';
          if ((head[0] & 15) === 9) pong(bytes.subarray(at));
          count(head.length + left);
          if (left > 0) continue;
        }
        const taking = Math.min(left, bytes.length - at);
        left -= taking;
        at += taking;
        if (left === 0) ended();
      }
    }

    function pong() {
      socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    }

    function count(length) {
      if (measuring && (head[0] & 15) === 1) client.bytes += length;
    }

    function ended() {
      const isText = (head[0] & 15) === 1;
      head = Buffer.alloc(0);
      if (!measuring || !isText) return;
      const nowMs = performance.now();
      if (client.lastMs > 0) client.intervalsMs.push(nowMs - client.lastMs);
      client.lastMs = nowMs;
      client.frames += 1;
    }
  });
}

function summary() {
  const of = (mode) => {
    const some = clients.filter((client) => client.mode === mode);
    const intervals = Float64Array.from(some.flatMap(({ intervalsMs }) => intervalsMs)).sort();
    const at = (share) => intervals[Math.min(intervals.length - 1, Math.floor(intervals.length * share))];
    const frames = some.reduce((sum, client) => sum + client.frames, 0);
    return {
      clients: some.length,
      frames,
      bytesEach: some.reduce((sum, client) => sum + client.bytes, 0) / frames,
      intervalMs: { min: intervals[0], p1: at(0.01), p50: at(0.5), p99: at(0.99), max: intervals.at(-1) },
      within: intervals.filter((ms) => Math.abs(ms - 200) <= 10).length / intervals.length,
    };
  };
  return { delta: of('delta'), full: of('full'), gone: clients.filter(({ gone }) => gone !== null).length };
}
