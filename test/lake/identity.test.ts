// What an answer rested on, compared after every way in which a lake may change; on real files.

import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InstrumentTable } from '../../src/core/instrument.js';
import { Evidence } from '../../src/lake/evidence.js';
import { LakeObserver } from '../../src/lake/identity.js';
import { hourDir, hourFileName } from '../../src/lake/paths.js';
import { openReader } from '../../src/lake/reader.js';
import { openLake } from '../../src/lake/writer.js';
import { at, numbers, ourBytes, parquetBytes, place, stamps, temporaryLake } from './parquet-files.js';
import { journalOf, LIMITS, type Row, realClock } from './support/lakes.js';

const TEN = at('2025-11-18T10:00:00Z');
const ELEVEN = at('2025-11-18T11:00:00Z');

async function writeHour(root: string, hourUs: number, lastMs: number, bid = 1): Promise<string> {
  const us = [hourUs + 1_000, hourUs + lastMs * 1_000];
  const path = join(hourDir('', 'Aaa', 'BTC/USDT', hourUs), hourFileName(us[1]!));
  await place(root, path, ourBytes({ us, bid: [bid, bid], ask: [2, 2] }));
  return path;
}

interface Looked {
  readonly observer: LakeObserver;
  /** Reads the range anew, or any other with what follows it; `newest` also asks for the newest stamp. */
  look(fromUs: number, toUs: number, newest?: boolean): Promise<Evidence>;
}

function looker(root: string): Looked {
  const observer = new LakeObserver(root);
  const reader = openReader(root, { store: observer.store, recent: observer.recent });
  return {
    observer,
    async look(fromUs, toUs, newest = false) {
      const evidence = new Evidence();
      observer.record(evidence);
      const instrument = await reader.find('aaa', 'BTCUSDT');
      assert.ok(instrument !== undefined);
      for await (const chunk of reader.readQuotes(instrument, { fromUs, toUs })) assert.ok(chunk.length > 0);
      if (newest) await reader.newestUs(instrument);
      return evidence;
    },
  };
}

async function lakeOfTwoHours(t: TestContext): Promise<string> {
  const root = await temporaryLake(t);
  await writeHour(root, TEN, 2_000);
  await writeHour(root, ELEVEN, 2_000);
  return root;
}

test('an untouched lake is unchanged, however often one asks', async (t) => {
  const { observer, look } = looker(await lakeOfTwoHours(t));
  const evidence = await look(TEN, ELEVEN + 1e9, true);
  for (let i = 0; i < 5; i++) assert.equal(observer.unchanged(evidence), true);
});

test('a new file, a replaced one and one that is gone change only answers whose range reaches them', async (t) => {
  const root = await lakeOfTwoHours(t);
  const { observer, look } = looker(root);
  const changes: [string, () => Promise<void>][] = [
    ['new', async () => void (await writeHour(root, ELEVEN, 3_000))],
    [
      'replaced under its own name',
      async () => {
        const path = join(root, await writeHour(root, ELEVEN, 3_000));
        const beside = join(dirname(path), '.tmp-beside');
        writeFileSync(beside, ourBytes({ us: [ELEVEN + 1_000], bid: [7], ask: [8] }));
        renameSync(beside, path);
      },
    ],
    ['gone', async () => rmSync(join(root, await firstFile(root, ELEVEN)))],
    ['a new hour', async () => void (await writeHour(root, at('2025-11-18T12:00:00Z'), 1_000))],
  ];
  for (const [what, change] of changes) {
    const before = await look(TEN, ELEVEN);
    const reaching = await look(TEN, ELEVEN + 7.2e9);
    const newest = await look(TEN, ELEVEN, true);
    await change();
    assert.equal(observer.unchanged(reaching), false, what);
    assert.equal(observer.unchanged(newest), false, `newest stamp: ${what}`);
    // A new hour is in the day's listing, which every answer about the day rests on.
    assert.equal(observer.unchanged(before), what !== 'a new hour', `earlier range: ${what}`);
  }
});

test('packed text of a dated run that grew in place is noticed, also where its age had ruled it out', async (t) => {
  const root = await lakeOfTwoHours(t);
  const path = '2025-11-17_09-00-00/Aaa/BTCUSDT/order_book_updates.csv.gz';
  const rows = gzipSync('Timestamp,BestBid,BestAsk\n2025-11-17T10:00:00Z,1,2\n');
  await place(root, path, rows);
  const longAgo = at('2025-11-17T10:00:00Z') / 1e6;
  utimesSync(join(root, path), longAgo, longAgo);
  const { observer, look } = looker(root);
  for (const fromUs of [0, ELEVEN]) {
    const evidence = await look(fromUs, ELEVEN + 7.2e9, true);
    assert.equal(observer.unchanged(evidence), true);
    appendFileSync(join(root, path), gzipSync('2025-11-18T11:00:00Z,1,2\n'));
    assert.equal(observer.unchanged(evidence), false);
  }
});

