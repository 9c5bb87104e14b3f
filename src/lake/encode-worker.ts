// The encoding thread: takes jobs one after the other and answers each with its report.
// Synchronous on purpose: it has the thread for itself, and every step is a system call that must be over before the next.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { type EncodeJob, runEncodeJob } from './encode-job.js';
import type { EncoderData } from './encoder.js';
import { diskFiles } from './files.js';

const { root, stopFlag } = workerData as EncoderData;
const flag = new Int32Array(stopFlag);

// What a job leaves lies outside the heap, where the engine lets tens of MB gather before it looks.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

parentPort?.on('message', (job: EncodeJob) => {
  const report = runEncodeJob(diskFiles, root, job, () => Atomics.load(flag, 0) !== 0);
  collect();
  parentPort?.postMessage(report);
});
