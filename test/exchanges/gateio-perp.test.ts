import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateioPerp } from '../../src/exchanges/gateio-perp.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';
import { callsOf, TestListing } from './record.js';

contractSuite(gateioPerp, {
  recordings: ['gate-futures'],
  quoteChannels: ['futures.book_ticker'],
  fixtures: 'gateio-perp',
  symbols: ['BTC_USDT', 'PEPE_USDT'],
});

test('GateIoPerp asks for exact sizes with a header, and speaks of futures in whole seconds', () => {
  assert.deepEqual(gateioPerp.wsHeaders, { 'X-Gate-Size-Decimal': '1' });
  assert.equal(
    gateioPerp.subscribeFrame(['BTC_USDT'], 4, 1_700_000_000_999_999),
    '{"time":1700000000,"id":4,"channel":"futures.book_ticker","event":"subscribe","payload":["BTC_USDT"]}',
  );
  assert.equal(
    gateioPerp.ping.frame(5, 1_700_000_000_999_999),
    '{"time":1700000000,"channel":"futures.ping"}',
  );
});

test('GateIoPerp tells sizes in base coins, by the contract of each instrument', () => {
  const listing = new TestListing(['BTC_USDT', 'PEPE_USDT'], [0.0001, 10_000_000]);
  const decoder = gateioPerp.createDecoder(listing);
  const frame = (s: string, B: unknown) =>
    JSON.stringify({
      channel: 'futures.book_ticker',
      event: 'update',
      result: { t: 1, s, b: '1', B, a: '2', A: '1' },
    });
  assert.deepEqual(callsOf(decoder, listing, frame('BTC_USDT', '5383')), [
    ['quote', 'BTC_USDT', 1, 5383 * 0.0001, 2, 0.0001, 1_000],
  ]);
  assert.deepEqual(callsOf(decoder, listing, frame('PEPE_USDT', 12)), [
    ['quote', 'PEPE_USDT', 1, 120_000_000, 2, 10_000_000, 1_000],
  ]);
});

test('GateIoPerp drops a frame without a time, for a reason, and the next one is a quote', () => {
  const listing = new TestListing(['BTC_USDT']);
  const decoder = gateioPerp.createDecoder(listing);
  const frame = (t: number) =>
    JSON.stringify({
      channel: 'futures.book_ticker',
      event: 'update',
      result: { t, u: 7, s: 'BTC_USDT', b: '1', B: '1', a: '2', A: '1' },
    });
  assert.deepEqual(callsOf(decoder, listing, frame(0)), [['reject', 'missing-field']]);
  assert.deepEqual(callsOf(decoder, listing, frame(1)), [['quote', 'BTC_USDT', 1, 1, 2, 1, 1_000]]);
});

test('GateIoPerp lists every recorded contract with its coins, step, size and 24 h volume', {
  skip: recordedSkip,
}, () => {
  const contracts = recordedBody('gate-futures.http.contracts.json') as { name: string }[];
  const tickers = [{ contract: 'KNC_USDT', volume_24h_quote: '1234.5', volume_24h: '77' }];
  const listed = gateioPerp.parseListing({ contracts, tickers });
  assert.equal(listed.length, contracts.length);
  const found = (name: string) => listed.find((row) => row.exchangeSymbol === name);
  assert.deepEqual(found('KNC_USDT'), {
    exchangeSymbol: 'KNC_USDT',
    base: 'KNC',
    quote: 'USDT',
    trading: true,
    statusText: 'trading',
    quoteVolume24h: 1234.5,
    tickSize: 0.0001,
    contractSize: 1,
  });
  assert.deepEqual([found('COCOS_USDT')?.trading, found('COCOS_USDT')?.statusText], [false, 'in_delisting']);
  assert.ok(listed.some((row) => row.contractSize === 100_000_000));
});

const ROW = { name: 'BTC_USDT', type: 'direct', quanto_multiplier: '0.0001', order_price_round: '0.1' };

test('GateIoPerp leaves out stocks and metals by their type, and contracts of no known size', () => {
  const contracts = [
    { ...ROW, contract_type: '' },
    { ...ROW, name: 'AAPL_USDT', contract_type: 'stocks' },
    { ...ROW, name: 'XAU_USDT', contract_type: 'metals' },
    { ...ROW, name: 'BTC_USD', quanto_multiplier: '0' },
    { ...ROW, name: 'ETH_USDT', type: 'inverse' },
  ];
  const listed = gateioPerp.parseListing({ contracts, tickers: [] });
  assert.deepEqual(
    listed.map((row) => row.exchangeSymbol),
    ['BTC_USDT'],
  );
});

test('GateIoPerp lists a contract that is suspended or being delisted as not trading, in its own word', () => {
  const contracts = [
    { ...ROW, status: 'trading', in_delisting: false },
    { ...ROW, status: 'trading', in_delisting: true },
    { ...ROW, status: 'suspend' },
  ];
  const listed = gateioPerp.parseListing({ contracts, tickers: [] });
  assert.deepEqual(
    listed.map(({ trading, statusText }) => [trading, statusText]),
    [
      [true, 'trading'],
      [false, 'in_delisting'],
      [false, 'suspend'],
    ],
  );
});
