import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../../src/config/config.js';
import { watchedPairs } from '../../src/config/pairs.js';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
let files = 0;

function load(
  text: string,
  environment: Record<string, string> = {},
  flags: [string[], unknown][] = [],
  ending = '.yaml',
) {
  const file = join(folder, `config-${files++}${ending}`);
  writeFileSync(file, text);
  return loadConfig({
    file,
    environment,
    flags: flags.map(([path, value]) => ({ path, value, source: `--${path.at(-1)}` })),
    exchangeNames: ['Alpha', 'BetaPerp'],
  });
}

function refusal(...args: Parameters<typeof load>): string {
  try {
    load(...args);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.replaceAll(/\S*config-\d+\.\w+/g, 'FILE');
  }
  return assert.fail('the configuration was taken');
}

test('an empty file means every default', () => {
  const config = load('');
  assert.equal(config.server.port, 8181);
  assert.equal(config.server.host, '127.0.0.1');
  assert.deepEqual(config.selection.quotes, ['USDT', 'USDC']);
  assert.deepEqual(config.exchanges, {
    Alpha: { enabled: true, trades: false },
    BetaPerp: { enabled: true, trades: false },
  });
  assert.equal(config.capture.megabytesMax, 50);
});

test('flags win over the environment, the environment over the file', () => {
  const text = 'server: {port: 1}\nlake: {root: a}\nlog: {level: warn}';
  const environment = { SPREAD_PORT: '2', SPREAD_LAKE: 'b', SPREAD_SELECTION_QUOTES: 'USDT, EUR' };
  const config = load(text, environment, [[['server', 'port'], 3]]);
  assert.equal(config.server.port, 3);
  assert.equal(config.lake.root, 'b');
  assert.equal(config.log.level, 'warn');
  assert.deepEqual(config.selection.quotes, ['USDT', 'EUR']);
});

test('JSON is taken as well, keys that begin with _ are notes, exchange names match in any case', () => {
  const config = load(
    '{"_why": 1, "exchanges": {"_off": {"x": 1}, "ALPHA": {"_n": "", "enabled": false}, "betaperp": null}}',
  );
  assert.deepEqual(config.exchanges, {
    Alpha: { enabled: false, trades: false },
    BetaPerp: { enabled: true, trades: false },
  });
});

test('where exchanges are listed, only those are meant', () => {
  assert.deepEqual(Object.keys(load('exchanges: {Alpha: {}}').exchanges), ['Alpha']);
});

test('an exchange is reached by its own variables', () => {
  const config = load('', { SPREAD_EXCHANGES_BETA_PERP_REST_URL: 'http://127.0.0.1:1/x' });
  assert.equal(config.exchanges['BetaPerp']?.restUrl, 'http://127.0.0.1:1/x');
});

test('an exchange that this version does not know is connected to by ccxt, where it says so', () => {
  const config = load(
    'exchanges: {Kraken: {via: ccxt}, OtherPerp: {via: ccxt, ccxtId: other, ccxtUrls: {ws: {x: y}}}}',
  );
  assert.deepEqual(config.exchanges['Kraken'], { via: 'ccxt', enabled: true });
  assert.deepEqual(config.exchanges['OtherPerp']?.ccxtUrls, { ws: { x: 'y' } });
  assert.match(refusal('exchanges: {Alpha: {via: ccxt}}'), /exchanges\.Alpha\.via: unknown key/);
  assert.match(
    refusal('exchanges: {Kra-ken: {via: ccxt}}'),
    /expected a name of letters and digits, was "Kra-ken"/,
  );
  assert.equal(
    refusal('exchanges: {Kraken: {via: it}}'),
    'FILE: exchanges.Kraken.via: expected one of ccxt, was "it"',
  );
});

