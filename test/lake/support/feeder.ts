// A process that records as fast as it is told until it is killed: the other half of the kill test.
// A trade follows each quote, with the same number. argv: root, session number, hours a second. Prints the number of rows handed over, every 10 ms.
// Its clock runs fast, so that hours end and are encoded while it lives; every period runs in real time.

import { createRealClock } from '../../../src/clock.js';
import type { Clock } from '../../../src/core/time.js';
import { openLake } from '../../../src/lake/writer.js';
import { LIMITS, someInstruments } from './lakes.js';

const [root = '', session = '0', hoursASecond = '1'] = process.argv.slice(2);
const real = createRealClock();
const startUs = real.nowUs();
const speed = Number(hoursASecond) * 3_600;
const clock: Clock = { ...real, nowUs: () => Math.round(startUs + (real.nowUs() - startUs) * speed) };

const instruments = someInstruments();
const limits = { ...LIMITS, segmentMsMax: 100 * speed, writeIntervalMs: 50, syncIntervalMs: 400 };
const lake = await openLake({ root, origin: 'live', clock, limits, instruments });
const nextUs = (() => {
  let lastUs = Math.max(lake.lastStampUs, 0);
  return () => {
    lastUs = Math.max(lastUs + 1, clock.nowUs());
    return lastUs;
  };
})();

let handed = 0;
process.stdout.write('0\n');
setInterval(() => {
  for (let i = 0; i < 40; i++) {
    // Every instrument counts for itself, so that a hole anywhere but at the end shows.
    const id = handed % instruments.size;
    const number = Math.floor(handed / instruments.size);
    lake.quote(nextUs(), id, 1, Number(session), 2, number, Number.NaN);
    lake.trade(nextUs(), id, 1, Number(session) + 1, 1, Number.NaN, String(number));
    handed += 1;
  }
  process.stdout.write(`${handed}\n`);
}, 10);
