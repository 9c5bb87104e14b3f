// A process that records as fast as it is told until it is killed: the other half of the kills. A trade follows each quote,
// with the same number. argv: root, session number, hours a second. Prints a line with what opening took, then every
// 10 ms the number of rows handed over, and for how long the oldest of them has waited for its sync, in ms.
// Its clock runs fast, so that hours end and are encoded while it lives; every period runs in real time.

import { createRealClock } from '../../../src/clock.js';
import type { Clock } from '../../../src/core/time.js';
import { openLake } from '../../../src/lake/writer.js';
import { LIMITS, someInstruments } from './lakes.js';

const [root = '', session = '0', hoursASecond = '1'] = process.argv.slice(2);
const real = createRealClock();
const speed = Number(hoursASecond) * 3_600;
let startUs = real.nowUs();
const bornUs = startUs;
const clock: Clock = { ...real, nowUs: () => Math.round(startUs + (real.nowUs() - bornUs) * speed) };

const instruments = someInstruments();
const limits = { ...LIMITS, segmentMsMax: 250 * speed, writeIntervalMs: 50, syncIntervalMs: 400 };
const lake = await openLake({ root, origin: 'live', clock, limits, instruments });
process.stdout.write(`opened ${(real.nowUs() - bornUs) / 1_000}\n`);
// An earlier process's clock ran as fast: hours go on to end.
startUs = Math.max(startUs, lake.lastStampUs);
let lastUs = lake.lastStampUs;
const nextUs = () => {
  lastUs = Math.max(lastUs + 1, clock.nowUs());
  return lastUs;
};

let handed = 0;
setInterval(() => {
  for (let i = 0; i < 40; i++) {
    // Every instrument counts for itself, so that a hole anywhere but at the end shows.
    const id = handed % instruments.size;
    const number = Math.floor(handed / instruments.size);
    lake.quote(nextUs(), id, 1, Number(session), 2, number, Number.NaN);
    lake.trade(nextUs(), id, 1, Number(session) + 1, 1, Number.NaN, String(number));
    handed += 1;
  }
  process.stdout.write(`${handed} ${lake.counters().unsyncedMs / speed}\n`);
}, 10);
