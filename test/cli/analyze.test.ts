import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { COMPAT_COLUMNS } from '../../src/analysis/compat.js';
import { type AnalyzeArgs, analyzeCommand, runAnalyze } from '../../src/cli/analyze.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { constant, lakeOf, legOf, place, rowsOf } from '../analysis/lakes.js';
import { at, temporaryLake } from '../lake/parquet-files.js';

interface Result {
  readonly exitCode: number;
  readonly out: string[];
  readonly errors: string[];
  /** Null where no file was written. */
  readonly csv: string | null;
}

async function analyze(t: TestContext, args: AnalyzeArgs): Promise<Result> {
  const out: string[] = [];
  const errors: string[] = [];
  const folder = join(await temporaryLake(t), 'out');
  const clock = new VirtualClock(at('2025-11-19T12:00:00Z'));
  const exitCode = await runAnalyze(
    { out: folder, ...args },
    { clock, out: (line) => out.push(...line.split('\n')), error: (line) => errors.push(line) },
  );
  const files = existsSync(folder) ? readdirSync(folder) : [];
  if (files.length > 0) assert.deepEqual(files, ['summary_stats_20251119_120000.csv']);
  return {
    exitCode,
    out,
    errors,
    csv: files[0] === undefined ? null : readFileSync(join(folder, files[0]), 'utf8'),
  };
}

/** BTC from 23:30 to 00:30 on three exchanges, one of them flat; ETH on two that never meet. */
async function threeExchanges(t: TestContext): Promise<string> {
  const wave = Array.from({ length: 3_600 }, (_, row) =>
    row % 60 < 30 ? 0.6 : row % 60 < 45 ? 0.01 : -0.01,
  );
  const flat = legOf(constant(3_600));
  const root = await lakeOf(t, { Aaa: legOf(wave), Bbb: flat, Ccc: flat });
  place(root, 'Aaa', 'ETH/USDT', legOf(constant(5)));
  place(root, 'Bbb', 'ETH/USDT', legOf(constant(5), 60));
  return root;
}

test('analyze prints each pair, two tables and totals, and writes the file', async (t) => {
  const { exitCode, out, errors, csv } = await analyze(t, { lake: await threeExchanges(t), compat: true });
  assert.equal(exitCode, 0);
  assert.deepEqual(errors, []);
  assert.deepEqual(out.slice(0, 4), [
    '[1/4] OK BTC_USDT (Aaa vs Bbb)',
    '[2/4] OK BTC_USDT (Aaa vs Ccc)',
    '[3/4] OK BTC_USDT (Bbb vs Ccc)',
    '[4/4] SKIPPED ETH_USDT (Aaa vs Bbb): no-match',
  ]);
  assert.match(out[5] ?? '', /^Statistics written to .*summary_stats_20251119_120000\.csv$/);
  const text = out.slice(6).join('\n');
  assert.match(
    text,
    /\nSymbol +Ex1 +Ex2 +ZC\/min +Cycles +40bp\/hr +Asymm\n-+\nBTC_USDT +Aaa +Bbb +1\.98 +60 +60\.0 +0\.30\n/,
  );
  assert.match(
    text,
    /\nSymbol +Ex1 +Ex2 +Cycles +Per hr +ZC\/min +Asymm\n-+\nBTC_USDT +Aaa +Bbb +60 +60\.0 +1\.98 +0\.30\n/,
  );
  assert.match(text, /\n\nTotal pairs: 4\nSuccessful: 3\nSkipped \(no data\): 1\nErrors: 0$/);
  const rows = rowsOf(csv ?? '');
  assert.deepEqual(
    rows.map((row) => `${row('symbol')} ${row('exchange1')} ${row('exchange2')}`),
    ['BTC_USDT Aaa Bbb', 'BTC_USDT Aaa Ccc', 'BTC_USDT Bbb Ccc'],
  );
});

