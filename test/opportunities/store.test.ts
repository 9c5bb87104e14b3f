import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Clock } from '../../src/core/time.js';
import { createOpportunityStore, type OpportunityStore } from '../../src/opportunities/store.js';
import { shared } from '../support/shared.js';

const HEADER = 'symbol,exchange1,exchange2,opportunity_cycles_040bp,note';

interface Stage {
  readonly directory: string;
  readonly store: OpportunityStore;
  pass(ms: number): void;
  write(name: string, text: string, ageSeconds?: number): Promise<void>;
}

async function stage(
  t: TestContext,
  minCycles?: number,
  exchangeNames: readonly string[] = [],
): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'statistics-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  let nowUs = 1_700_000_000_000_000;
  const clock: Clock = { nowUs: () => nowUs, after: () => () => {}, every: () => () => {} };
  return {
    directory,
    store: createOpportunityStore({
      directory,
      clock,
      exchangeNames: async () => exchangeNames,
      ...(minCycles === undefined ? {} : { minCycles }),
    }),
    pass: (ms) => {
      nowUs += ms * 1_000;
    },
    write: async (name, text, ageSeconds = 0) => {
      await writeFile(join(directory, name), text);
      const at = 1_700_000_000 - ageSeconds;
      await utimes(join(directory, name), at, at);
    },
  };
}

const named = (symbol: string): string => `${HEADER}\n${symbol},Aaa,Bbb,41,x\n`;

test('only pairs with strictly more cycles come, sorted, in unified spelling', async (t) => {
  const { store, write } = await stage(t);
  const rows = [
    'ETH_USDT,B,C,50,x',
    'eth/usdt,A,D,41.9,x',
    'ETH-USDT,A,C,41,x',
    'BTC_USDT,A,B,40,x',
    'AB_USDC,A,B,99,1.5',
    'ETHUSDT,A,B,41,x',
  ];
  await write('summary_stats_20260101_000000.csv', `${HEADER}\n${rows.join('\n')}\n`);
  const { opportunities, warnings, file } = await store.list();
  assert.deepEqual(
    opportunities.map((one) => [one.symbol, one.exchange1, one.exchange2, one.opportunityCycles]),
    [
      ['AB/USDC', 'A', 'B', 99],
      ['ETH/USDT', 'A', 'B', 41],
      ['ETH/USDT', 'A', 'C', 41],
      ['ETH/USDT', 'A', 'D', 41],
      ['ETH/USDT', 'B', 'C', 50],
    ],
  );
  assert.deepEqual(opportunities[0]?.statistics, { opportunity_cycles_040bp: 99, note: 1.5 });
  assert.deepEqual([warnings, file], [[], 'summary_stats_20260101_000000.csv']);
});

test('exchanges are spelled as they are elsewhere, before rows are told apart, merged and sorted', async (t) => {
  const { store, write } = await stage(t, undefined, ['Zulu', 'Alpha', 'ALPHA', 'alpha']);
  const rows = [
    'ETH_USDT,zulu,ALPHA,44,first of the most',
    'ETH/USDT,ZULU,alpha,43,less',
    'ETHUSDT,Zulu,Alpha,44.5,as many',
    'ETH_USDT,alpha,zulu,41,the other way round',
    'ETH_USDT,Beta,alpha,41,unknown',
    'ETH_USDT,beta,Alpha,42,unknown too',
    'ETH_USDT,alpha,ZULU,1,too few',
  ];
  await write('a.csv', `${HEADER}\n${rows.join('\n')}\n`);
  const { opportunities } = await store.list();
  assert.deepEqual(
    opportunities.map((one) => [one.exchange1, one.exchange2, one.opportunityCycles, one.statistics['note']]),
    [
      ['Alpha', 'Zulu', 41, 'the other way round'],
      ['Zulu', 'Alpha', 44, 'first of the most'],
      ['beta', 'Alpha', 42, 'unknown too'],
    ],
  );
});

test('the least number of cycles is a setting', async (t) => {
  const { store, write } = await stage(t, 0);
  await write('a.csv', `${HEADER}\nBTC_USDT,A,B,1,x\nETH_USDT,A,B,0,x\n`);
  assert.equal((await store.list()).opportunities.length, 1);
});

