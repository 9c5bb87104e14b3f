// What a recorded world sent, decoded frame by frame, and what a lake holds of it: both as the same text, so
// that they can be compared value for value and in order.

import { createRealClock } from '../../src/clock.js';
import { unifiedSymbol } from '../../src/core/symbol.js';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { findAdapter } from '../../src/exchanges/index.js';
import { openReader } from '../../src/lake/reader.js';
import { recentInstruments } from '../../src/lake/recent-names.js';
import type { SimExchange, SimFrame } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { recordedBook } from '../../src/sim/recordings.js';
import { type RecordedWorld, startRecordedWorld } from '../../src/sim/world.js';

/** bid, its size, ask, its size, the exchange's time (µs or NaN). */
export type Row = string;

export interface SentRow {
  readonly row: Row;
  /** When it was handed to the socket, ms of this process's clock. */
  readonly sentMs: number;
}

const QUOTES = ['USDT', 'USDC'];

/** Collects, for each instrument that passes the default filter, the two-sided quotes of the frames sent. */
export class SentQuotes {
  readonly byInstrument = new Map<string, SentRow[]>();
  frames = 0;
  readonly #decoders = new Map<string, { connection: string; decode: (wire: SimFrame) => void }>();

  /** As the player's `onSent`. A new connection means a new decoder, as in the process. */
  readonly onSent = (exchange: string, wire: SimFrame, connection: string): void => {
    this.frames += 1;
    const key = `${exchange} ${connection}`;
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      const adapter = findAdapter(exchange);
      if (adapter === undefined) throw new Error(`no adapter for ${exchange}`);
      decoder = { connection, decode: this.#decoderOf(adapter) };
      this.#decoders.set(key, decoder);
    }
    decoder.decode(wire);
  };

  #decoderOf(adapter: ExchangeAdapter): (wire: SimFrame) => void {
    const names: string[] = [];
    const decoder = adapter.createDecoder({
      idOf: (exchangeSymbol) => {
        const known = names.indexOf(exchangeSymbol);
        return known >= 0 ? known : names.push(exchangeSymbol) - 1;
      },
      contractSizeOf: () => 1,
    });
    const nothing = () => {};
    const quote = (
      id: number,
      bid: number,
      bidSize: number,
      ask: number,
      askSize: number,
      exchangeUs: number,
    ) => {
      const symbol = listedSymbol(adapter.name, names[id] as string);
      if (symbol === undefined || Number.isNaN(bid) || Number.isNaN(ask)) return;
      const instrument = `${adapter.name} ${symbol}`;
      const rows = this.byInstrument.get(instrument) ?? [];
      this.byInstrument.set(instrument, rows);
      rows.push({ row: [bid, bidSize, ask, askSize, exchangeUs].join(' '), sentMs: performance.now() });
    };
    const trades = { wantsTrades: false, trade: nothing };
    const sink = { quote, ...trades, gap: nothing, control: nothing, reject: nothing };
    return (wire) => decoder.decode(typeof wire === 'string' ? Buffer.from(wire) : wire, Number.NaN, sink);
  }

  get quotes(): number {
    return [...this.byInstrument.values()].reduce((sum, rows) => sum + rows.length, 0);
  }
}

/** The unified symbol, where its quote currency passes the default filter. */
function listedSymbol(exchange: string, exchangeSymbol: string): string | undefined {
  const simulated = SIM_EXCHANGES.find(({ name }) => name === exchange);
  const [base, quote] = simulated?.splitSymbol(exchangeSymbol) ?? ['', ''];
  return QUOTES.includes(quote) ? unifiedSymbol(base, quote) : undefined;
}

/** Every row of a lake that the program's own reader finds, in order, by instrument; stamps apart. */
export async function lakeRows(root: string): Promise<Map<string, { rows: Row[]; stampsUs: number[] }>> {
  const reader = openReader(root, { recentInstruments });
  const found = new Map<string, { rows: Row[]; stampsUs: number[] }>();
  for (const instrument of await reader.instruments()) {
    const rows: Row[] = [];
    const stampsUs: number[] = [];
    const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, sizes: true };
    for await (const chunk of reader.readQuotes(instrument, range))
      for (let at = 0; at < chunk.length; at++) {
        stampsUs.push(chunk.receivedUs[at] as number);
        const columns = [chunk.bid, chunk.bidSize, chunk.ask, chunk.askSize, chunk.exchangeUs];
        rows.push(columns.map((column) => column?.[at]).join(' '));
      }
    found.set(`${instrument.exchange} ${instrument.symbol}`, { rows, stampsUs });
  }
  if (reader.problems().length > 0) throw new Error(`unreadable: ${JSON.stringify(reader.problems())}`);
  return found;
}

export async function playFolder(
  folder: string,
  options: { speed: number | 'max'; loop: boolean; onSent: SentQuotes['onSent'] },
): Promise<RecordedWorld & { readonly exchanges: unknown }> {
  const clock = createRealClock();
  // An exchange whose recordings name nothing that passes the filter is never subscribed: it would not play.
  const exchanges: SimExchange[] = [];
  for (const exchange of SIM_EXCHANGES) {
    const { listing } = await recordedBook({ folder }, exchange);
    if (listing.some(({ quote }) => QUOTES.includes(quote))) exchanges.push(exchange);
  }
  const world = await startRecordedWorld({
    clock,
    exchanges,
    port: 0,
    seed: 1,
    folder,
    ...options,
  });
  return { ...world, exchanges: world.server.urls };
}
