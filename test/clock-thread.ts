// The other thread of the clock's test: tells the time of the clock that follows whenever it is asked to, by a cell.

import { workerData } from 'node:worker_threads';
import { type ClockFace, createFollowingClock } from '../src/clock.js';

const { face, cell, told } = workerData as {
  face: ClockFace;
  cell: SharedArrayBuffer;
  told: SharedArrayBuffer;
};
const asks = new Int32Array(cell);
const times = new Float64Array(told);
const clock = createFollowingClock(face);
for (;;) {
  Atomics.wait(asks, 0, 0);
  if (Atomics.load(asks, 0) === 2) break;
  times[0] = clock.nowUs();
  Atomics.store(asks, 0, 0);
}
