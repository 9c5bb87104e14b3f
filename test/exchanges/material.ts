// What the contract suite feeds to a decoder: recorded frames from the shared material, where it is present,
// and the fixtures that stand in this folder.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot, shared } from '../support/shared.js';
import type { Call } from './record.js';

export interface RecordedFrame {
  readonly file: string;
  readonly market: string;
  readonly channel: string;
  /** `sent`: what a client said. */
  readonly direction: string;
  readonly frame: Uint8Array;
}

export interface FixtureFrame {
  readonly note: string;
  /** The text of the frame, or what `encoding` makes of its bytes. */
  readonly raw: string;
  readonly encoding?: 'base64' | 'gzip-base64';
  readonly resetBefore?: boolean;
  readonly expect: readonly Call[];
}

/** The bytes of a fixture as they go over the wire: a GZIP frame is not inflated. */
export function fixtureBytes({ raw, encoding }: FixtureFrame): Uint8Array {
  return Buffer.from(raw, encoding === undefined ? 'utf8' : 'base64');
}

const samples = shared('exchange-samples');

/** False, or why the recorded frames cannot be had. */
export const recordedSkip = samples.skip;

/** Every frame of the files `<prefix>.<channel>.ndjson`, in the order of the files. */
export function recordedFrames(prefix: string): readonly RecordedFrame[] {
  if (samples.skip !== false) return [];
  const files = readdirSync(samples.path).filter((f) => f.startsWith(`${prefix}.`) && f.endsWith('.ndjson'));
  return files.sort().flatMap((file) =>
    lines(join(samples.path, file)).map((line) => {
      const { market, channel, direction, raw, encoding } = line as Record<string, string>;
      const bytes = Buffer.from(raw ?? '', encoding === undefined || encoding === 'text' ? 'utf8' : 'base64');
      const frame = encoding === 'gzip-base64' ? gunzipSync(bytes) : bytes;
      return {
        file,
        market: market ?? '',
        channel: channel ?? '',
        direction: direction ?? 'received',
        frame,
      };
    }),
  );
}

/** The `body` of a recorded HTTP reply. */
export function recordedBody(name: string): unknown {
  const file = JSON.parse(readFileSync(join(samples.path, name), 'utf8')) as { body: unknown };
  return file.body;
}

/** The frames of `test/exchanges/fixtures/<name>.ndjson`, each with what it must give. */
export function fixtureFrames(name: string): readonly FixtureFrame[] {
  return lines(join(projectRoot(), 'test', 'exchanges', 'fixtures', `${name}.ndjson`)) as FixtureFrame[];
}

function lines(path: string): readonly unknown[] {
  const text = readFileSync(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line): unknown => JSON.parse(line));
}
