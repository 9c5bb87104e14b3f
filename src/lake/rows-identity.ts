// Which files hold the rows of a stretch of time: equal as long as they are the same, whoever asks and whenever. Files
// of our own names are never written again, so their names speak for them; others speak by size and time of change.
// Opens none.

import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Micros } from '../core/time.js';
import { discoverPartitions, type LakeInstrument, listPartition } from './discover.js';
import { isOurName } from './paths.js';
import { planFiles, planPartitions } from './plan.js';
import type { ReadStore } from './store.js';

/** Null where no file of one of them may hold a row: then there is nothing to rest on. */
export async function rowsIdentity(
  store: ReadStore,
  root: string,
  instruments: readonly LakeInstrument[],
  fromUs: Micros,
  toUs: Micros,
): Promise<string | null> {
  const hash = createHash('sha1');
  for (const { directories } of instruments) {
    const partitions = await discoverPartitions(store, directories, fromUs, toUs);
    let files = 0;
    for (const partition of planPartitions(partitions, fromUs, toUs)) {
      const paths = await listPartition(store, partition);
      for (const { path } of planFiles(partition, paths, fromUs, toUs)) {
        const version = isOurName(path) ? '' : ((await store.look?.(path))?.version ?? '');
        hash.update(`${relative(root, path)}\t${version}\n`);
        files += 1;
      }
    }
    if (files === 0) return null;
    hash.update('\n');
  }
  return hash.digest('base64');
}
