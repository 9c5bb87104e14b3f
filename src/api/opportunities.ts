// GET /api/opportunities: the pairs that the statistics recommend, each with its numbers and with what its legs do now; and
// /api/opportunities/top: those that could be traded now, the best first. Reads what others have; computes nothing.

import type { FastifyInstance } from 'fastify';
import { orNull } from '../core/numbers.js';
import { turnedPercent } from '../core/percent.js';
import { refusalsOf } from '../core/refusals.js';
import { chosen, type JudgedPair, judge, ORDERS, type PairNow, type Wanted } from '../opportunities/rank.js';
import type { OpportunityStore } from '../opportunities/store.js';
import type { Tracked } from '../windows/tracked.js';
import type { OpportunitiesReply, OpportunitySummary } from './contract.js';
import { OPPORTUNITIES, OPPORTUNITIES_QUERY } from './opportunity-shapes.js';
import type { SpreadQuality } from './quality.js';
import { decimal, oneOf, type Query, text, wholeNumber } from './query.js';
import { badRequests } from './shapes.js';

export interface OpportunitiesDeps {
  readonly opportunities: OpportunityStore;
  readonly tracked: Tracked;
  readonly quality: SpreadQuality;
  /** Percent: the taker fees of a round trip. */
  readonly costPercent: (exchange1: string, exchange2: string) => number;
  readonly limits: { readonly pairsAnsweredMax: number };
}

const TOP_DEFAULT = 20;

export function opportunitiesRoutes(app: FastifyInstance, deps: OpportunitiesDeps): void {
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  const schema = {
    querystring: OPPORTUNITIES_QUERY,
    response: { 200: OPPORTUNITIES, ...badRequests(400) },
  };
  const list = { ...schema, summary: 'Pairs that the newest statistics recommend, and how they are now' };
  app.get('/api/opportunities', { schema: list, validatorCompiler }, async (request) =>
    answer(deps, request.query as Query, {}),
  );
  const top = { ...schema, summary: 'Those of them that could be traded now, the best first' };
  app.get('/api/opportunities/top', { schema: top, validatorCompiler }, async (request) =>
    answer(deps, request.query as Query, { sort: 'fresh', tradable: true, limit: TOP_DEFAULT }),
  );
}

async function answer(
  { opportunities, tracked, quality, costPercent, limits }: OpportunitiesDeps,
  query: Query,
  otherwise: Wanted & { readonly limit?: number },
): Promise<OpportunitiesReply> {
  const asked = {
    sort: oneOf(query, 'sort', ORDERS) ?? otherwise.sort,
    minEdgeBps: decimal(query, 'minEdgeBps', -10_000, 1_000_000),
    symbol: text(query, 'symbol'),
    exchange: text(query, 'exchange'),
    alive: oneOf(query, 'alive', ['0', '1', 'true', 'false']),
  };
  const limit = wholeNumber(query, 'limit', 1, limits.pairsAnsweredMax) ?? otherwise.limit;
  const minCycles = wholeNumber(query, 'minCycles', 0, 1e9);
  const found = await opportunities.list(minCycles);
  const wanted: Wanted = {
    ...{ ...otherwise, ...asked },
    alive: asked.alive === '1' || asked.alive === 'true',
  };
  const judged = found.opportunities.map((one) =>
    judge(one, nowOf(tracked, quality, one), costPercent(one.exchange1, one.exchange2)),
  );
  return {
    opportunities: chosen(judged, wanted).slice(0, limit).map(summaryOf),
    warnings: found.warnings.map(({ message }) => message),
    file: found.file,
    minCycles: found.minCycles,
  };
}

/** Null where not both legs are received. */
export function nowOf(
  tracked: Tracked,
  quality: SpreadQuality,
  names: { readonly symbol: string; readonly exchange1: string; readonly exchange2: string },
): PairNow | null {
  const found = tracked.pairs.find(names);
  if (found === undefined) return null;
  const { pair, isTurned } = found;
  const [leg1, leg2] = [tracked.leg(pair, 0), tracked.leg(pair, 1)];
  const [edge12, edge21] = [tracked.executable12[pair]!, tracked.executable21[pair]!];
  const spreadPercent = tracked.spread[pair]!;
  const judged = {
    refusals: refusalsOf(quality.refusals[pair]!),
    freshEdgePercent: quality.freshEdge[pair]!,
  };
  if (!isTurned) return { spreadPercent, executablePercent: [edge12, edge21], legs: [leg1, leg2], ...judged };
  return {
    spreadPercent: turnedPercent(spreadPercent),
    executablePercent: [edge21, edge12],
    legs: [leg2, leg1],
    ...judged,
  };
}

export function summaryOf({
  opportunity,
  now,
  edgeBps,
  freshEdgeBps,
  refusals,
}: JudgedPair): OpportunitySummary {
  const { symbol, exchange1, exchange2, opportunityCycles, statistics } = opportunity;
  const leg = (at: 0 | 1) => {
    const { ageMs = Number.NaN, stands = false } = now?.legs[at] ?? {};
    return { ageMs: orNull(Math.round(ageMs)), live: stands };
  };
  return {
    ...{ symbol, exchange1, exchange2, opportunityCycles },
    tradable: refusals.length === 0,
    refusals,
    edgeBps: orNull(edgeBps),
    freshEdgeBps: orNull(freshEdgeBps),
    spreadPercent: orNull(now?.spreadPercent ?? Number.NaN),
    executable12Percent: orNull(now?.executablePercent[0] ?? Number.NaN),
    executable21Percent: orNull(now?.executablePercent[1] ?? Number.NaN),
    legs: [leg(0), leg(1)],
    statistics: Object.fromEntries(
      Object.entries(statistics).map(([name, value]) => [
        name,
        typeof value === 'number' ? orNull(value) : value,
      ]),
    ),
  };
}
