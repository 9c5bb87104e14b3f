import assert from 'node:assert/strict';
import { test } from 'node:test';
import { okxPerp } from '../../src/exchanges/okx-perp.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';
import { callsOf, TestListing } from './record.js';

contractSuite(okxPerp, {
  recordings: ['okx'],
  quoteChannels: ['bbo-tbt'],
  fixtures: 'okx-perp',
  symbols: ['BTC-USDT-SWAP', 'ETH-USDT-SWAP'],
});

test('OKXPerp tells sizes in base coins: contracts times what one of them is', () => {
  const listing = new TestListing(['BTC-USDT-SWAP'], [0.01]);
  const frame = {
    arg: { channel: 'bbo-tbt', instId: 'BTC-USDT-SWAP' },
    data: [{ asks: [['101', '0.05', '0', '1']], bids: [['100', '256', '0', '12']], ts: '7' }],
  };
  assert.deepEqual(callsOf(okxPerp.createDecoder(listing), listing, JSON.stringify(frame)), [
    ['quote', 'BTC-USDT-SWAP', 100, 2.56, 101, 0.05 * 0.01, 7_000],
  ]);
});

test('OKXPerp lists the recorded linear swaps with coins of their underlying, and no inverse one', {
  skip: recordedSkip,
}, () => {
  const instruments = recordedBody('okx.http.instruments-swap.json') as { data: Record<string, string>[] };
  // volCcy24h of a swap is in the base coin.
  const tickers = {
    code: '0',
    data: [{ instId: 'ETH-USDT-SWAP', last: '2000', volCcy24h: '50', vol24h: '500' }],
  };
  const listed = okxPerp.parseListing({ instruments, tickers });
  const linear = instruments.data.filter((row) => row['ctType'] === 'linear');
  assert.deepEqual(
    listed.map((row) => row.exchangeSymbol),
    linear.map((row) => row['instId']),
  );
  assert.deepEqual(
    listed.find((row) => row.exchangeSymbol === 'ETH-USDT-SWAP'),
    {
      exchangeSymbol: 'ETH-USDT-SWAP',
      base: 'ETH',
      quote: 'USDT',
      trading: true,
      statusText: 'live',
      quoteVolume24h: 100_000,
      tickSize: 0.01,
      contractSize: 0.1,
    },
  );
});

const ROW = {
  instId: 'BTC-USDT-SWAP',
  uly: 'BTC-USDT',
  ctType: 'linear',
  ctVal: '0.01',
  ctMult: '1',
  ctValCcy: 'BTC',
  settleCcy: 'USDT',
  state: 'live',
  tickSz: '0.1',
};
const parse = (data: unknown[], tickers: unknown[] = []) =>
  okxPerp.parseListing({ instruments: { code: '0', data }, tickers: { code: '0', data: tickers } });

test('OKXPerp takes ctVal times ctMult for a contract, and leaves out one of which that is not known', () => {
  const listed = parse([
    ROW,
    { ...ROW, instId: 'SHIB-USDT-SWAP', uly: 'SHIB-USDT', ctVal: '1000', ctMult: '1000', ctValCcy: 'SHIB' },
    { ...ROW, instId: 'A-USDT-SWAP', uly: 'A-USDT', ctVal: '', ctValCcy: 'A' },
    { ...ROW, instId: 'B-USDT-SWAP', uly: 'B-USDT', ctValCcy: 'USD' },
    { instType: 'SWAP', instId: '', state: 'preopen' },
  ]);
  assert.deepEqual(
    listed.map(({ base, contractSize }) => [base, contractSize]),
    [
      ['BTC', 0.01],
      ['SHIB', 1_000_000],
    ],
  );
});

test('OKXPerp leaves out stocks and commodities by their category, and other margins', () => {
  const listed = parse([
    { ...ROW, instCategory: '1' },
    { ...ROW, instId: 'MUU-USDT-SWAP', uly: 'MUU-USDT', ctValCcy: 'MUU', instCategory: '3' },
    { ...ROW, instId: 'XAU-USDT-SWAP', uly: 'XAU-USDT', ctValCcy: 'XAU', instCategory: '4' },
    { ...ROW, instId: 'BTC-USDC-SWAP', uly: 'BTC-USDC', settleCcy: 'USDC' },
    { ...ROW, instId: 'C-USDT-SWAP', uly: 'C-USDT', ctValCcy: 'C', state: 'suspend' },
  ]);
  assert.deepEqual(
    listed.map(({ exchangeSymbol, trading }) => [exchangeSymbol, trading]),
    [
      ['BTC-USDT-SWAP', true],
      ['C-USDT-SWAP', false],
    ],
  );
});

test('OKXPerp refuses tickers that lack what a volume is made of', () => {
  assert.throws(
    () => parse([ROW], [{ instId: 'BTC-USDT-SWAP', vol: '1' }]),
    /tickers\.data\[0\] .*volCcy24h/,
  );
});
