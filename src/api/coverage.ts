// GET /api/coverage: what of an instrument's time is covered. A history worker works it out; a client that goes away
// stops it.

import type { FastifyInstance } from 'fastify';
import { symbolKey } from '../core/symbol.js';
import { type Clock, type Micros, secondsOf, US_PER_DAY } from '../core/time.js';
import type { Coverage, History } from '../history/service.js';
import type { CoverageClass, CoverageReply } from './contract.js';
import { bad, needed, type Query, RequestError, time } from './query.js';
import { readFor, sendJson } from './read-for.js';
import { badRequests, COVERAGE, COVERAGE_QUERY } from './shapes.js';

export interface CoverageDeps {
  readonly history: History;
  readonly clock: Pick<Clock, 'nowUs'>;
  readonly limits: { readonly coverageSegmentsMax: number };
}

const RANGE_US_DEFAULT = US_PER_DAY;
/** A longer one would keep charts waiting for its worker. */
const RANGE_DAYS_MAX = 31;

export function coverageRoute(app: FastifyInstance, { history, clock, limits }: CoverageDeps): void {
  const schema = {
    summary:
      "Every moment of an instrument's time as exactly one of data, quiet-but-alive, gap (with its reason), not-collected, " +
      'unknown; at most 31 days',
    querystring: COVERAGE_QUERY,
    response: { 200: COVERAGE, ...badRequests(400, 404, 503) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/coverage', { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const symbol = needed(query, 'symbol', 'a symbol such as BTC/USDT');
    if (symbolKey(symbol) === '') throw bad('symbol', 'a symbol such as BTC/USDT', symbol);
    const exchange = needed(query, 'exchange', 'the name of an exchange');
    const nowUs = clock.nowUs();
    const range = rangeOf(query, nowUs);
    const asked = { symbol, exchange, ...range, nowUs, segmentsMax: limits.coverageSegmentsMax };
    const found = await readFor(reply, history, 'coverage', asked);
    if (found === undefined) throw new RequestError(404, `no quotes of ${symbol} on ${exchange} in the lake`);
    return sendJson(reply, JSON.stringify(bodyOf(found, range)));
  });
}

interface Range {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

function rangeOf(query: Query, nowUs: Micros): Range {
  const toUs = time(query, 'to') ?? nowUs;
  const fromUs = time(query, 'from') ?? toUs - RANGE_US_DEFAULT;
  if (fromUs >= toUs)
    throw query['to'] === undefined
      ? bad('from', 'a time before now', String(query['from']))
      : bad('to', 'a time after from', String(query['to']));
  if (toUs - fromUs > RANGE_DAYS_MAX * US_PER_DAY)
    throw bad('from', `a time at most ${RANGE_DAYS_MAX} days before to`, String(query['from']));
  return { fromUs, toUs };
}

function bodyOf(found: Coverage, { fromUs, toUs }: Range): CoverageReply {
  const { symbol, exchange, totals, segments, joinedBelowUs, cutAtUs } = found;
  const share = (us: Micros) => ({ seconds: secondsOf(us), percent: (us / (toUs - fromUs)) * 100 });
  return {
    symbol,
    exchange,
    from: secondsOf(fromUs),
    to: secondsOf(toUs),
    totals: Object.entries(totals.us).map(([name, us]) => ({ class: name as CoverageClass, ...share(us) })),
    gaps: [...totals.gapUs].map(([reason, us]) => ({ reason, ...share(us) })),
    segments: segments.map((segment) => ({
      from: secondsOf(segment.fromUs),
      to: secondsOf(segment.toUs),
      class: segment.class,
      reason: segment.reason,
    })),
    joinedBelowSeconds: secondsOf(joinedBelowUs),
    cutAt: cutAtUs === null ? null : secondsOf(cutAtUs),
  };
}
