// `simulate`: runs the simulated world alone, for another process to connect to, until it is told to stop.
// Prints the addresses as configuration that can be pasted. It must never connect to anything itself.

import { stringify } from 'yaml';
import { exchangeKey } from '../core/exchange.js';
import { type Cancel, type Clock, isoMicros } from '../core/time.js';
import type { Bursts } from '../sim/driver.js';
import type { SimExchange } from '../sim/exchange.js';
import { SIM_EXCHANGES } from '../sim/exchanges/index.js';
import { playScenario, scenarioWorld } from '../sim/scenario-player.js';
import {
  describeFault,
  findScenario,
  type PlannedFault,
  planScenario,
  SCENARIOS,
  type Scenario,
} from '../sim/scenarios.js';
import type { SimServer } from '../sim/server.js';
import { startGeneratedWorld, startRecordedWorld, type World } from '../sim/world.js';

export interface SimulateArgs {
  /** 0 = any free port. */
  readonly port: number;
  /** Names in any case; absent = all. */
  readonly exchanges?: readonly string[];
  /** Coins of the generated market. */
  readonly symbols: number;
  /** Quotes a second over all instruments. */
  readonly rate: number;
  readonly seed: number;
  /** Frames of one moment leave in one write. */
  readonly batched?: boolean;
  readonly bursts?: Bursts;
  /** Ask sizes tell when a quote was sent. */
  readonly stamped?: boolean;
  /** Folder of recorded frames to play instead of the generated market. */
  readonly recordings?: string;
  /** Of the recording: a factor of its own pace. */
  readonly speed: number | 'max';
  readonly loop: boolean;
  /** Name of a scenario of faults, of the generated market. */
  readonly scenario?: string;
}

export interface SimulateIo {
  readonly clock: Clock;
  /** Writes one line. */
  readonly out: (line: string) => void;
}

/** The arguments cannot be served; the message is one line for the user. */
export class SimulateError extends Error {}

/** Resolves when the signal came and everything is closed. Rejects with a SimulateError on wrong arguments. */
export async function runSimulate(args: SimulateArgs, io: SimulateIo, signal: AbortSignal): Promise<void> {
  const exchanges = chosen(args.exchanges);
  const scenario = args.scenario === undefined ? undefined : scenarioOf(args.scenario, args);
  const world = await start(args, io, exchanges);
  io.out(`# Simulated exchanges, seed ${args.seed}: ${describe(args)}`);
  for (const line of configurationOf(world.server).trimEnd().split('\n')) io.out(line);
  const calm = scenario === undefined ? () => {} : playAlways(scenario, args, io, world.server);
  await aborted(signal);
  calm();
  for (const stats of world.server.stats) {
    const { exchange, quotesSent, restRequests, handshakes } = stats;
    io.out(`# ${exchange}: ${quotesSent} quotes, ${restRequests} REST requests, ${handshakes} handshakes`);
  }
  await world.close();
}

async function start(args: SimulateArgs, io: SimulateIo, exchanges: readonly SimExchange[]): Promise<World> {
  const { port, seed, speed, loop } = args;
  const { clock } = io;
  if (args.recordings === undefined) {
    const { symbols, rate: quotesPerSecond, batched = false, stamped = false, bursts } = args;
    const more = { batched, stamped, ...(bursts === undefined ? {} : { bursts }) };
    return startGeneratedWorld({ clock, exchanges, port, seed, symbols, quotesPerSecond, ...more });
  }
  const world = await startRecordedWorld({
    clock,
    exchanges,
    port,
    seed,
    folder: args.recordings,
    speed,
    loop,
  });
  void world.player.done.then(
    () => {
      const frames = world.player.stats.reduce((sum, stats) => sum + stats.framesSent, 0);
      io.out(`# The recording is over: ${frames} frames sent`);
    },
    (error: unknown) => io.out(`# The recording cannot be played: ${String(error)}`),
  );
  return world;
}

/** The configuration's `exchanges` section, as YAML. */
export function configurationOf(server: SimServer): string {
  return stringify({ exchanges: server.urls });
}

function scenarioOf(name: string, { recordings }: SimulateArgs): Scenario {
  if (recordings !== undefined) throw new SimulateError('--scenario goes with the generated market alone');
  const found = findScenario(name);
  if (found !== undefined) return found;
  const known = SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new SimulateError(`no scenario is called ${name}; there are ${known}`);
}

/** One timetable after another, each of ten minutes and of a seed of its own. */
function playAlways(scenario: Scenario, args: SimulateArgs, { clock, out }: SimulateIo, server: SimServer) {
  let stop: Cancel = () => {};
  let round = 0;
  const told = (fault: PlannedFault, begins: boolean) =>
    out(`# ${isoMicros(clock.nowUs())} ${fault.kind} ${begins ? 'begins' : 'ends'}: ${describeFault(fault)}`);
  const next = (): void => {
    stop();
    const planned = planScenario(scenario, args.seed + round, scenarioWorld(server), ROUND_MS);
    stop = playScenario(planned, server, clock, told);
    round += 1;
  };
  next();
  const cancel = clock.every(ROUND_MS, next);
  return () => {
    cancel();
    stop();
  };
}

const ROUND_MS = 600_000;

function chosen(names: readonly string[] | undefined): readonly SimExchange[] {
  if (names === undefined) return SIM_EXCHANGES;
  return names.map((name) => {
    const found = SIM_EXCHANGES.find((exchange) => exchangeKey(exchange.name) === exchangeKey(name));
    if (found !== undefined) return found;
    const known = SIM_EXCHANGES.map((exchange) => exchange.name).join(', ');
    throw new SimulateError(`no simulated exchange is called ${name}; there are ${known}`);
  });
}

function describe(args: SimulateArgs): string {
  if (args.recordings === undefined) return `${args.symbols} coins, ${args.rate} quotes/s`;
  const pace = args.speed === 'max' ? 'as fast as possible' : `at ${args.speed}x`;
  return `recorded frames from ${args.recordings}, ${pace}${args.loop ? ', looped' : ''}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