test('what is wrong is named with its place, what was expected and what was there', () => {
  assert.equal(
    refusal('server: {port: abc}'),
    'FILE: server.port: expected a whole number from 0 to 65535, was "abc"',
  );
  assert.match(refusal('sever: {}'), /^FILE: sever: unknown key; expected one of server, lake, /);
  assert.match(
    refusal('exchanges: {Gamma: {}}'),
    /exchanges\.Gamma: unknown key; expected one of Alpha, BetaPerp/,
  );
  assert.equal(
    refusal('exchanges: {Alpha: {wsUrl: "http://x"}}'),
    'FILE: exchanges.Alpha.wsUrl: expected a URL (^wss?://\\S+$), was "http://x"',
  );
  assert.match(
    refusal('log: {level: loud}'),
    /log\.level: expected one of debug, info, warn, error, silent, was "loud"/,
  );
  assert.match(refusal('selection: {allow: BTC}'), /selection\.allow: expected a list of names, was "BTC"/);
  assert.match(refusal('just words'), /^FILE: expected keys and values, was "just words"/);
  assert.match(refusal('a: [1'), /^FILE: not YAML or JSON: /);
  assert.match(refusal('server: !port 5'), /^FILE: not YAML or JSON: Unresolved tag: !port/);
  assert.match(refusal('a: &a [*a]'), /^FILE: an alias stands inside what it names/);
  assert.match(
    refusal('', { SPREAD_PORT: 'x' }),
    /^SPREAD_PORT: expected a whole number from 0 to 65535, was "x"/,
  );
  assert.match(refusal('', { SPREAD_PROT: '1' }), /^SPREAD_PROT: no such variable/);
  assert.match(refusal('', {}, [[['server', 'port'], 70000]]), /^--port: expected .* was 70000/);
  assert.equal(
    refusal('server: {port: -1}\nlog: {level: 1}').split('\n').length,
    2,
    'every fault has its line',
  );
});

test('what is wrong in the file is said, whatever else sets the same key', () => {
  assert.match(
    refusal('server: 5', {}, [[['server', 'port'], 8_000]]),
    /^FILE: server: expected keys and values, was 5/,
  );
  assert.match(
    refusal('server: {port: abc}', { SPREAD_PORT: '8000' }),
    /^FILE: server\.port: expected a whole number .* was "abc"/,
  );
  assert.match(
    refusal('', { SPREAD_SERVER_PORT: 'abc' }, [[['server', 'port'], 0]]),
    /^SPREAD_SERVER_PORT: expected/,
  );
  assert.match(
    refusal('', {}, [[['server', 'host'], '999.1.1.1']]),
    /^--host: expected the address of a network interface, or a name, was "999\.1\.1\.1"/,
  );
});

test('a file called .json is JSON and nothing looser', () => {
  assert.match(refusal('{"server": {"port": 1,}}', {}, [], '.json'), /^FILE: not JSON: /);
});

test('combinations that make no sense together are refused', () => {
  assert.match(
    refusal('selection: {quotes: []}'),
    /selection\.quotes: expected a currency, or symbols in selection\.allow/,
  );
  assert.match(
    refusal('selection: {minUsdVolume: 5, maxUsdVolume: 4}'),
    /minUsdVolume: expected at most maxUsdVolume \(4\), was 5/,
  );
  assert.match(
    refusal('exchanges: {Alpha: {maxUsdVolume: 1}}'),
    /exchanges\.Alpha\.minUsdVolume: expected at most/,
  );
  assert.match(
    refusal('exchanges: {Alpha: {}, alpha: {}}'),
    /^FILE: exchanges\.alpha: Alpha stands there already/,
  );
  assert.match(
    refusal('selection: {allow: [A/USDT, B/USDT], deny: [busdt]}'),
    /selection\.allow: expected none of selection\.deny, has B\/USDT/,
  );
  assert.match(
    refusal('lake: {root: x}\ncapture: {directory: x/y}'),
    /capture\.directory: expected a folder outside/,
  );
});

