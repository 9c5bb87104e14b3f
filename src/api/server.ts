// The one HTTP port: routes, limits, CORS, errors, OpenAPI. Answers from what it is handed; computes nothing
// itself and never touches the disk after start.

import swagger from '@fastify/swagger';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { exchangeKey } from '../core/exchange.js';
import type { Log } from '../core/log.js';
import { createUpgradeRouter, type SocketRoute } from '../sockets/upgrade.js';
import { type AlertsDeps, alertsRoutes } from './alerts.js';
import { type Asset, loadAssets, takesGzip } from './assets.js';
import { type ChartRouteDeps, chartRoutes } from './charts.js';
import { connectionsRoute } from './connections.js';
import type { SymbolSummary } from './contract.js';
import { type CoverageDeps, coverageRoute } from './coverage.js';
import { cyclesRoute } from './cycles.js';
import { type ExplainDeps, explainRoute } from './explain.js';
import { healthBody } from './health.js';
import { heatmapRoute } from './heatmap.js';
import { type IdentityDeps, identityRoute } from './identity.js';
import { type LakeDeps, lakeRoute } from './lake.js';
import { legsRoute } from './legs.js';
import { type LiveStatisticsDeps, liveStatisticsRoute } from './live-statistics.js';
import { createMetrics } from './metrics.js';
import { type OpportunitiesDeps, opportunitiesRoutes } from './opportunities.js';
import { type PairsDeps, pairsRoute } from './pairs.js';
import { bad, RequestError } from './query.js';
import { REALTIME_PATH, realtimeHttpRoute } from './realtime.js';
import * as shapes from './shapes.js';
import type { Snapshot } from './snapshot.js';
import { type SpellsDeps, spellsRoute } from './spells.js';
import { tableRoutes } from './table.js';

export interface ApiOptions
  extends Omit<ChartRouteDeps, 'limits'>,
    Omit<CoverageDeps, 'limits'>,
    Omit<OpportunitiesDeps, 'limits'>,
    Omit<PairsDeps, 'limits'>,
    Omit<AlertsDeps, 'limits'>,
    ExplainDeps,
    IdentityDeps,
    Omit<SpellsDeps, 'limits'>,
    LakeDeps,
    LiveStatisticsDeps {
  readonly host: string;
  readonly port: number;
  readonly version: string;
  /** Folder of the built page. */
  readonly webDirectory: string;
  readonly snapshot: () => Snapshot;
  /** Every row of every listing. */
  readonly symbols: () => readonly SymbolSummary[];
  /** WebSocket streams by path. */
  readonly streams: ReadonlyMap<string, SocketRoute>;
  /** Says goodbye to the clients of all streams. */
  readonly closeStreams: () => Promise<void>;
  readonly memoryUsage: () => NodeJS.MemoryUsage;
  readonly limits: {
    readonly requestBodyBytesMax: number;
    readonly urlLengthMax: number;
    readonly connectionsMax: number;
    readonly stalledMsMax: number;
    readonly repliesMax: number;
    readonly pointsMax: number;
    readonly pairsAnsweredMax: number;
    readonly coverageSegmentsMax: number;
    readonly legPointsMax: number;
    readonly cyclesAnsweredMax: number;
    readonly pairDaysMax: number;
    readonly qualityDaysMax: number;
    readonly spellsMax: number;
    readonly refusedNamedMax: number;
    readonly heatmapRowsMax: number;
    readonly heatmapDaysMax: number;
    readonly heatmapsKeptMax: number;
    readonly heatmapsUnderWayMax: number;
    readonly messageBytesMax: number;
    readonly alerts: AlertsDeps['limits']['alerts'];
  };
  readonly log: Log;
}

export interface Api {
  /** The port it really listens on. */
  readonly port: number;
  /** Stops accepting, ends what is under way, closes every connection. */
  close(): Promise<void>;
}

const OPEN_TO_ALL = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
const CONTENT_SECURITY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

