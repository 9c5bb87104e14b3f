// How much memory the process holds: the simulated exchanges in one child process, `serve` in another, its resident
// memory read from /proc each second. Used by the test of the plan and, for minutes instead of seconds, by bench/.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { until } from './wait.js';

const MAIN = new URL('../../src/main.js', import.meta.url).pathname;
const START_MS_MAX = 60_000;
/** The plan's number of exchanges; which ones is of no matter. */
const EXCHANGES = ['Binance', 'Bybit', 'GateIo', 'OKX'];

export interface ResidentOptions {
  readonly seconds: number;
  /** On each of the four exchanges. */
  readonly symbols: number;
  /** Quotes a second over all instruments. */
  readonly rate: number;
  /** Told each second. */
  readonly onSample?: (sample: ResidentSample) => void;
}

export interface ResidentSample {
  /** Since all exchanges were running. */
  readonly second: number;
  readonly rssMb: number;
  /** The highest it ever was, start-up included. */
  readonly peakMb: number;
  /** Quotes in the journal so far. */
  readonly recorded: number;
}

export interface Resident {
  readonly samples: readonly ResidentSample[];
  readonly instruments: number;
  readonly quotesPerSecond: number;
  /** As /health said at the end: healthy, or why not. */
  readonly reasons: readonly string[];
}

interface Health {
  readonly reasons: readonly string[];
  readonly counters: { readonly recorded: number };
  readonly exchanges: Readonly<Record<string, { readonly state: string; readonly instruments: number }>>;
}

export const residentMissing: string | false = process.platform !== 'linux' && 'reads /proc';

/** One client of each live stream listens all the while. Everything is gone when it resolves or rejects. */
export async function measureResident(options: ResidentOptions): Promise<Resident> {
  const folder = mkdtempSync(join(tmpdir(), 'resident-'));
  const children: Child[] = [];
  const sockets: WebSocket[] = [];
  try {
    const { symbols, rate } = options;
    const of = ['--exchanges', EXCHANGES.join(','), '--symbols', `${symbols}`, '--rate', `${rate}`];
    const sim = start(children, ['simulate', ...of]);
    const exchanges = await until('simulated exchanges', () =>
      simulatedAddresses(sim.output(), EXCHANGES.length),
    );
    const config = recordingConfig(folder, exchanges);
    const serve = start(children, ['serve', '--config', config]);
    const url = await until('an address', () => /page\s+(http:\/\/\S+?)\//.exec(serve.output())?.[1]);
    const health = async () => (await (await fetch(`${url}/health`)).json()) as Health;
    const running = await until(
      'all exchanges running',
      async () => {
        const { exchanges: states } = await health();
        const all = Object.values(states);
        return all.length > 0 && all.every(({ state }) => state === 'running') && all;
      },
      START_MS_MAX,
    );
    for (const path of ['/ws/realtime_charts', '/ws/feed']) {
      const socket = new WebSocket(url.replace('http', 'ws') + path);
      socket.on('message', () => {});
      sockets.push(socket);
    }
    const samples = await sampled(options, serve.child, health);
    const [first, last] = [samples[0]!, samples.at(-1)!];
    return {
      samples,
      instruments: running.reduce((sum, { instruments }) => sum + instruments, 0),
      quotesPerSecond: Math.round((last.recorded - first.recorded) / Math.max(1, last.second - first.second)),
      reasons: (await health()).reasons,
    };
  } finally {
    for (const socket of sockets) socket.terminate();
    await Promise.all(children.reverse().map(ended));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sampled(
  { seconds, onSample }: ResidentOptions,
  child: ChildProcess,
  health: () => Promise<Health>,
): Promise<readonly ResidentSample[]> {
  const samples: ResidentSample[] = [];
  const startMs = Date.now();
  for (let n = 0; n <= seconds; n++) {
    await until(`second ${n}`, () => Date.now() >= startMs + n * 1_000);
    const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1_024;
    const { recorded } = (await health()).counters;
    const second = Math.round((Date.now() - startMs) / 1_000);
    const sample = { second, rssMb: mb('VmRSS'), peakMb: mb('VmHWM'), recorded };
    samples.push(sample);
    onSample?.(sample);
  }
  return samples;
}

interface Child {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function start(children: Child[], args: readonly string[]): Child {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => (output = (output + String(chunk)).slice(-65_536)));
  const checked = (): string => {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}: ${output}`);
    return output;
  };
  children.push({ child, output: checked });
  return { child, output: checked };
}

/** What a simulation of so many exchanges prints, once all of it is there: their addresses, as YAML of a configuration. */
export function simulatedAddresses(output: string, count: number): string | undefined {
  const yaml = output.slice(output.indexOf('exchanges:'));
  return (yaml.match(/wsUrl: \S+\n/g)?.length ?? 0) >= count ? yaml : undefined;
}

/** A configuration file in the folder, for `serve` to record these exchanges into it, with so many threads that ingest. */
export function recordingConfig(folder: string, exchanges: string, workers = 0): string {
  mkdirSync(join(folder, 'stats'));
  const path = join(folder, 'config.yaml');
  const own = {
    server: { port: 0 },
    lake: { root: join(folder, 'lake') },
    statistics: { directory: join(folder, 'stats') },
    selection: { minUsdVolume: 0 },
    ingest: { workers },
    log: { level: 'warn' },
  };
  const lines = Object.entries(own).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  writeFileSync(path, [exchanges, ...lines, ''].join('\n'));
  return path;
}

function ended({ child }: Child): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
