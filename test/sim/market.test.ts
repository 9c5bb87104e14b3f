import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coins } from '../../src/sim/coins.js';
import { bybitPerp } from '../../src/sim/exchanges/bybit-perp.js';
import { gateioPerp } from '../../src/sim/exchanges/gateio-perp.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { okxPerp } from '../../src/sim/exchanges/okx-perp.js';
import { generateHistory } from '../../src/sim/history.js';
import { createMarket, type Market } from '../../src/sim/market.js';
import { START_US } from './place.js';

const HOUR_US = 3_600_000_000;
const SPOT = SIM_EXCHANGES.filter((exchange) => exchange.market !== 'linear');
const PERPS = [bybitPerp, gateioPerp, okxPerp];
const NAMES = SPOT.map((exchange) => exchange.name);
const marketOf = (seed: number): Market => createMarket({ seed, exchanges: SPOT, symbols: 12 });

const anyMoment = fc.record({
  seed: fc.integer(),
  instrument: fc.nat(47),
  atUs: fc.integer({ min: 1_500_000_000_000_000, max: 1_900_000_000_000_000 }),
});

test('the bid is always below the ask, both on the tick, sizes on the step and above zero', () => {
  fc.assert(
    fc.property(anyMoment, ({ seed, instrument, atUs }) => {
      const market = marketOf(seed);
      const quote = market.quoteOf(instrument, atUs);
      const { priceDecimals, sizeDecimals } = market.instruments[instrument]!;
      assert.ok(quote.bid > 0 && quote.bid < quote.ask);
      assert.ok(quote.bidSize > 0 && quote.askSize > 0);
      for (const price of [quote.bid, quote.ask]) assert.equal(Number(price.toFixed(priceDecimals)), price);
      for (const size of [quote.bidSize, quote.askSize])
        assert.equal(Number(size.toFixed(sizeDecimals)), size);
    }),
  );
});

test('sizes of contracts are whole steps of contracts, told in base coin', () => {
  const market = createMarket({ seed: 9, exchanges: PERPS, symbols: 12 });
  fc.assert(
    fc.property(anyMoment, ({ instrument, atUs }) => {
      const { contractSize, sizeDecimals, index } = market.instruments[instrument % (12 * PERPS.length)]!;
      const { bidSize, askSize } = market.quoteOf(index, atUs);
      for (const size of [bidSize, askSize]) {
        const contracts = Number((size / contractSize).toFixed(sizeDecimals));
        assert.ok(contracts > 0);
        assert.equal(contracts * contractSize, size);
      }
    }),
  );
});

test('perpetuals move nothing of spot, and lie beside it by a small wave of their own', () => {
  const spot = createMarket({ seed: 4, exchanges: SPOT, symbols: 12 });
  const both = createMarket({ seed: 4, exchanges: [...PERPS, ...SPOT], symbols: 12 });
  for (const { symbol, exchange } of spot.instruments)
    assert.deepEqual(both.quoteAt(symbol, exchange, START_US), spot.quoteAt(symbol, exchange, START_US));
  for (const wave of both.marketTruth()) {
    const isPerp = wave.exchange.endsWith('Perp');
    assert.ok(isPerp ? wave.basisPercent >= 0.01 && wave.basisPercent <= 0.03 : wave.basisPercent === 0);
  }
  const waves = both.marketTruth().filter((wave) => wave.symbol === 'BTC/USDT');
  const [perp, other] = waves.filter((wave) => wave.exchange.endsWith('Perp'));
  assert.equal(perp!.basisPercent, other!.basisPercent, 'among perpetuals the wave cancels');
  const shares = (kind: boolean) =>
    waves.filter((wave) => wave.exchange.endsWith('Perp') === kind).map((wave) => wave.amplitudePercent);
  for (const kind of [true, false])
    assert.ok(Math.max(...shares(kind)) > 0 && Math.min(...shares(kind)) === -Math.max(...shares(kind)));
});

test('a quote depends on seed and time alone, in whatever order moments are asked for', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.nat(10_000_000), { minLength: 2, maxLength: 20 }),
      (seed, offsetsUs) => {
        const one = marketOf(seed);
        const other = marketOf(seed);
        const ask = (market: Market, offsetUs: number) =>
          market.quoteAt('SOL_USDT', 'okx', START_US + offsetUs);
        const forwards = offsetsUs.map((offsetUs) => ask(one, offsetUs));
        const backwards = [...offsetsUs].reverse().map((offsetUs) => ask(other, offsetUs));
        assert.deepEqual(forwards, backwards.reverse());
      },
    ),
  );
});

test('another seed is another market', () => {
  assert.notDeepEqual(marketOf(1).quoteOf(0, START_US), marketOf(2).quoteOf(0, START_US));
});

/** Peak of the spread of a pair by the truth, and its spread (percent, bid/bid) once a second for an hour. */
function pairOf(market: Market, symbol: string, exchange1: string, exchange2: string) {
  const truth = market.marketTruth().filter((wave) => wave.symbol === symbol);
  const [wave1, wave2] = [exchange1, exchange2].map((name) => truth.find((wave) => wave.exchange === name)!);
  const spreads = Array.from({ length: 3_600 }, (_, second) => {
    const atUs = START_US + second * 1_000_000;
    return (
      (market.quoteAt(symbol, exchange1, atUs).bid / market.quoteAt(symbol, exchange2, atUs).bid - 1) * 100
    );
  });
  const peakPercent = Math.abs(wave1!.amplitudePercent - wave2!.amplitudePercent);
  return { peakPercent, periodS: wave1!.periodS, wide: wave1!.wide, spreads };
}

