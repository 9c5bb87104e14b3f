// The file of what is kept of a symbol's pairs over six hours, an hour or a quarter of one: a checksum, then the value as the engine writes
// it for itself (NaN and infinities too, and quick). Absent or whole; what is damaged or of another layout is as if it were
// not there.

import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { type Micros, US_PER_HOUR, US_PER_MINUTE } from '../core/time.js';
import { type LakeFiles, makeDurableDirectory, publish } from '../lake/files.js';
import { checksum } from '../lake/journal.js';
import { partialFile, partialsDayDir } from '../lake/partial-paths.js';
import type { LegRows } from './kept-rows.js';
import type { PairPart } from './pair-run.js';

export type SpanKind = 'quarter' | 'hour' | 'six hours';

/** Each begins at a multiple of its length, and is made of whole ones of the kind before. */
export const SPAN_US: Readonly<Record<SpanKind, number>> = {
  quarter: 15 * US_PER_MINUTE,
  hour: US_PER_HOUR,
  'six hours': 6 * US_PER_HOUR,
};

export interface KeptSpan {
  /** What was asked for. */
  readonly settings: string;
  /** By exchange: its rows of the hours that the span rests on, ascending. */
  readonly rows: Readonly<Record<string, readonly LegRows[]>>;
  /** What was told of the span when it was counted; null: no more could be. */
  readonly told: string | null;
  /** By both exchanges. */
  readonly pairs: Readonly<Record<string, PairPart>>;
}

/** Another layout or meaning of what is kept. */
const VERSION = 3;
const HEAD_BYTES = 4;

/** Throws what the file system throws. */
export function writeSpan(
  files: LakeFiles,
  root: string,
  symbol: string,
  fromUs: Micros,
  kind: SpanKind,
  span: KeptSpan,
): void {
  const bytes = serialize([VERSION, span]);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(checksum(bytes));
  makeDurableDirectory(files, partialsDayDir(root, fromUs));
  publish(files, partialFile(root, symbol, fromUs, kind), (file) => {
    files.append(file, head);
    files.append(file, bytes);
  });
}

/** Null where there is none that can be read. */
export function readSpan(root: string, symbol: string, fromUs: Micros, kind: SpanKind): KeptSpan | null {
  let file: Buffer;
  try {
    file = readFileSync(partialFile(root, symbol, fromUs, kind));
  } catch {
    return null;
  }
  const bytes = file.subarray(HEAD_BYTES);
  if (file.length <= HEAD_BYTES || file.readUInt32LE() !== checksum(bytes)) return null;
  try {
    const [version, span] = deserialize(bytes) as [number, KeptSpan];
    return version === VERSION ? span : null;
  } catch {
    // Written by another engine.
    return null;
  }
}
