// What each recorded file's frames are to the decoder of their exchange, as a table: quotes, gaps, controls
// and rejects by reason. Frames go in the order of their file through one decoder, as on a connection.

import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Decoder, ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { adapterOfLine, type RecordedLine, recordedLines, recordingFiles } from './corpus.js';
import { type Call, callsOf, TestListing } from './record.js';

export interface FileClasses {
  readonly file: string;
  /** Of whose frames it is; none: an exchange that is none of ours. */
  readonly adapters: readonly string[];
  readonly frames: number;
  /** Calls by what they are: `quote`, `control other-channel`, `reject stale` … */
  readonly counts: ReadonlyMap<string, number>;
  /** Frames that gave no call, or that the decoder takes for something no document describes. */
  readonly unclassified: number;
}

/** Both mean that the decoder does not know what a real exchange sent. */
const UNKNOWN = new Set(['unrecognised', 'malformed']);

export function classifyFolder(folder: string): readonly FileClasses[] {
  return recordingFiles(folder).map((file) => classifyFile(join(folder, file)));
}

function classifyFile(path: string): FileClasses {
  const lines = recordedLines(path);
  const listing = new TestListing('open');
  // Files of some channels hold frames of both markets.
  const decoders = new Map<ExchangeAdapter, Decoder>();
  const counts = new Map<string, number>();
  let unclassified = 0;
  for (const line of lines) {
    const adapter = adapterOfLine(line);
    if (adapter === undefined) break;
    const decoder = decoders.get(adapter) ?? adapter.createDecoder(listing);
    decoders.set(adapter, decoder);
    const calls = callsOf(decoder, listing, frameOf(line, adapter.compressed === true));
    for (const call of calls) counts.set(classOf(call), (counts.get(classOf(call)) ?? 0) + 1);
    const isUnknown = calls.some(([kind, reason]) => kind === 'reject' && UNKNOWN.has(String(reason)));
    if (calls.length === 0 || isUnknown) unclassified += 1;
  }
  const names = [...decoders.keys()].map(({ name }) => name);
  return { file: basename(path), adapters: names, frames: lines.length, counts, unclassified };
}

function classOf([kind, reason]: Call): string {
  return kind === 'control' || kind === 'reject' ? `${kind} ${reason}` : kind;
}

function frameOf({ raw, encoding }: RecordedLine, isInflating: boolean): Uint8Array {
  if (encoding === undefined || encoding === 'text') return Buffer.from(raw);
  const bytes = Buffer.from(raw, 'base64');
  return encoding === 'gzip-base64' && !isInflating ? gunzipSync(bytes) : bytes;
}

/** The table in Markdown, and the sums below it. */
export function classesTable(files: readonly FileClasses[]): string {
  const known = files.filter(({ adapters }) => adapters.length > 0);
  const rows = known.map(({ file, adapters, frames, counts, unclassified }) => {
    const of = (kind: string) =>
      [...counts]
        .filter(([name]) => name.startsWith(`${kind} `))
        .map(([name, count]) => `${name.slice(kind.length + 1)} ${count}`)
        .sort()
        .join(', ');
    const cells = [
      ...[
        file.replace(/\.ndjson$/, ''),
        adapters.join(', '),
        frames,
        counts.get('quote') ?? 0,
        counts.get('gap') ?? 0,
      ],
      ...[of('control'), of('reject'), unclassified],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const frames = sum(known.map((file) => file.frames));
  const unclassified = sum(known.map((file) => file.unclassified));
  const percent = frames === 0 ? 0 : ((frames - unclassified) / frames) * 100;
  const others = files.filter(({ adapters }) => adapters.length === 0);
  return [
    '| file | adapter | frames | quotes | gaps | controls | rejects | unclassified |',
    '|---|---|---:|---:|---:|---|---|---:|',
    ...rows,
    '',
    `${known.length} files, ${frames} frames, ${unclassified} unclassified: ${percent.toFixed(2)} % classified.`,
    ...(others.length === 0
      ? []
      : [`Of exchanges without an adapter: ${others.length} files, ${namesOf(others)}`]),
  ].join('\n');
}

function namesOf(files: readonly FileClasses[]): string {
  return [...new Set(files.map(({ file }) => file.split('.')[0]))].join(', ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