export async function createApi(options: ApiOptions): Promise<Api> {
  const app = fastify({
    // Addresses that cannot be read come past every hook.
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      reply
        .headers(OPEN_TO_ALL)
        .code(error.statusCode ?? 400)
        .send({ error: error.message });
    },
    bodyLimit: options.limits.requestBodyBytesMax,
    connectionTimeout: options.limits.stalledMsMax,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 100 },
  });
  app.server.maxConnections = options.limits.connectionsMax;
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: { title: 'Spread Aggregator', version: options.version },
      servers: [{ url: '/' }],
    },
  });
  guards(app, options);
  // A plugin's routes are seen by OpenAPI only when registered after it, in a plugin of their own.
  await app.register(async (routes) => {
    serviceRoutes(routes, options);
    chartRoutes(routes, options);
    coverageRoute(routes, options);
    legsRoute(routes, options);
    cyclesRoute(routes, options);
    lakeRoute(routes, options);
    heatmapRoute(routes, options);
    connectionsRoute(routes, options);
    opportunitiesRoutes(routes, options);
    symbolsRoute(routes, options);
    pairsRoute(routes, options);
    explainRoute(routes, options);
    identityRoute(routes, options);
    spellsRoute(routes, options);
    tableRoutes(routes, options);
    liveStatisticsRoute(routes, options);
    realtimeHttpRoute(routes);
  });
  await app.register(async (routes) => alertsRoutes(routes, options));
  pageRoutes(app, loadAssets(options.webDirectory));
  // Charts are long texts for many; the frames of bots are small.
  const deflated = new Set([REALTIME_PATH]);
  const { streams: routes, limits, log } = options;
  const { messageBytesMax } = limits;
  const router = createUpgradeRouter({ server: app.server, routes, deflated, messageBytesMax, log });
  await app.listen({ host: options.host, port: options.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    // In this order: the server's end waits for connections, and upgraded ones are not its own to close.
    async close() {
      router.close();
      await options.closeStreams();
      await app.close();
    },
  };
}

function guards(app: FastifyInstance, { limits, log }: ApiOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(OPEN_TO_ALL);
    if (request.url.length > limits.urlLengthMax)
      throw new RequestError(414, `expected a URL of at most ${limits.urlLengthMax} characters`);
  });
  app.options('*', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .header('access-control-allow-methods', 'GET, HEAD, OPTIONS')
      .header('access-control-allow-headers', '*')
      .code(204)
      .send(),
  );
  app.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send({ error: `nothing at ${request.method} ${request.url.split('?')[0]}` }),
  );
  app.setErrorHandler(async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof RequestError)
      return await reply
        .code(error.status)
        .send({ error: error.message, ...(error.field && { field: error.field }) });
    const { statusCode = 500, message } = error as { statusCode?: number; message: string };
    if (statusCode < 500) return await reply.code(statusCode).send({ error: message });
    log.error('a request failed', { path: request.url.split('?')[0] ?? '', reason: message });
    return await reply.code(500).send({ error: 'internal error; the log has the details' });
  });
}

function serviceRoutes(app: FastifyInstance, options: ApiOptions): void {
  const metrics = createMetrics();
  const health = async () => healthBody(options.snapshot(), options.memoryUsage());
  const summary = 'State of the process, its exchanges, queues and lake';
  app.get('/health', { schema: { summary, response: { 200: shapes.HEALTH } } }, health);
  app.get('/api/health', { schema: { summary, response: { 200: shapes.HEALTH } } }, health);
  app.get(
    '/ping',
    { schema: { summary: 'Answers while the process lives', response: { 200: shapes.PING } } },
    () => ({
      status: 'alive',
    }),
  );
  app.get(
    '/metrics',
    { schema: { summary: 'Prometheus metrics', produces: ['text/plain'] } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text(options.snapshot())),
  );
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

function symbolsRoute(app: FastifyInstance, { symbols }: ApiOptions): void {
  const schema = {
    summary: 'Every listed instrument: whether it is watched, why not, and how it is',
    querystring: shapes.SYMBOLS_QUERY,
    response: { 200: shapes.SYMBOLS },
  };
  app.get('/api/symbols', { schema }, async (request) => {
    const { exchange, watched } = request.query as { exchange?: string; watched?: string };
    if (watched !== undefined && watched !== 'true' && watched !== 'false')
      throw bad('watched', 'true or false', watched);
    const rows = symbols().filter(
      (row) =>
        (exchange === undefined || exchangeKey(row.exchange) === exchangeKey(exchange)) &&
        (watched === undefined || (row.excluded === null) === (watched === 'true')),
    );
    return { symbols: rows };
  });
}

function pageRoutes(app: FastifyInstance, assets: ReadonlyMap<string, Asset>): void {
  const send = (request: FastifyRequest, reply: FastifyReply, { type, body, zipped }: Asset) => {
    const isZipped = takesGzip(request.headers['accept-encoding']);
    if (isZipped) reply.header('content-encoding', 'gzip');
    return reply
      .type(type)
      .header('vary', 'accept-encoding')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', CONTENT_SECURITY)
      .send(isZipped ? zipped : body);
  };
  for (const [name, asset] of assets)
    app.get(`/${name}`, { schema: { hide: true } }, async (request, reply) => send(request, reply, asset));
  const index = assets.get('index.html');
  app.get('/', { schema: { hide: true } }, async (request, reply) =>
    index === undefined
      ? reply.code(503).type('text/plain').send('The page is not built: npm run build\n')
      : send(request, reply, index),
  );
}
