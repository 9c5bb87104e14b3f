// The encoding thread: takes jobs one after the other and answers each with its report.
// Synchronous on purpose: it has the thread for itself, and every step is a system call that must be over before the next.

import { parentPort, workerData } from 'node:worker_threads';
import { type EncodeJob, runEncodeJob } from './encode-job.js';
import type { EncoderData } from './encoder.js';
import { diskFiles } from './files.js';
import { createCollect } from './garbage.js';

const { root, stopFlag } = workerData as EncoderData;
const flag = new Int32Array(stopFlag);

const collect = createCollect();

parentPort?.on('message', (job: EncodeJob) => {
  const report = runEncodeJob(diskFiles, root, job, () => Atomics.load(flag, 0) !== 0);
  collect();
  parentPort?.postMessage(report);
});
