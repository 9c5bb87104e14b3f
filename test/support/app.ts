// The whole application in this process, on a free port, with a silent log.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app.js';
import { createRealClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/config.js';
import { silentLog } from '../../src/core/log.js';
import { adapters } from '../../src/exchanges/index.js';
import { ingestEnvironment, ONE_THREAD } from './ingest-workers.js';

export interface TestApp extends App {
  readonly folder: string;
  readonly lake: string;
  readonly stats: string;
  /** Stops it and leaves its folder, which `stop` removes. */
  halt(): Promise<void>;
}

/**
 * `prepare` gets the folders before the start. Exchanges: none unless given, with their configuration; `more`:
 * whatever else it is to say; `ingestThreadUrl`: the module of threads that ingest, where it is not the program's own.
 */
export async function startTestApp(
  prepare: (folders: { lake: string; stats: string }) => void,
  exchanges: Readonly<Record<string, unknown>> = {},
  ccxtModule?: string,
  more: Readonly<Record<string, unknown>> = {},
  ingestThreadUrl?: URL,
): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  const lake = join(folder, 'lake');
  const stats = join(folder, 'stats');
  mkdirSync(stats);
  prepare({ lake, stats });
  const file = join(folder, 'config.json');
  writeFileSync(
    file,
    JSON.stringify({
      server: { port: 0 },
      lake: { root: lake },
      statistics: { directory: stats },
      exchanges,
      ...more,
      ingest: { ...ONE_THREAD, ...(more['ingest'] as object | undefined) },
    }),
  );
  const config = loadConfig({
    file,
    environment: ingestEnvironment(),
    flags: [],
    exchangeNames: adapters.map(({ name }) => name),
  });
  const app = await startApp({
    config,
    exchanges: Object.keys(config.exchanges),
    origin: 'live',
    clock: createRealClock(),
    random: Math.random,
    log: silentLog,
    ...(ccxtModule === undefined ? {} : { ccxtModule }),
    ...(ingestThreadUrl === undefined ? {} : { ingestThreadUrl }),
  });
  let halted: Promise<void> | undefined;
  const halt = (): Promise<void> => {
    halted ??= app.stop();
    return halted;
  };
  return {
    ...app,
    folder,
    lake,
    stats,
    halt,
    async stop() {
      await halt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
