// What the sinks behind a hub made of its events, as values that can be compared: windows, tracked pairs second by
// second, the feed's texts, and what a lake holds with the statistics of it. By names, for ids differ from run to run.

import { analyzePairs } from '../../src/analysis/analyze.js';
import { COMPAT_THRESHOLDS_PERCENT, formatStatisticsCsv } from '../../src/analysis/compat.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import type { PairName } from '../../src/api/contract.js';
import type { Live } from '../../src/app-live.js';
import { REFUSAL_BIT, refusalsOf } from '../../src/core/refusals.js';
import { judgeAll } from '../../src/history/quality.js';
import type { Hub } from '../../src/hub/hub.js';
import { InOrder } from '../../src/lake/in-order.js';
import { openReader } from '../../src/lake/reader.js';
import type { LonePairOptions } from '../../src/quality/lone-pair.js';

export interface Derived {
  /** By pair: every point of its window, null points too, as text. */
  readonly windows: ReadonlyMap<string, readonly string[]>;
  /** By second and pair: spread, both executable spreads, and the sparkline. */
  readonly tracked: ReadonlyMap<string, string>;
  readonly feed: readonly string[];
  /** By moment and pair: why its spread was refused, with every quote and event of a leg and every whole second. */
  readonly quality: ReadonlyMap<string, number>;
}

type Seen = Pick<Live, 'watched' | 'tracked'>;

/** Notes what tracked pairs show at each second from now on; call it when everything else is subscribed. */
export function noteTracked(hub: Hub, { tracked }: Seen): Map<string, string> {
  const noted = new Map<string, string>();
  hub.subscribe({
    quote() {},
    cold() {},
    second: (us) => {
      for (const pair of tracked.pairs.byName()) {
        const { symbol, exchange1, exchange2 } = tracked.pairs.names(pair);
        const values = [tracked.spread[pair], tracked.executable12[pair], tracked.executable21[pair]];
        const sparkline = tracked.sparkline(pair);
        const lived = sparkline.some((value) => !Number.isNaN(value));
        if (!lived && values.every(Number.isNaN)) continue;
        noted.set(
          `${us} ${symbol} ${exchange1} ${exchange2}`,
          `${values.join(' ')} | ${sparkline.join(' ')}`,
        );
      }
    },
  });
  return noted;
}

/** Notes what is said of every pair from now on; call it when everything else is subscribed. */
export function noteQuality(
  hub: Hub,
  { tracked, quality }: Pick<Live, 'tracked' | 'quality'>,
): Map<string, number> {
  const noted = new Map<string, number>();
  const { pairs } = tracked;
  const keyOf = (us: number, pair: number): string => {
    const { symbol, exchange1, exchange2 } = pairs.names(pair);
    return `${us} ${symbol} ${exchange1} ${exchange2}`;
  };
  const note = (us: number, instrumentId: number): void => {
    for (const pair of pairs.of(instrumentId)) noted.set(keyOf(us, pair), quality.refusalsAt(pair, us));
  };
  hub.subscribe({
    quote: (us, instrumentId) => note(us, instrumentId),
    cold: (event) => {
      if (event.type === 'gap' || event.type === 'status') note(event.stampUs, event.instrumentId);
    },
    second: (us) => {
      for (const pair of pairs.byName()) noted.set(keyOf(us, pair), quality.refusals[pair]!);
    },
  });
  return noted;
}

/** The same of what a lake holds, by the batch: of these pairs. */
export async function judgedBatch(
  root: string,
  pairs: readonly PairName[],
  range: { readonly fromUs: number; readonly toUs: number },
  options: (pair: PairName) => LonePairOptions,
): Promise<Map<string, number>> {
  const reader = openReader(root);
  const noted = new Map<string, number>();
  for (const pair of pairs) {
    const { symbol, exchange1, exchange2 } = pair;
    const found = [await reader.find(exchange1, symbol), await reader.find(exchange2, symbol)];
    const legs = [found[0]!, found[1]!] as const;
    await judgeAll(
      {
        legs,
        range,
        knownUs: range.toUs,
        read: (leg, fromUs, toUs) => reader.readQuotes(leg, { fromUs, toUs, sizes: true, fleeting: true }),
        readEvents: (fromUs, toUs) => reader.readEvents(legs, { fromUs, toUs }),
        nextTurn: async () => {},
      },
      options(pair),
      {
        told: (us, refusals) => noted.set(`${us} ${symbol} ${exchange1} ${exchange2}`, refusals),
        takenBack() {},
      },
    );
  }
  return noted;
}

