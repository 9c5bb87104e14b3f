// A market behind the page's test server, with a past that history tells and points that the test makes; and
// what the page shows of it.

import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { ChartData, PairName } from '../../src/api/contract.js';
import { CHARTS, OPPORTUNITIES, WAIT } from './page.js';
import { type Answer, healthy, json, ndjson, type PageServer } from './page-server.js';
import { until } from './wait.js';

export function pair(symbol: string): PairName {
  return { symbol, exchange1: 'Alpha', exchange2: 'Beta' };
}

/** 50 points `stepSeconds` apart, the newest one step ago, at half a percent. */
export function pastOf(name: PairName, nowSeconds: number, stepSeconds = 2): Mutable<ChartData> {
  const rows = Array.from({ length: 50 }, (_, i) => i);
  const until = Math.floor(nowSeconds * 1_000) / 1_000;
  return {
    ...name,
    timestamps: rows.map((i) => Math.round((until - (50 - i) * stepSeconds) * 1_000) / 1_000),
    spreads: rows.map(() => 0.5),
    upperBand: rows.map(() => 0.8),
    lowerBand: rows.map(() => -0.4),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Quotes may come of all these pairs; `watched` are watched from now on. */
export function market(server: PageServer, watched: readonly PairName[], all = watched): void {
  server.answers.set('/api/health', (response, request) => json(healthNow(server))(response, request));
  const symbols = all.map(({ symbol }) => symbol);
  server.live.open(['Alpha', 'Beta'], symbols);
  server.live.watch(watched);
}

export function healthNow({ live }: PageServer): Record<string, unknown> {
  return { ...healthy(), timestamp: new Date(live.nowSeconds() * 1_000).toISOString() };
}

export function listed(server: PageServer, charts: readonly ChartData[]): void {
  const opportunities = charts.map(({ symbol, exchange1, exchange2 }) => ({
    symbol,
    exchange1,
    exchange2,
    opportunityCycles: 50,
  }));
  server.answers.set(OPPORTUNITIES, json({ opportunities }));
  const byName = historyByName(charts);
  const all = ndjson(charts.map((chart) => JSON.stringify(chart)));
  server.answers.set(CHARTS, (response, request) =>
    (request.url?.includes('symbol=') === true ? byName : all)(response, request),
  );
}

/** As the server does it: the rows of [from, to) of the named pair; of another one, an empty answer. */
export function historyByName(charts: readonly ChartData[]): Answer {
  return (response, request) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const chart = charts.find(({ symbol }) => symbol === searchParams.get('symbol'));
    if (chart === undefined) return ndjson([])(response, request);
    const from = Number(searchParams.get('from') ?? 0) / 1_000;
    const to = Number(searchParams.get('to') ?? Number.POSITIVE_INFINITY) / 1_000;
    const kept = (_: unknown, row: number) => chart.timestamps[row]! >= from && chart.timestamps[row]! < to;
    const rows = {
      ...chart,
      timestamps: chart.timestamps.filter(kept),
      spreads: chart.spreads.filter(kept),
      upperBand: chart.upperBand.filter(kept),
      lowerBand: chart.lowerBand.filter(kept),
    };
    return ndjson([JSON.stringify(rows)])(response, request);
  };
}

/** Until history has answered what was between its newest point and the first live one. */
export async function openAndAsk(page: Page, server: PageServer): Promise<void> {
  const answer = page.waitForResponse(/symbol=/, WAIT);
  await page.goto(server.url);
  await (await answer).finished();
}

/** How often history was asked for a pair by name. */
export function askedByName({ asked }: PageServer): number {
  return asked.filter((path) => path.includes('symbol=')).length;
}

export function cardOf(page: Page, { symbol }: PairName): Locator {
  return page.locator('.card', { hasText: symbol });
}

/** Waits until the chart is drawn of exactly so many points. */
export async function pointsAre(page: Page, name: PairName, points: number, last: string): Promise<void> {
  const picture = cardOf(page, name).getByRole('img');
  let label = '';
  await until(`${name.symbol}: ${points} points, last ${last}; the chart has: ${label}`, async () => {
    label = (await picture.getAttribute('aria-label')) ?? '';
    return label.includes(`: ${points} points from `) && label.endsWith(`last ${last}`);
  }).catch((error: Error) => assert.fail(`${error.message} ${label}`));
}

export async function liveIs(page: Page, words: string | RegExp): Promise<void> {
  await page.locator('#live', { hasText: words }).waitFor(WAIT);
}
