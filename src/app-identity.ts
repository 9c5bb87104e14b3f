// Whether two legs are one coin, put together: the judge over the tracked pairs, a person's overrides, and what was learned kept in one file
// beside the lake, so that a restart need not learn anew. Composition only, like app.ts.

import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AppOptions } from './app-options.js';
import type { Config } from './config/config.js';
import type { Micros } from './core/time.js';
import type { Hub } from './hub/hub.js';
import { codeOf, messageOf } from './lake/files.js';
import { LIMITS } from './limits.js';
import { Identity } from './quality/identity.js';
import { NO_OVERRIDES, type Overrides, readOverrides } from './quality/identity-overrides.js';
import { readSnapshot } from './quality/identity-snapshot.js';
import type { InstrumentStanding } from './series/instrument-standing.js';
import type { PairTable } from './windows/pair-table.js';

export interface IdentityParts {
  readonly options: Pick<AppOptions, 'config' | 'log'>;
  readonly hub: Hub;
  readonly pairs: PairTable;
  readonly standing: InstrumentStanding;
}

/** Throws where the overrides cannot be read; the message is for the user. It hears each whole second first of all. */
export function openIdentity({ options, hub, pairs, standing }: IdentityParts): Identity {
  let nowUs: Micros = 0;
  const identity = new Identity({
    ...{ pairs, latest: hub.latest, instrumentsMax: LIMITS.instrumentsMax },
    stands: (id) => standing.stands(id, nowUs),
    overrides: overridesOf(options.config),
  });
  hub.subscribe({
    quote() {},
    cold() {},
    second: (us) => {
      nowUs = us;
      identity.second(us);
    },
  });
  return identity;
}

function overridesOf({ quality }: Pick<Config, 'quality'>): Overrides {
  const { identityFile: path } = quality;
  if (path === undefined) return NO_OVERRIDES;
  try {
    return readOverrides(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(`quality.identityFile: ${path} cannot be used: ${messageOf(error)}`);
  }
}

/** Beside the lake, and named after it. */
export function identityPath({ lake }: Pick<Config, 'lake'>): string {
  return `${resolve(lake.root)}-identity.json`;
}

/** Restores what was learned before, and keeps what is learned: now and then, and when it is closed. */
export function keepIdentity(
  { config, clock, log }: Pick<AppOptions, 'config' | 'clock' | 'log'>,
  identity: Identity,
): { close(): Promise<void> } {
  const path = identityPath(config);
  try {
    identity.restore(readSnapshot(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (error) {
    // What cannot be read is learned anew, and written over with it.
    if (codeOf(error) !== 'ENOENT')
      log.warn('what was known of the identity of coins cannot be read', { path, reason: messageOf(error) });
  }
  const save = async (): Promise<void> => {
    try {
      await writeFile(`${path}.partial`, JSON.stringify(identity.snapshot()));
      await rename(`${path}.partial`, path);
    } catch (error) {
      log.warn('what is known of the identity of coins cannot be kept', { path, reason: messageOf(error) });
    }
  };
  // One after another: all write the same file.
  let saving: Promise<void> = Promise.resolve();
  const stop = clock.every(LIMITS.identitySavedMs, () => {
    saving = saving.then(save);
  });
  return {
    async close() {
      stop();
      await saving.then(save);
    },
  };
}
