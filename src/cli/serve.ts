// `serve`: configuration from file, environment and flags; the process until a signal; the exit code.

import { startApp } from '../app.js';
import { createRealClock, machineRandom } from '../clock.js';
import { type Config, ConfigError, loadConfig, type Override } from '../config/config.js';
import { exchangeKey } from '../core/exchange.js';
import { adapters, findAdapter } from '../exchanges/index.js';
import { createLog } from '../log.js';
import { runUntilSignal } from './run-app.js';

export interface ServeFlags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly lake?: string;
  readonly stats?: string;
  readonly exchanges?: string;
  readonly capture?: string;
}

/** Runs until SIGINT or SIGTERM. 0 = stopped as asked, 1 = could not start, 2 = asked wrongly. */
export async function runServe(flags: ServeFlags): Promise<number> {
  let config: Config;
  let exchanges: readonly string[];
  try {
    config = loadConfig({
      ...fileOf(flags.config ?? process.env['SPREAD_CONFIG']),
      environment: process.env,
      flags: overridesOf(flags),
      exchangeNames: adapters.map(({ name }) => name),
    });
    exchanges = chosenExchanges(flags.exchanges ?? process.env['SPREAD_EXCHANGES'], config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) console.error(`error: ${line}`);
    return 2;
  }
  const clock = createRealClock();
  const log = createLog(config.log, clock);
  return await runUntilSignal(
    () => startApp({ config, exchanges, origin: 'live', clock, random: machineRandom, log }),
    exchanges.length === 0
      ? 'connects to nothing, serves what is on disk'
      : `records ${exchanges.join(', ')}`,
    clock,
  );
}

function fileOf(file: string | undefined): { file?: string } {
  return file === undefined ? {} : { file };
}

const FLAG_PATHS = {
  host: ['server', 'host'],
  port: ['server', 'port'],
  lake: ['lake', 'root'],
  stats: ['statistics', 'directory'],
  capture: ['capture', 'directory'],
} as const;

function overridesOf(flags: ServeFlags): Override[] {
  const overrides: Override[] = [];
  for (const [name, path] of Object.entries(FLAG_PATHS)) {
    const value = flags[name as keyof typeof FLAG_PATHS];
    if (value !== undefined) overrides.push({ path, value, source: `--${name}` });
  }
  return overrides;
}

/** The configured and enabled ones; `none` or a list of names takes their place. */
function chosenExchanges(list: string | undefined, config: Config): readonly string[] {
  const enabled = Object.entries(config.exchanges).filter(([, exchange]) => exchange.enabled);
  if (list === undefined) return enabled.map(([name]) => name);
  if (exchangeKey(list) === 'none') return [];
  const names = list.split(',').map((name) => {
    const found = findAdapter(name.trim());
    if (found !== undefined) return found.name;
    const known = adapters.map((adapter) => adapter.name).join(', ');
    throw new ConfigError(`--exchanges: expected "none" or names of ${known}, was "${name.trim()}"`);
  });
  return [...new Set(names)];
}
