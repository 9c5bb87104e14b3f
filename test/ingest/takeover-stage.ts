// A feed of Alpha whose every quote is kept, and a market that speaks on every socket that asked: the stage for tests
// of one connection taking over from another.

import type { ColdEvent, GapEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import { alpha, startAlpha } from './alpha.js';

export interface StageOptions {
  readonly symbols?: readonly string[];
  readonly speed?: number;
  readonly connectionLifeMs?: number;
  /** 0 to 1; how late in its last stretch a life is planned to end, among others. */
  readonly chance?: number;
}

export async function takeoverStage({
  symbols = ['A-USDT', 'B-USDT'],
  speed = 20,
  connectionLifeMs,
  chance = 0.5,
}: StageOptions) {
  const server = await startAlpha(symbols);
  const clock = createFastClock(speed);
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const bids = new Map<string, number[]>(symbols.map((symbol) => [symbol, []]));
  const events: ColdEvent[] = [];
  const listed = (id: number) => instruments.get(id).symbol.replace('/', '-');
  hub.subscribe({
    quote: (_stampUs, id, bid) => bids.get(listed(id))!.push(bid),
    cold: (event) => events.push(event),
  });
  const life = connectionLifeMs === undefined ? {} : { connectionLifeMs };
  const feed = new ExchangeFeed({
    // Pings are of no matter here, and a machine that is late must not lose one.
    adapter: {
      ...alpha,
      ping: { ...alpha.ping, intervalMs: 3_600_000 },
      limits: { ...alpha.limits, ...life },
    },
    restUrl: server.restUrl,
    wsUrl: server.wsUrl,
    rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e9, allow: [], deny: [] },
    instruments,
    sink: hub,
    // Nor must it lose a handshake or an answer to them.
    limits: { ...FEED_LIMITS, handshakeTimeoutMs: 3_600_000, restTimeoutMs: 3_600_000 },
    clock,
    random: () => chance,
    log: silentLog,
  });
  feed.start();
  await until('all asked for', () => server.streams[0]?.symbols.size === symbols.length);
  const gapsOf = (symbol: string) =>
    events.filter(
      (event): event is GapEvent => event.type === 'gap' && listed(event.instrumentId) === symbol,
    );
  /** Sockets and symbols, as `1 B-USDT`, that are acknowledged and never streamed. */
  const mute = new Set<string>();
  /** One quote on every socket that streams the symbol; `update` is bid and update id. */
  const tell = (symbol: string, update: number): void => {
    for (const at of server.streams.keys()) tellOn(at, symbol, update);
  };
  const tellOn = (at: number, symbol: string, update: number, updateId: number | '' = update): void => {
    const { socket, symbols: asked } = server.streams[at]!;
    if (asked.has(symbol) && !mute.has(`${at} ${symbol}`))
      socket.send(`${symbol},${update},${update + 1}${updateId === '' ? '' : `,${updateId}`}`);
  };
  const isOpen = (at: number): boolean => server.streams[at]?.socket.readyState === 1;
  const end = async (): Promise<void> => {
    feed.stop();
    await server.close();
  };
  return {
    server,
    clock,
    feed,
    bids: (symbol: string) => bids.get(symbol)!,
    gapsOf,
    tell,
    mute,
    tellOn,
    isOpen,
    end,
  };
}
