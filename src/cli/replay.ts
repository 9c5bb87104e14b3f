// `replay`: what a lake recorded, once more, through the same hub to the same page, API and feed. The process until a
// signal, or until the end of the replay (`--exit`). Exit codes: 0 = played or stopped as asked; 1 = nothing there, the
// port cannot be had; 2 = asked wrongly.

import { type ReplayApp, type ReplayDone, startReplay } from '../app-replay.js';
import { ReplayRefused } from '../app-replay-names.js';
import { createRealClock, machineRandom } from '../clock.js';
import { type Config, ConfigError, loadConfig } from '../config/config.js';
import { isoMicros } from '../core/time.js';
import { adapters } from '../exchanges/index.js';
import { createLog } from '../log.js';
import { configFile } from './exchanges.js';
import type { ReplayFlags } from './replay-flags.js';
import { runUntilAsked } from './run-app.js';
import { overridesOf } from './serve.js';

/** Runs until it is asked to stop, or to its end with `exit`. */
export async function runReplay(flags: ReplayFlags, asked: AbortSignal): Promise<number> {
  const { from: fromUs, to: toUs, speed, trades } = flags;
  let config: Config;
  try {
    if (fromUs >= toUs)
      throw new ConfigError(
        `option '--to' expected a time after --from (${isoMicros(fromUs)}), was ${isoMicros(toUs)}`,
      );
    config = loadConfig({
      ...configFile(flags.config),
      environment: process.env,
      flags: overridesOf(flags),
      exchangeNames: adapters.map(({ name }) => name),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) console.error(`error: ${line}`);
    return 2;
  }
  const clock = createRealClock();
  const ended = new AbortController();
  const until = AbortSignal.any([asked, ended.signal]);
  let failed: unknown;
  const start = async () => {
    const log = createLog(config.log, clock);
    const names = { ...listOf('symbols', flags.symbols), ...listOf('exchanges', flags.exchanges) };
    const app = await startReplay({
      ...{ config, clock, log, random: machineRandom, fromUs, toUs, speed, trades, asked },
      ...names,
    });
    setImmediate(() => {
      play(app, flags.exit === true ? () => ended.abort() : () => {}).catch((error: unknown) => {
        if (until.aborted) return;
        failed = error;
        ended.abort();
      });
    });
    return app;
  };
  try {
    const exitCode = await runUntilAsked(start, `replays ${inWords(flags)}`, until, clock, isAskedWrongly);
    if (failed !== undefined) throw failed;
    return exitCode;
  } finally {
    clock.close();
  }
}

async function play(app: ReplayApp, atEnd: () => void): Promise<void> {
  const done = await app.play();
  for (const { path, message } of done.problems) console.error(`warning: ${path}: ${message}`);
  console.log(`  ended   ${doneInWords(done)}`);
  atEnd();
}

function doneInWords({ quotes, events, trades, raised, seconds }: ReplayDone): string {
  const rate = Math.round(quotes / Math.max(seconds, 1e-6));
  const moved = raised === 0 ? '' : `; ${raised} stamps that were not in order moved on by a microsecond`;
  return `${quotes} quotes, ${events} events, ${trades} trades in ${seconds.toFixed(1)} s, ${rate} quotes/s${moved}`;
}

function inWords({ from, to, speed }: ReplayFlags): string {
  const how = speed === 'max' ? 'as fast as it goes' : `at ${speed} times its speed`;
  return `${isoMicros(from)} to ${isoMicros(to)} ${how}`;
}

/** Exit code 2 for names that are not there, 1 for anything else. */
function isAskedWrongly(error: unknown): boolean {
  return error instanceof ReplayRefused && error.isAskedWrongly;
}

function listOf(
  name: 'symbols' | 'exchanges',
  text: string | undefined,
): { [key in typeof name]?: string[] } {
  if (text === undefined) return {};
  return {
    [name]: text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  };
}
