// The options of `simulate`, and its run until a signal.

import type { Command } from 'commander';
import { createRealClock } from '../clock.js';
import type { Bursts } from '../sim/driver.js';
import { SCENARIOS } from '../sim/scenarios.js';
import { catchSignals, untilAborted } from './signals.js';
import { runSimulate, type SimulateArgs, SimulateError } from './simulate.js';

type NumberParser = (least: number, greatest: number) => (text: string) => number;

interface Flags {
  readonly port: number;
  readonly exchanges?: string;
  readonly symbols: number;
  readonly rate: number;
  readonly seed: number;
  readonly recordings?: string;
  readonly speed: string;
  readonly loop?: boolean;
  readonly scenario?: string;
  readonly batch?: boolean;
  readonly bursts?: string;
  readonly stamp?: boolean;
}

export function simulateCommand(
  command: Command,
  number: NumberParser,
  done: (exitCode: number) => void,
): void {
  command
    .option('--port <number>', 'port to listen on; 0 = any free one', number(0, 65_535), 0)
    .option('--exchanges <names>', 'comma-separated (default: all)')
    .option('--symbols <number>', 'coins of the generated market', number(1, 1_000), 10)
    .option('--rate <number>', 'quotes a second over all instruments', number(1, 1_000_000), 200)
    .option('--seed <number>', 'of the generated market', number(0, 2 ** 32 - 1), 1)
    .option('--recordings <folder>', 'play recorded frames (NDJSON) instead')
    .option('--speed <factor>', 'of the recording: a number, or max', '1')
    .option('--loop', 'play the recording again and again')
    .option('--batch', 'frames of one moment leave in one write, as exchanges do under load')
    .option('--bursts <5x10s/60s>', 'so many times the rate, for the last so many seconds of every so many')
    .option('--stamp', 'ask sizes tell when a quote was sent: microseconds modulo 1e9, for measuring')
    .option(
      '--scenario <name>',
      `faults drawn from the seed: ${SCENARIOS.map(({ name }) => name).join(', ')}`,
    )
    .action(async (flags: Flags) => done(await run(flags)));
}

async function run(flags: Flags): Promise<number> {
  const speed = flags.speed === 'max' ? 'max' : Number(flags.speed);
  if (speed !== 'max' && !(speed > 0)) {
    console.error(`error: option '--speed' expected a number above 0 or max, was "${flags.speed}"`);
    return 2;
  }
  const bursts = flags.bursts === undefined ? undefined : burstsOf(flags.bursts);
  if (bursts === null) {
    console.error(`error: option '--bursts' expected something like 5x10s/60s, was "${flags.bursts}"`);
    return 2;
  }
  const { port, symbols, rate, seed, recordings } = flags;
  const args: SimulateArgs = {
    port,
    symbols,
    rate,
    seed,
    speed,
    loop: flags.loop === true,
    batched: flags.batch === true,
    stamped: flags.stamp === true,
    ...(bursts === undefined ? {} : { bursts }),
    ...(flags.exchanges === undefined
      ? {}
      : { exchanges: flags.exchanges.split(',').map((name) => name.trim()) }),
    ...(recordings === undefined ? {} : { recordings }),
    ...(flags.scenario === undefined ? {} : { scenario: flags.scenario }),
  };
  const clock = createRealClock();
  const stop = new AbortController();
  untilAborted(catchSignals()).then(
    () => stop.abort(),
    () => {},
  );
  try {
    await runSimulate(args, { clock, out: (line) => console.log(line) }, stop.signal);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(`error: ${error.message}`);
    return error instanceof SimulateError ? 2 : 1;
  } finally {
    clock.close();
  }
}

/** `5x10s/60s`; null where it is nothing of the kind. */
function burstsOf(text: string): Bursts | null {
  const [, times, seconds, everySeconds] = /^(\d+)x(\d+)s\/(\d+)s$/.exec(text)?.map(Number) ?? [];
  if (times === undefined || seconds === undefined || everySeconds === undefined) return null;
  return times > 0 && seconds < everySeconds ? { times, seconds, everySeconds } : null;
}
