// What the views of exchanges and of the lake work out for themselves: rates, order, how long the disk lasts, what a heatmap says,
// and replies that are none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HourCoverage, LakeCoverageReply, LakeReply, SymbolSummary } from '../../src/api/contract.js';
import { loadWebModule } from '../support/web-module.js';

interface RatesClass {
  add(name: string, atMs: number, total: number): void;
  perSecond(name: string): number;
}
type Outlook = (lake: Pick<LakeReply, 'bytes' | 'growthBytesPerDay' | 'freeBytes' | 'kept'>) => object;
type Rows = (all: readonly SymbolSummary[], words: string, state: string | null) => readonly SymbolSummary[];
type Read = (value: unknown) => object | string;

const { Rates } = await loadWebModule<{ Rates: new () => RatesClass }>('state/rates');
const { outlookOf } = await loadWebModule<{ outlookOf: Outlook }>('state/lake-outlook');
const { heatSummary, coveredOf } = await loadWebModule<{
  heatSummary: (reply: LakeCoverageReply) => { readonly least: object | null };
  coveredOf: (row: HourCoverage) => number;
}>('state/heat');
const { instrumentRows } = await loadWebModule<{ instrumentRows: Rows }>('state/instrument-rows');
const { readConnections, readCoverage, readLake, readProcess, readSymbols } =
  await loadWebModule<
    Readonly<Record<`read${'Connections' | 'Coverage' | 'Lake' | 'Process' | 'Symbols'}`, Read>>
  >('state/place-replies');

test('a rate is of the last answers, by the times of the server, and begins anew with a counter', () => {
  const rates = new Rates();
  assert.ok(Number.isNaN(rates.perSecond('A')));
  rates.add('A', 1_000, 500);
  assert.ok(Number.isNaN(rates.perSecond('A')), 'one answer is no rate');
  rates.add('A', 1_000, 500);
  rates.add('A', 3_000, 540);
  assert.equal(rates.perSecond('A'), 20);
  for (let at = 1; at <= 6; at += 1) rates.add('A', 3_000 + at * 1_000, 540 + at * 7);
  assert.equal(rates.perSecond('A'), 7, 'what was long ago does not count');
  rates.add('A', 10_000, 3);
  assert.ok(Number.isNaN(rates.perSecond('A')), 'the process was started again');
  rates.add('A', 12_000, 13);
  assert.equal(rates.perSecond('A'), 5);
});

test('the disk lasts for what is free at that growth, unless something bounds the lake before', () => {
  const kept = { hotDays: 2, retentionDays: null, bytesMax: null };
  const lake = { bytes: 100, growthBytesPerDay: 10, freeBytes: 95, kept };
  assert.deepEqual(outlookOf(lake), { kind: 'days', days: 9 });
  assert.deepEqual(outlookOf({ ...lake, growthBytesPerDay: null }), { kind: 'unknown' });
  assert.deepEqual(outlookOf({ ...lake, freeBytes: null }), { kind: 'unknown' });
  assert.deepEqual(outlookOf({ ...lake, growthBytesPerDay: 0 }), { kind: 'still' });
  assert.deepEqual(outlookOf({ ...lake, kept: { ...kept, bytesMax: 150 } }), {
    kind: 'bytes-max',
    bytes: 150,
  });
  assert.deepEqual(outlookOf({ ...lake, kept: { ...kept, bytesMax: 196 } }), { kind: 'days', days: 9 });
  assert.deepEqual(outlookOf({ ...lake, kept: { ...kept, retentionDays: 14 } }), {
    kind: 'retention',
    days: 14,
  });
  assert.deepEqual(outlookOf({ ...lake, kept: { ...kept, retentionDays: 30 } }), { kind: 'days', days: 9 });
});

test('a heatmap is summed over the hours that were collected alone, and names the row that has least', () => {
  const reply: LakeCoverageReply = {
    ...{ from: 0, hours: 3, leftOut: 0 },
    rows: [
      { name: 'A', covered: [null, 1, 1], gap: [0, 0, 0] },
      { name: 'B', covered: [null, null, 0.5], gap: [0, 0, 0.5] },
      { name: 'C', covered: [null, null, null], gap: [0, 0, 0] },
    ],
  };
  assert.equal(coveredOf(reply.rows[0]!), 1);
  assert.ok(Number.isNaN(coveredOf(reply.rows[2]!)));
  assert.deepEqual(heatSummary(reply), {
    ...{ covered: 2.5 / 3, collected: 3, withGap: 1, cells: 9 },
    least: { name: 'B', covered: 0.5 },
  });
  assert.equal(heatSummary({ ...reply, rows: [reply.rows[0]!] }).least, null, 'all alike: none has least');
});

test('instruments that need a look come first; words are found in either spelling', () => {
  const row = (symbol: string, state: string | null): SymbolSummary => ({
    ...{ exchange: 'A', symbol, exchangeSymbol: symbol.replace('/', '-'), tickSize: null, status: 'TRADING' },
    ...{ quoteVolume24h: null, excluded: null, state, reason: null },
    ...{ lastQuoteAgeMs: null, usualIntervalMs: null, heals: null },
  });
  const all = [
    row('B/USDT', 'live'),
    row('A/USDT', 'live'),
    row('C/USDT', 'stale'),
    row('D/USDT', 'refused'),
  ];
  const names = (...args: [string, string | null]): string =>
    instrumentRows(all, ...args)
      .map(({ symbol }) => symbol[0])
      .join('');
  assert.equal(names('', null), 'DCAB');
  assert.equal(names('', 'live'), 'AB');
  assert.equal(names('cusdt', null), 'C');
  assert.equal(names(' c-  USDT', null), 'C');
  assert.equal(names('a b', null), '');
  assert.equal(instrumentRows([...all, row('Z/USDT', 'of-tomorrow')], '', null)[0]!.symbol, 'Z/USDT');
});

test('a reply that is none is refused with the field and what was expected', () => {
  assert.equal(readConnections(null), ': expected an object');
  assert.equal(readConnections({ timestamp: 'now' }), 'exchanges: expected a list');
  const exchange = { name: 'A', state: 'running', instruments: 1, states: {}, lagging: 0 };
  assert.equal(
    readConnections({ timestamp: 'now', exchanges: [{ ...exchange, lastMessageAgeMs: 'soon' }] }),
    'exchanges[0].lastMessageAgeMs: expected a number or nothing',
  );
  assert.equal(readSymbols({ symbols: [{}] }), 'symbols[0].exchange: expected a text');
  assert.match(String(readProcess({ status: 'healthy' })), /^reasons: expected a list/);
  assert.match(String(readLake({ root: 'lake', at: 'now' } satisfies Partial<LakeReply>)), /^recording: /);
  const rows = [{ name: 'A', covered: [1], gap: [0] }];
  assert.equal(readCoverage({ from: 0, hours: 2, leftOut: 0, rows }), 'rows: expected 2 hours in each');
});
