// The feed as the process runs it: a real hub in front, the upgrade router and a real port behind.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TradeSide } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { createRawFeed, type RawFeed, type RawFeedLimits } from '../../src/feed/raw-feed.js';
import type { SymbolInfo } from '../../src/feed/symbol-info.js';
import { Hub } from '../../src/hub/hub.js';
import { createUpgradeRouter, type SocketRoute } from '../../src/sockets/upgrade.js';
import { createFastClock, type FastClock } from '../support/fast-clock.js';

export interface FeedStage {
  readonly server: Server;
  readonly port: number;
  readonly clock: FastClock;
  readonly hub: Hub;
  readonly feed: RawFeed;
  readonly instruments: InstrumentTable;
  /** What the exchanges say of their symbols; a test may replace it. */
  symbolInfo: readonly SymbolInfo[];
  /** One quote of an instrument through the hub. */
  publish(exchange: string, symbol: string, bid: number, ask: number, exchangeUs?: number): void;
  /** One trade of an instrument through the hub. */
  trade(exchange: string, symbol: string, price: number, size: number, side: TradeSide): void;
  close(): Promise<void>;
}

export const LIMITS: RawFeedLimits = {
  clientsMax: 200,
  bufferedBytesMax: 1024 * 1024,
  bufferedBytesTotalMax: 8 * 1024 * 1024,
  subscribeNamesMax: 10,
};

export async function startFeed(limits: Partial<RawFeedLimits> = {}): Promise<FeedStage> {
  const clock = createFastClock(1);
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 1_024, lastStampUs: 0 });
  const feed = createRawFeed({
    clock,
    log: silentLog,
    instruments: (id) => instruments.get(id),
    volumeFilterOf: (exchange) => ({ minVolume: 1_500_000, maxVolume: exchange === 'MEXC' ? 9e11 : 1e12 }),
    symbolInfo: () => stage.symbolInfo,
    limits: { ...LIMITS, ...limits },
  });
  hub.subscribe(feed.subscriber);
  const server = createServer();
  const route: SocketRoute = (socket, _url, connection) => feed.accept(socket, connection);
  const routes = new Map([
    ['/', route],
    ['/ws/feed', route],
  ]);
  const router = createUpgradeRouter({ server, routes, messageBytesMax: 16 * 1024, log: silentLog });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stage: FeedStage = {
    server,
    port: (server.address() as AddressInfo).port,
    clock,
    hub,
    feed,
    instruments,
    symbolInfo: [],
    publish: (exchange, symbol, bid, ask, exchangeUs = Number.NaN) =>
      hub.quote(instruments.intern(exchange, symbol).id, bid, 1, ask, 1, exchangeUs, clock.nowUs()),
    trade: (exchange, symbol, price, size, side) =>
      hub.trade(
        ...([
          instruments.intern(exchange, symbol).id,
          price,
          size,
          side,
          Number.NaN,
          clock.nowUs(),
          '7',
        ] as const),
      ),
    async close() {
      router.close();
      await feed.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stage;
}

/** `rows` symbols at each of two exchanges; names are the same at both. */
export function symbolInfoOf(rows: number): SymbolInfo[] {
  return ['Binance', 'GateIo'].flatMap((exchange) =>
    Array.from({ length: rows }, (_, i) => ({
      exchange,
      symbol: `COIN${i}/USDT`,
      priceStep: i % 3 === 0 ? null : 10 ** -(i % 8),
      quantityStep: null,
      minNotional: exchange === 'Binance' ? 5 : 3,
    })),
  );
}
