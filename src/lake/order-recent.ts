// What of a slice of time is not in files yet, of many instruments in one pass over runs and journal: quotes, events,
// trades. Read-only. What moves into files meanwhile is seen twice, never missed.

import { join } from 'node:path';
import { instrumentKey } from '../core/instrument.js';
import type { Micros } from '../core/time.js';
import { codeOf, diskFiles, messageOf } from './files.js';
import { readTrade, type TradeRecord } from './journal.js';
import { eventsOfMany, type InstrumentLine, type WantedInstruments } from './ledger-read.js';
import { RUNS_DIR } from './paths.js';
import { parseSegment, RowList, walkRecent } from './recent.js';
import { RunFile } from './run.js';
import { diskStore } from './store.js';
import { listTradesRuns, TradesRunFile } from './trades-run.js';

/** A trade of one of the instruments asked for; `at` is its place among them. */
export type InstrumentTrade = TradeRecord & { readonly at: number };

export interface RecentOfMany {
  /** By `instrumentKey`. */
  readonly rows: ReadonlyMap<string, RowList>;
  /** In no order; may occur twice. */
  readonly events: readonly InstrumentLine[];
  readonly trades: readonly InstrumentTrade[];
  /** More rows than there may be: then not all of them are here. */
  readonly tooMany: boolean;
  readonly problems: readonly string[];
}

export interface RecentQuery {
  readonly root: string;
  readonly wanted: WantedInstruments;
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly rowsMax: number;
  readonly trades: boolean;
}

export async function readRecentOfMany(query: RecentQuery): Promise<RecentOfMany> {
  const { root, fromUs, toUs } = query;
  const { result, problems } = await walkRecent(diskStore, root, fromUs, toUs, () => {
    const found = new Found(query);
    return {
      result: found,
      run: async (path) => found.run(path),
      segment: (path) => found.segment(path),
    };
  });
  // After the segments: what moves from one to the other is then seen twice.
  const more = query.trades ? tradesOfRuns(query) : { trades: [], problems: [] };
  return {
    rows: result.rows,
    events: result.events,
    trades: [...result.trades, ...more.trades],
    tooMany: result.tooMany,
    problems: [...problems, ...more.problems],
  };
}

class Found {
  readonly rows = new Map<string, RowList>();
  readonly events: InstrumentLine[] = [];
  readonly trades: InstrumentTrade[] = [];
  #count = 0;
  readonly #query: RecentQuery;

  constructor(query: RecentQuery) {
    this.#query = query;
  }

  get tooMany(): boolean {
    return this.#count > this.#query.rowsMax;
  }

  run(path: string): void {
    const { wanted, fromUs, toUs } = this.#query;
    const run = new RunFile(diskFiles, path, diskFiles.byteLength(path));
    try {
      for (const entry of run.index().entries) {
        if (this.tooMany) return;
        if (entry.lastUs < fromUs || entry.firstUs >= toUs) continue;
        if (wanted.indexOf(entry.exchange, entry.symbol) < 0) continue;
        run.verify(entry);
        const columns = run.rows(entry, 0, entry.rows);
        const list = this.#listOf(instrumentKey(entry.exchange, entry.symbol));
        const before = list.length;
        for (let row = 0; row < columns.length; row += 1)
          list.add(
            columns.receivedUs[row]!,
            columns.bid[row]!,
            columns.bidSize[row]!,
            columns.ask[row]!,
            columns.askSize[row]!,
            columns.exchangeUs[row]!,
          );
        this.#count += list.length - before;
      }
      this.events.push(...eventsOfMany(run.cold(), wanted, fromUs, toUs));
    } finally {
      run.close();
    }
  }

  async segment(path: string): Promise<void> {
    const { wanted, fromUs, toUs, trades } = this.#query;
    const places = new Map<number, number>();
    const lists: (RowList | undefined)[] = [];
    await parseSegment(diskStore, path, {
      names: (id, exchange, symbol) => {
        const at = wanted.indexOf(exchange, symbol);
        if (at < 0) return;
        places.set(id, at);
        lists[id] = this.#listOf(instrumentKey(exchange, symbol));
      },
      quote: (id, stampUs, bid, bidSize, ask, askSize, exchangeUs) => {
        if (stampUs < fromUs || stampUs >= toUs || this.tooMany) return;
        const list = lists[id];
        if (list === undefined) return;
        list.add(stampUs, bid, bidSize, ask, askSize, exchangeUs);
        this.#count += 1;
      },
      trade: (id, stampUs, record) => {
        const at = trades && stampUs >= fromUs && stampUs < toUs ? places.get(id) : undefined;
        if (at === undefined) return;
        const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
        this.trades.push({ ...readTrade(record, view, 0), at });
      },
      cold: (id, stampUs, line) => {
        const at = stampUs >= fromUs && stampUs < toUs ? places.get(id) : undefined;
        if (at !== undefined) this.events.push({ ...line, at });
      },
    });
  }

  #listOf(key: string): RowList {
    const known = this.rows.get(key) ?? new RowList(this.#query.fromUs, this.#query.toUs);
    this.rows.set(key, known);
    return known;
  }
}

function tradesOfRuns({ root, wanted, fromUs, toUs }: RecentQuery): {
  trades: InstrumentTrade[];
  problems: string[];
} {
  const trades: InstrumentTrade[] = [];
  const problems: string[] = [];
  for (const { name, firstUs, lastUs } of listTradesRuns(diskFiles, root)) {
    if (lastUs < fromUs || firstUs >= toUs) continue;
    try {
      const run = new TradesRunFile(diskFiles, join(root, RUNS_DIR, name));
      try {
        for (const entry of run.entries) {
          const at = wanted.indexOf(entry.exchange, entry.symbol);
          if (at < 0) continue;
          run.verify(entry);
          for (const trade of run.trades(entry))
            if (trade.stampUs >= fromUs && trade.stampUs < toUs) trades.push({ ...trade, at });
        }
      } finally {
        run.close();
      }
    } catch (error) {
      // Gone: then its trades are in files, which are read after it.
      if (codeOf(error) !== 'ENOENT') problems.push(`${name}: ${messageOf(error)}`);
    }
  }
  return { trades, problems };
}
