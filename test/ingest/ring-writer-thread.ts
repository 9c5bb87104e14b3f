// The writing thread of the ring's test: sends as its seed says, as fast as it can, hands over what waits, and then
// says what it has sent.

import { parentPort, workerData } from 'node:worker_threads';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import type { RingMemory } from '../../src/core/ring.js';
import { RingSink } from '../../src/ingest/ring-sink.js';
import { createRandom } from '../../src/sim/random.js';
import { Sender } from './ring-stage.js';

const { memory, seed, steps, coldWaitingMax } = workerData as {
  memory: RingMemory;
  seed: number;
  steps: number;
  coldWaitingMax: number;
};
const clock = createRealClock();
const random = createRandom(seed, 'writer');
const instruments = new InstrumentTable();
const wake = () => parentPort?.postMessage('wake');
const sink = new RingSink({ memory, instruments, instrumentsMax: 16, coldWaitingMax, clock, wake });
const sender = new Sender(instruments, sink, random);
let left = steps;
const turn = (): void => {
  for (let lot = random.below(400); lot > 0 && left > 0; lot--) {
    sender.step();
    left -= 1;
  }
  if (left > 0) setImmediate(turn);
  else if (sink.flush()) {
    parentPort?.postMessage({ sent: sender.sent, alives: sender.alives });
    clock.close();
  } else clock.after(1, turn);
};
turn();
