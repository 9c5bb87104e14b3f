// GET /api/lake/coverage: how much of each hour was covered, of every exchange or of every symbol of one. A history worker works
// it out of folder names and the ledger, beside charts; an answer is kept for a minute at least.

import type { FastifyInstance } from 'fastify';
import { exchangeKey } from '../core/exchange.js';
import type { Clock } from '../core/time.js';
import type { History, WrittenBody } from '../history/service.js';
import { HEATMAP, HEATMAP_QUERY } from './lake-shapes.js';
import { Lately } from './lately.js';
import { type Query, RequestError, text, wholeNumber } from './query.js';
import { asAnswer, sendJson } from './read-for.js';
import { badRequests } from './shapes.js';

export interface HeatmapDeps {
  readonly history: History;
  readonly clock: Pick<Clock, 'nowUs'>;
  readonly limits: {
    readonly heatmapRowsMax: number;
    readonly heatmapDaysMax: number;
    readonly heatmapsKeptMax: number;
    readonly heatmapsUnderWayMax: number;
  };
}

const DAYS_DEFAULT = 2;
const HOURS_A_DAY = 24;

export function heatmapRoute(app: FastifyInstance, { history, clock, limits }: HeatmapDeps): void {
  const { heatmapRowsMax: rowsMax, heatmapDaysMax, heatmapsKeptMax, heatmapsUnderWayMax } = limits;
  const lately = new Lately<WrittenBody | undefined>(clock, heatmapsKeptMax);
  let underWay = 0;
  const make = async (hours: number, exchange: string | undefined) => {
    if (underWay >= heatmapsUnderWayMax)
      throw new RequestError(503, `${underWay} of these are being worked out already; ask again later`);
    underWay += 1;
    try {
      const asked = { hours, nowUs: clock.nowUs(), rowsMax, ...(exchange === undefined ? {} : { exchange }) };
      return await history.read('heatmap', asked);
    } finally {
      underWay -= 1;
    }
  };
  const schema = {
    summary:
      'How much of each hour was covered by data or proof of being alive, of each exchange or of each symbol of one; from the ledger ' +
      'and folder names alone',
    querystring: HEATMAP_QUERY,
    response: { 200: HEATMAP, ...badRequests(400, 404, 503) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/lake/coverage', { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const hours = (wholeNumber(query, 'days', 1, heatmapDaysMax) ?? DAYS_DEFAULT) * HOURS_A_DAY;
    const exchange = text(query, 'exchange');
    const key = `${hours} ${exchange === undefined ? '' : exchangeKey(exchange)}`;
    const found = await lately
      .get(key, () => make(hours, exchange))
      .catch((error: unknown) => {
        throw asAnswer(error);
      });
    if (found === undefined) throw new RequestError(404, `no quotes of ${exchange ?? ''} in the lake`);
    return sendJson(reply, found.json);
  });
}
