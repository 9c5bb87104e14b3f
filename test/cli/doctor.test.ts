// `doctor` as its user runs it, against the whole simulated world and against one where every exchange has another
// trouble: each gets a plain verdict, and the exit code says whether all is well.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import type { Clock } from '../../src/core/time.js';
import type { SimExchange } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { runProgram, testFolder } from '../support/program.js';

const SYMBOLS = 40;
const SUBSCRIBED = 30;
const STEPS = ['DNS', 'listing', 'clock', 'WebSocket', 'quotes', 'shapes', 'growth'];

interface Place {
  readonly world: GeneratedWorld;
  /** Runs `doctor` on one exchange of this world, or on all; `urls` take the place of its own. */
  doctor(
    exchange: string | null,
    more?: readonly string[],
    urls?: { restUrl?: string; wsUrl?: string },
  ): Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

async function place(
  context: TestContext,
  exchanges: readonly SimExchange[] = SIM_EXCHANGES,
  offMs = 0,
): Promise<Place> {
  const real = createRealClock();
  const clock: Clock = { ...real, nowUs: () => real.nowUs() + offMs * 1_000 };
  const world = await startGeneratedWorld({
    clock,
    exchanges,
    port: 0,
    seed: 4,
    symbols: SYMBOLS,
    quotesPerSecond: exchanges.length * SYMBOLS * 5,
  });
  const folders: { remove: () => void }[] = [];
  context.after(async () => {
    await world.close();
    real.close();
    for (const folder of folders) folder.remove();
  });
  return {
    world,
    doctor(exchange, more = ['--seconds', '2'], urls = {}) {
      const folder = testFolder();
      folders.push(folder);
      const all: Record<string, object> = { ...world.server.urls };
      const config = exchange === null ? all : { [exchange]: { ...all[exchange], ...urls } };
      return runProgram(['doctor', '--config', folder.config({ exchanges: config }), ...more]);
    },
  };
}

const one = (name: string): SimExchange => SIM_EXCHANGES.find((exchange) => exchange.name === name)!;

test('all simulated exchanges are all well: every step of every one, and exit code 0', async (t) => {
  const { doctor, world } = await place(t);
  const { exitCode, stdout, stderr } = await doctor(null, ['--seconds', '8']);
  assert.equal(exitCode, 0, stdout + stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.at(-1), 'all is well', stdout);
  assert.match(lines.at(-2)!, /^The lake would grow by about \d+\.\d\d GB a day\.$/);
  for (const { name } of SIM_EXCHANGES) {
    const at = lines.findIndex((line) => new RegExp(`^${name} +✓ well$`).test(line));
    assert.ok(at >= 0, `${name} is well: ${stdout}`);
    const steps = lines.slice(at + 1, at + 1 + STEPS.length);
    for (const [at, step] of STEPS.entries()) assert.match(steps[at]!, new RegExp(`^ {2}✓ ${step} `), stdout);
    assert.equal(lines[at + 1 + STEPS.length], '', 'nothing more to say');
    assert.match(steps[1]!, new RegExp(`\\b${SYMBOLS} selected, \\d+ ms`));
    // A quote of the market may be older than the one that a subscription was answered with: the usual reject.
    const words = `${SUBSCRIBED} of ${SUBSCRIBED} symbols, .*, (nothing|\\d+) rejected( \\(out-of-order \\d+\\))?$`;
    assert.match(steps[4]!, new RegExp(words));
    assert.equal(world.server.exchange(name).handshakes, 1, 'one connection each');
  }
});

const BROKEN: readonly {
  readonly name: string;
  readonly exchange: string;
  readonly breaks?: (world: GeneratedWorld) => void;
  readonly urls?: { restUrl?: string; wsUrl?: string };
  readonly says: readonly RegExp[];
}[] = [
  {
    name: 'REST answers 500',
    exchange: 'Binance',
    breaks: ({ server }) => server.exchange('Binance').restStatus({ status: 500 }),
    says: [
      /✗ listing +127\.0\.0\.1:\d+\/binance\/api\/v3\/exchangeInfo: HTTP 500/,
      /– WebSocket +not tried: without a listing there is nothing to subscribe/,
    ],
  },
  {
    name: 'the listing is HTML',
    exchange: 'GateIo',
    breaks: ({ server }) =>
      server.exchange('GateIo').restStatus({ status: 200, body: '<html>Under maintenance</html>' }),
    says: [/✗ listing .*: expected JSON, was "<html>Under maintenance<\/html>"/],
  },
  {
    name: 'handshakes are refused',
    exchange: 'Bybit',
    breaks: ({ server }) => server.exchange('Bybit').refuseConnections(true),
    says: [/✓ listing/, /✗ WebSocket +cannot connect: connection down: socket hang up/],
  },
  {
    name: 'no symbol quotes',
    exchange: 'OKX',
    breaks: ({ server }) => server.exchange('OKX').silence('all', true),
    says: [
      /✗ WebSocket +open after \d+ ms, acknowledged \d+ ms, no quote within 2\.0 s/,
      /✗ quotes +0 of 30 symbols/,
      /silent: \S+, \S+, \S+, \S+, \S+ and 25 more/,
      /– growth +not known: nothing quoted/,
    ],
  },
  {
    name: 'there is no such host',
    exchange: 'Kucoin',
    urls: { restUrl: 'http://nowhere.invalid', wsUrl: 'ws://nowhere.invalid/ws' },
    says: [
      /✗ DNS +nowhere\.invalid: (there is no such name|the name server does not answer|no answer within)/,
      /– listing +not tried: its host has no address/,
    ],
  },
  {
    name: 'only the host of the WebSocket is wrong',
    exchange: 'MEXC',
    urls: { wsUrl: 'ws://nowhere.invalid/ws' },
    says: [/✗ DNS +127\.0\.0\.1 is this machine · nowhere\.invalid: /, /✓ listing/, /– WebSocket +not tried/],
  },
];

for (const { name, exchange, breaks, urls, says } of BROKEN)
  test(`${name}: it is said, and the exit code is 1`, async (t) => {
    const { doctor, world } = await place(t, [one(exchange)]);
    breaks?.(world);
    const { exitCode, stdout, stderr } = await doctor(exchange, undefined, urls);
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, new RegExp(`^${exchange} +✗ not well$`, 'm'));
    for (const line of says) assert.match(stdout, line);
    assert.match(stdout.trimEnd().split('\n').at(-1)!, new RegExp(`^not well: ${exchange} \\(.+\\)$`));
  });