test('temporary files, other instruments and the files beside the lake change nothing', async (t) => {
  const root = await lakeOfTwoHours(t);
  const { observer, look } = looker(root);
  const evidence = await look(TEN, ELEVEN + 1e9, true);
  writeFileSync(join(root, '_last.json'), '{}');
  writeFileSync(join(root, hourDir('', 'Aaa', 'BTC/USDT', TEN), '.tmp-spreads'), 'half');
  assert.equal(observer.unchanged(evidence), true);
  assert.equal(observer.unchanged(evidence), true);
});

test('another spelling of the instrument that appears later is noticed', async (t) => {
  const root = await lakeOfTwoHours(t);
  const { observer, look } = looker(root);
  const evidence = await look(TEN, ELEVEN + 1e9);
  const us = [TEN + 5_000];
  await place(
    root,
    'exchange=aaa/symbol=BTC#USDT/date=2025-11-18/hour=10/x.parquet',
    ourBytes({ us, bid: [1], ask: [2] }),
  );
  assert.equal(observer.unchanged(evidence), false);
});

test('a foreign file that is written again in place is noticed', async (t) => {
  const root = await lakeOfTwoHours(t);
  const path = join(hourDir('', 'Aaa', 'BTC/USDT', TEN), 'quotes.parquet');
  const bytes = (bid: number) =>
    parquetBytes([
      stamps('Timestamp', [TEN + 9_000], 'MICROS'),
      numbers('BestBid', [bid]),
      numbers('BestAsk', [2]),
    ]);
  await place(root, path, bytes(1));
  const { observer, look } = looker(root);
  const evidence = await look(TEN, ELEVEN);
  assert.equal(observer.unchanged(evidence), true);
  writeFileSync(join(root, path), Buffer.concat([bytes(1), Buffer.alloc(1)]));
  assert.equal(observer.unchanged(evidence), false);
});

test('what could not be read is not believed to be as it was', async (t) => {
  const root = await lakeOfTwoHours(t);
  const { observer, look } = looker(root);
  await place(
    root,
    '_runs/run-0000000000000001-9999999999999999.run',
    Buffer.from('no run at all, but long enough'),
  );
  assert.equal(observer.unchanged(await look(TEN, ELEVEN)), false);
});

test('rows in the journal change the answers that reach them; so do runs, files and recovery', async (t) => {
  const root = await lakeOfTwoHours(t);
  const clock = realClock(t);
  const instruments = new InstrumentTable();
  const { id } = instruments.intern('Aaa', 'BTC/USDT');
  const row = (us: number): Row => [us, id, 1, 1, 2, 1, Number.NaN];
  const { observer, look } = looker(root);
  const closed = await look(TEN, ELEVEN);
  const open = await look(TEN, ELEVEN + 7.2e9);
  await journalOf(root, clock, instruments, [row(ELEVEN + 10e6), 'segment-end', row(ELEVEN + 20e6)]);
  assert.equal(observer.unchanged(open), false);
  assert.equal(observer.unchanged(closed), true);
  const inJournal = await look(TEN, ELEVEN + 7.2e9);
  const firstSegment = await look(TEN, ELEVEN + 15e6);
  assert.equal(observer.unchanged(inJournal), true);
  await journalOf(root, clock, instruments, [row(ELEVEN + 30e6)]);
  assert.equal(observer.unchanged(inJournal), false);
  assert.equal(observer.unchanged(firstSegment), true);
  const beforeRecovery = await look(TEN, ELEVEN + 7.2e9);
  const lake = await openLake({ root, origin: 'live', clock, instruments, limits: LIMITS });
  await lake.ready;
  assert.equal(observer.unchanged(beforeRecovery), false);
  assert.equal(observer.unchanged(firstSegment), false);
  const recovered = await look(TEN, ELEVEN + 7.2e9, true);
  assert.equal(observer.unchanged(recovered), true);
  const nowUs = clock.nowUs();
  lake.quote(nowUs, id, 1, 1, 2, 1, Number.NaN);
  await lake.close();
  assert.ok(existsSync(join(root, hourDir('', 'Aaa', 'BTC/USDT', nowUs))));
  assert.equal(observer.unchanged(recovered), false);
  assert.equal(observer.unchanged(closed), false, 'the instrument has a new day');
});

async function firstFile(root: string, hourUs: number): Promise<string> {
  const folder = hourDir('', 'Aaa', 'BTC/USDT', hourUs);
  return join(folder, readdirSync(join(root, folder)).sort()[0]!);
}