test('the newest stamp in a name wins over any time of writing; other names come after', async (t) => {
  const { store, write, pass, directory } = await stage(t);
  await write('summary_stats_20260102_000000.csv', named('NEW_USDT'), 500);
  await write('summary_stats_20260101_235959.csv', named('OLD_USDT'), 1);
  await write('other.csv', named('OTHER_USDT'), 0);
  await write('older.csv', named('OLDER_USDT'), 9);
  const first = async (): Promise<string | undefined> => (await store.list()).opportunities[0]?.symbol;
  const seen = [await first()];
  for (const name of [
    'summary_stats_20260102_000000.csv',
    'summary_stats_20260101_235959.csv',
    'other.csv',
  ]) {
    await rm(join(directory, name));
    pass(60_000);
    seen.push(await first());
  }
  assert.deepEqual(seen, ['NEW/USDT', 'OLD/USDT', 'OTHER/USDT', 'OLDER/USDT']);
});

test('a file still being written is passed over for the next newest, and named in a warning', async (t) => {
  const { store, write } = await stage(t);
  await write('summary_stats_20260105_000000.csv', '');
  await write('summary_stats_20260104_000000.csv', named('HALF_USDT').trimEnd());
  await write('summary_stats_20260103_000000.csv', `${HEADER}\nBTC_USDT,A,B\n`);
  await write('summary_stats_20260102_000000.csv', 'symbol,price\nBTC_USDT,1\n');
  await write('summary_stats_20260101_000000.csv', named('WHOLE_USDT'));
  const { opportunities, warnings } = await store.list();
  assert.deepEqual(
    opportunities.map((one) => one.symbol),
    ['WHOLE/USDT'],
  );
  assert.deepEqual(
    warnings.map(({ code, file }) => [code, file]),
    [
      ['file-incomplete', 'summary_stats_20260105_000000.csv'],
      ['file-incomplete', 'summary_stats_20260104_000000.csv'],
      ['file-incomplete', 'summary_stats_20260103_000000.csv'],
      ['column-missing', 'summary_stats_20260102_000000.csv'],
    ],
  );
});

test('a missing folder and an empty one give an empty list and say why, and recover', async (t) => {
  const { store, write, pass, directory } = await stage(t);
  await rm(directory, { recursive: true });
  assert.deepEqual(
    (await store.list()).warnings.map(({ code }) => code),
    ['directory-missing'],
  );
  await mkdir(directory);
  pass(60_000);
  assert.deepEqual(
    (await store.list()).warnings.map(({ code }) => code),
    ['no-file'],
  );
  await write('a.csv', named('BTC_USDT'));
  pass(60_000);
  assert.equal((await store.list()).opportunities.length, 1);
});

test('quotes, CRLF and a byte order mark are read; a row without a number is told of', async (t) => {
  const { store, write } = await stage(t);
  const rows = ['"BTC_USDT",A,"B ""x"", y",41,z', 'ETH_USDT,A,B,many,z'];
  await write('a.csv', `\uFEFF${HEADER}\r\n${rows.join('\r\n')}\r\n`);
  const { opportunities, warnings } = await store.list();
  assert.deepEqual(
    opportunities.map((one) => one.exchange2),
    ['B "x", y'],
  );
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['bad-value'],
  );
});

test('an unchanged folder is not read again, a changed file is; simultaneous calls share one', async (t) => {
  const { store, write, pass } = await stage(t);
  await write('a.csv', named('BTC_USDT'));
  const [first, second] = await Promise.all([store.list(), store.list()]);
  assert.equal(first, second);
  pass(60_000);
  assert.equal(await store.list(), first);
  await write('a.csv', `${named('BTC_USDT')}ETH_USDT,A,B,99,x\n`);
  assert.equal(await store.list(), first, 'within the refresh time nothing is looked at');
  pass(60_000);
  assert.equal((await store.list()).opportunities.length, 2);
});

const reference = shared('reference-stats');

test('the filter gives exactly three pairs on a really produced file', { skip: reference.skip }, async () => {
  const clock: Clock = { nowUs: () => 0, after: () => () => {}, every: () => () => {} };
  const { opportunities, warnings } = await createOpportunityStore({
    directory: reference.path,
    clock,
  }).list();
  assert.equal(opportunities.length, 3);
  assert.deepEqual(warnings, []);
  for (const one of opportunities) {
    assert.match(one.symbol, /^[A-Z0-9]+\/USD[TC]$/);
    assert.ok(one.opportunityCycles > 40);
    assert.equal(one.statistics['opportunity_cycles_040bp'], one.opportunityCycles);
  }
});