test('--compat gives exactly the bytes that readers of the reference know', async (t) => {
  const { csv } = await analyze(t, { lake: await threeExchanges(t), compat: true });
  assert.ok(csv !== null && !csv.includes('\r') && !csv.includes('"') && csv.endsWith('\n'));
  const [header, first, ...rest] = csv.split('\n');
  assert.equal(header, COMPAT_COLUMNS.join(','));
  assert.equal(COMPAT_COLUMNS.length, 26);
  // 60 periods of 30 s at 0.6, 15 s at 0.01, 15 s at -0.01: 60 + 59 crossings in 3,599 s.
  const cells = first?.split(',') ?? [];
  assert.equal(cells.length, 26);
  assert.deepEqual(cells.slice(0, 3), ['BTC_USDT', 'Aaa', 'Bbb']);
  assert.deepEqual([cells[6], cells[7], cells[9]], ['119', String(119 / (3_599 / 3_600)), '60']);
  assert.deepEqual([cells[11], cells[13], cells[18], cells[24]], ['50.0', 'false', 'false', '3600']);
  assert.equal(cells[25], String(3_599e6 / 1e6 / 3600));
  for (const cell of cells.slice(3)) {
    assert.match(cell, /^(-?\d+(\.\d+)?(e-\d+)?|true|false)$/);
    if (/^-?\d+\.\d/.test(cell)) assert.equal(Number(cell), Number.parseFloat(cell));
  }
  assert.equal(rest.length, 3);
});

test('dates are UTC days, inclusive; --today wins over --date, --date over the range', async (t) => {
  const lake = await threeExchanges(t);
  const points = async (args: AnalyzeArgs): Promise<string | undefined> => {
    const { csv, exitCode } = await analyze(t, { lake, exchanges: ['aaa', 'BBB'], ...args });
    assert.equal(exitCode, csv === null ? 1 : 0);
    return csv === null ? undefined : rowsOf(csv)[0]?.('data_points');
  };
  const [monday, tuesday] = ['2025-11-18', '2025-11-19'];
  assert.equal(await points({}), '3600');
  assert.equal(await points({ date: monday }), '1800');
  assert.equal(await points({ startDate: monday, endDate: tuesday }), '3600');
  assert.equal(await points({ startDate: tuesday }), '1800');
  assert.equal(await points({ endDate: monday }), '1800');
  assert.equal(await points({ endDate: '2025-11-17' }), undefined);
  assert.equal(await points({ today: true, date: '2020-01-01' }), '1800');
  assert.equal(await points({ date: '2020-01-01', startDate: monday }), undefined);
});

test('a date that is none is one line and exit code 1', async (t) => {
  for (const date of ['18.11.2025', '2025-02-30', '2025-13-01', '', '2025-11-18T00:00:00Z']) {
    const { exitCode, out, errors, csv } = await analyze(t, { date });
    assert.deepEqual([exitCode, out.length, errors.length, csv], [1, 0, 1, null]);
    assert.equal(errors[0], `error: option '--date' expected a date YYYY-MM-DD, was "${date}"`);
  }
  const turned = await analyze(t, { startDate: '2025-11-19', endDate: '2025-11-18' });
  assert.equal(turned.exitCode, 1);
  assert.match(turned.errors[0] ?? '', /--end-date.*2025-11-19/);
});

test('thresholds keep their place whatever they are', async (t) => {
  const { csv } = await analyze(t, { lake: await threeExchanges(t), thresholds: [0.7, 0.001, 0.59] });
  const row = rowsOf(csv ?? '')[0]!;
  const cycles = ['030bp', '050bp', '040bp'].map((name) => row(`opportunity_cycles_${name}`));
  // Above 0.001 every row arms again, and no row does both: nothing is ever counted.
  assert.deepEqual(cycles, ['0', '0', '60']);
  const { exitCode, errors } = await analyze(t, { thresholds: [0.3, 0.5] });
  assert.deepEqual([exitCode, errors.length], [2, 1]);
});

test('where no pair has statistics no file is written and the exit code is 1', async (t) => {
  const nowhere = await analyze(t, { lake: join(await temporaryLake(t), 'nowhere') });
  assert.deepEqual([nowhere.exitCode, nowhere.csv, nowhere.errors.length], [1, null, 1]);
  assert.match(nowhere.errors[0] ?? '', /no symbol is on two exchanges/);
  const apart = await analyze(t, { lake: await lakeOf(t, { Aaa: legOf([0]), Bbb: legOf([0], 5) }) });
  assert.deepEqual([apart.exitCode, apart.csv], [1, null]);
  assert.match(apart.out.join('\n'), /Total pairs: 1\nSuccessful: 0\nSkipped \(no data\): 1/);
});

test('an exchange that the lake has not is named', async (t) => {
  const { exitCode, errors } = await analyze(t, {
    lake: await threeExchanges(t),
    exchanges: ['aaa', 'bbb', 'Zzz'],
  });
  assert.equal(exitCode, 0);
  assert.deepEqual(errors, ['warning: the lake has nothing of "Zzz"; it has Aaa, Bbb, Ccc']);
});

