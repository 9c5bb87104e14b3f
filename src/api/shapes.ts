// JSON Schemas of the answers, for OpenAPI and for what fastify serialises. No code.

const ANYTHING = { type: 'object', additionalProperties: true } as const;

export const PING = { type: 'object', properties: { status: { type: 'string' } } } as const;

export const ERROR = {
  type: 'object',
  properties: { error: { type: 'string' }, field: { type: 'string' } },
  required: ['error'],
} as const;

export const HEALTH = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['healthy', 'degraded'] },
    reasons: { type: 'array', items: { type: 'string' }, description: 'Why it is degraded' },
    timestamp: { type: 'string' },
    uptime: { type: 'object', additionalProperties: { type: 'number' } },
    memory: { type: 'object', additionalProperties: { type: 'number' } },
    clock: { type: 'object', additionalProperties: { type: 'number' } },
    exchanges: { type: 'object', additionalProperties: ANYTHING },
    counters: { type: 'object', additionalProperties: { type: 'number' } },
    trades: { type: 'object', additionalProperties: { type: 'number' } },
    rejects: { type: 'object', additionalProperties: { type: 'number' } },
    queues: { type: 'object', additionalProperties: ANYTHING },
    charts: { type: 'object', additionalProperties: { type: 'number' } },
    lake: ANYTHING,
    statistics: ANYTHING,
    windows: ANYTHING,
    streams: { type: 'object', additionalProperties: ANYTHING },
    analysis: { ...ANYTHING, nullable: true },
    memoryTableMb: { type: 'object', additionalProperties: { type: 'number' } },
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

export const SYMBOLS_QUERY = {
  type: 'object',
  properties: {
    exchange: { type: 'string', description: 'Of this exchange alone; any case' },
    watched: { type: 'string', description: 'true or false: only those that are watched, or are not' },
  },
} as const;

const TEXT = { type: 'string', nullable: true } as const;
const NUMBER = { type: 'number', nullable: true } as const;

export const SYMBOLS = {
  type: 'object',
  properties: {
    symbols: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          exchange: { type: 'string' },
          symbol: { type: 'string' },
          exchangeSymbol: { type: 'string' },
          tickSize: NUMBER,
          status: { type: 'string' },
          quoteVolume24h: NUMBER,
          excluded: { ...TEXT, description: 'Why it is not watched; null where it is' },
          state: { ...TEXT, description: 'waiting, live, stale, refused or down' },
          reason: TEXT,
          lastQuoteAgeMs: NUMBER,
          usualIntervalMs: NUMBER,
          heals: NUMBER,
        },
      },
    },
  },
} as const;

const NUMBERS = { type: 'array', items: { type: 'number', nullable: true } } as const;

export const CHART = {
  type: 'object',
  properties: {
    symbol: { type: 'string' },
    exchange1: { type: 'string' },
    exchange2: { type: 'string' },
    timestamps: { type: 'array', items: { type: 'number' }, description: 'Epoch seconds, with milliseconds' },
    spreads: { ...NUMBERS, description: 'Percent; null where there is none: a hole, up to the next row' },
    upperBand: NUMBERS,
    lowerBand: NUMBERS,
  },
} as const;

export const DASHBOARD_QUERY = {
  type: 'object',
  properties: {
    symbol: { type: 'string', description: 'Any spelling: BTC/USDT, BTC_USDT, BTCUSDT' },
    exchange1: { type: 'string', description: 'The left leg; any case' },
    exchange2: { type: 'string' },
    from: { type: 'string', description: 'ISO 8601 or epoch ms, inclusive' },
    to: {
      type: 'string',
      description: 'ISO 8601 or epoch ms, exclusive. Without from and to: 24 h up to the newest common quote',
    },
    points: { type: 'string', description: 'Greatest number of points of a chart, or all (default)' },
    case: { type: 'string', description: 'camel (default) or snake: how the keys of a chart are written' },
  },
} as const;
