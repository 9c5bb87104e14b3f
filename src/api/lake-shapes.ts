// JSON Schemas of what is told of the lake, for OpenAPI and for what fastify serialises. Nothing is computed here.

const NUMBER = { type: 'number', nullable: true } as const;
const TEXT = { type: 'string', nullable: true } as const;
const SIZE = {
  type: 'object',
  properties: { bytes: { type: 'number' }, files: { type: 'number' } },
} as const;

export const LAKE = {
  type: 'object',
  properties: {
    root: { type: 'string', description: 'As configured; of an absolute path the last name alone' },
    at: { type: 'string', description: 'When its folders were looked at' },
    recording: { type: 'boolean' },
    troubles: { type: 'array', items: { type: 'string' } },
    bytes: { type: 'number' },
    files: { type: 'number' },
    days: {
      type: 'array',
      description: 'UTC, ascending; the newest 1,000',
      items: {
        type: 'object',
        properties: {
          date: { type: 'string' },
          bytes: { type: 'number', description: 'Of everything of the day' },
          files: { type: 'number' },
          instruments: { type: 'number' },
          compacted: { type: 'boolean' },
        },
      },
    },
    daysTotal: { type: 'number' },
    oldest: TEXT,
    newest: TEXT,
    underWay: { ...SIZE, description: 'Journal and runs: in no file of a day yet' },
    broken: { ...SIZE, description: 'Damaged, or half-written when a process ended' },
    exchanges: { type: 'number' },
    symbols: { type: 'number' },
    instruments: { type: 'number' },
    growthBytesPerDay: { ...NUMBER, description: 'Mean of the newest full days' },
    growthDays: { type: 'number', description: 'How many days that is of, 7 at most' },
    freeBytes: { ...NUMBER, description: 'Of the disk' },
    skipped: { type: 'number', description: 'Files that could not be read; /api/health names them' },
    recordedSinceStart: { type: 'number', description: 'Quotes' },
    journal: {
      type: 'object',
      properties: {
        waitingBytes: { type: 'number', description: 'That wait for the disk' },
        droppedQuotes: { type: 'number', description: 'Since the start, for want of room' },
        lastSyncMs: NUMBER,
        unsyncedMs: NUMBER,
      },
    },
    kept: {
      type: 'object',
      description: 'As configured; null = all, no bound',
      properties: { hotDays: { type: 'number' }, retentionDays: NUMBER, bytesMax: NUMBER },
    },
    care: {
      type: 'object',
      nullable: true,
      description: 'Compaction and retention since the start; null where closed days are left as they are',
      properties: {
        running: { type: 'boolean' },
        daysWaiting: { type: 'number' },
        daysCompacted: { type: 'number' },
        daysRemoved: { type: 'number' },
        lastCompaction: { type: 'object', nullable: true, additionalProperties: true },
      },
    },
  },
} as const;

export const HEATMAP_QUERY = {
  type: 'object',
  properties: {
    days: {
      type: 'string',
      description: 'So many times 24 hours, up to the one under way: 1 to 14, default 2',
    },
    exchange: {
      type: 'string',
      description: 'A row a symbol of this one, any case; default: a row an exchange',
    },
  },
} as const;

export const HEATMAP = {
  type: 'object',
  properties: {
    from: { type: 'number', description: 'Start of the first hour, epoch seconds' },
    hours: { type: 'number' },
    rows: {
      type: 'array',
      description: 'By name; 300 at most',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          covered: {
            type: 'array',
            items: NUMBER,
            description:
              'Of the time in which it was collected, 0 to 1; null = it was not, or no ledger was kept',
          },
          gap: { type: 'array', items: { type: 'number' }, description: 'The rest of that time' },
        },
      },
    },
    leftOut: { type: 'number', description: 'Rows beyond that' },
  },
} as const;
