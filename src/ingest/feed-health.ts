// How one exchange is, in numbers and words, from what its feed knows. Reads, changes nothing.

import type { RejectReason } from '../core/reasons.js';
import type { Micros } from '../core/time.js';
import type { CarrierHealth, ConnectionHealth } from './connection-types.js';
import { addCounters, noCounters } from './counters.js';
import type { InstrumentLife, LifeState } from './life.js';
import type { Roster } from './roster.js';
import type { Exclusion, Selection } from './selection.js';
import type { Shard } from './shard.js';

/** `starting`: listing or first quotes not there yet · `running` · `degraded`: some of it down · `failed` · `stopped`. */
export type ExchangeState = 'starting' | 'running' | 'degraded' | 'failed' | 'stopped';

export interface ExchangeHealth {
  readonly state: ExchangeState;
  /** Why it is not running, in words. */
  readonly reason?: string;
  readonly instruments: number;
  /** Instruments watched, by their state. */
  readonly states: Readonly<Partial<Record<LifeState, number>>>;
  /** Instruments whose quotes come too late to count. */
  readonly lagging: number;
  readonly excluded: Selection['excluded'];
  readonly lastMessageUs: Micros | null;
  /** When the listing was last read. */
  readonly listingUs: Micros | null;
  readonly reconnects: number;
  /** Connections replaced without a hole. */
  readonly rolls: number;
  /** Instruments that came back after their stream was dead. */
  readonly heals: number;
  readonly connections: readonly CarrierHealth[];
  readonly counters: ExchangeCounters;
}

export interface ExchangeCounters {
  readonly frames: number;
  readonly quotes: number;
  readonly scanned: number;
  readonly trades: number;
  readonly controls: number;
  readonly gaps: number;
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>;
  /** Quotes that two connections brought while one took over from the other: each was passed on once. */
  readonly duplicates: number;
}

/** One row of the listing. */
export interface InstrumentHealth {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchangeSymbol: string;
  readonly tickSize: number | null;
  /** In the exchange's word. */
  readonly status: string;
  readonly quoteVolume24h: number | null;
  /** Why it is not watched; null = it is. */
  readonly excluded: Exclusion | null;
  /** The rest is null where it is not watched. */
  readonly state: LifeState | null;
  /** The exchange's words, where it is refused. */
  readonly reason: string | null;
  readonly lastQuoteAgeMs: number | null;
  /** 99 of 100 times between its quotes are at most so long; null while that is not learned. */
  readonly usualIntervalMs: number | null;
  readonly heals: number | null;
}

export interface FeedFacts {
  readonly nowUs: Micros;
  readonly stopped: boolean;
  /** Why the listing cannot be read. */
  readonly failure: string | undefined;
  readonly listingUs: Micros;
  readonly selection: Selection;
  readonly roster: Roster;
}

/** Names told of those that are silent. */
const NAMES_MAX = 5;

export function healthOf(facts: FeedFacts): ExchangeHealth {
  const { selection, roster, listingUs } = facts;
  const { shards } = roster;
  const connections = shards.flatMap(carriersOf);
  const { state, reason } = stateOf(facts, connections);
  const sum = (of: (shard: Shard) => number) => shards.reduce((total, shard) => total + of(shard), 0);
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    instruments: roster.size,
    states: lifeStates(shards),
    lagging: laggingOf(shards),
    excluded: selection.excluded,
    lastMessageUs: connections.reduce<Micros | null>(
      (last, { lastMessageUs }) => (lastMessageUs === null ? last : Math.max(last ?? 0, lastMessageUs)),
      null,
    ),
    listingUs: Number.isNaN(listingUs) ? null : listingUs,
    reconnects: connections.reduce((total, connection) => total + connection.reconnects, 0),
    rolls: sum((shard) => shard.rolls),
    heals: sum(healsOf),
    connections,
    counters: { ...countersOf(shards), duplicates: sum((shard) => shard.duplicates) },
  };
}

/** What a shard carries is told of its present connection alone. */
function carriersOf(shard: Shard): CarrierHealth[] {
  const [, ...counters] = shard.counters();
  return shard.health().map((health, at) => {
    const { frames, quotes, rejects } = counters[at]!;
    const isCurrent = health.name === shard.connection.name;
    const [states, heals] = isCurrent ? [lifeStates([shard]), healsOf(shard)] : [{}, 0];
    return { ...health, frames, quotes, rejects, states, heals };
  });
}

function healsOf(shard: Shard): number {
  return [...shard.lives].reduce((total, life) => total + life.heals, 0);
}

