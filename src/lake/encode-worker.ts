// The encoding thread: takes jobs one after the other and answers each with its report. Encoding is synchronous on
// purpose: it has the thread for itself, and every step is a system call that must be over before the next.

import { parentPort, workerData } from 'node:worker_threads';
import { care } from './care.js';
import type { CareStep } from './care-step.js';
import { type JobReport, runEncodeJob } from './encode-job.js';
import { type EncoderData, STOP_ALL, STOP_CARE, type WorkerTask } from './encoder.js';
import { diskFiles } from './files.js';
import { createCollect } from './garbage.js';
import { giveWay } from './give-way.js';

const { root, stopFlags } = workerData as EncoderData;
const flags = new Int32Array(stopFlags);
const isStopped = () => Atomics.load(flags, STOP_ALL) !== 0;
const isCareStopped = () => isStopped() || Atomics.load(flags, STOP_CARE) !== 0;

giveWay();

const collect = createCollect();
/** What is under way between one step and the next. */
let caring: AsyncGenerator<CareStep> | null = null;

parentPort?.on('message', (task: WorkerTask) => {
  // What is thrown ends the thread: its owner learns of it by that.
  void answer(task).then((report) => {
    collect();
    parentPort?.postMessage(report);
  });
});

async function answer(task: WorkerTask): Promise<JobReport | CareStep | null> {
  if (task.what === 'encode') {
    if (isCareStopped()) await putAway();
    return runEncodeJob(diskFiles, root, task.job, isStopped);
  }
  caring ??= care(diskFiles, root, task.order, isCareStopped);
  try {
    const next = await caring.next();
    if (next.done !== true) return next.value;
  } catch (error) {
    caring = null;
    throw error;
  }
  caring = null;
  return null;
}

/** What nobody will go on with ends by itself once it was told to stop, and leaves no file half-written. */
async function putAway(): Promise<void> {
  for (let next = await caring?.next(); next?.done === false; next = await caring?.next());
  caring = null;
}
