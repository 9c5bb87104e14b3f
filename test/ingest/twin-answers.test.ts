// Every adapter against its simulated twin, over real sockets, in what is asked beside quotes: a symbol given up and
// asked for again, the best prices of all over REST, and the time.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { adapters } from '../../src/exchanges/index.js';
import { getTops } from '../../src/ingest/listing.js';
import { LIMITS } from '../../src/limits.js';
import type { SimBook } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { RecordingSink, TestListing } from '../exchanges/record.js';
import { REST_EXAMPLES } from '../exchanges/rest-examples.js';
import { Client } from '../sim/client.js';

const SEED = 6;
const START_US = Date.UTC(2026, 10, 22, 12, 0, 0, 123) * 1_000;

async function stage(context: TestContext, adapter: ExchangeAdapter) {
  const simulated = SIM_EXCHANGES.find(({ name }) => name === adapter.name)!;
  const clock = new VirtualClock(START_US);
  const market = createMarket({ seed: SEED, exchanges: [simulated], symbols: 5 });
  const book = oneSided(marketBook(market, simulated));
  const server = await startSimServer({ clock, seed: SEED, exchanges: [{ exchange: simulated, book }] });
  context.after(async () => {
    // What does not answer a close frame is cut when the clock moves.
    const closed = server.close();
    clock.advance(10_000);
    await closed;
  });
  return { clock, book, hosted: server.exchange(adapter.name), ...server.urls[adapter.name]! };
}

/** The same book, with no bid of its second symbol, no ask of its third, and nothing of its fourth. */
function oneSided(whole: SimBook): SimBook {
  const [, noBid, noAsk, none] = whole.listing.map(({ exchangeSymbol }) => exchangeSymbol);
  const noQuote = Number.NaN;
  return {
    ...whole,
    quoteOf(symbol, atUs) {
      const quote = whole.quoteOf(symbol, atUs)!;
      return {
        ...quote,
        ...(symbol === noBid || symbol === none ? { bid: noQuote, bidSize: noQuote } : {}),
        ...(symbol === noAsk || symbol === none ? { ask: noQuote, askSize: noQuote } : {}),
      };
    },
  };
}

async function connect(adapter: ExchangeAdapter, restUrl: string, wsUrl: string): Promise<Client> {
  const { connectRequest, wsHeaders } = adapter;
  if (connectRequest === undefined) return Client.open(wsUrl, { headers: { ...wsHeaders } });
  const answer = await fetch(restUrl + connectRequest.path, { method: connectRequest.method });
  return Client.open(connectRequest.target(await answer.json(), 'one').url);
}

for (const adapter of adapters) {
  test(`${adapter.name}: a symbol given up is acknowledged and comes no more, its neighbour does`, async (t) => {
    const { clock, book, hosted, restUrl, wsUrl } = await stage(t, adapter);
    const [gone, , , , kept] = book.listing.map(({ exchangeSymbol }) => exchangeSymbol) as string[];
    const client = await connect(adapter, restUrl, wsUrl);
    const listing = new TestListing(book.listing.map(({ exchangeSymbol }) => exchangeSymbol));
    const calls = () => {
      const sink = new RecordingSink(listing);
      const decoder = adapter.createDecoder(listing);
      for (const { bytes } of client.received) decoder.decode(bytes, Number.NaN, sink);
      return sink.calls;
    };
    const quotesOf = (symbol: string) =>
      calls().filter(([kind, of]) => kind === 'quote' && of === symbol).length;
    const publish = (symbol: string) => {
      clock.advance(1);
      return hosted.publish(symbol, book.quoteOf(symbol, clock.nowUs())!, clock.nowUs());
    };
    const answers = (kind: string) => calls().filter((call) => call[0] === 'control' && call[1] === kind);
    /** The `count`th answer of its kind is there, and is the answer to this request. */
    const answered = async (kind: string, count: number, requestId: number) => {
      await client.until(`${kind} ${requestId}`, () => answers(kind).length >= count);
      const { requestId: id } = (answers(kind)[count - 1]![2] ?? {}) as { requestId?: string };
      assert.equal(id, REST_EXAMPLES[adapter.name]!.namesNoRequest === true ? undefined : `${requestId}`);
    };

    if (adapter.awaitsWelcome === true)
      await client.until('welcome', () => calls().some(([, kind]) => kind === 'welcome'));
    client.send(adapter.subscribeFrame([gone!], 1, clock.nowUs()));
    client.send(adapter.subscribeFrame([kept!], 2, clock.nowUs()));
    await answered('subscribed', 1, 1);
    await answered('subscribed', 2, 2);
    assert.deepEqual([publish(gone!), publish(kept!)], [1, 1]);
    await client.until('a quote of each', () => quotesOf(gone!) > 0 && quotesOf(kept!) > 0);

    client.send(adapter.unsubscribeFrame([gone!], 3, clock.nowUs()));
    await answered('unsubscribed', 1, 3);
    assert.deepEqual([...hosted.wanted()], [kept]);
    const before = { gone: quotesOf(gone!), kept: quotesOf(kept!) };
    assert.deepEqual([publish(gone!), publish(kept!)], [0, 1]);
    await client.until('the neighbour', () => quotesOf(kept!) > before.kept);
    assert.equal(quotesOf(gone!), before.gone);

    client.send(adapter.subscribeFrame([gone!], 4, clock.nowUs()));
    await answered('subscribed', 3, 4);
    assert.equal(publish(gone!), 1);
    await client.until('it is back', () => quotesOf(gone!) > before.gone);
    assert.deepEqual(
      calls().filter(([kind]) => kind === 'reject' || kind === 'gap'),
      [],
    );
  });

  test(`${adapter.name}: the best prices over REST are those of the market, and the time is that of the clock`, async (t) => {
    const { clock, book, restUrl } = await stage(t, adapter);
    for (const passedMs of [0, 90_000]) {
      clock.advance(passedMs);
      const source = { adapter, restUrl, limits: LIMITS.ingest, clock };
      const tops = await getTops(source, new AbortController().signal);
      const shown = book.listing.map(({ exchangeSymbol }) => {
        const { bid, ask } = book.quoteOf(exchangeSymbol, clock.nowUs())!;
        return [exchangeSymbol, { bid, ask }] as const;
      });
      // Exchanges list what is no spot or perpetual of ours besides.
      assert.deepEqual(
        shown.map(([symbol]) => [symbol, tops.get(symbol)]),
        shown,
      );
      const { path, readMs } = adapter.timeRequest;
      const time: unknown = await (await fetch(restUrl + path)).json();
      assert.equal(readMs(time) * 1_000, clock.nowUs());
    }
  });
}
