import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { playFolder, SentQuotes } from '../process/recording.js';
import { runProgram, startProgram, testFolder } from '../support/program.js';
import { until } from '../support/wait.js';

const MADE = new URL('../../../test/process/frames', import.meta.url).pathname;

test('help is complete: every command and every option has its line', async () => {
  const { exitCode, stdout } = await runProgram(['--help']);
  assert.equal(exitCode, 0);
  for (const command of ['serve', 'doctor', 'demo', 'simulate', 'decode'])
    assert.match(stdout, new RegExp(`^ {2}${command} `, 'm'));
  const serve = (await runProgram(['serve', '--help'])).stdout;
  for (const option of ['config', 'host', 'port', 'lake', 'stats', 'exchanges', 'capture'])
    assert.match(serve, new RegExp(`^ {2}--${option} <`, 'm'));
  const doctor = (await runProgram(['doctor', '--help'])).stdout;
  for (const option of ['config <', 'exchanges <', 'seconds <', 'json '])
    assert.match(doctor, new RegExp(`^ {2}--${option}`, 'm'));
});

test('what is asked wrongly is one clear line and exit code 2', async () => {
  for (const [args, line] of [
    [['serve', '--prot', '1'], /^error: unknown option '--prot'/],
    [
      ['serve', '--port', 'abc'],
      /^error: option '--port <number>' argument 'abc' is invalid\. Expected a whole number/,
    ],
    [['serve', '--port', '70000'], /^error: option '--port <number>' argument '70000' is invalid/],
    [['serve', '--port'], /^error: option '--port <number>' argument missing/],
    [
      ['serve', '--exchanges', 'Binance,Mtgox'],
      /^error: --exchanges: expected "none" or names of Binance, .* was "Mtgox"/,
    ],
    [['serve', '--config', '/nowhere.yaml'], /^error: \/nowhere\.yaml: cannot be read/],
    [['fly'], /^error: unknown command 'fly'/],
    [['decode'], /^error: required option '--exchange <name>' not specified/],
    [['decode', '--exchange', 'Mtgox'], /^decode: unknown exchange 'Mtgox'/],
    [['simulate', '--bursts', '5x60s/60s'], /^error: option '--bursts' expected something like 5x10s\/60s/],
    [['simulate', '--speed', '0'], /^error: option '--speed' expected a number above 0 or max, was "0"/],
    [['simulate', '--exchanges', 'Mtgox'], /^error: no simulated exchange is called Mtgox/],
    [['demo', 'extra'], /^error: too many arguments/],
  ] as const) {
    const { exitCode, stderr } = await runProgram(args);
    assert.equal(exitCode, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, line);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});

test('a wrong variable or key stops the start with its name', async () => {
  const place = testFolder();
  const badFile = await runProgram(['serve', '--config', place.config({ server: { prot: 1 } })]);
  assert.equal(badFile.exitCode, 2);
  assert.match(badFile.stderr, /config\.json: server\.prot: unknown key; expected one of host, port/);
  const badVariable = await runProgram(['serve'], '', { SPREAD_LOG_LEVEL: 'loud' });
  assert.equal(badVariable.exitCode, 2);
  assert.match(badVariable.stderr, /^error: SPREAD_LOG_LEVEL: expected one of debug/);
  place.remove();
});

test('a port that is taken is said, with what to do', async () => {
  const taken = await listening();
  const { port } = taken.address() as AddressInfo;
  const place = testFolder();
  const args = ['serve', '--exchanges', 'none', '--lake', place.folder, '--port', String(port)];
  const { exitCode, stderr } = await runProgram(args);
  taken.close();
  place.remove();
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    new RegExp(`^error: port ${port} of 127\\.0\\.0\\.1 is taken; choose another with --port`),
  );
});

