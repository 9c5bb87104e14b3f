// A bot in a process of its own, for benches: takes every quote of the feed and tells how old each was when it came, by the
// moment that its ask size says. A line on its standard input is answered with what came since the last one.
//   node --import ./common-clock.mjs feed-reader.mjs URL SENT_US_MODULO '{"conflate": 0}'

import { WebSocket } from 'ws';

const [, , url, modulo, asked] = process.argv;
let quotes = 0;
let marked = 0;
let ages = [];
let lateMarks = [];

const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
socket.on('open', () => {
  if (asked !== undefined)
    socket.send(
      JSON.stringify({ op: 'subscribe', streams: ['quotes'], format: 'json', ...JSON.parse(asked) }),
    );
});
socket.on('message', (data) => {
  const nowUs = Date.now() * 1e3;
  // Not parsed whole: the reader must not be what is measured.
  const text = data.latin1Slice();
  const size = /"(?:askSize|A)":"?([\d.]+)/.exec(text)?.[1];
  if (size === undefined) return;
  quotes += 1;
  const ageUs = (nowUs - Number(size) + 1e3 * modulo) % modulo;
  if (!text.includes('"lagging"')) ages.push(ageUs);
  else {
    marked += 1;
    lateMarks.push(ageUs);
  }
});
socket.on('close', (code, reason) => {
  console.error(`closed: ${code} ${reason}`);
  process.exit(1);
});
process.stdin.on('data', () => {
  const told = { quotes, marked, ...quantilesOf(ages), markedAgeUs: quantilesOf(lateMarks).p50 };
  [quotes, marked, ages, lateMarks] = [0, 0, [], []];
  console.log(JSON.stringify(told));
});

function quantilesOf(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? null;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
