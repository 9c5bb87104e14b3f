import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { Hub } from '../../src/hub/hub.js';
import { CcxtError } from '../../src/ingest/ccxt-class.js';
import { guardAgainstCcxt } from '../../src/ingest/ccxt-guard.js';
import { CcxtSource, loadCcxt } from '../../src/ingest/ccxt-source.js';
import { LIMITS } from '../../src/limits.js';
import { ccxtModule, ccxtSkip } from '../oracle/ccxt.js';
import { until } from '../support/wait.js';
import { SYMBOLS, stage } from './ccxt-stage.js';

const skip = ccxtSkip;

for (const name of ['Kucoin', 'KucoinPerp', 'GateIo', 'GateIoPerp', 'BinancePerp'])
  test(`${name} through ccxt: quotes are those sent, a fall is a hole back to the last message, and it comes back`, {
    skip,
  }, async (t) => {
    const { source, live, quotes, publish, instruments, gaps, hosted, clock } = await stage(t, name);
    source.start();
    await live();
    assert.equal(source.health().state, 'running', JSON.stringify(source.health()));
    assert.deepEqual(
      source.selected.map(({ symbol }) => symbol).sort(),
      instruments.map((one) => one.symbol).sort(),
    );
    const contract = instruments.find(({ symbol }) => symbol === 'BTC/USDT')!.contractSize;
    const sent = { bid: 67_000.25, bidSize: 8 * contract, ask: 67_001.5, askSize: 3 * contract };
    publish('BTC', sent);
    const told = await until('the quote', () => quotes.find(({ quote }) => quote[0] === sent.bid));
    assert.deepEqual(told.quote, [sent.bid, sent.bidSize, sent.ask, sent.askSize]);
    assert.ok(Number.isNaN(told.exchangeUs) || Math.abs(told.exchangeUs - clock.nowUs()) < 60e6);

    const lastUs = source.health().lastMessageUs!;
    await hosted.closeAll(1006);
    await until('a hole of each', () => gaps().length === SYMBOLS);
    assert.deepEqual(new Set(gaps().map(({ reason }) => reason)), new Set(['disconnect']));
    for (const { fromUs, stampUs } of gaps()) assert.ok(fromUs <= stampUs && fromUs >= lastUs, `${fromUs}`);
    await live();
    await until('it runs', () => source.health().state === 'running');
    const { counters, reconnects, states } = source.health();
    assert.deepEqual([counters.gaps, counters.rejects, states], [SYMBOLS, {}, { live: SYMBOLS }]);
    assert.ok(reconnects >= 1);

    source.stop();
    await until('every socket closed', () => hosted.connections.size === 0);
    assert.equal(source.health().state, 'stopped');
    assert.equal(gaps().length, SYMBOLS);
  });

for (const name of ['MEXC', 'MEXCPerp'])
  test(`${name} through ccxt: a method that refuses, or never tells anything, gives way to the next`, {
    skip,
  }, async (t) => {
    const { source, live, gaps } = await stage(t, name);
    source.start();
    await live();
    await until('it runs', () => source.health().state === 'running');
    assert.deepEqual(gaps(), []);
  });

test('GateIo through ccxt: a symbol that spoils its request is found out, and its neighbours live', {
  skip,
}, async (t) => {
  const { source, live, instruments } = await stage(t, 'GateIo', (book) => ({
    ...book,
    // Listed, and unknown to the socket.
    listing: [...book.listing, { ...book.listing[0]!, exchangeSymbol: 'GHOST_USDT', base: 'GHOST' }],
  }));
  source.start();
  await live(instruments.map(({ symbol }) => symbol));
  const ghost = await until('it is found out', () =>
    source.instruments().find(({ symbol, state }) => symbol === 'GHOST/USDT' && state === 'refused'),
  );
  assert.match(ghost.reason ?? '', /GHOST_USDT/);
  assert.equal(source.health().state, 'degraded');
  assert.equal(source.health().states.live, SYMBOLS);
});

test('Kucoin through ccxt: what is delisted goes with a hole, what is listed anew comes', {
  skip,
}, async (t) => {
  let gone = false;
  const { source, live, gaps, instruments } = await stage(t, 'Kucoin', (book) => ({
    ...book,
    get listing() {
      return book.listing.map((row) => (row.base === 'ETH' ? { ...row, trading: !gone } : row));
    },
  }));
  const others = instruments.map(({ symbol }) => symbol).filter((symbol) => symbol !== 'ETH/USDT');
  source.start();
  await live();
  gone = true;
  await until('a hole', () => gaps().length === 1);
  assert.equal(gaps()[0]!.reason, 'unsubscribed');
  await live(others);
  const row = source.instruments().find(({ symbol }) => symbol === 'ETH/USDT');
  assert.deepEqual([row?.excluded, row?.state], ['not-trading', null]);
  gone = false;
  await until('it is watched again', () => source.health().instruments === SYMBOLS);
  await live();
});

test('Kucoin through ccxt: a socket that lives and tells nothing is a hole of each, and another is opened', {
  skip,
}, async (t) => {
  const { source, live, gaps, hosted } = await stage(t, 'Kucoin');
  source.start();
  await live();
  const { handshakes } = hosted;
  await until('a hole of each', () => gaps().length === SYMBOLS, 60_000);
  assert.deepEqual(new Set(gaps().map(({ reason }) => reason)), new Set(['disconnect']));
  await until('another socket', () => hosted.handshakes > handshakes);
  await live();
});

test('without the package, or with a class that it has not, the user is told what to do', async () => {
  await assert.rejects(loadCcxt('./no-such-module.js'), (error: unknown) => {
    assert.ok(error instanceof CcxtError);
    return /the package ccxt is not installed: `npm install ccxt`/.test(error.message);
  });
});

test('a promise that ccxt leaves to nobody is told, and ends no process', async () => {
  const told: unknown[] = [];
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  const unguard = guardAgainstCcxt({
    ...silentLog,
    warn: (_message, fields) => told.push(fields?.['reason']),
  });
  const error = new Error('the socket is gone');
  error.stack =
    'Error: the socket is gone\n    at Client.send (file:///x/node_modules/ccxt/js/src/base/ws/Client.js:1:1)';
  void Promise.reject(error);
  await until('it is told', () => told.length === 1);
  assert.deepEqual(told, ['Error: the socket is gone']);
  const ours = new Error('ours');
  assert.throws(() => process.emit('unhandledRejection', ours, Promise.resolve()), ours);
  unguard();
  assert.equal(process.listenerCount('unhandledRejection'), 0);
  for (const listener of before) process.on('unhandledRejection', listener);
});

test('a class that ccxt has not is named with its place', { skip }, async () => {
  const library = await loadCcxt(ccxtModule);
  for (const ccxtId of ['krakenn', 'exchanges', '__proto__', 'constructor', 'bit2me'])
    assert.throws(
      () =>
        new CcxtSource({
          name: 'Kraken',
          library,
          ccxtId,
          rule: { quotes: [], minUsdVolume: 0, maxUsdVolume: 1, allow: [], deny: [] },
          instruments: new InstrumentTable(),
          sink: new Hub({ instrumentsMax: 1, lastStampUs: 0 }),
          limits: LIMITS.ingest,
          clock: { nowUs: () => 0, after: () => () => {}, every: () => () => {} },
          random: () => 0.5,
          log: silentLog,
        }),
      (error: unknown) => error instanceof CcxtError && /exchanges\.Kraken/.test(error.message),
      ccxtId,
    );
});