test('pairs to watch always: any spelling, any case, from the file or the environment', () => {
  const pair = { symbol: 'BTC/USDT', exchange1: 'ALPHA', exchange2: 'betaperp' };
  const text = 'pairs: {spotPerp: true, watched: ["btc-usdt ALPHA  betaperp"]}';
  assert.deepEqual(watchedPairs(load(text)), [pair]);
  const environment = {
    SPREAD_PAIRS_WATCHED: 'BTCUSDT ALPHA betaperp, eth_usdt Alpha BetaPerp',
    SPREAD_PAIRS_SPOT_PERP: 'true',
  };
  assert.deepEqual(watchedPairs(load('', environment)), [
    pair,
    { symbol: 'ETH/USDT', exchange1: 'Alpha', exchange2: 'BetaPerp' },
  ]);
  assert.deepEqual(watchedPairs(load('')), []);
  assert.match(
    refusal('', { SPREAD_PAIRS_WATCHED: 'BTCUSDT Alpha Gamma' }),
    /^SPREAD_PAIRS_WATCHED: expected exchanges among/,
  );
  assert.match(
    refusal('', { SPREAD_PAIRS_WATCHED: 'BTCUSDT' }),
    /^SPREAD_PAIRS_WATCHED: expected a text like "BTC\/USDT Alpha Beta", was "BTCUSDT"/,
  );
});

test('a pair that cannot be watched is refused with its place, what was expected and what was there', () => {
  const refused = (pairs: string, more = '') => refusal(`pairs: {${more} watched: [${pairs}]}`);
  assert.equal(
    refused('"BTC/USDT Alpha"'),
    'FILE: pairs.watched.0: expected a text like "BTC/USDT Alpha Beta", was "BTC/USDT Alpha"',
  );
  assert.match(refused('{symbol: BTC}'), /pairs\.watched\.0: expected a text like/);
  assert.equal(
    refused('"BTC/USDT Alpha Gamma"'),
    'FILE: pairs.watched: expected exchanges among Alpha, BetaPerp, was "BTC/USDT Alpha Gamma"',
  );
  assert.match(refused('"/ Alpha BetaPerp"'), /expected a symbol such as BTC\/USDT first, was/);
  assert.match(refused('"BTC/USDT Alpha alpha"'), /expected two exchanges, was "BTC\/USDT Alpha alpha"/);
  assert.match(refused('"BTC/USDT Alpha BetaPerp"'), /expected two spot or two perpetual exchanges/);
  assert.match(
    refused('"BTC/USDT Alpha BetaPerp", "btcusdt alpha betaperp"', 'spotPerp: true,'),
    /pairs\.watched: expected each pair once, has "btcusdt alpha betaperp" again/,
  );
  assert.match(
    refusal(
      'windows: {pairsMax: 1}\npairs: {spotPerp: true, watched: [A/USDT Alpha BetaPerp, B/USDT Alpha BetaPerp]}',
    ),
    /pairs\.watched: expected at most windows\.pairsMax \(1\) pairs, has 2/,
  );
});

test('threads that ingest are a number or auto, from a file as from the environment', () => {
  assert.equal(load('').ingest.workers, 'auto');
  assert.equal(load('ingest: {workers: 2}').ingest.workers, 2);
  assert.equal(load('ingest: {workers: 2}', { SPREAD_INGEST_WORKERS: '0' }).ingest.workers, 0);
  assert.equal(load('', { SPREAD_INGEST_WORKERS: 'auto' }).ingest.workers, 'auto');
  assert.equal(
    refusal('ingest: {workers: 9}'),
    'FILE: ingest.workers: expected one of auto, 0, 1, 2, 3, 4, 5, 6, 7, 8, was 9',
  );
  assert.match(
    refusal('', { SPREAD_INGEST_WORKERS: 'some' }),
    /^SPREAD_INGEST_WORKERS: expected one of auto, 0, .* was "some"/,
  );
});

test('the configuration cannot be changed afterwards', () => {
  const config = load('');
  assert.throws(() => {
    (config.server as { port: number }).port = 1;
  }, TypeError);
});

test('a file that is not there is named', () => {
  assert.throws(
    () => loadConfig({ file: join(folder, 'none.yaml'), environment: {}, flags: [], exchangeNames: [] }),
    /none\.yaml: cannot be read/,
  );
});
