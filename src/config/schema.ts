// Every key of the configuration, with its type, bounds, default and unit: the one place they are written.
// config.schema.json and the checks of config.example.yaml are made from this. Reads nothing.

import Type, { type Static } from 'typebox';
import { type AlertsConfig, AlertsSchema } from './schema-alerts.js';
import { type AnalysisConfig, AnalysisSchema } from './schema-analysis.js';
import { type IngestConfig, IngestSchema } from './schema-ingest.js';
import { LakeSchema } from './schema-lake.js';
import { type QualityConfig, QualitySchema } from './schema-quality.js';

const closed = { additionalProperties: false } as const;

const text = (description: string, value: string) =>
  Type.String({ description, default: value, minLength: 1 });

const symbols = (description: string, value: readonly string[] = []) =>
  Type.Array(Type.String({ minLength: 1 }), { description, default: value });

const ServerSchema = Type.Object(
  {
    host: text(
      'Address to listen on. Other than loopback: anybody who reaches it can read everything.',
      '127.0.0.1',
    ),
    port: Type.Integer({
      description: 'The one port of pages, API and WebSockets. 0 = any free one.',
      default: 8181,
      minimum: 0,
      maximum: 65_535,
    }),
  },
  { ...closed, default: {} },
);

const StatisticsSchema = Type.Object(
  {
    directory: text(
      'Folder of summary_stats_*.csv; the newest complete one is used.',
      'analyzer/summary_stats',
    ),
    minCycles: Type.Number({
      description: 'A pair is an opportunity when opportunity_cycles_040bp is above this (cycles).',
      default: 40,
      minimum: 0,
    }),
  },
  { ...closed, default: {} },
);

const SelectionSchema = Type.Object(
  {
    quotes: symbols('Quote currencies to watch.', ['USDT', 'USDC']),
    minUsdVolume: Type.Number({
      description: 'Least 24 h volume in the quote currency (USD), inclusive.',
      default: 1_500_000,
      minimum: 0,
    }),
    maxUsdVolume: Type.Number({
      description: 'Greatest 24 h volume in the quote currency (USD), inclusive.',
      default: 1_000_000_000_000,
      minimum: 0,
    }),
    allow: symbols('When not empty: exactly these symbols, whatever their quote and volume.'),
    deny: symbols('Never these symbols.'),
  },
  { ...closed, default: {} },
);

const enabled = Type.Boolean({ description: 'Connect to this exchange.', default: true });

/** What is left out of an exchange's own selection comes from the common one. */
const ownSelection = {
  quotes: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  minUsdVolume: Type.Optional(Type.Number({ minimum: 0 })),
  maxUsdVolume: Type.Optional(Type.Number({ minimum: 0 })),
  allow: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  deny: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
};

const ExchangeSchema = Type.Object(
  {
    enabled,
    restUrl: Type.Optional(
      Type.String({ description: 'Base URL of its REST API; default: its own.', pattern: '^https?://\\S+$' }),
    ),
    wsUrl: Type.Optional(
      Type.String({
        description: 'URL of its public WebSocket; default: its own.',
        pattern: '^wss?://\\S+$',
      }),
    ),
    trades: Type.Boolean({
      description: 'Record its trades too; only of exchanges whose channel of trades is known.',
      default: false,
    }),
    ...ownSelection,
  },
  closed,
);

/** An exchange that this version does not know, and ccxt does. */
const CcxtExchangeSchema = Type.Object(
  {
    via: Type.Enum(['ccxt'], {
      description: 'The package that connects to it; optional, to be installed beside this program.',
    }),
    enabled,
    ccxtId: Type.Optional(
      Type.String({
        description: 'Its class in ccxt; default: the name in lower case, without Perp.',
        minLength: 1,
      }),
    ),
    ccxtUrls: Type.Optional(
      Type.Object({}, { description: 'In the place of what stands under urls.api of the class.' }),
    ),
    ccxtOptions: Type.Optional(Type.Object({}, { description: 'Into options of the class.' })),
    ...ownSelection,
  },
  { ...closed, description: 'Any other exchange, by ccxt. A name that ends in Perp is its perpetuals.' },
);

const HistorySchema = Type.Object(
  {
    workers: Type.Integer({
      description: 'Threads that read the lake and compute charts.',
      default: 1,
      minimum: 1,
      maximum: 8,
    }),
  },
  { ...closed, default: {} },
);

const WindowsSchema = Type.Object(
  {
    minutes: Type.Integer({
      description: 'Length of the live window of a watched pair (minutes).',
      default: 15,
      minimum: 1,
      maximum: 240,
    }),
    pairsMax: Type.Integer({
      description: 'Most pairs watched live.',
      default: 100,
      minimum: 1,
      maximum: 690,
    }),
  },
  { ...closed, default: {} },
);