test('exchanges may be parted by commas, as serve has them', async (t) => {
  const lake = await threeExchanges(t);
  const apart = await analyze(t, { lake, exchanges: ['aaa', 'bbb'] });
  const together = await analyze(t, { lake, exchanges: ['aaa,bbb'] });
  assert.deepEqual([together.exitCode, together.errors], [0, []]);
  assert.equal(together.csv, apart.csv);
});

test('a folder that cannot be written is one line and exit code 1', async (t) => {
  const lake = await threeExchanges(t);
  const { exitCode, errors } = await analyze(t, { lake, out: join(lake, 'exchange=Aaa', 'x\0') });
  assert.equal(exitCode, 1);
  assert.match(errors[0] ?? '', /^error: /);
});

async function parse(...argv: string[]): Promise<number | string> {
  let code = -1;
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  analyzeCommand(command, (exitCode) => {
    code = exitCode;
  });
  try {
    await command.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('unknown options and values of a wrong kind are refused before anything is read', async () => {
  assert.equal(await parse('--nope'), 'commander.unknownOption');
  assert.equal(await parse('--thresholds', '0.3', 'x', '0.4'), 'commander.invalidArgument');
  assert.equal(await parse('--thresholds', '0.3', '0', '0.4'), 'commander.invalidArgument');
  assert.equal(await parse('--exchanges'), 'commander.optionMissingArgument');
  assert.equal(await parse('stray'), 'commander.excessArguments');
});

test('--json is one document of the same numbers, and nothing else on standard output', async (t) => {
  const { exitCode, out, csv } = await analyze(t, { lake: await threeExchanges(t), json: true });
  assert.equal(exitCode, 0);
  assert.equal(out.length, 1);
  const { statistics, ...rest } = JSON.parse(out[0]!);
  assert.deepEqual([rest.pairs, rest.successful, rest.skipped['no-match'], rest.failed], [4, 3, 1, []]);
  const [row] = rowsOf(csv ?? '');
  const [first] = statistics;
  assert.deepEqual([first.symbol, first.exchange1, first.exchange2], ['BTC_USDT', 'Aaa', 'Bbb']);
  for (const column of [
    'zero_crossings',
    'net_cycles',
    'covered_hours',
    'spread_mean_pct',
    'deviation_asymmetry',
  ])
    assert.equal(first[column], Number(row!(column)), column);
  assert.equal(first.stuck, false);
  assert.equal(first.verdict.grade, 'good');
});

test('--html is a page that needs nothing else and takes names for text', async (t) => {
  const lake = await threeExchanges(t);
  place(lake, 'Ddd', '<b>&/USDT', legOf(constant(5)));
  place(lake, 'Eee', '<b>&/USDT', legOf(constant(5)));
  const html = join(await temporaryLake(t), 'page.html');
  const { exitCode } = await analyze(t, { lake, html });
  assert.equal(exitCode, 0);
  const page = readFileSync(html, 'utf8');
  assert.match(page, /<svg viewBox=/);
  assert.match(page, /BTC\/USDT Aaa Bbb/);
  assert.ok(page.includes('&#60;B&#62;&#38;/USDT Ddd Eee') && !page.includes('<B>'));
  assert.doesNotMatch(page, /<script|src=|href=|url\(|https?:/);
  assert.equal((await analyze(t, { lake, html, compat: true })).exitCode, 2);
});

test('--workers spreads the symbols over threads and finds the same', async (t) => {
  const root = await threeExchanges(t);
  for (const base of ['ADA', 'SOL', 'XRP']) {
    place(root, 'Aaa', `${base}/USDT`, legOf(Array.from({ length: 900 }, (_, row) => (row % 20) / 25 - 0.4)));
    place(root, 'Bbb', `${base}/USDT`, legOf(constant(900)));
  }
  const damaged = join(root, 'exchange=Bbb', 'symbol=SOL_USDT', 'date=2025-11-18', 'hour=23');
  const [name = ''] = readdirSync(damaged);
  writeFileSync(join(damaged, name), 'no Parquet');
  for (const compat of [false, true]) {
    const one = await analyze(t, { lake: root, compat });
    const three = await analyze(t, { lake: root, compat, workers: 3 });
    assert.equal(three.csv, one.csv);
    assert.deepEqual([three.exitCode, three.errors], [one.exitCode, one.errors]);
    assert.match(one.errors.join(), /^warning: exchange=Bbb.*SOL_USDT/);
    const pairs = (lines: readonly string[]) =>
      lines.flatMap((line) => /^\[\d+\/7\] (.*)/.exec(line)?.[1] ?? []);
    assert.deepEqual(pairs(three.out).sort(), pairs(one.out).sort());
    assert.equal(pairs(one.out).length, 7);
  }
});
