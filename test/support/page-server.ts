// A small real HTTP server for the tests of the page: it serves the built page under the strict content
// policy, and answers the API as a test tells it to, byte by byte where the test wants that. The live stream
// is the real one.

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { PairName, TableColumn, TableReply } from '../../src/api/contract.js';
import { TABLE_COLUMNS } from '../../src/opportunities/all-pairs.js';
import { type LiveEnd, startLive } from './page-live.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export interface PageServer {
  readonly url: string;
  /** By path without the query; a test may replace an answer at any time. */
  readonly answers: Map<string, Answer>;
  readonly live: LiveEnd;
  /** Paths with queries, in order of arrival, without those of the page's own files. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Serves `webDirectory` on a free loopback port; `/api/health` is healthy unless told otherwise. */
export async function startPageServer(webDirectory: string): Promise<PageServer> {
  const answers = new Map<string, Answer>([
    ['/api/health', json(healthy())],
    ['/api/table', json(tableOf([]))],
    ['/api/coverage', json({ exchange: 'Any', totals: [], gaps: [], segments: [] })],
    ['/api/alerts/since', json({ lastId: 0, alerts: [] })],
    [
      '/api/table/now',
      (response) => void response.writeHead(200, { 'x-rows': '0', 'x-table': 'none', 'x-sampled': '' }).end(),
    ],
  ]);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const file = path === '/' ? 'index.html' : path.slice(1);
    // Bare names alone are the page's own files.
    const type = file.includes('/') ? undefined : TYPES[extname(file)];
    if (type === undefined) asked.push(request.url ?? '');
    const answer = type === undefined ? answers.get(path) : asset(join(webDirectory, file), type);
    void (answer ?? text(404, 'text/plain', 'nothing here'))(response, request);
  });
  const live = startLive(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answers,
    live,
    asked,
    async close() {
      await live.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function text(status: number, type: string, body: string): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };
}

export function json(body: unknown, status = 200): Answer {
  return text(status, 'application/json; charset=utf-8', JSON.stringify(body));
}

/** The whole stream at once. */
export function ndjson(lines: readonly string[]): Answer {
  return text(200, 'application/x-ndjson', lines.map((line) => `${line}\n`).join(''));
}

/** A reply of `/api/opportunities` that names the pairs of these charts. */
export function opportunitiesOf(charts: readonly PairName[]): Answer {
  const opportunities = charts.map(({ symbol, exchange1, exchange2 }, i) => ({
    symbol,
    exchange1,
    exchange2,
    opportunityCycles: 41 + i,
  }));
  return json({ opportunities, warnings: [] });
}

/** A reply of `/api/table` of these pairs, none of them live, without statistics. */
export function tableOf(pairs: readonly PairName[]): TableReply {
  const none = pairs.map(() => null);
  const statistics: Partial<Record<TableColumn, null[]>> = {};
  for (const name of TABLE_COLUMNS) statistics[name] = none;
  return {
    ...{ version: 'none', file: null, warnings: [], minCycles: 40, live: 0, recommended: [] },
    symbol: pairs.map(({ symbol }) => symbol),
    exchange1: pairs.map(({ exchange1 }) => exchange1),
    exchange2: pairs.map(({ exchange2 }) => exchange2),
    costPercent: pairs.map(() => 0.4),
    statistics: statistics as TableReply['statistics'],
  };
}

export function healthy(): Record<string, unknown> {
  const running = { state: 'running', instruments: 312, lastMessageAgeMs: 180, reconnects: 0 };
  return {
    status: 'healthy',
    reasons: [],
    timestamp: '2026-11-22T12:00:00.000000Z',
    uptime: { days: 0, hours: 1, minutes: 2, totalSeconds: 3_750 },
    memory: { rssMb: 96.4 },
    exchanges: { Binance: running, Bybit: { ...running, instruments: 287, lastMessageAgeMs: 420 } },
  };
}

function asset(path: string, type: string): Answer {
  return async (response) => {
    const body = await readFile(path);
    response
      .writeHead(200, { 'content-type': type, 'content-security-policy': "default-src 'self'" })
      .end(body);
  };
}
