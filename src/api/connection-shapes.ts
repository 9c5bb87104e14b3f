// JSON Schemas of what is told of connections, for OpenAPI and for what fastify serialises. Nothing is computed here.

const NUMBER = { type: 'number' } as const;
const NULLABLE = { type: 'number', nullable: true } as const;
const TEXT = { type: 'string', nullable: true } as const;
const COUNTS = { type: 'object', additionalProperties: NUMBER } as const;

export const CONNECTIONS_QUERY = {
  type: 'object',
  properties: { exchange: { type: 'string', description: 'Of this one alone; any case' } },
} as const;

const CONNECTION = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    state: { type: 'string', description: 'waiting, connecting, open, live or stopped' },
    reason: { ...TEXT, description: 'Why it is not live' },
    symbols: NUMBER,
    states: { ...COUNTS, description: 'Its instruments: waiting, live, stale, refused, down' },
    lagMs: { ...NULLABLE, description: 'How late its quotes come; null = not measured' },
    lastMessageAgeMs: NULLABLE,
    reconnects: NUMBER,
    heals: NUMBER,
    frames: { ...NUMBER, description: 'Since it began, as quotes and rejects' },
    quotes: NUMBER,
    rejects: COUNTS,
    refused: {
      type: 'array',
      description: 'What the exchange would not stream, with its words; at most 100',
      items: {
        type: 'object',
        properties: { exchangeSymbol: { type: 'string' }, reason: { type: 'string' } },
      },
    },
    refusedTotal: NUMBER,
  },
} as const;

export const CONNECTIONS = {
  type: 'object',
  properties: {
    timestamp: { type: 'string' },
    exchanges: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          state: { type: 'string', description: 'starting, running, degraded, failed or stopped' },
          reason: { ...TEXT, description: 'Why it is not running' },
          instruments: NUMBER,
          states: COUNTS,
          lagging: NUMBER,
          lastMessageAgeMs: NULLABLE,
          listingAgeMs: NULLABLE,
          reconnects: NUMBER,
          rolls: { ...NUMBER, description: 'Connections replaced without a hole' },
          heals: { ...NUMBER, description: 'Instruments that came back after they were stale' },
          frames: NUMBER,
          quotes: NUMBER,
          trades: NUMBER,
          controls: NUMBER,
          gaps: NUMBER,
          duplicates: NUMBER,
          rejects: COUNTS,
          connections: { type: 'array', items: CONNECTION },
        },
      },
    },
  },
} as const;