const RealtimeSchema = Type.Object(
  {
    pointsPerChart: Type.Integer({
      description: 'Most points of a chart in a full live frame; least and greatest are kept.',
      default: 100,
      minimum: 10,
      maximum: 1_000,
    }),
  },
  { ...closed, default: {} },
);

const PairsSchema = Type.Object(
  {
    spotPerp: Type.Boolean({ description: 'Also pair spot with perpetual markets.', default: false }),
    watched: Type.Array(
      Type.String({
        description: 'Symbol, left exchange, right exchange.',
        pattern: '^\\s*\\S+\\s+\\S+\\s+\\S+\\s*$',
        examples: ['BTC/USDT Alpha Beta'],
      }),
      {
        description:
          'Always watched live, whatever the statistics say: symbol, left and right exchange, with spaces between.',
        default: [],
      },
    ),
  },
  { ...closed, default: {} },
);

const CaptureSchema = Type.Object(
  {
    directory: Type.Optional(
      Type.String({ description: 'Keep raw frames in this folder; absent: keep none.', minLength: 1 }),
    ),
    megabytesMax: Type.Integer({
      description: 'For each connection (MB); later frames are not kept.',
      default: 50,
      minimum: 1,
      maximum: 10_000,
    }),
  },
  { ...closed, default: {} },
);

const LogSchema = Type.Object(
  {
    level: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], {
      description: 'The least important lines that are written.',
      default: 'info',
    }),
    format: Type.Enum(['text', 'json'], {
      description: 'text: a line to read; json: for collectors of logs.',
      default: 'text',
    }),
  },
  { ...closed, default: {} },
);

/** The whole schema; `exchanges` has one key for each exchange that this version knows. */
export function configSchema(exchangeNames: readonly string[]): object {
  const exchanges = Object.fromEntries(exchangeNames.map((name) => [name, Type.Optional(ExchangeSchema)]));
  const whole = Type.Object(
    {
      server: ServerSchema,
      lake: LakeSchema,
      statistics: StatisticsSchema,
      selection: SelectionSchema,
      exchanges: Type.Object(exchanges, {
        additionalProperties: CcxtExchangeSchema,
        description: 'The exchanges to connect to. Without this key: every one this version knows.',
        default: Object.fromEntries(exchangeNames.map((name) => [name, {}])),
      }),
      ingest: IngestSchema,
      pairs: PairsSchema,
      windows: WindowsSchema,
      realtime: RealtimeSchema,
      analysis: AnalysisSchema,
      quality: QualitySchema,
      alerts: AlertsSchema,
      history: HistorySchema,
      capture: CaptureSchema,
      log: LogSchema,
    },
    {
      ...closed,
      title: 'Spread Aggregator configuration',
      $schema: 'http://json-schema.org/draft-07/schema#',
    },
  );
  return whatHasADefaultMayBeAbsent(whole) as object;
}

/** The type builder requires every key that is not optional in the result; a file may leave out what has a default. */
function whatHasADefaultMayBeAbsent(schema: unknown): unknown {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return schema;
  const { required, ...rest } = schema as Record<string, unknown>;
  const copy = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, whatHasADefaultMayBeAbsent(value)]),
  );
  const properties = (rest['properties'] ?? {}) as Record<string, { default?: unknown }>;
  const needed = (Array.isArray(required) ? required : []).filter(
    (key: string) => properties[key]?.default === undefined,
  );
  return needed.length === 0 ? copy : { ...copy, required: needed };
}

export type SelectionConfig = Static<typeof SelectionSchema>;
export type ExchangeConfig = Static<typeof ExchangeSchema> &
  Partial<Omit<Static<typeof CcxtExchangeSchema>, keyof typeof ownSelection>>;

/** Validated, defaults filled in, frozen. */
export interface Config {
  readonly server: Readonly<Static<typeof ServerSchema>>;
  readonly lake: Readonly<Static<typeof LakeSchema>>;
  readonly statistics: Readonly<Static<typeof StatisticsSchema>>;
  readonly selection: Readonly<SelectionConfig>;
  readonly exchanges: Readonly<Record<string, Readonly<ExchangeConfig>>>;
  readonly ingest: IngestConfig;
  readonly pairs: Readonly<Static<typeof PairsSchema>>;
  readonly windows: Readonly<Static<typeof WindowsSchema>>;
  readonly realtime: Readonly<Static<typeof RealtimeSchema>>;
  readonly analysis: AnalysisConfig;
  readonly quality: QualityConfig;
  readonly alerts: AlertsConfig;
  readonly history: Readonly<Static<typeof HistorySchema>>;
  readonly capture: Readonly<Static<typeof CaptureSchema>>;
  readonly log: Readonly<Static<typeof LogSchema>>;
}
