// GET /api/live_statistics: statistics of the watched pairs, of the hour that is under way up to this moment and of the one before.
// Worked out when asked for, a pair a turn of the loop, so that an answer never holds up the quotes.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { LiveStatisticsReply, LiveStatisticsSummary, PairName } from './contract.js';
import { pairMatcher, type Query } from './query.js';
import { badRequests } from './shapes.js';

export interface LiveStatisticsDeps {
  /** Of those that are wanted, by rank. */
  readonly liveStatistics: (isWanted: (names: PairName) => boolean) => Iterable<LiveStatisticsSummary>;
}

const QUERY = {
  type: 'object',
  properties: {
    symbol: { type: 'string', description: 'Pairs of this symbol alone; any spelling' },
    exchange: { type: 'string', description: 'With this exchange as either leg; any case' },
  },
} as const;

const HOUR = {
  type: 'object',
  nullable: true,
  properties: {
    from: { type: 'number', description: 'Epoch seconds' },
    to: { type: 'number' },
    whole: { type: 'boolean', description: 'Watched from the beginning of the hour on' },
    gapsLate: { type: 'number', description: 'Holes that were told too late to be taken out' },
    statistics: {
      type: 'object',
      nullable: true,
      additionalProperties: true,
      description: 'The columns of the statistics file, by name; null where no quotes met',
    },
  },
} as const;

const REPLY = {
  type: 'object',
  properties: {
    pairs: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          symbol: { type: 'string' },
          exchange1: { type: 'string' },
          exchange2: { type: 'string' },
          now: HOUR,
          last: HOUR,
        },
      },
    },
  },
} as const;

export function liveStatisticsRoute(app: FastifyInstance, { liveStatistics }: LiveStatisticsDeps): void {
  const schema = {
    summary: 'Statistics of the watched pairs, of the hour under way and of the last one',
    querystring: QUERY,
    response: { 200: REPLY, ...badRequests(400) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/live_statistics', { schema, validatorCompiler }, async (request) => {
    const isWanted = pairMatcher(request.query as Query);
    const pairs: LiveStatisticsSummary[] = [];
    for (const pair of liveStatistics(isWanted)) {
      pairs.push(pair);
      await nextTurn();
    }
    return { pairs } satisfies LiveStatisticsReply;
  });
}
