// JSON Schemas of the answers, for OpenAPI and for what fastify serialises. Nothing is computed here.

export const ANYTHING = { type: 'object', additionalProperties: true } as const;
const COUNTS = { type: 'object', additionalProperties: { type: 'number' } } as const;

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
    uptime: COUNTS,
    memory: COUNTS,
    loop: COUNTS,
    clock: COUNTS,
    exchanges: { type: 'object', additionalProperties: ANYTHING },
    counters: COUNTS,
    trades: COUNTS,
    rejects: COUNTS,
    queues: { type: 'object', additionalProperties: ANYTHING },
    ingest: { type: 'array', items: ANYTHING },
    charts: COUNTS,
    lake: ANYTHING,
    statistics: ANYTHING,
    windows: ANYTHING,
    ...{ tracked: COUNTS, quality: ANYTHING, liveStatistics: COUNTS },
    alerts: ANYTHING,
    streams: { type: 'object', additionalProperties: ANYTHING },
    analysis: { ...ANYTHING, nullable: true },
    replay: { ...ANYTHING, nullable: true, description: 'What of a lake is replayed; null while recording' },
    memoryTableMb: COUNTS,
  },
} as const;

const TEXT = { type: 'string', nullable: true } as const;
export const NUMBER = { type: 'number', nullable: true } as const;

export const SYMBOLS_QUERY = {
  type: 'object',
  properties: {
    exchange: { type: 'string', description: 'Of this exchange alone; any case' },
    watched: { type: 'string', description: 'true or false: only those that are watched, or are not' },
  },
} as const;

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

export const PAIRS_QUERY = {
  type: 'object',
  properties: {
    symbol: { type: 'string', description: 'Pairs of this symbol alone; any spelling' },
    exchange: { type: 'string', description: 'With this exchange as either leg; any case' },
    sort: {
      type: 'string',
      description:
        'name (default: symbol, exchange1, exchange2) or executable (the better of the two, greatest first)',
    },
    limit: { type: 'string', description: 'Greatest number of rows: 1 to 500 (default 200)' },
    offset: { type: 'string', description: 'Rows to pass over (default 0)' },
    sparkline: { type: 'string', description: 'true (default) or false' },
  },
} as const;

const PERCENT = { ...NUMBER, description: 'Percent; null where a leg is not valid' } as const;

export const PAIRS = {
  type: 'object',
  properties: {
    timestamp: { ...TEXT, description: 'When the values were taken' },
    total: { type: 'number', description: 'Pairs that match' },
    offset: { type: 'number' },
    leftOut: { type: 'number', description: 'Pairs that are not looked at, for want of room' },
    bucketSeconds: { type: 'number' },
    pairs: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          symbol: { type: 'string' },
          exchange1: { type: 'string' },
          exchange2: { type: 'string' },
          spreadPercent: PERCENT,
          executable12Percent: { ...PERCENT, description: 'bid1 / ask2 − 1, before fees' },
          executable21Percent: { ...PERCENT, description: 'bid2 / ask1 − 1, before fees' },
          sparkline: {
            type: 'array',
            nullable: true,
            items: NUMBER,
            description: 'Last spread of each bucket, percent, oldest first; the last one is under way',
          },
        },
      },
    },
  },
} as const;

/** For each of these statuses: the error in JSON. */
export function badRequests(...statuses: readonly number[]): Record<number, object> {
  const content = { 'application/json': { schema: ERROR } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: 'Why there is none', content }]),
  );
}

const NUMBERS = { type: 'array', items: { type: 'number', nullable: true } } as const;

export const CHART = {
  type: 'object',
  properties: {
    symbol: { type: 'string' },
    exchange1: { type: 'string' },
    exchange2: { type: 'string' },
    price: { type: 'string', description: 'What was compared, where that is not the bids' },
    timestamps: { type: 'array', items: { type: 'number' }, description: 'Epoch seconds, with milliseconds' },
    spreads: { ...NUMBERS, description: 'Percent; null where there is none: a hole, up to the next row' },
    upperBand: NUMBERS,
    lowerBand: NUMBERS,
  },
} as const;

/** Columns timestamp (µs UTC), spread, upperBand, lowerBand (or in snake case); null where there is none. */
export const TABLE = { type: 'string', format: 'binary' } as const;

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
    points: {
      type: 'string',
      description:
        'Points of a chart that has more: as many, all of them rows of it; all = every row. Default 2000 on /api/charts, all on /api/dashboard_data',
    },
    price: {
      type: 'string',
      description:
        'bid (default): bid1/bid2. executable: bid1/ask2, selling on exchange1 and buying on exchange2. mid: middle1/middle2',
    },
    case: { type: 'string', description: 'camel (default) or snake: how the keys of a chart are written' },
  },
} as const;

export const COVERAGE_QUERY = {
  type: 'object',
  properties: {
    symbol: { type: 'string', description: 'Needed. Any spelling: BTC/USDT, BTC_USDT, BTCUSDT' },
    exchange: { type: 'string', description: 'Needed. Any case' },
    from: { type: 'string', description: 'ISO 8601 or epoch ms, inclusive; default 24 h before to' },
    to: { type: 'string', description: 'ISO 8601 or epoch ms, exclusive; default now' },
  },
} as const;

const SHARE = { seconds: { type: 'number' }, percent: { type: 'number' } } as const;
const COVERAGE_CLASS = {
  type: 'string',
  enum: ['data', 'quiet-but-alive', 'gap', 'not-collected', 'unknown'],
} as const;

export const COVERAGE = {
  type: 'object',
  properties: {
    symbol: { type: 'string' },
    exchange: { type: 'string' },
    from: { type: 'number', description: 'Epoch seconds, with microseconds, as all times here' },
    to: { type: 'number' },
    totals: {
      type: 'array',
      description: 'Of the whole range: one of each class',
      items: { type: 'object', properties: { class: COVERAGE_CLASS, ...SHARE } },
    },
    gaps: {
      type: 'array',
      description: 'Of the whole range: gaps by reason',
      items: { type: 'object', properties: { reason: { type: 'string' }, ...SHARE } },
    },
    segments: {
      type: 'array',
      description: 'Half-open, each beginning where the one before ends',
      items: {
        type: 'object',
        properties: {
          from: { type: 'number' },
          to: { type: 'number' },
          class: COVERAGE_CLASS,
          reason: { ...TEXT, description: 'Of a gap' },
        },
      },
    },
    joinedBelowSeconds: {
      type: 'number',
      description:
        'Where there are more than 5,000 segments: quiet-but-alive between data that is shorter than this is in the list ' +
        'as data. 0 = nothing is joined',
    },
    cutAt: { ...NUMBER, description: 'Where there still are too many, the list ends here' },
  },
} as const;
