// Every frame known of one exchange: recorded ones of both markets and older versions, where the shared
// material is present, and the fixtures. Found by name, so that a new exchange needs no line here.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PERP_SUFFIX } from '../../src/core/exchange.js';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { findAdapterFor } from '../../src/exchanges/index.js';
import { projectRoot } from '../support/shared.js';
import { type FixtureFrame, fixtureBytes } from './material.js';

/** One line of a recording, as far as it matters here. */
export interface RecordedLine {
  readonly exchange: string;
  readonly market: string;
  readonly raw: string;
  readonly encoding?: string;
}

/** Of an exchange that is written `bitget-v1-legacy` in a recording, the decoder of today takes the frames too. */
const OLD_VERSION = /-v\d+-legacy$/;

/** The adapter of a recorded line; undefined for an exchange that is none of ours. */
export function adapterOfLine({ exchange, market }: RecordedLine): ExchangeAdapter | undefined {
  const name = exchange.replace(OLD_VERSION, '');
  return findAdapterFor(name, market === 'spot' ? 'spot' : 'linear');
}

/** `Kucoin` for both of its markets. */
export function exchangeOf(adapter: ExchangeAdapter): string {
  return adapter.name.replace(new RegExp(`${PERP_SUFFIX}$`), '');
}

/** The files of a folder of recordings, by name. */
export function recordingFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort();
}

/** The lines of a recording that hold a frame. */
export function recordedLines(path: string): readonly RecordedLine[] {
  return jsonLines(path).filter(
    (line): line is RecordedLine => typeof (line as Partial<RecordedLine>)?.raw === 'string',
  );
}

/** The frames of the adapter's exchange, inflated where they were compressed. */
export function corpusOf(adapter: ExchangeAdapter, recordings: string): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  const exchange = exchangeOf(adapter);
  for (const file of recordingFiles(recordings))
    for (const line of recordedLines(join(recordings, file))) {
      const owner = adapterOfLine(line);
      if (owner === undefined || exchangeOf(owner) !== exchange) break;
      const isText = line.encoding === undefined || line.encoding === 'text';
      frames.push(Buffer.from(line.raw, isText ? 'utf8' : 'base64'));
    }
  const fixtures = join(projectRoot(), 'test', 'exchanges', 'fixtures');
  for (const name of [`${exchange}.ndjson`, `${exchange}-perp.ndjson`]) {
    const path = join(fixtures, name.toLowerCase());
    if (existsSync(path)) for (const line of jsonLines(path)) frames.push(fixtureBytes(line as FixtureFrame));
  }
  return frames.map(inflated);
}

function inflated(frame: Uint8Array): Uint8Array {
  if (frame[0] !== 0x1f || frame[1] !== 0x8b) return frame;
  try {
    return gunzipSync(frame);
  } catch {
    // A fixture of a broken one.
    return frame;
  }
}

function jsonLines(path: string): readonly unknown[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim().length > 0)
    .map((line): unknown => JSON.parse(line));
}
