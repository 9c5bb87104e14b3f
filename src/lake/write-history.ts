// A stretch of quotes straight into hour files: how a demo's lake is seeded and foreign rows are brought in.
// Synchronous, without journal or lock: for a lake that nobody records into yet.

import { join } from 'node:path';
import { hourStartUs, US_PER_HOUR } from '../core/time.js';
import { hasMark, markDay } from './day-marks.js';
import { cleanWatermark } from './encode.js';
import { diskFiles, type LakeFiles, makeDurableDirectory, publish } from './files.js';
import { type FullColumns, QuoteFileWriter, RowGroupBuffer } from './parquet-write.js';
import { hourDir, hourFileName } from './paths.js';

/**
 * Writes the rows (ascending strictly, NaN = absent) as one file an hour; hours that have them already are left as
 * they are. Returns the number of rows written. Call `markOrigin` first on a new lake.
 */
export function writeHistory(
  root: string,
  exchange: string,
  symbol: string,
  columns: FullColumns,
  files: LakeFiles = diskFiles,
): number {
  const { receivedUs, length } = columns;
  const group = new RowGroupBuffer();
  let written = 0;
  for (let from = 0, to = 0; from < length; from = to) {
    const hourUs = hourStartUs(receivedUs[from]!);
    while (to < length && receivedUs[to]! < hourUs + US_PER_HOUR) to += 1;
    const directory = hourDir(root, exchange, symbol, hourUs);
    const afterUs = cleanWatermark(files, directory, hourUs);
    let first = from;
    while (first < to && receivedUs[first]! <= afterUs) first += 1;
    if (first === to) continue;
    if (!hasMark(files, root, hourUs, 'open')) markDay(files, root, hourUs);
    makeDurableDirectory(files, directory);
    publish(files, join(directory, hourFileName(receivedUs[to - 1]!)), (file) => {
      const writer = new QuoteFileWriter(files, file, group);
      writer.add(columns, first, to);
      writer.finish();
    });
    written += to - first;
  }
  return written;
}
