// The command behind `npm run fuzz`: every adapter, so many damaged frames each, with progress and a table.
// The seed is printed first; on failure the adapter, the seed and the frames (base64) stand on the last lines.

import { parseArgs } from 'node:util';
import { adapters, findAdapter } from '../../src/exchanges/index.js';
import { shared } from '../support/shared.js';
import { corpusOf } from './corpus.js';
import { type FuzzCounts, type FuzzFailure, fuzzAdapter } from './fuzz.js';

export interface FuzzIo {
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
  /** For a run that names none. */
  readonly freshSeed: () => number;
}

/** The exit code: 0 = all held, 1 = one did not, 2 = wrong arguments. */
export function runFuzz(argv: readonly string[], { write, nowMs, freshSeed }: FuzzIo): number {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      frames: { type: 'string', default: '1000000' },
      seed: { type: 'string' },
      adapters: { type: 'string' },
    },
  });
  const frames = Number(values.frames);
  const seed = values.seed === undefined ? freshSeed() : Number(values.seed);
  const names = values.adapters?.split(',') ?? adapters.map(({ name }) => name);
  const unknown = names.find((name) => findAdapter(name) === undefined);
  if (!(Number.isSafeInteger(frames) && frames > 0) || !Number.isSafeInteger(seed) || unknown !== undefined) {
    write('error: expected --frames (above 0) and --seed as integers, --adapters as known names, A,B');
    return 2;
  }
  const recordings = shared('exchange-samples');
  write(`seed ${seed}, ${frames} frames an adapter${recordings.skip === false ? '' : ', fixtures only'}`);
  for (const adapter of names.flatMap((name) => findAdapter(name) ?? [])) {
    const corpus = corpusOf(adapter, recordings.path);
    const startMs = nowMs();
    const line = (counts: FuzzCounts) => rowOf(adapter.name, corpus.length, counts, nowMs() - startMs);
    const onProgress = (counts: FuzzCounts): void => {
      if (counts.frames % 200_000 > 199_000) write(`  … ${line({ ...counts, frames: counts.frames + 1 })}`);
    };
    const { counts, failure } = fuzzAdapter(adapter, corpus, { seed, frames, onProgress });
    if (failure !== undefined) {
      write(describeFailure(failure));
      return 1;
    }
    write(line(counts));
  }
  return 0;
}

function rowOf(name: string, corpusFrames: number, counts: FuzzCounts, elapsedMs: number): string {
  const perSecond = Math.round((counts.frames * 1_000) / Math.max(elapsedMs, 1));
  return (
    `${name.padEnd(12)} ${counts.frames} frames of ${corpusFrames}: ${counts.quotes} quotes, ${counts.trades} trades, ${counts.gaps} gaps, ` +
    `${counts.controls} controls, ${counts.rejects} rejects; ${perSecond} frames/s`
  );
}

/** For people, and enough to see it again: `npm run fuzz -- --adapters <name> --seed <seed> --frames <at + 1>`. */
export function describeFailure(failure: FuzzFailure): string {
  const { adapter, seed, at, problem, framesBase64 } = failure;
  return [
    `FAILED ${adapter}: frame ${at} ${problem}`,
    `again: npm run fuzz -- --adapters ${adapter} --seed ${seed} --frames ${at + 1}`,
    'the frames since the last reset, in base64, the failing one last:',
    ...framesBase64,
  ].join('\n');
}
