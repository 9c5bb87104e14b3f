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
