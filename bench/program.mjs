// The real program and other processes of a bench: started, asked over HTTP, looked at, ended. All end with the bench.

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { compiled, mainProgram } from './place.mjs';

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** `serve` over a lake, connected to nothing, once its workers have compiled their code. */
export async function startProgram(lake, stats) {
  const args = ['serve', '--exchanges', 'none', '--port', '0', '--lake', lake, '--stats', stats];
  const hook = new URL('loop-delay.mjs', import.meta.url).href;
  const child = start(['--import', hook, mainProgram, ...args], ['ignore', 'pipe', 'inherit', 'ipc']);
  const url = await printed(child, /page\s+(http:\/\/\S+?)\//);
  const running = { child, url, agent: new Agent({ keepAlive: true, maxSockets: 8 }) };
  // Workers compile their code at start; who comes later than half a second finds that done.
  await health(running);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return running;
}

/** `serve` as a configuration file says. */
export async function startRecording(config) {
  const hook = new URL('loop-delay.mjs', import.meta.url).href;
  const args = ['--import', hook, mainProgram, 'serve', '--config', config];
  const child = start(args, ['ignore', 'pipe', 'inherit', 'ipc']);
  const url = await printed(child, /page\s+(http:\/\/\S+?)\//);
  return { child, url, agent: new Agent({ keepAlive: true, maxSockets: 8 }) };
}

/** Simulated exchanges in a process of their own; their addresses, once all of them are there, as YAML of a configuration. */
export async function startSimulation(exchanges, { symbols, rate, batched = false, more = [], node = [] }) {
  const { simulatedAddresses } = await import(compiled('test/support/resident.js'));
  const options = ['--exchanges', exchanges.join(), '--symbols', `${symbols}`, '--rate', `${rate}`, ...more];
  if (batched) options.push('--batch');
  // It is to send, not to save memory.
  const own = ['--max-semi-space-size=64', ...node, mainProgram];
  const child = start([...own, 'simulate', ...options], ['ignore', 'pipe', 'inherit']);
  let output = '';
  return await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the simulation ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const yaml = simulatedAddresses(output, exchanges.length);
      if (yaml !== undefined) resolve(yaml);
    });
  });
}

/** The plainest server of the bytes of a file. */
export async function startFloor(file) {
  const child = start([new URL('floor.mjs', import.meta.url).pathname, file], ['ignore', 'pipe', 'inherit']);
  const port = await printed(child, /^(\d+)$/m);
  return { child, url: `http://127.0.0.1:${port}/`, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
}

/** A script with a pipe to ask it by and one to hear it by. */
export function startChild(args) {
  return start(args, ['pipe', 'pipe', 'inherit']);
}

function start(args, stdio) {
  return tended(spawn(process.execPath, args, { stdio }));
}

/** A script of bench/ that answers messages; given back once it has said that it is ready. */
export async function startPeer(script, args) {
  const child = tended(fork(new URL(script, import.meta.url).pathname, args));
  await answerOf(child, undefined);
  return child;
}

function tended(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** The next message of a process, to one sent to it where there is one. */
export async function answerOf(child, message) {
  if (message !== undefined) child.send(message);
  const left = new AbortController();
  const { signal } = left;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([answer]) => answer),
      once(child, 'exit', { signal }).then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
    ]);
  } finally {
    left.abort();
  }
}

function printed(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}

export function ended(child) {
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** Over a connection that stays open. The bytes are kept where they are wanted. */
export function ask({ agent }, url, { keepBody = true } = {}) {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    get(url, { agent }, (response) => {
      const chunks = [];
      let [firstMs, bytes] = [0, 0];
      response.on('data', (chunk) => {
        if (bytes === 0) firstMs = performance.now() - startMs;
        bytes += chunk.length;
        if (keepBody) chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const wholeMs = performance.now() - startMs;
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        else resolve({ firstMs, wholeMs, bytes, body: keepBody ? Buffer.concat(chunks) : null });
      });
    }).on('error', reject);
  });
}

export async function health(program) {
  return JSON.parse((await ask(program, `${program.url}/health`)).body.toString());
}

/** The longest that the program's main thread was held up since the last time it was asked. */
export async function stallMs({ child }) {
  return (await answerOf(child, 'stall')).stallMs;
}

export function memoryMb({ pid }) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mb = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1024);
    return { now: mb('VmRSS'), peak: mb('VmHWM') };
  } catch {
    return { now: Number.NaN, peak: Number.NaN };
  }
}

/** Of a process, or of `PID/task/TID`: hundredths of seconds. */
export function processorTicks(path) {
  const text = readFileSync(`/proc/${path}/stat`, 'utf8');
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return Number(user) + Number(system);
}

/** Of numbers in any order; 0.5 = the median. */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}