test('every pair swings to its known peak on both sides, in its known period', () => {
  const market = marketOf(11);
  for (const symbol of new Set(market.instruments.map((one) => one.symbol))) {
    for (const [exchange1, exchange2] of [
      [NAMES[0]!, NAMES[1]!],
      [NAMES[1]!, NAMES[3]!],
    ] as const) {
      const { peakPercent, periodS, spreads } = pairOf(market, symbol, exchange1, exchange2);
      // Bid and ask lie up to 0.012 % and a tick away from the middle.
      const { price, priceDecimals } = coins(12).find((coin) => symbol.startsWith(`${coin.name}/`))!;
      const tolerance = 0.02 + (200 * 10 ** -priceDecimals) / price;
      const name = `${symbol} ${exchange1} ${exchange2}`;
      assert.ok(
        Math.abs(Math.max(...spreads) - peakPercent) < tolerance,
        `${name}: ${Math.max(...spreads)} ${peakPercent}`,
      );
      assert.ok(Math.abs(Math.min(...spreads) + peakPercent) < tolerance, name);
      if (peakPercent < 5 * tolerance) continue;
      // Counted between far-off levels, so that noise about zero counts for nothing.
      let sign = 0;
      let swings = 0;
      for (const spread of spreads) {
        const now = spread > peakPercent / 2 ? 1 : spread < -peakPercent / 2 ? -1 : sign;
        if (now !== sign) swings++;
        sign = now;
      }
      assert.ok(Math.abs(swings - 7_200 / periodS) <= 2, `${name}: ${swings} swings of ${periodS} s`);
    }
  }
});

test('a wide symbol has a pair with more than 40 cycles an hour beyond 0.40 %, a quiet one none', () => {
  const market = marketOf(3);
  const cyclesMax = (symbol: string): number => {
    const counts = NAMES.flatMap((exchange1, index) =>
      NAMES.slice(index + 1).map((exchange2) => {
        const { spreads } = pairOf(market, symbol, exchange1, exchange2);
        let beyond = false;
        let cycles = 0;
        for (const spread of spreads) {
          if (!beyond && Math.abs(spread) >= 0.4) cycles++;
          beyond = Math.abs(spread) >= 0.4 || (beyond && Math.abs(spread) > 0.1);
        }
        return cycles;
      }),
    );
    return Math.max(...counts);
  };
  const waves = market.marketTruth();
  const wide = new Set(waves.filter((wave) => wave.wide).map((wave) => wave.symbol));
  assert.equal(wide.size, 4);
  for (const symbol of new Set(waves.map((wave) => wave.symbol))) {
    if (wide.has(symbol)) assert.ok(cyclesMax(symbol) > 100, symbol);
    else assert.equal(cyclesMax(symbol), 0, symbol);
  }
});

test('history is the same market: strictly ascending, in range, equal to the quotes just before', () => {
  const market = marketOf(5);
  const instrument = market.find('ETH/USDT', 'Bybit');
  const columns = generateHistory(market, instrument, START_US, START_US + HOUR_US / 6, 500);
  assert.ok(columns.length > 900 && columns.length < 1_500, `${columns.length} rows in 10 minutes`);
  for (let row = 0; row < columns.length; row++) {
    const receivedUs = columns.receivedUs[row]!;
    assert.ok(Number.isInteger(receivedUs) && receivedUs < START_US + HOUR_US / 6);
    assert.ok(receivedUs > (columns.receivedUs[row - 1] ?? START_US - 1));
    const latencyMs = (receivedUs - columns.exchangeUs[row]!) / 1_000;
    assert.ok(latencyMs >= 4 && latencyMs <= 25, `${latencyMs} ms`);
    assert.equal(columns.exchangeUs[row]! % 1_000, 0);
  }
  assert.deepEqual(generateHistory(market, instrument, START_US, START_US + HOUR_US / 6, 500), columns);
  const untimed = generateHistory(
    market,
    market.find('ETH/USDT', 'Binance'),
    START_US,
    START_US + 10_000_000,
    200,
  );
  assert.ok(untimed.length > 10 && untimed.exchangeUs.every(Number.isNaN));
});

test('no two instruments of a market share a stamp of its history', () => {
  const market = marketOf(12);
  const stamps = market.instruments.flatMap((instrument) => [
    ...generateHistory(market, instrument, START_US, START_US + 3_000_000, 1).receivedUs,
  ]);
  assert.ok(stamps.length > 50_000, `${stamps.length} rows`);
  assert.equal(new Set(stamps).size, stamps.length);
});

test('as many coins as wanted have names of their own', () => {
  assert.equal(new Set(coins(300).map((coin) => coin.name)).size, 300);
  assert.ok(coins(300).every((coin) => coin.price > 0 && Number.isInteger(coin.priceDecimals)));
});