test('a filter that nothing passes is named, with why', async (t) => {
  const { world } = await place(t, [one('Bitget')]);
  const folder = testFolder();
  t.after(() => folder.remove());
  const config = folder.config({ exchanges: world.server.urls, selection: { minUsdVolume: 1e12 } });
  const { exitCode, stdout } = await runProgram(['doctor', '--config', config, '--seconds', '1']);
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    /✗ listing +40 listed, 0 selected, .*: none passes the configured filter \(volume-low 40\)/,
  );
});

test('a few silent symbols and an unknown shape are to be looked at; all is well without them', async (t) => {
  const { doctor, world } = await place(t, [one('Binance')]);
  const hosted = world.server.exchange('Binance');
  hosted.silence('ETH/USDT', true);
  const frame = '{"u":1,"s":"BTCUSDT","b":"1.5","B":"2","a":"1.6","A":"3","novelty":true}';
  const cancel = hosted.onChange(() => {
    for (const connection of hosted.connections)
      if (connection.wanted.size === SUBSCRIBED) connection.sendRaw(frame);
  });
  t.after(cancel);
  const { exitCode, stdout } = await doctor('Binance');
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /^Binance {2}! works, with something to look at$/m);
  assert.match(stdout, /! quotes +29 of 30 symbols.*\n +silent: ETHUSDT\n/);
  assert.match(
    stdout,
    /! shapes +1 frame of 1 shape that no recording shows\n +1 × {2}A:s B:s a:s b:s novelty:b s:s u:n\n/,
  );
  assert.match(stdout, /new: novelty:b\n/);
  assert.ok(stdout.includes(frame), 'the first example');
  assert.match(stdout, /^all is well; to look at: Binance \(quotes, shapes\)$/m);
});

for (const [offMs, exitCode, says] of [
  [2_500, 0, /! clock +clock off by 2\.5 s: ours is 2\.5 s behind the exchange's, ± \d+ ms/],
  [-7_000, 1, /✗ clock +clock off by 7\.0 s: ours is 7\.0 s ahead of the exchange's/],
] as const)
  test(`a clock that is off by ${offMs} ms is said, with exit code ${exitCode}`, async (t) => {
    const { doctor } = await place(t, [one('Binance')], offMs);
    const found = await doctor('Binance');
    assert.equal(found.exitCode, exitCode, found.stdout);
    assert.match(found.stdout, says);
  });

test('--json gives the same findings, and nothing else on standard output', async (t) => {
  const { doctor } = await place(t, [one('OKX')]);
  const { exitCode, stdout } = await doctor('OKX', ['--seconds', '1', '--json']);
  const report = JSON.parse(stdout);
  assert.equal(exitCode, 0, stdout);
  assert.equal(report.well, true);
  assert.equal(report.summary, 'all is well');
  const [found] = report.exchanges;
  assert.equal(found.exchange, 'OKX');
  assert.deepEqual(
    found.findings.map(({ step }: { step: string }) => step),
    STEPS,
  );
  assert.equal(found.facts.listing.value.selected, SYMBOLS);
  assert.equal(found.facts.heard.value.silent.length, 0);
  assert.equal(report.lakeBytesADay, Math.round(found.lakeBytesADay));
});

test('what is asked wrongly is one clear line and exit code 2', async () => {
  for (const [args, line] of [
    [['--seconds', '0'], /^error: option '--seconds <number>' argument '0' is invalid/],
    [['--exchanges', 'none'], /^error: no exchange is configured: there is nothing to look at/],
    [['--exchanges', 'Mtgox'], /^error: --exchanges: expected "none" or names of Binance/],
    [['--config', '/nowhere.yaml'], /^error: \/nowhere\.yaml: cannot be read/],
  ] as const) {
    const { exitCode, stderr } = await runProgram(['doctor', ...args]);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, line);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});
