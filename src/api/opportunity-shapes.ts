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

export const QUALITY_QUERY = {
  type: 'object',
  properties: {
    symbol: { type: 'string', description: 'Any spelling' },
    exchange1: { type: 'string', description: 'The left leg; any case' },
    exchange2: { type: 'string' },
    from: { type: 'string', description: 'ISO 8601 or epoch milliseconds; default: a day before the end' },
    to: { type: 'string', description: 'The same, exclusive; default: the newest quote of both legs' },
  },
} as const;

const SECONDS = { type: 'number', description: 'Seconds' } as const;

export const QUALITY = {
  type: 'object',
  properties: {
    symbol: { type: 'string' },
    exchange1: { type: 'string' },
    exchange2: { type: 'string' },
    from: { type: 'number', description: 'Epoch seconds, inclusive' },
    to: { type: 'number', description: 'Epoch seconds, exclusive' },
    reasons: {
      type: 'array',
      items: { type: 'string' },
      description: 'What the bits of refusals stand for, the lowest first',
    },
    starts: {
      type: 'array',
      items: { type: 'number' },
      description: 'Of each spell, epoch seconds; it ends where the next begins',
    },
    refusals: {
      type: 'array',
      items: { type: 'integer' },
      description: 'Bits, of each spell; 0: it could have been traded',
    },
    joinedBelowSeconds: SECONDS,
    seenSeconds: SECONDS,
    payingSeconds: SECONDS,
    tradableSeconds: SECONDS,
    refusedSeconds: { type: 'object', additionalProperties: { type: 'number' } },
  },
} as const;
