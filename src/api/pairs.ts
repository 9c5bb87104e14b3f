// GET /api/pairs: every pair of live legs, with its last spread, both executable spreads and a sparkline. Reads
// what the last pass over all pairs has left; bounded by rows, so that an answer never holds up the loop.

import type { FastifyInstance } from 'fastify';
import { orNull } from '../core/numbers.js';
import { isoMicros } from '../core/time.js';
import { SPARKLINE_BUCKET_SECONDS, type Tracked } from '../windows/tracked.js';
import type { PairSummary, PairsReply } from './contract.js';
import { oneOf, pairMatcher, type Query, wholeNumber } from './query.js';
import { badRequests, PAIRS, PAIRS_QUERY } from './shapes.js';

export interface PairsDeps {
  readonly tracked: Tracked;
  readonly limits: { readonly pairsAnsweredMax: number };
}

const ROWS_DEFAULT = 200;
/** Sparklines are drawn a few pixels high: a thousandth of a basis point is plenty. */
const SPARKLINE_STEPS_PER_PERCENT = 1e5;

export function pairsRoute(app: FastifyInstance, { tracked, limits }: PairsDeps): void {
  const schema = {
    summary: 'Every pair of live legs: last spread, executable spreads, a sparkline of 15 minutes; at 1 Hz',
    querystring: PAIRS_QUERY,
    response: { 200: PAIRS, ...badRequests(400) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/pairs', { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const limit = wholeNumber(query, 'limit', 1, limits.pairsAnsweredMax) ?? ROWS_DEFAULT;
    const offset = wholeNumber(query, 'offset', 0, Number.MAX_SAFE_INTEGER) ?? 0;
    const order = oneOf(query, 'sort', ['name', 'executable']) ?? 'name';
    const withSparkline = oneOf(query, 'sparkline', ['true', 'false']) !== 'false';
    const matches = pairMatcher(query);
    const found = tracked.pairs
      .byName()
      .filter((pair) => tracked.isLive(pair) && matches(tracked.pairs.names(pair)));
    // The sort is stable: of equal ones, names decide.
    if (order === 'executable') found.sort((a, b) => bestOf(tracked, b) - bestOf(tracked, a));
    const { sampledUs } = tracked;
    const body: PairsReply = {
      timestamp: Number.isNaN(sampledUs) ? null : isoMicros(sampledUs),
      total: found.length,
      offset,
      leftOut: tracked.pairs.leftOut,
      bucketSeconds: SPARKLINE_BUCKET_SECONDS,
      pairs: found.slice(offset, offset + limit).map((pair) => rowOf(tracked, pair, withSparkline)),
    };
    // Twice as fast as by the schema, and on the loop that receives quotes.
    return await reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
  });
}

/** Pairs without a value come last. */
function bestOf({ executable12, executable21 }: Tracked, pair: number): number {
  const best = Math.max(executable12[pair]!, executable21[pair]!);
  return Number.isNaN(best) ? -Number.MAX_VALUE : best;
}

function rowOf(tracked: Tracked, pair: number, withSparkline: boolean): PairSummary {
  return {
    ...tracked.pairs.names(pair),
    spreadPercent: orNull(tracked.spread[pair]!),
    executable12Percent: orNull(tracked.executable12[pair]!),
    executable21Percent: orNull(tracked.executable21[pair]!),
    sparkline: withSparkline ? Array.from(tracked.sparkline(pair), roundedOrNull) : null,
  };
}

function roundedOrNull(value: number): number | null {
  return orNull(Math.round(value * SPARKLINE_STEPS_PER_PERCENT) / SPARKLINE_STEPS_PER_PERCENT);
}
