// Which instruments the journal and the runs know: in its first hour a lake has no folder for them yet.
// Read-only. A run tells it by its index; the few segments that are no run yet are scanned.

import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { instrumentKey } from '../core/instrument.js';
import { codeOf, diskFiles } from './files.js';
import { JOURNAL_DIR, RUNS_DIR, runSpan, segmentFirstUs } from './paths.js';
import { RunFile } from './run.js';
import { SegmentParser } from './segment.js';

export interface InstrumentNames {
  readonly exchange: string;
  readonly symbol: string;
}

const READ_BYTES = 512 * 1024;
/** Times that a file may have become another between listing and reading before what is there is taken. */
const ATTEMPTS_MAX = 5;

/** Each instrument once. A file that cannot be read is passed over: reading its rows reports it. */
export async function recentInstruments(
  root: string,
  ofSegment: (path: string, add: Add) => Promise<void> = namesOfSegment,
): Promise<readonly InstrumentNames[]> {
  const found = new Map<string, InstrumentNames>();
  const add = (exchange: string, symbol: string) => {
    found.set(instrumentKey(exchange, symbol), { exchange, symbol });
  };
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    let vanished = false;
    const tolerate = async (reading: Promise<void>) => {
      await reading.catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') vanished = true;
      });
    };
    // The journal first: what becomes a run meanwhile is then seen twice, never missed.
    const segments = await namesIn(join(root, JOURNAL_DIR));
    const inRuns = new Set<number>();
    for (const name of await namesIn(join(root, RUNS_DIR))) {
      const span = runSpan(name);
      if (span === null) continue;
      inRuns.add(span.firstUs);
      await tolerate(namesOfRun(join(root, RUNS_DIR, name), add));
    }
    for (const name of segments) {
      const firstUs = segmentFirstUs(name);
      if (firstUs === null || inRuns.has(firstUs)) continue;
      await tolerate(ofSegment(join(root, JOURNAL_DIR, name), add));
    }
    if (!vanished) break;
  }
  return [...found.values()];
}

type Add = (exchange: string, symbol: string) => void;

async function namesOfRun(path: string, add: Add): Promise<void> {
  const run = new RunFile(diskFiles, path, (await stat(path)).size);
  try {
    for (const { exchange, symbol } of run.index().entries) add(exchange, symbol);
  } finally {
    run.close();
  }
}

/** Names alone are not enough: an instrument without a quote has nothing to show. */
async function namesOfSegment(path: string, add: Add): Promise<void> {
  const names = new Map<number, InstrumentNames>();
  const parser = new SegmentParser({
    names: (id, exchange, symbol) => names.set(id, { exchange, symbol }),
    quote: (id) => {
      const known = names.get(id);
      if (known === undefined) return;
      names.delete(id);
      add(known.exchange, known.symbol);
    },
    trade: () => undefined,
    cold: () => undefined,
  });
  const file = await open(path, 'r');
  try {
    const piece = new Uint8Array(READ_BYTES);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(piece, 0, READ_BYTES, at);
      if (bytesRead === 0) return;
      parser.push(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
