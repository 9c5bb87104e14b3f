// What the list of opportunities is asked with and answers, for OpenAPI and for writing the answer.

import { REFUSALS } from '../core/refusals.js';
import { ANYTHING, NUMBER } from './shapes.js';

export const OPPORTUNITIES_QUERY = {
  type: 'object',
  properties: {
    sort: {
      type: 'string',
      description:
        'name (default), edge, fresh (what is left of it beyond the pair’s own basis), net or cycles; all but name: the most first',
    },
    minCycles: {
      type: 'string',
      description: 'Pairs with more cycles of 40 bp than this; default: as configured',
    },
    minEdgeBps: {
      type: 'string',
      description: 'The better executable spread after all fees is at least this now',
    },
    symbol: { type: 'string', description: 'Of this symbol alone; any spelling' },
    exchange: { type: 'string', description: 'With this exchange as either leg; any case' },
    alive: { type: 'string', description: '1: only where both legs have a quote that stands' },
    limit: { type: 'string', description: 'At most so many; default: all, of the top 20' },
  },
} as const;

export const OPPORTUNITIES = {
  type: 'object',
  properties: {
    opportunities: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          symbol: { type: 'string' },
          exchange1: { type: 'string' },
          exchange2: { type: 'string' },
          opportunityCycles: { type: 'number' },
          tradable: { type: 'boolean' },
          refusals: {
            type: 'array',
            items: { type: 'string' },
            description: `Every reason that holds, of ${REFUSALS.join(', ')}`,
          },
          edgeBps: {
            ...NUMBER,
            description: 'The better executable spread less the taker fees of a round trip',
          },
          freshEdgeBps: {
            ...NUMBER,
            description: 'The same less the pair’s own long median in that direction',
          },
          spreadPercent: NUMBER,
          executable12Percent: NUMBER,
          executable21Percent: NUMBER,
          legs: {
            type: 'array',
            items: { type: 'object', properties: { ageMs: NUMBER, live: { type: 'boolean' } } },
          },
          statistics: { ...ANYTHING, description: 'The columns of the statistics file, by name' },
        },
      },
    },
    warnings: { type: 'array', items: { type: 'string' } },
    file: {
      type: 'string',
      nullable: true,
      description: 'The statistics file that it is of, as in /api/health; null where there is none',
    },
    minCycles: { type: 'number', description: 'Pairs with more cycles than this pass the filter' },
  },
} as const;
