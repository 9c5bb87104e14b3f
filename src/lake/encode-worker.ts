// The encoding thread: takes jobs one after the other and answers each with its report.
// Synchronous on purpose: it has the thread for itself, and every step is a system call that must be over before the next.

import { parentPort, workerData } from 'node:worker_threads';
import { type EncodeJob, runEncodeJob } from './encode-job.js';
import type { EncoderData } from './encoder.js';
import { diskFiles } from './files.js';

const { root, stopFlag } = workerData as EncoderData;
const flag = new Int32Array(stopFlag);

parentPort?.on('message', (job: EncodeJob) => {
  parentPort?.postMessage(runEncodeJob(diskFiles, root, job, () => Atomics.load(flag, 0) !== 0));
});