export function windowsOf({ watched }: Seen): Map<string, readonly string[]> {
  return new Map(
    watched.windows.map((window) => {
      const { length, timestampsUs, spreads, upperBand, lowerBand } = window.chart(Number.POSITIVE_INFINITY);
      const rows = Array.from(
        { length },
        (_, row) => `${timestampsUs[row]} ${spreads[row]} ${upperBand[row]} ${lowerBand[row]}`,
      );
      return [`${window.symbol} ${window.exchange1} ${window.exchange2}`, rows];
    }),
  );
}

export interface LakeContent {
  /** Quotes, events and trades in their order, as text. */
  readonly records: readonly string[];
  /** The statistics file of the whole lake. */
  readonly statistics: string;
}

export async function contentOf(root: string): Promise<LakeContent> {
  const reader = openReader(root);
  const instruments = await reader.instruments();
  const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
  const inOrder = new InOrder({ root, instruments, ...range, rowsMax: 5_000, trades: true });
  const found: { us: number; text: string }[] = [];
  const nameOf = (at: number) => `${instruments[at]?.exchange} ${instruments[at]?.symbol}`;
  for await (const { quotes, events, trades } of inOrder.slices()) {
    const { fromUs, order, offsetUs, place, bid, bidSize, ask, askSize, exchangeUs } = quotes;
    for (const row of order) {
      const values = [bid, bidSize, ask, askSize, exchangeUs].map((column) => column[row]);
      const us = fromUs + offsetUs[row]!;
      found.push({ us, text: `${us} ${nameOf(place[row]!)} ${values.join(' ')}` });
    }
    // A line of the ledger names its instrument, a record of the journal is known by its place.
    for (const { at, stampUs, exchange: _exchange, symbol: _symbol, ...event } of events)
      found.push({ us: stampUs, text: `${stampUs} ${nameOf(at)} ${JSON.stringify(event)}` });
    for (const { at, stampUs, price, size, side, exchangeUs: us, tradeId } of trades) {
      const values = [price, size, side, us, tradeId].join(' ');
      found.push({ us: stampUs, text: `${stampUs} ${nameOf(at)} trade ${values}` });
    }
  }
  const thresholds = COMPAT_THRESHOLDS_PERCENT;
  const pairs = discoverPairs(instruments);
  const { rows } = await analyzePairs({ reader, pairs, ...range, thresholds });
  return {
    records: found.sort((a, b) => a.us - b.us).map(({ text }) => text),
    statistics: formatStatisticsCsv(rows),
  };
}

/** The first difference of each kind, in words; empty where there is none. */
export function differences(live: Derived, replayed: Derived): string[] {
  const found: string[] = [];
  for (const [pair, rows] of live.windows) {
    const others = replayed.windows.get(pair) ?? [];
    const at = firstDifference(rows, others);
    if (at >= 0)
      found.push(`window of ${pair}, point ${at} of ${rows.length}: "${rows[at]}", replayed "${others[at]}"`);
  }
  const seconds = [...new Set([...live.tracked.keys(), ...replayed.tracked.keys()])];
  const wrong = seconds.filter((key) => live.tracked.get(key) !== replayed.tracked.get(key));
  if (wrong.length > 0) {
    const [key] = wrong as [string];
    found.push(
      `tracked at ${wrong.length} of ${seconds.length}, first ${key}: "${live.tracked.get(key)}", replayed "${replayed.tracked.get(key)}"`,
    );
  }
  found.push(...flagDifferences('replay', live.quality, replayed.quality));
  const at = firstDifference(live.feed, replayed.feed);
  if (at >= 0)
    found.push(
      `feed, text ${at} of ${live.feed.length}: "${live.feed[at]}", replayed "${replayed.feed[at]}"`,
    );
  return found;
}

/** Of refusals at the same moments of the same pairs. Before both legs have spoken there is nothing to say. */
export function flagDifferences(
  of: string,
  live: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): string[] {
  const absent = REFUSAL_BIT['no-live-leg'];
  const said = (map: ReadonlyMap<string, number>, key: string): number => map.get(key) ?? absent;
  const keys = [...new Set([...live.keys(), ...other.keys()])];
  const wrong = keys.filter((key) => said(live, key) !== said(other, key));
  if (wrong.length === 0) return [];
  const told = wrong.slice(0, 3).map((key) => {
    const [here, there] = [live.get(key), other.get(key)].map((bits) =>
      bits === undefined ? 'nothing' : refusalsOf(bits).join('+') || 'tradable',
    );
    return `${key}: live ${here}, ${of} ${there}`;
  });
  return [`refusals, ${wrong.length} of ${keys.length}, ${of}: ${told.join('; ')}`];
}

/** -1 where there is none. */
export function firstDifference(some: readonly string[], others: readonly string[]): number {
  const length = Math.max(some.length, others.length);
  for (let at = 0; at < length; at += 1) if (some[at] !== others[at]) return at;
  return -1;
}
