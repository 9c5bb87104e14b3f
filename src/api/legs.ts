// GET /api/legs: the prices of both legs of a pair over a range, for a chart below that of its spread. A history worker reads
// and writes them; a client that goes away stops it.

import type { FastifyInstance } from 'fastify';
import { US_PER_DAY } from '../core/time.js';
import type { History } from '../history/service.js';
import { LEGS, LEGS_QUERY } from './page-shapes.js';
import { pairFound } from './pair-answers.js';
import { givenRange, neededPair, type Query, wholeNumber } from './query.js';
import { readFor, sendJson } from './read-for.js';
import { badRequests } from './shapes.js';

export interface LegsDeps {
  readonly history: History;
  readonly limits: { readonly legPointsMax: number; readonly pairDaysMax: number };
}

const POINTS_DEFAULT = 1_000;
/** Fewer would not hold what a single bucket keeps. */
const POINTS_MIN = 10;

export function legsRoute(app: FastifyInstance, { history, limits }: LegsDeps): void {
  const { legPointsMax, pairDaysMax } = limits;
  const schema = {
    summary:
      "Bid and ask of both legs of a pair over one range, each leg's own rows; a row of nulls where its quote stops standing. " +
      `At most ${pairDaysMax} days`,
    querystring: LEGS_QUERY,
    response: { 200: LEGS, ...badRequests(400, 404, 503) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/legs', { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const pair = neededPair(query);
    const points = wholeNumber(query, 'points', POINTS_MIN, legPointsMax) ?? POINTS_DEFAULT;
    const rangeUsMax = pairDaysMax * US_PER_DAY;
    const found = await readFor(reply, history, 'legs', {
      ...pair,
      ...givenRange(query),
      points,
      rangeUsMax,
    });
    return sendJson(reply, pairFound(found, pair, query, pairDaysMax).json);
  });
}
