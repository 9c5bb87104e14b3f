// `doctor`: looks at every configured exchange for a short while and says in plain words whether recording it would
// work. Writes nothing but its report; connects to the exchanges that are configured and to nobody else.

import { lookup } from 'node:dns/promises';
import type { Command } from 'commander';
import { createRealClock, machineRandom } from '../clock.js';
import { type Config, ConfigError, loadConfig } from '../config/config.js';
import { selectionOf } from '../config/selection.js';
import { assert } from '../core/assert.js';
import { silentLog } from '../core/log.js';
import type { Clock } from '../core/time.js';
import { adapters, findAdapter } from '../exchanges/index.js';
import { knownShapesOf } from '../exchanges/known-shapes.js';
import { type Checkup, checkExchange } from '../ingest/checkup.js';
import { LIMITS } from '../limits.js';
import { reportLines, summaryLine, totalBytesADay } from './doctor-report.js';
import { type Verdict, verdictOf } from './doctor-verdict.js';
import { chosenExchanges, configFile, viaCcxt } from './exchanges.js';

type NumberParser = (least: number, greatest: number) => (text: string) => number;

interface Flags {
  readonly config?: string;
  readonly exchanges?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

export function doctorCommand(
  command: Command,
  number: NumberParser,
  done: (exitCode: number) => void,
): void {
  command
    .option('--config <file>', 'YAML or JSON file, as of serve')
    .option('--exchanges <names>', 'comma-separated (default: all that are configured)')
    .option('--seconds <number>', 'how long to listen to each', number(1, 600), 10)
    .option('--json', 'the findings as JSON')
    .action(async (flags: Flags) => done(await runDoctor(flags)));
}

/** At most `seconds` and 30 s. 0 = all is well, warnings or not; 1 = something is not; 2 = asked wrongly. */
async function runDoctor(flags: Flags): Promise<number> {
  let config: Config;
  let exchanges: readonly string[];
  try {
    const exchangeNames = adapters.map(({ name }) => name);
    config = loadConfig({
      ...configFile(flags.config),
      environment: process.env,
      flags: [],
      exchangeNames,
    });
    const chosen = chosenExchanges(flags.exchanges, config);
    const ccxt = viaCcxt(config);
    exchanges = chosen.filter((name) => !ccxt.includes(name));
    const left = chosen.filter((name) => ccxt.includes(name));
    if (left.length > 0) console.error(`Not looked at: ${left.join(', ')}, which ccxt connects to`);
    if (exchanges.length === 0)
      throw new ConfigError('no exchange is configured: there is nothing to look at');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) console.error(`error: ${line}`);
    return 2;
  }
  if (flags.json !== true)
    console.error(`Looking at ${exchanges.join(', ')}: ${flags.seconds} s of listening …`);
  const clock = createRealClock();
  const checkups = await Promise.all(
    exchanges.map((name) => checkExchange(checkupOptions(name, config, flags.seconds * 1_000, clock))),
  );
  clock.close();
  const verdicts = checkups.map(verdictOf);
  const text =
    flags.json === true
      ? JSON.stringify(asJson(checkups, verdicts), null, 2)
      : reportLines(verdicts).join('\n');
  await written(`${text}\n`);
  const exitCode = verdicts.some(({ mark }) => mark === 'failed') ? 1 : 0;
  // A resolver that got no answer holds a thread of the process for half a minute more: nothing waits for it.
  process.exit(exitCode);
}

function checkupOptions(name: string, config: Config, listenMs: number, clock: Clock) {
  const adapter = findAdapter(name);
  assert(adapter !== undefined, `no exchange ${name} in the registry`);
  const own = config.exchanges[name];
  return {
    adapter,
    restUrl: own?.restUrl ?? adapter.restUrl,
    wsUrl: own?.wsUrl ?? adapter.wsUrl,
    rule: selectionOf(config)(name),
    knownShapes: knownShapesOf(name),
    listenMs,
    resolve: (host: string) => lookup(host),
    limits: LIMITS.ingest,
    clock,
    random: machineRandom,
    log: silentLog,
  };
}

/** Times in milliseconds; null = it did not happen. */
function asJson(checkups: readonly Checkup[], verdicts: readonly Verdict[]): object {
  return {
    well: verdicts.every(({ mark }) => mark !== 'failed'),
    summary: summaryLine(verdicts),
    lakeBytesADay: Math.round(totalBytesADay(verdicts)),
    exchanges: verdicts.map((verdict, at) => ({ ...verdict, facts: checkups[at] })),
  };
}

function written(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
