// A soak: simulated exchanges in one process, `serve` as its example configures it in another, clients in a third; each second
// a look at the program from outside. What it must hold to is told by `verdicts`; drawn it is by plot.ts.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { US_PER_HOUR } from '../../src/core/time.js';
import { coins } from '../../src/sim/coins.js';
import { recordingConfig, simulatedAddresses } from '../support/resident.js';
import { until } from '../support/wait.js';

const MAIN = new URL('../../src/main.js', import.meta.url).pathname;
const HOOKS = new URL('hooks.js', import.meta.url).href;
const CLIENTS = new URL('clients.js', import.meta.url).pathname;
const EXCHANGES = ['Binance', 'Bybit', 'GateIo', 'OKX', 'Kucoin', 'MEXC', 'Bitget', 'BingX'];
const SYMBOLS = 300;
const WATCHED = 50;
/** Of the clock in /proc, everywhere. */
const TICK_NS = 1e7;
const MB = 1024 * 1024;

export interface SoakOptions {
  readonly seconds: number;
  readonly rate: number;
  /** As `simulate --bursts` takes them. */
  readonly bursts: string;
  /** What stays is measured from here on, and at the end. */
  readonly settledSecond: number;
  readonly onSample?: (sample: SoakSample) => void;
}

export interface SoakSample {
  readonly second: number;
  readonly rssMb: number;
  readonly loopDelayMs: number;
  readonly received: number;
  /** Processor time of all threads since the start, ns. */
  readonly cpuNs: number;
}

/** After the garbage has gone. */
export interface Kept {
  readonly second: number;
  readonly heapMb: number;
  readonly externalMb: number;
}

export interface SoakResult {
  readonly samples: readonly SoakSample[];
  readonly instruments: number;
  readonly kept: readonly Kept[];
  readonly counters: Readonly<Record<string, number>>;
  /** Quotes that no counter knows the fate of. */
  readonly unaccounted: number;
  readonly hourFiles: number;
  readonly clients: ClientCounts & { readonly closedSlow: number };
  /** What /health had to say against it, each once. */
  readonly reasons: readonly string[];
  readonly exitCode: number | null;
}

/** Of the process of the clients. */
export interface ClientCounts {
  readonly charts: number;
  readonly quotes: number;
  /** By protocol v2. */
  readonly quotesV2: number;
  /** Those that should have stayed. */
  readonly closed: readonly string[];
}

interface Health {
  readonly reasons: readonly string[];
  readonly loop: { readonly recentMsMax: number };
  readonly counters: Readonly<Record<string, number>>;
  readonly queues: { readonly journal: { readonly length: number } };
  readonly lake: { readonly details: { readonly filesWritten?: number } };
  readonly streams: { readonly feed: { readonly closedSlow: number } };
  readonly exchanges: Readonly<Record<string, { readonly state: string; readonly instruments: number }>>;
}

