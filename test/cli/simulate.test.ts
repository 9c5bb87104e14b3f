import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runSimulate, SimulateError } from '../../src/cli/simulate.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { Client, eventually } from '../sim/client.js';
import { createFastClock } from '../support/fast-clock.js';

const ARGS = { port: 0, symbols: 5, rate: 500, seed: 9, speed: 1, loop: false };

test('simulate prints configuration whose addresses work, sends quotes, and ends at the signal', async () => {
  const clock = createRealClock();
  const lines: string[] = [];
  const stop = new AbortController();
  const running = runSimulate(ARGS, { clock, out: (line) => lines.push(line) }, stop.signal);
  await eventually('the configuration is printed', () => lines.length > 3 * SIM_EXCHANGES.length);
  assert.match(lines[0]!, /^# .*seed 9/);
  const printed = parse(lines.join('\n')) as {
    exchanges: Record<string, { restUrl: string; wsUrl: string }>;
  };
  assert.deepEqual(
    Object.keys(printed.exchanges),
    SIM_EXCHANGES.map(({ name }) => name),
  );
  const { restUrl, wsUrl } = printed.exchanges['Binance']!;
  assert.equal((await fetch(`${restUrl}/api/v3/exchangeInfo`)).status, 200);
  const client = await Client.open(`${wsUrl}/btcusdt@bookTicker`);
  await client.until('ten quotes', () => client.frames.length >= 10);
  stop.abort();
  await running;
  clock.close();
  assert.notEqual(client.closed, null);
  assert.match(lines.at(-SIM_EXCHANGES.length)!, /^# Binance: \d+ quotes, 1 REST requests, 1 handshakes$/);
});

test('simulate says when each fault of its scenario begins and ends, and of what', async () => {
  const clock = createFastClock(1_000);
  const lines: string[] = [];
  const stop = new AbortController();
  const args = { ...ARGS, exchanges: ['Binance', 'OKX'], scenario: 'silent-symbols' };
  const running = runSimulate(args, { clock, out: (line) => lines.push(line) }, stop.signal);
  const about = /^# \d{4}-\S+Z silent-symbol (begins|ends): \S+ of (Binance|OKX): nothing of it goes out/;
  const told = (word: string) => lines.filter((line) => about.exec(line)?.[1] === word).length;
  await eventually('three have begun and ended', () => told('begins') >= 3 && told('ends') >= 3);
  stop.abort();
  await running;
  assert.equal(told('begins'), told('ends'), 'what had begun is ended');
});

test('simulate names an exchange it does not have', async () => {
  const clock = createRealClock();
  const io = { clock, out: () => undefined };
  const running = runSimulate({ ...ARGS, exchanges: ['okx', 'Nope'] }, io, new AbortController().signal);
  await assert.rejects(
    running,
    (error) => error instanceof SimulateError && /Nope; there are Binance/.test(error.message),
  );
  clock.close();
});

test('simulate plays a scenario of faults, and names those it has when asked for another', async () => {
  const clock = createRealClock();
  const lines: string[] = [];
  const io = { clock, out: (line: string) => lines.push(line) };
  const stop = new AbortController();
  const running = runSimulate({ ...ARGS, scenario: 'reconnect-storm' }, io, stop.signal);
  await eventually('the configuration is printed', () => lines.length > 3 * SIM_EXCHANGES.length);
  stop.abort();
  await running;
  const nope = runSimulate({ ...ARGS, scenario: 'nope' }, io, new AbortController().signal);
  await assert.rejects(
    nope,
    (error) => error instanceof SimulateError && /there are calm, silent-symbols/.test(error.message),
  );
  const played = runSimulate(
    { ...ARGS, scenario: 'calm', recordings: '.' },
    io,
    new AbortController().signal,
  );
  await assert.rejects(played, /--scenario goes with the generated market alone/);
  clock.close();
});
