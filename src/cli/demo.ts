// `demo`: the same process as `serve`, on a simulated world inside it. An empty demo lake first gets one seeded
// hour of the same market, all of it or nothing.

import { startApp } from '../app.js';
import { createRealClock, machineRandom } from '../clock.js';
import { type Config, ConfigError, loadConfig } from '../config/config.js';
import { adapters } from '../exchanges/index.js';
import { createLog } from '../log.js';
import { SIM_EXCHANGES } from '../sim/exchanges/index.js';
import { startGeneratedWorld } from '../sim/world.js';
import { seedDemoLake, statisticsFolder } from './demo-seed.js';
import { runUntilAsked } from './run-app.js';

const LAKE_DEFAULT = 'data/demo';
/** One seed for ever: today's live market continues yesterday's recorded one. */
const SEED = 1;
const SYMBOLS = 12;
const QUOTES_PER_SECOND = 400;
/** Every 20 s, so that new statistics can be seen coming. */
const ANALYSIS_MINUTES = 20 / 60;

export interface DemoFlags {
  readonly port?: number;
  readonly lake?: string;
}

/** Runs until it is asked to stop; the exit code as of `serve`. */
export async function runDemo(flags: DemoFlags, asked: AbortSignal): Promise<number> {
  const clock = createRealClock();
  const log = createLog({ level: 'info', format: 'text' }, clock);
  const root = flags.lake ?? LAKE_DEFAULT;
  const world = await startGeneratedWorld({
    clock,
    exchanges: SIM_EXCHANGES,
    port: 0,
    seed: SEED,
    symbols: SYMBOLS,
    quotesPerSecond: QUOTES_PER_SECOND,
  });
  try {
    const config = configOf(flags, root, world.server.urls);
    const start = async () => {
      await seedDemoLake({ root, market: world.market, nowUs: clock.nowUs(), log, asked });
      const exchanges = Object.keys(config.exchanges);
      return await startApp({ config, exchanges, origin: 'demo', clock, random: machineRandom, log, asked });
    };
    return await runUntilAsked(start, 'shows a simulated world (Ctrl+C ends it)', asked, clock);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) console.error(`error: ${line}`);
    return 2;
  } finally {
    await world.close();
  }
}

function configOf(flags: DemoFlags, root: string, urls: object): Config {
  return loadConfig({
    environment: {},
    flags: [
      { path: ['lake', 'root'], value: root, source: '--lake' },
      { path: ['statistics', 'directory'], value: statisticsFolder(root), source: '--lake' },
      { path: ['analysis', 'intervalMinutes'], value: ANALYSIS_MINUTES, source: 'the demo' },
      { path: ['exchanges'], value: urls, source: 'the simulated world' },
      ...(flags.port === undefined
        ? []
        : [{ path: ['server', 'port'], value: flags.port, source: '--port' }]),
    ],
    exchangeNames: adapters.map(({ name }) => name),
  });
}
