// Lets an adapter talk to the simulated twin of its exchange over a real socket: two readings of one document
// that check one another. Listing, subscribing and decoding are the adapter's own.

import type { TestContext } from 'node:test';
import type { Decoder, ExchangeAdapter, ListedInstrument } from '../../src/exchanges/exchange.js';
import type { SimExchange, SimQuote } from '../../src/sim/exchange.js';
import { type Call, RecordingSink, TestListing } from '../exchanges/record.js';
import type { Client } from './client.js';
import { type Place, place } from './place.js';

export interface Understanding extends Place {
  readonly client: Client;
  readonly listed: readonly ListedInstrument[];
  /** What the adapter made of everything that came so far. */
  calls(): readonly Call[];
  /** Sends the adapter's requests for these symbols. */
  subscribe(exchangeSymbols: readonly string[]): void;
  /** Publishes the quote now and waits until it has come. */
  publish(exchangeSymbol: string, quote: SimQuote): Promise<void>;
}

export async function understanding(
  context: TestContext,
  adapter: ExchangeAdapter,
  simulated: SimExchange,
): Promise<Understanding> {
  const here = await place(context, {}, [simulated]);
  const bodies: Record<string, unknown> = {};
  for (const { key, path, timeParameter } of adapter.listingRequests) {
    const query = timeParameter === undefined ? '' : `?${timeParameter}=${here.clock.nowUs() / 1_000}`;
    bodies[key] = await here.get(simulated.name, `${path}${query}`);
  }
  const listed = adapter.parseListing(bodies);
  const client = await here.connect(simulated.name);
  let requests = 0;
  return {
    ...here,
    client,
    listed,
    calls: () => callsOf(adapter, listed, client),
    subscribe(exchangeSymbols) {
      const size = adapter.limits.symbolsPerMessage;
      for (let at = 0; at < exchangeSymbols.length; at += size) {
        requests += 1;
        const batch = exchangeSymbols.slice(at, at + size);
        client.send(adapter.subscribeFrame(batch, requests, here.clock.nowUs()));
      }
    },
    async publish(exchangeSymbol, quote) {
      const before = client.received.length;
      here.server.exchange(simulated.name).publish(exchangeSymbol, quote, here.clock.nowUs());
      await client.until(`a quote of ${exchangeSymbol}`, () => client.received.length > before);
    },
  };
}

function callsOf(adapter: ExchangeAdapter, listed: readonly ListedInstrument[], client: Client) {
  const symbols = new TestListing(listed.map(({ exchangeSymbol }) => exchangeSymbol));
  const sink = new RecordingSink(symbols);
  const decoder: Decoder = adapter.createDecoder({
    idOf: (exchangeSymbol) => symbols.idOf(exchangeSymbol),
    contractSizeOf: (id) => listed[id]!.contractSize,
  });
  for (const { bytes } of client.received) decoder.decode(bytes, Number.NaN, sink);
  return sink.calls;
}
