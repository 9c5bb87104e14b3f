// JSON Schemas of what the page asks for beside charts, for OpenAPI and for what fastify serialises. Nothing is computed here.

const NUMBERS = { type: 'array', items: { type: 'number', nullable: true } } as const;

const PAIR_QUERY = {
  symbol: { type: 'string', description: 'Needed. Any spelling: BTC/USDT, BTC_USDT, BTCUSDT' },
  exchange1: { type: 'string', description: 'Needed. The left leg; any case' },
  exchange2: { type: 'string', description: 'Needed' },
  from: { type: 'string', description: 'ISO 8601 or epoch ms, inclusive' },
  to: {
    type: 'string',
    description: 'ISO 8601 or epoch ms, exclusive. Without from and to: 24 h up to the newest common quote',
  },
} as const;

const PAIR_RANGE = {
  symbol: { type: 'string' },
  from: { type: 'number', description: 'Epoch seconds, with microseconds' },
  to: { type: 'number' },
} as const;

export const LEGS_QUERY = {
  type: 'object',
  properties: {
    ...PAIR_QUERY,
    points: {
      type: 'string',
      description: 'Rows of each leg at most, all of them rows of it: 10 to 10000, default 1000',
    },
  },
} as const;

export const LEGS = {
  type: 'object',
  properties: {
    ...PAIR_RANGE,
    legs: {
      type: 'array',
      description: 'Of exchange1, then of exchange2',
      items: {
        type: 'object',
        properties: {
          exchange: { type: 'string' },
          timestamps: {
            type: 'array',
            items: { type: 'number' },
            description: 'Epoch seconds, with milliseconds',
          },
          bid: { ...NUMBERS, description: 'null for both: from here on no quote stands, up to the next row' },
          ask: NUMBERS,
        },
      },
    },
  },
} as const;

export const CYCLES_QUERY = {
  type: 'object',
  properties: {
    ...PAIR_QUERY,
    threshold: { type: 'string', description: 'Percent: 0.05 to 1000, default 0.4' },
  },
} as const;

export const CYCLES = {
  type: 'object',
  properties: {
    ...PAIR_RANGE,
    exchange1: { type: 'string' },
    exchange2: { type: 'string' },
    thresholdPercent: { type: 'number' },
    neutralPercent: { type: 'number' },
    cycles: {
      type: 'array',
      description: 'In the order of time',
      items: {
        type: 'object',
        properties: {
          from: { type: 'number', description: 'When it armed: epoch seconds, with microseconds' },
          to: { type: 'number', description: 'When it was back at neutral' },
          direction: {
            type: 'string',
            enum: ['up', 'down'],
            description: 'up: above the threshold; down: below its negative',
          },
          peakPercent: { type: 'number', description: 'The spread that was farthest from zero' },
          peakAt: { type: 'number', description: 'When it came first' },
        },
      },
    },
    broken: { type: 'number', description: 'Armed, and then a hole: nobody knows how these ended' },
    more: { type: 'boolean', description: 'Older ones were left out' },
  },
} as const;

export const QUALITY_QUERY = { type: 'object', properties: PAIR_QUERY } as const;

const SECONDS = { type: 'number', description: 'Seconds' } as const;

export const QUALITY = {
  type: 'object',
  properties: {
    ...PAIR_RANGE,
    exchange1: { type: 'string' },
    exchange2: { type: 'string' },
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
