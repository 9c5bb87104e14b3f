// Half-written files of an hour whose run turned out to be damaged: nobody knows any more which partitions were under
// way when an earlier process died over it, so all of the hour are looked at. Removes nothing but temp files.

import { join } from 'node:path';
import { hourOfDay, isoDate, type Micros } from '../core/time.js';
import type { LakeFiles } from './files.js';
import { TEMP_PREFIX } from './paths.js';

/** `base`: the lake's root, or the folder of its trades. */
export function cleanHour(files: LakeFiles, base: string, hourUs: Micros): void {
  for (const exchange of below(files, base, 'exchange='))
    for (const symbol of below(files, exchange, 'symbol=')) {
      const directory = join(symbol, `date=${isoDate(hourUs)}`, `hour=${hourOfDay(hourUs)}`);
      for (const path of below(files, directory, TEMP_PREFIX)) files.remove(path);
    }
}

function below(files: LakeFiles, directory: string, prefix: string): string[] {
  return files
    .list(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(directory, name));
}
