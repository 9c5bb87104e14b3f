import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { type ExchangeAdapter, LISTING_PAGES_MAX } from '../../src/exchanges/exchange.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import { alpha } from './alpha.js';

/** Alpha with a listing in pages: `{"rows":[…],"more":"2"}`, the next one at `/symbols?page=2`. */
const paged: ExchangeAdapter = {
  ...alpha,
  listingRequests: [
    {
      key: 'symbols',
      path: '/symbols',
      next: (body) => {
        const { more } = body as { more?: string };
        return more === undefined ? null : `/symbols?page=${more}`;
      },
    },
  ],
  parseListing: (bodies) => {
    const pages = bodies['symbols'] as { rows: string[] }[];
    return alpha.parseListing({ symbols: pages.flatMap((page) => page.rows) });
  },
};

async function start(context: TestContext, answer: (page: number) => unknown) {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(request.url ?? '');
    const page = Number(new URL(`http://x${request.url}`).searchParams.get('page') ?? 1);
    const body = answer(page);
    if (body === undefined) response.writeHead(500).end('broken');
    else response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const feed = new ExchangeFeed({
    adapter: paged,
    restUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    rule: { quotes: ['usdt'], minUsdVolume: 1, maxUsdVolume: 1e9, allow: [], deny: [] },
    instruments: new InstrumentTable(),
    sink: new Hub({ instrumentsMax: 16, lastStampUs: 0 }),
    limits: FEED_LIMITS,
    clock: createFastClock(50),
    random: () => 0.5,
    log: silentLog,
  });
  context.after(() => {
    feed.stop();
    http.closeAllConnections();
    http.close();
  });
  feed.start();
  return { feed, asked };
}

test('a listing in pages is read to its last page, and is all of them', async (t) => {
  const pages: Record<number, unknown> = {
    1: { rows: ['A-USDT', 'B-USDT'], more: '2' },
    2: { rows: ['C-USDT'], more: '3' },
    3: { rows: ['D-USDT'] },
  };
  const { feed, asked } = await start(t, (page) => pages[page]);
  await until('four instruments', () => feed.health().instruments === 4);
  assert.deepEqual(asked.slice(0, 3), ['/symbols', '/symbols?page=2', '/symbols?page=3']);
});

test('a listing whose pages run in a circle is given up at the bound, and said so', async (t) => {
  const { feed, asked } = await start(t, () => ({ rows: ['A-USDT'], more: '1' }));
  await until('the reason', () => feed.health().reason?.includes('more than'));
  assert.match(
    feed.health().reason ?? '',
    new RegExp(`listing: symbols has more than ${LISTING_PAGES_MAX} pages`),
  );
  assert.ok(asked.length >= LISTING_PAGES_MAX);
  assert.equal(feed.health().instruments, 0);
});

test('a page that fails fails the listing: half of one is none', async (t) => {
  let isBroken = true;
  const { feed } = await start(t, (page) => {
    if (page === 1) return { rows: ['A-USDT'], more: '2' };
    return isBroken ? undefined : { rows: ['B-USDT'] };
  });
  await until('the failure', () => feed.health().state === 'failed');
  assert.match(feed.health().reason ?? '', /HTTP 500/);
  assert.equal(feed.health().instruments, 0);
  isBroken = false;
  await until('both pages', () => feed.health().instruments === 2);
});
