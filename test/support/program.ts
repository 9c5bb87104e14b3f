// The program as its user runs it: a child process of its own, found by the address it prints.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { LAG_MS_NEVER } from './feed-limits.js';
import { ONE_THREAD } from './ingest-workers.js';
import { until } from './wait.js';

const MAIN = new URL('../../src/main.js', import.meta.url).pathname;

const running = new Set<ChildProcess>();

// A test that failed half-way must not leave its program behind: the runner would wait for it for ever.
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Program {
  readonly url: string;
  readonly child: ChildProcess;
  output(): string;
  health(): Promise<Health>;
  /** Sends the signal and waits for the end; resolves with the exit code (null = killed). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** As much of /health as the tests read. */
export interface Health {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
  readonly exchanges: Readonly<
    Record<string, { state: string; instruments: number; reason?: string; quotes: number }>
  >;
  readonly lake: { readonly skippedFiles: readonly { path: string }[]; readonly troubles: readonly string[] };
  readonly statistics: { readonly file: string | null; readonly warnings: readonly string[] };
}

/** Starts a command with these arguments (any free port is added where none is named); resolves when it says where it listens. */
export async function startProgram(args: readonly string[], deadlineMs = 60_000): Promise<Program> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const child = spawn(process.execPath, [MAIN, ...args, ...port], {
    env: { SPREAD_INGEST_LAG_MS_MAX: `${LAG_MS_NEVER}`, ...process.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.on('exit', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  const url = await until(
    `an address from ${args.join(' ')}`,
    () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`);
      return /page\s+(http:\/\/\S+?)\//.exec(output)?.[1];
    },
    deadlineMs,
  );
  return {
    url,
    child,
    output: () => output,
    health: async () => (await (await fetch(`${url}/health`)).json()) as Health,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs a command to its end; one that has not ended by the deadline is killed (exit code null). */
export async function runProgram(
  args: readonly string[],
  input = '',
  environment: Readonly<Record<string, string>> = {},
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [MAIN, ...args], { env, timeout: 20_000, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { exitCode, stdout, stderr };
}

/** A folder of its own for a test, and a configuration file in it. */
export function testFolder(): { folder: string; config: (value: unknown) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'spread-'));
  return {
    folder,
    config: (value) => {
      const path = join(folder, 'config.json');
      const own = value as Readonly<Record<string, object>>;
      writeFileSync(path, JSON.stringify({ ...own, ingest: { ...ONE_THREAD, ...own['ingest'] } }));
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
