import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListingError } from '../../src/exchanges/exchange.js';
import { kucoin, kucoinPerp } from '../../src/exchanges/kucoin.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';
import { RecordingSink, TestListing } from './record.js';

const recorded = {
  recordings: ['kucoin', 'kucoin-futures'],
  quoteChannels: ['spotMarket.level1', 'market.ticker', 'contractMarket.tickerV2'],
  fixtures: 'kucoin',
  skips: {
    'reads nearly every recorded quote from its bytes': 'recorded is the ticker, which is not asked for',
  },
};
contractSuite(kucoin, { ...recorded, symbols: ['BTC-USDT', 'ETH-USDT'] });
contractSuite(kucoinPerp, { ...recorded, symbols: ['XBTUSDTM', 'ETHUSDTM'] });

test('Kucoin asks for many symbols in one topic and pings with an id', () => {
  assert.equal(
    kucoin.subscribeFrame(['BTC-USDT', 'ETH-USDT'], 4, 0),
    '{"id":"4","type":"subscribe","topic":"/spotMarket/level1:BTC-USDT,ETH-USDT",' +
      '"privateChannel":false,"response":true}',
  );
  assert.match(
    kucoinPerp.subscribeFrame(['XBTUSDTM'], 5, 0),
    /"topic":"\/contractMarket\/tickerV2:XBTUSDTM"/,
  );
  assert.equal(kucoin.ping.frame(6, 0), '{"id":"6","type":"ping"}');
});

const token = {
  code: '200000',
  data: {
    token: 'a+b/c=',
    instanceServers: [{ endpoint: 'wss://ws-api-spot.kucoin.com/', pingInterval: 18000, pingTimeout: 10000 }],
  },
};

test('Kucoin connects where the token says, with the token, at the pace it names', () => {
  assert.deepEqual(kucoin.connectRequest?.target(token, 'x7'), {
    url: 'wss://ws-api-spot.kucoin.com/?token=a%2Bb%2Fc%3D&connectId=x7',
    pingIntervalMs: 18_000,
  });
  assert.equal(kucoin.connectRequest.path, '/api/v1/bullet-public');
  assert.ok(kucoin.awaitsWelcome && kucoinPerp.awaitsWelcome);
});

test('Kucoin refuses an answer without a token, and never says the token in words', () => {
  const server = token.data.instanceServers[0];
  const wrong = [
    ...[null, 'busy', [], {}, { code: '200000' }, { ...token, code: '429000', msg: 'too many' }],
    { ...token, data: { token: 'T0KEN', instanceServers: [] } },
    { ...token, data: { token: 'T0KEN', instanceServers: [{ ...server, endpoint: 'http://x/' }] } },
    { ...token, data: { token: 'T0KEN', instanceServers: [{ ...server, endpoint: 'wss://x/#y' }] } },
    { ...token, data: { token: 'T0KEN', instanceServers: [{ ...server, endpoint: 'wss://[' }] } },
  ];
  for (const body of wrong)
    assert.throws(
      () => kucoin.connectRequest?.target(body, '1'),
      (error) => error instanceof ListingError && !error.message.includes('T0KEN'),
      JSON.stringify(body),
    );
});

test('Kucoin lists every recorded spot instrument with its coins, step and 24 h volume', {
  skip: recordedSkip,
}, () => {
  const symbols = recordedBody('kucoin.http.symbols.json') as { data: { symbol: string }[] };
  const name = symbols.data[0]?.symbol;
  const ticker = [{ symbol: name, volValue: '99.5', vol: '3', buy: '1', sell: '2' }];
  const listed = kucoin.parseListing({ symbols, tickers: { code: '200000', data: { time: 1, ticker } } });
  assert.equal(listed.length, symbols.data.length);
  assert.deepEqual(
    listed.find((row) => row.exchangeSymbol === 'REQ-ETH'),
    {
      exchangeSymbol: 'REQ-ETH',
      base: 'REQ',
      quote: 'ETH',
      trading: true,
      statusText: 'enableTrading true',
      quoteVolume24h: 99.5,
      tickSize: 1e-7,
      contractSize: 1,
    },
  );
});

const perpetual = {
  symbol: 'XBTUSDTM',
  baseCurrency: 'XBT',
  quoteCurrency: 'USDT',
  settleCurrency: 'USDT',
  type: 'FFWCSX',
  status: 'Open',
  isInverse: false,
  multiplier: 0.001,
  tickSize: 0.1,
  turnoverOf24h: 1234.5,
};

test('KucoinPerp lists perpetuals settled in USDT, calls XBT by its name, and states the coins a lot', () => {
  const data = [
    perpetual,
    { ...perpetual, symbol: 'ETHUSDTM', baseCurrency: 'ETH', status: 'Paused' },
    { ...perpetual, symbol: 'XBTUSDM', quoteCurrency: 'USD', settleCurrency: 'XBT', isInverse: true },
    { ...perpetual, symbol: 'XBTMZ26', type: 'FFICSX' },
    { ...perpetual, symbol: 'XBTUSDCM', quoteCurrency: 'USDC', settleCurrency: 'USDC' },
    { ...perpetual, symbol: 'ODDUSDTM', multiplier: -1 },
  ];
  const listed = kucoinPerp.parseListing({ contracts: { code: '200000', data } });
  assert.deepEqual(listed[0], {
    exchangeSymbol: 'XBTUSDTM',
    base: 'BTC',
    quote: 'USDT',
    trading: true,
    statusText: 'Open',
    quoteVolume24h: 1234.5,
    tickSize: 0.1,
    contractSize: 0.001,
  });
  assert.deepEqual(
    listed.map(({ exchangeSymbol, trading }) => [exchangeSymbol, trading]),
    [
      ['XBTUSDTM', true],
      ['ETHUSDTM', false],
    ],
  );
});

test('KucoinPerp gives sizes in coins', () => {
  const listing = new TestListing(['XBTUSDTM']);
  const inLots = { idOf: (symbol: string) => listing.idOf(symbol), contractSizeOf: () => 0.001 };
  const sink = new RecordingSink(listing);
  const data = {
    symbol: 'XBTUSDTM',
    bestBidPrice: '100.1',
    bestBidSize: 795,
    bestAskPrice: '100.2',
    bestAskSize: '284',
  };
  const frame = { topic: '/contractMarket/tickerV2:XBTUSDTM', type: 'message', subject: 'tickerV2', data };
  kucoinPerp.createDecoder(inLots).decode(Buffer.from(JSON.stringify(frame)), Number.NaN, sink);
  assert.deepEqual(sink.calls, [['quote', 'XBTUSDTM', 100.1, 795 * 0.001, 100.2, 284 * 0.001, null]]);
});
