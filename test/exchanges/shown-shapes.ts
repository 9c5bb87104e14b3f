// Every shape that the recordings and the fixtures of an exchange show: what scripts/write-shapes.mjs writes down
// and its test compares with what is written down.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exchangeFamily } from '../../src/core/exchange.js';
import { frameShape } from '../../src/ingest/frame-shape.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { projectRoot } from '../support/shared.js';
import { fixtureBytes, fixtureFrames, recordedFrames } from './material.js';
import type { Call } from './record.js';

export interface ShownShape {
  /** File or fixture. */
  readonly where: string;
  readonly shape: string;
}

/** What is wrong with a frame of these is its form: such a fixture shows no shape of the exchange's. */
const DATA_REASONS: readonly unknown[] = ['out-of-order', 'stale', 'unknown-symbol'];

/** `family` as of exchangeFamily. Recordings of retired versions are no shapes of today and left out. */
export function shapesShown(family: string): readonly ShownShape[] {
  const own = SIM_EXCHANGES.filter(({ name }) => exchangeFamily(name) === family);
  const prefixes = new Set(own.map(({ recordingKey }) => recordingKey));
  const recorded = [...prefixes]
    .flatMap(recordedFrames)
    .filter(({ direction }) => direction !== 'sent')
    .map(({ file, frame }) => ({ where: file, shape: frameShape(frame) }));
  const fixtures = [family, `${family}-perp`].flatMap((name) =>
    hasFixtures(name)
      ? fixtureFrames(name)
          .filter(({ expect }) => expect.every(isOfTheExchange))
          .map((fixture) => ({ where: `${name}: ${fixture.note}`, shape: frameShape(fixtureBytes(fixture)) }))
      : [],
  );
  return [...recorded, ...fixtures];
}

function hasFixtures(name: string): boolean {
  return existsSync(join(projectRoot(), 'test', 'exchanges', 'fixtures', `${name}.ndjson`));
}

function isOfTheExchange([kind, detail]: Call): boolean {
  return kind === 'reject' ? DATA_REASONS.includes(detail) : detail !== 'request';
}
