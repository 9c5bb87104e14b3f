// A lake opened for work on its files while nobody records into it: marked, locked, and what a killed recorder left
// made into files first.

import { type EncodeJob, type JobReport, runEncodeJob } from './encode-job.js';
import { diskFiles, type LakeFiles } from './files.js';
import { takeLock } from './lock.js';
import { type LakeOrigin, markOrigin } from './origin.js';
import { findLeftovers } from './recover.js';

export interface HeldLake {
  /** Null where nothing was left. */
  readonly recovered: JobReport | null;
  /** Others may have it. */
  release(): void;
}

const EVERYTHING: EncodeJob = {
  convertBeforeUs: Number.POSITIVE_INFINITY,
  encodeBeforeUs: Number.POSITIVE_INFINITY,
};

/**
 * Makes the lake where there is none. Throws WrongOrigin, LakeLocked (which names the holder), or the system's error.
 * Blocks its thread while it recovers.
 */
export async function holdLake(
  root: string,
  origin: LakeOrigin,
  files: LakeFiles = diskFiles,
): Promise<HeldLake> {
  markOrigin(root, origin);
  const release = takeLock(root);
  try {
    const { segments, runs } = await findLeftovers(root, files);
    const recovered = segments + runs > 0 ? runEncodeJob(files, root, EVERYTHING, () => false) : null;
    return { recovered, release };
  } catch (error) {
    release();
    throw error;
  }
}
