// `serve`: configuration from file, environment and flags; the process until a signal; the exit code.

import { startApp } from '../app.js';
import { createRealClock, machineRandom } from '../clock.js';
import { type Config, ConfigError, loadConfig, type Override } from '../config/config.js';
import { adapters } from '../exchanges/index.js';
import { createLog } from '../log.js';
import { chosenExchanges, configFile } from './exchanges.js';
import { runUntilAsked } from './run-app.js';

export interface ServeFlags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly lake?: string;
  readonly stats?: string;
  readonly exchanges?: string;
  readonly capture?: string;
}

/** Runs until it is asked to stop. 0 = stopped as asked, 1 = could not start, 2 = asked wrongly. */
export async function runServe(flags: ServeFlags, asked: AbortSignal): Promise<number> {
  let config: Config;
  let exchanges: readonly string[];
  try {
    config = loadConfig({
      ...configFile(flags.config),
      environment: process.env,
      flags: overridesOf(flags),
      exchangeNames: adapters.map(({ name }) => name),
    });
    exchanges = chosenExchanges(flags.exchanges, config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) console.error(`error: ${line}`);
    return 2;
  }
  const clock = createRealClock();
  const log = createLog(config.log, clock);
  return await runUntilAsked(
    () => startApp({ config, exchanges, origin: 'live', clock, random: machineRandom, log, asked }),
    exchanges.length === 0
      ? 'connects to nothing, serves what is on disk'
      : `records ${exchanges.join(', ')}`,
    asked,
    clock,
  );
}

const FLAG_PATHS = {
  host: ['server', 'host'],
  port: ['server', 'port'],
  lake: ['lake', 'root'],
  stats: ['statistics', 'directory'],
  capture: ['capture', 'directory'],
} as const;

/** Of the flags that stand for a key of the configuration; absent ones say nothing. */
export function overridesOf(flags: Pick<ServeFlags, keyof typeof FLAG_PATHS>): Override[] {
  const overrides: Override[] = [];
  for (const [name, path] of Object.entries(FLAG_PATHS)) {
    const value = flags[name as keyof typeof FLAG_PATHS];
    if (value !== undefined) overrides.push({ path, value, source: `--${name}` });
  }
  return overrides;
}