export function instrumentsOf({ selection, roster, nowUs }: FeedFacts): readonly InstrumentHealth[] {
  const watched = selection.selected.map(({ symbol, listed }): InstrumentHealth => {
    const placed = roster.find(listed.exchangeSymbol);
    const common = { symbol, ...listingFields(listed), excluded: null };
    if (placed === undefined) return { ...common, ...NOT_WATCHED };
    const { life, shard } = placed;
    return {
      ...common,
      state: stateOfLife(life, shard),
      reason: shard.connection.refused.get(listed.exchangeSymbol) ?? null,
      lastQuoteAgeMs: numberOrNull(Math.round((nowUs - life.lastQuoteUs) / 1_000)),
      usualIntervalMs: numberOrNull(life.usualIntervalMs),
      heals: life.heals,
    };
  });
  const left = selection.left.map(({ symbol, listed, why }): InstrumentHealth => {
    return { symbol, ...listingFields(listed), excluded: why, ...NOT_WATCHED };
  });
  return [...watched, ...left];
}

const NOT_WATCHED = { state: null, reason: null, lastQuoteAgeMs: null, usualIntervalMs: null, heals: null };

function listingFields(listed: InstrumentLife['listed']) {
  const { exchangeSymbol, tickSize, statusText, quoteVolume24h } = listed;
  return { exchangeSymbol, tickSize, status: statusText, quoteVolume24h };
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function stateOfLife(life: InstrumentLife, shard: Shard): LifeState {
  if (shard.connection.refused.has(life.listed.exchangeSymbol)) return 'refused';
  if (life.stale) return 'stale';
  if (Number.isNaN(shard.connection.openedUs)) return 'down';
  return life.lastQuoteUs > shard.connection.openedUs ? 'live' : 'waiting';
}

function lifeStates(shards: readonly Shard[]): Partial<Record<LifeState, number>> {
  const states: Partial<Record<LifeState, number>> = {};
  for (const shard of shards)
    for (const life of shard.lives) {
      const state = stateOfLife(life, shard);
      states[state] = (states[state] ?? 0) + 1;
    }
  return states;
}

function stateOf(
  { stopped, failure, roster, selection, listingUs }: FeedFacts,
  connections: readonly ConnectionHealth[],
): { state: ExchangeState; reason?: string } {
  if (stopped) return { state: 'stopped' };
  if (roster.shards.length === 0) {
    if (failure !== undefined) return { state: 'failed', reason: failure };
    if (Number.isNaN(listingUs)) return { state: 'starting', reason: 'waiting for the listing' };
    const why = selection.left.length > 0 ? 'no listed instrument passes the filter' : 'the listing is empty';
    return { state: 'failed', reason: why };
  }
  const refused = roster.shards.flatMap(({ connection }) => [...connection.refused]);
  if (refused.length > 0 && refused.length === roster.size)
    return { state: 'degraded', reason: `all ${refused.length} instruments refused: ${refused[0]?.[1]}` };
  const down = connections.filter(({ state }) => state !== 'live');
  if (down.length > 0) {
    const reason = `${down.length} of ${connections.length} connections not live: ${down[0]?.reason ?? ''}`;
    if (down.length < connections.length) return { state: 'degraded', reason };
    const begun = connections.some(({ reconnects, state }) => reconnects > 0 || state === 'waiting');
    return { state: begun ? 'failed' : 'starting', reason };
  }
  const silent = silentOf(roster.shards);
  if (silent.length > 0) {
    const names = silent.slice(0, NAMES_MAX).join(', ');
    return { state: 'degraded', reason: `${silent.length} of ${roster.size} instruments silent: ${names}` };
  }
  const lagging = laggingOf(roster.shards);
  if (lagging > 0) {
    const most = connections.reduce((one, other) => ((other.lagMs ?? 0) > (one.lagMs ?? 0) ? other : one));
    const late = `${most.name} is ${most.lagMs} ms late`;
    return { state: 'degraded', reason: `${lagging} of ${roster.size} instruments lag: ${late}` };
  }
  return failure === undefined ? { state: 'running' } : { state: 'degraded', reason: failure };
}

function laggingOf(shards: readonly Shard[]): number {
  let count = 0;
  for (const { lives } of shards) for (const life of lives) if (life.lagging) count += 1;
  return count;
}

function silentOf(shards: readonly Shard[]): string[] {
  return shards.flatMap((shard) => [...shard.lives].filter(({ stale }) => stale).map(({ symbol }) => symbol));
}

function countersOf(shards: readonly Shard[]) {
  const total = noCounters();
  for (const shard of shards) for (const counters of shard.counters()) addCounters(total, counters);
  return total;
}