export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const children: ChildProcess[] = [];
  const node = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const stdio = ['pipe', 'pipe', 'inherit', 'ipc'] as const;
    const child = spawn(process.execPath, args, { stdio: [...stdio], env: { ...process.env, ...env } });
    children.push(child);
    return child;
  };
  try {
    const env = { SOAK_AHEAD_MS: `${hourEndsAfter((options.seconds * 1_000) / 2)}` };
    const { rate, bursts } = options;
    const market = ['--exchanges', EXCHANGES.join(), '--symbols', `${SYMBOLS}`, '--rate', `${rate}`];
    const simulate = ['simulate', ...market, '--batch', '--bursts', bursts];
    const sim = node(['--import', HOOKS, '--max-semi-space-size=64', MAIN, ...simulate], env);
    const yaml = await printed(sim, (text) => simulatedAddresses(text, EXCHANGES.length));
    const config = withPairs(recordingConfig(folder, yaml));
    const hooks = ['--import', HOOKS, '--expose-gc', '--max-semi-space-size=2'];
    const serve = node([...hooks, MAIN, 'serve', '--config', config], env);
    const url = await printed(serve, (text) => /page\s+(http:\/\/\S+?)\//.exec(text)?.[1]);
    return await observed(options, serve, url, () => node([CLIENTS, url]));
  } finally {
    for (const child of children.reverse()) await ended(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function observed(
  options: SoakOptions,
  serve: ChildProcess,
  url: string,
  startClients: () => ChildProcess,
): Promise<SoakResult> {
  const health = async () => (await (await fetch(`${url}/health`)).json()) as Health;
  const running = await until(
    'all exchanges running',
    async () => {
      const all = Object.values((await health()).exchanges);
      return all.length > 0 && all.every(({ state }) => state === 'running') && all;
    },
    120_000,
  );
  const clients = startClients();
  const samples: SoakSample[] = [];
  const kept: Kept[] = [];
  const reasons = new Set<string>();
  const startMs = performance.now();
  for (let second = 1; second <= options.seconds; second += 1) {
    await sleep(Math.max(0, startMs + second * 1_000 - performance.now()));
    const now = await health();
    for (const reason of now.reasons) reasons.add(reason.replaceAll(/\d+/g, 'n'));
    const sample = sampleOf(serve, second, now);
    samples.push(sample);
    options.onSample?.(sample);
    if (second === options.settledSecond || second === options.seconds)
      kept.push(await keptBy(serve, second));
  }
  const counted = await answerOf(clients);
  const exited = once(serve, 'exit');
  // What is under way has come to rest when what it knows of is whole.
  const last = await until('every quote has its fate', async () => {
    const now = await health();
    return unaccountedIn(now) === 0 && now;
  }).catch(health);
  serve.kill('SIGTERM');
  const [exitCode] = (await exited) as [number | null];
  return {
    samples,
    kept,
    instruments: running.reduce((sum, { instruments }) => sum + instruments, 0),
    counters: last.counters,
    unaccounted: unaccountedIn(last),
    hourFiles: last.lake.details.filesWritten ?? 0,
    clients: { ...counted, closedSlow: last.streams.feed.closedSlow },
    reasons: [...reasons],
    exitCode,
  };
}

/** Quotes under way between two counters are none that were lost: it is asked until there are none. */
function unaccountedIn({ counters }: Health): number {
  const { received = 0, recorded = 0, oneSided = 0, thinned = 0, dropped = 0, rejected = 0 } = counters;
  return received - recorded - oneSided - thinned - dropped - rejected;
}

function sampleOf(serve: ChildProcess, second: number, health: Health): SoakSample {
  const status = readFileSync(`/proc/${serve.pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${serve.pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return {
    second,
    rssMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024,
    loopDelayMs: health.loop.recentMsMax,
    received: health.counters['received'] ?? 0,
    cpuNs: (user + system) * TICK_NS,
  };
}

async function keptBy(serve: ChildProcess, second: number): Promise<Kept> {
  serve.send('memory');
  const [{ heapUsed, external }] = (await once(serve, 'message')) as [{ heapUsed: number; external: number }];
  return { second, heapMb: heapUsed / MB, externalMb: external / MB };
}

async function answerOf(clients: ChildProcess): Promise<ClientCounts> {
  clients.stdin?.write('\n');
  const [line] = (await once(clients.stdout!, 'data')) as [Buffer];
  return JSON.parse(String(line)) as ClientCounts;
}

/** By so much the clock is ahead, for an hour to end so long from now. */
function hourEndsAfter(ms: number): number {
  const hourMs = US_PER_HOUR / 1_000;
  return hourMs - ((Date.now() + ms) % hourMs);
}

/** The configuration watches so many pairs whatever the statistics say. */
function withPairs(path: string): string {
  const pairs = coins(WATCHED).map(({ name }, n) => {
    const one = EXCHANGES[n % EXCHANGES.length];
    const other = EXCHANGES[(n + 1 + (n % 3)) % EXCHANGES.length];
    return `${name}/USDT ${one} ${other}`;
  });
  writeFileSync(path, `${readFileSync(path, 'utf8')}\n${stringify({ pairs: { watched: pairs } })}`);
  return path;
}

async function printed(child: ChildProcess, found: (text: string) => string | undefined): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text = (text + String(chunk)).slice(-65_536);
  });
  return await until('an address', () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${text}`);
    return found(text);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
