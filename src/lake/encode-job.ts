// One pass of the worker: closed segments become runs, runs of hours that are over become files.
// Always oldest first, and never past a segment that failed: a file's name says that everything before it is in.

import type { Micros } from '../core/time.js';
import { encodeRuns, listRuns } from './encode.js';
import { type LakeFiles, messageOf } from './files.js';
import { segmentFirstUs } from './paths.js';
import { closedSegments, convertSegment } from './segment-to-run.js';
import { encodeTrades } from './trades-encode.js';
import { listTradesRuns } from './trades-run.js';

export interface EncodeJob {
  /** Segments that began before are closed. */
  readonly convertBeforeUs: Micros;
  /** Runs that end before are encoded. */
  readonly encodeBeforeUs: Micros;
}

/** What was left out of a segment because it was not whole. */
export interface SegmentCut {
  readonly segment: string;
  readonly bytesCut: number;
  readonly recordsKept: number;
  readonly damage: string | null;
}

export interface JobReport {
  readonly segmentsConverted: number;
  readonly records: number;
  readonly cuts: readonly SegmentCut[];
  readonly encodedRows: number;
  readonly encodedTrades: number;
  readonly filesWritten: number;
  /** Still there afterwards. */
  readonly runs: number;
  readonly problems: readonly string[];
}

/** Throws nothing: what fails is left as it is and told in `problems`. `stop` is asked between steps. */
export function runEncodeJob(files: LakeFiles, root: string, job: EncodeJob, stop: () => boolean): JobReport {
  const problems: string[] = [];
  const cuts: SegmentCut[] = [];
  let [segmentsConverted, records, encodedRows, encodedTrades, filesWritten, runs] = [0, 0, 0, 0, 0, 0];
  try {
    let openUs = job.convertBeforeUs;
    for (const segment of closedSegments(files, root, job.convertBeforeUs)) {
      if (stop()) return report();
      try {
        const converted = convertSegment(files, root, segment);
        segmentsConverted += 1;
        records += converted.records;
        const { bytesCut, damage } = converted;
        if (bytesCut > 0) cuts.push({ segment, bytesCut, recordsKept: converted.records, damage });
      } catch (error) {
        problems.push(`${segment}: ${messageOf(error)}`);
        openUs = Math.min(openUs, firstOf(segment));
        break;
      }
    }
    const beforeUs = Math.min(job.encodeBeforeUs, openUs);
    const encoded = encodeRuns(files, root, beforeUs, stop);
    const trades = encodeTrades(files, root, beforeUs, stop);
    encodedRows = encoded.rows;
    encodedTrades = trades.rows;
    filesWritten = encoded.files + trades.files;
    problems.push(...encoded.problems, ...trades.problems);
    runs = listRuns(files, root).length + listTradesRuns(files, root).length;
  } catch (error) {
    problems.push(messageOf(error));
  }
  return report();

  function report(): JobReport {
    return { segmentsConverted, records, cuts, encodedRows, encodedTrades, filesWritten, runs, problems };
  }
}

function firstOf(segment: string): Micros {
  return segmentFirstUs(segment) ?? Number.NEGATIVE_INFINITY;
}
