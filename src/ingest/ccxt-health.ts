// How an exchange that comes through ccxt is, in numbers and words, in the shape of every exchange's health. Reads,
// changes nothing.

import type { Micros } from '../core/time.js';
import type { CcxtWatch } from './ccxt-watch.js';
import type { CarrierHealth, ConnectionCounters } from './connection-types.js';
import { addCounters, noCounters } from './counters.js';
import type { ExchangeHealth, ExchangeState, InstrumentHealth } from './feed-health.js';
import type { InstrumentLife, LifeState } from './life.js';
import type { Selection } from './selection.js';

export interface CcxtFacts {
  readonly nowUs: Micros;
  readonly stopped: boolean;
  /** Why the listing cannot be read. */
  readonly failure: string | undefined;
  /** NaN before the first. */
  readonly listingUs: Micros;
  readonly selection: Selection;
  readonly watches: readonly CcxtWatch[];
  /** What watches counted that are no more. */
  readonly past: Readonly<ConnectionCounters>;
}

export function healthOf(facts: CcxtFacts): ExchangeHealth {
  const { selection, watches, listingUs } = facts;
  const counters = noCounters();
  addCounters(counters, facts.past);
  for (const watch of watches) addCounters(counters, watch.counters);
  const connections = watches.map(carrierOf);
  const states = statesOf(watches);
  const messages = connections.flatMap(({ lastMessageUs }) => lastMessageUs ?? []);
  return {
    ...stateOf(facts),
    instruments: watches.reduce((sum, { lives }) => sum + lives.size, 0),
    states,
    lagging: 0,
    excluded: selection.excluded,
    lastMessageUs: messages.length === 0 ? null : Math.max(...messages),
    listingUs: Number.isNaN(listingUs) ? null : listingUs,
    reconnects: watches.reduce((sum, { reconnects }) => sum + reconnects, 0),
    rolls: 0,
    heals: 0,
    connections,
    counters: { ...counters, duplicates: 0 },
  };
}

function carrierOf(watch: CcxtWatch): CarrierHealth {
  const { frames, quotes, rejects } = watch.counters;
  return { ...watch.health(), frames, quotes, rejects: { ...rejects }, states: statesOf([watch]), heals: 0 };
}

function statesOf(watches: readonly CcxtWatch[]): Partial<Record<LifeState, number>> {
  const states: Partial<Record<LifeState, number>> = {};
  for (const watch of watches)
    for (const life of watch.lives.values()) {
      const state = stateOfLife(life, watch);
      states[state] = (states[state] ?? 0) + 1;
    }
  return states;
}

export function instrumentsOf({ selection, watches, nowUs }: CcxtFacts): readonly InstrumentHealth[] {
  const placed = new Map<string, { life: InstrumentLife; watch: CcxtWatch }>();
  for (const watch of watches)
    for (const life of watch.lives.values()) placed.set(life.symbol, { life, watch });
  const rows = [...selection.selected.map((row) => ({ ...row, why: null })), ...selection.left];
  return rows.map(({ symbol, listed, why }): InstrumentHealth => {
    const { exchangeSymbol, tickSize, statusText: status, quoteVolume24h } = listed;
    const common = { symbol, exchangeSymbol, tickSize, status, quoteVolume24h, excluded: why };
    const found = why === null ? placed.get(symbol) : undefined;
    if (found === undefined) return { ...common, ...NOT_WATCHED };
    const { life, watch } = found;
    const { lastQuoteUs, usualIntervalMs, heals } = life;
    return {
      ...common,
      state: stateOfLife(life, watch),
      reason: watch.refusal ?? null,
      lastQuoteAgeMs: Number.isNaN(lastQuoteUs) ? null : Math.round((nowUs - lastQuoteUs) / 1_000),
      usualIntervalMs: Number.isNaN(usualIntervalMs) ? null : usualIntervalMs,
      heals,
    };
  });
}

const NOT_WATCHED = { state: null, reason: null, lastQuoteAgeMs: null, usualIntervalMs: null, heals: null };

function stateOfLife(life: InstrumentLife, watch: CcxtWatch): LifeState {
  if (watch.refusal !== undefined) return 'refused';
  if (life.valid) return 'live';
  return watch.state === 'live' || watch.state === 'open' ? 'waiting' : 'down';
}

function stateOf(facts: CcxtFacts): { state: ExchangeState; reason?: string } {
  const { stopped, failure, selection, watches, listingUs } = facts;
  if (stopped) return { state: 'stopped' };
  if (watches.length === 0) {
    if (failure !== undefined) return { state: 'failed', reason: failure };
    if (Number.isNaN(listingUs)) return { state: 'starting', reason: 'waiting for the listing' };
    const why = selection.left.length > 0 ? 'no listed instrument passes the filter' : 'the listing is empty';
    return { state: 'failed', reason: why };
  }
  const down = watches.filter(({ state }) => state !== 'live');
  if (down.length > 0) {
    const reason = `${down.length} of ${watches.length} watches not live: ${down[0]?.health().reason ?? ''}`;
    if (down.length < watches.length) return { state: 'degraded', reason };
    const begun = watches.some(({ reconnects, state }) => reconnects > 0 || state === 'waiting');
    return { state: begun ? 'failed' : 'starting', reason };
  }
  return failure === undefined ? { state: 'running' } : { state: 'degraded', reason: failure };
}