test('a folder that cannot be had ends the start with a reason, and nothing is left running', async () => {
  const { folder, remove } = testFolder();
  const taken = join(folder, 'a-file');
  writeFileSync(taken, '');
  const lake = join(folder, 'lake');
  for (const args of [
    ['--lake', lake, '--capture', taken],
    ['--lake', taken],
    ['--lake', join(taken, 'below')],
    // A place that lets nobody make a folder.
    ['--lake', '/proc/a-file'],
    ['--lake', lake, '--capture', '/proc/a-file'],
  ]) {
    const run = await runProgram(['serve', '--port', '0', '--exchanges', 'Binance', ...args]);
    assert.equal(run.exitCode, 1, run.stderr);
    assert.match(run.stderr, /^error: .*a-file/);
  }
  remove();
});

test('problem 17: exchanges that cannot be reached leave the process up, degraded, with each reason', async () => {
  const place = testFolder();
  const port = await freePort();
  const unreachable = { restUrl: `http://127.0.0.1:${port}`, wsUrl: `ws://127.0.0.1:${port}` };
  const config = place.config({ exchanges: { Binance: unreachable, OKX: unreachable } });
  const program = await startProgram(['serve', '--config', config, '--lake', `${place.folder}/lake`]);
  const health = await until('both failures', async () => {
    const now = await program.health();
    return Object.values(now.exchanges).every(({ state }) => state === 'failed') && now;
  });
  assert.equal(health.status, 'degraded');
  // A machine with something else to do may add a loop that was held up.
  const failures = health.reasons.filter((reason) => reason.includes(' failed: '));
  assert.equal(failures.length, 2, health.reasons.join('; '));
  assert.match(
    failures[0] ?? '',
    /^Binance failed: listing: 127\.0\.0\.1:\d+\/api\/v3\/exchangeInfo: .*ECONNREFUSED/,
  );
  assert.equal(await program.end('SIGINT'), 0, program.output());
  place.remove();
});

test('a lake of the demo is not recorded into by serve, nor the reverse', async () => {
  const place = testFolder();
  const demo = await startProgram(['demo', '--lake', `${place.folder}/demo`]);
  assert.equal(await demo.end('SIGTERM'), 0, demo.output());
  const refused = await runProgram(['serve', '--lake', `${place.folder}/demo`, '--exchanges', 'OKX']);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /^error: the lake .* holds the demo's made-up quotes/);
  const served = await startProgram(['serve', '--lake', `${place.folder}/demo`, '--exchanges', 'none']);
  assert.equal((await served.health()).status, 'healthy');
  assert.equal(await served.end('SIGTERM'), 0);
  place.remove();
});

test('captured frames are what decode and the player read', async () => {
  const place = testFolder();
  const sent = new SentQuotes();
  const world = await playFolder(MADE, { speed: 'max', loop: false, onSent: sent.onSent });
  const captures = `${place.folder}/captures`;
  const config = place.config({ exchanges: world.exchanges });
  const args = ['serve', '--config', config, '--lake', `${place.folder}/lake`, '--capture', captures];
  const program = await startProgram(args);
  await world.player.done;
  await until('every quote', async () => (await program.health()).counters['recorded']! >= sent.quotes);
  assert.equal(await program.end('SIGTERM'), 0);
  await world.close();

  let decoded = 0;
  for (const name of readdirSync(captures)) {
    const frames = readFileSync(`${captures}/${name}`, 'utf8');
    const { stdout } = await runProgram(['decode', '--exchange', name.split('.')[0] as string], frames);
    for (const line of stdout.trim().split('\n')) {
      const { type, bid, ask, symbol } = JSON.parse(line) as {
        type: string;
        bid: unknown;
        ask: unknown;
        symbol: string;
      };
      if (type === 'quote' && bid !== null && ask !== null && /USD[TC]$/.test(symbol)) decoded += 1;
    }
  }
  assert.equal(decoded, sent.quotes);

  const again = new SentQuotes();
  const replayed = await playFolder(captures, { speed: 'max', loop: false, onSent: again.onSent });
  const second = await startProgram([
    'serve',
    '--config',
    place.config({ exchanges: replayed.exchanges }),
    '--lake',
    `${place.folder}/two`,
  ]);
  await replayed.player.done;
  assert.equal(again.quotes, sent.quotes);
  assert.equal(await second.end('SIGTERM'), 0);
  await replayed.close();
  place.remove();
});

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = await listening();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
