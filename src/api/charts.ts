// GET /api/charts (the `valid` join: holes stay holes; the page) and GET /api/dashboard_data (the `asof2s` join, for
// programs that know it): history charts as NDJSON, a chart a line. While the client takes one the next is made, and no
// more than that; a client that goes away stops the work.

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { exchangeKey } from '../core/exchange.js';
import type { Log } from '../core/log.js';
import { symbolKey } from '../core/symbol.js';
import { PRICE_BASES } from '../history/price.js';
import {
  type ChartFormat,
  type ChartJoin,
  type ChartRequest,
  type History,
  HistoryError,
} from '../history/service.js';
import type { OpportunityStore } from '../opportunities/store.js';
import { CONTENT_TYPES, exportName, FORMAT_QUERY, formatOf, isExport, oneTable } from './chart-formats.js';
import { noPair } from './pair-answers.js';
import { bad, givenRange, oneOf, points, type Query, RequestError, text } from './query.js';
import { asAnswer } from './read-for.js';
import { badRequests, CHART, DASHBOARD_QUERY, TABLE } from './shapes.js';

export interface ChartRouteDeps {
  readonly history: History;
  readonly opportunities: OpportunityStore;
  readonly limits: { readonly repliesMax: number; readonly pointsMax: number };
  readonly log: Log;
}

interface Pair {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

type RangeRequest = Omit<ChartRequest, keyof Pair>;

/** What may wait in the socket's stream before the next chart is asked for, bytes. */
const BUFFERED_BYTES_MAX = 64 * 1024;

interface Route {
  readonly path: string;
  readonly join: ChartJoin;
  /** Where the request says nothing. */
  readonly pointsDefault: number;
  readonly summary: string;
}

const ROUTES: readonly Route[] = [
  {
    path: '/api/charts',
    join: 'valid',
    pointsDefault: 2_000,
    summary:
      'History charts of the opportunities, or of one pair, as NDJSON: one chart object a line. Rows of both legs; a ' +
      'row of nulls where a leg stops being valid (a gap, or a quote that is too old)',
  },
  {
    path: '/api/dashboard_data',
    join: 'asof2s',
    // Programs that know this route expect every row.
    pointsDefault: Number.POSITIVE_INFINITY,
    summary:
      'The same with the rows of exchange1 alone, each with the last quote of exchange2 that is at most 2 s old; ' +
      'knows no gaps',
  },
];

/** Both routes; together they give at most `repliesMax` replies at a time. */
export function chartRoutes(app: FastifyInstance, deps: ChartRouteDeps): void {
  const underWay = { replies: 0 };
  for (const route of ROUTES) chartRoute(app, deps, underWay, route);
}

function chartRoute(
  app: FastifyInstance,
  deps: ChartRouteDeps,
  underWay: { replies: number },
  { path, join, pointsDefault, summary }: Route,
): void {
  const schema = {
    summary,
    querystring: { ...DASHBOARD_QUERY, properties: { ...DASHBOARD_QUERY.properties, ...FORMAT_QUERY } },
    response: {
      200: {
        description:
          'A chart a line; of one pair also as a table (Arrow, CSV, Parquet), where that is what the request accepts or its ' +
          'format says. Of one pair x-chart-summarised says how much of the range came out of summaries instead of its rows, 0 to 1',
        content: {
          [CONTENT_TYPES.ndjson]: { schema: CHART },
          [CONTENT_TYPES.arrow]: { schema: TABLE },
          [CONTENT_TYPES.csv]: { schema: TABLE },
          [CONTENT_TYPES.parquet]: { schema: TABLE },
        },
      },
      ...badRequests(400, 404, 406, 503),
    },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get(path, { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const range = { join, ...rangeOf(query, deps.limits.pointsMax, pointsDefault) };
    const wanted = pairsWanted(query);
    const { format, field } = formatOf(query, request.headers.accept);
    if (format !== 'ndjson' && wanted.pair === undefined) throw oneTable(format, field);
    if (underWay.replies >= deps.limits.repliesMax)
      throw new RequestError(503, `${underWay.replies} replies are under way already; ask again later`);
    const gone = new AbortController();
    underWay.replies += 1;
    reply.raw.once('close', () => {
      underWay.replies -= 1;
      gone.abort(new Error('the client went away'));
    });
    if (wanted.pair !== undefined)
      return await oneChart(deps, { ...wanted.pair, ...range, format }, gone.signal, reply);
    const { opportunities } = await deps.opportunities.list();
    const lines = charts(deps, opportunities.filter(wanted.matches), range, gone.signal);
    return await sendChart(reply, piecesOf(lines), 'ndjson');
  });
}

async function oneChart(
  { history }: ChartRouteDeps,
  request: ChartRequest & { readonly format: ChartFormat },
  signal: AbortSignal,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { format } = request;
  const answer = await history.chart(request, signal).catch((error: unknown) => {
    throw asAnswer(error);
  });
  if (answer.status === 'unknown-pair') throw noPair(request);
  if (isExport(format)) {
    if (answer.status === 'empty')
      throw new RequestError(404, 'no joined row in the range: there is nothing to export');
    reply.header('content-disposition', `attachment; filename="${exportName(request, format)}"`);
  }
  if (answer.status === 'long') return await sendChart(reply, piecesOf(answer.pieces), format);
  if (answer.status === 'empty') return await sendChart(reply, Buffer.alloc(0), format);
  reply
    .header('x-chart-summarised', String(Math.floor(answer.summarised * 1_000) / 1_000))
    .header('access-control-expose-headers', 'x-chart-summarised');
  return await sendChart(reply, ownBytes(answer.line), format);
}

function piecesOf(pieces: AsyncIterable<Buffer>): Readable {
  return Readable.from(pieces, { objectMode: false, highWaterMark: BUFFERED_BYTES_MAX });
}

/** As a whole body, the library takes bytes of shared memory for an object; only short lines are shared. */
function ownBytes(line: Buffer): Buffer {
  return line.buffer instanceof SharedArrayBuffer ? Buffer.from(line) : line;
}

function sendChart(reply: FastifyReply, body: Readable | Buffer, format: ChartFormat): FastifyReply {
  return reply
    .header('content-type', CONTENT_TYPES[format])
    .header('cache-control', 'no-store')
    .header('vary', 'accept')
    .send(body);
}

/** A pair without data is left out; one that fails is logged and left out: the others are still worth having. */
async function* charts(
  { history, log }: ChartRouteDeps,
  pairs: readonly Pair[],
  range: RangeRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const requests = pairs.map(({ symbol, exchange1, exchange2 }) => ({
    symbol,
    exchange1,
    exchange2,
    ...range,
  }));
  let at = 0;
  for await (const outcome of history.charts(requests, signal)) {
    const { symbol, exchange1, exchange2 } = requests[at]!;
    at += 1;
    if (signal.aborted) return;
    if (outcome.status === 'ok') yield outcome.line;
    // One that fails half-way ends the reply: what follows would be taken for its rest.
    if (outcome.status === 'long') yield* outcome.pieces;
    if (outcome.status !== 'failed') continue;
    const { error } = outcome;
    if (error instanceof HistoryError && error.code === 'closed') return;
    log.error('a chart failed', { symbol, exchange1, exchange2, reason: String(error) });
  }
}

function rangeOf(query: Query, pointsMax: number, pointsDefault: number): RangeRequest {
  const range = givenRange(query);
  const keyCase = oneOf(query, 'case', ['camel', 'snake']);
  const price = oneOf(query, 'price', PRICE_BASES);
  return {
    points: points(query, 'points', pointsMax) ?? pointsDefault,
    ...(price === undefined ? {} : { price }),
    ...range,
    ...(keyCase === undefined ? {} : { keyCase }),
  };
}

/** All three names mean that pair, listed or not; fewer choose among the opportunities. */
function pairsWanted(query: Query): { pair?: Pair; matches: (pair: Pair) => boolean } {
  const symbol = text(query, 'symbol');
  const exchange1 = text(query, 'exchange1');
  const exchange2 = text(query, 'exchange2');
  if (symbol !== undefined && symbolKey(symbol) === '')
    throw bad('symbol', 'a symbol such as BTC/USDT', symbol);
  if (exchange1 !== undefined && exchange2 !== undefined && exchangeKey(exchange1) === exchangeKey(exchange2))
    throw bad('exchange2', 'another exchange than exchange1', exchange2);
  const same = (wanted: string | undefined, has: string, key: (name: string) => string) =>
    wanted === undefined || key(wanted) === key(has);
  const matches = (pair: Pair) =>
    same(symbol, pair.symbol, symbolKey) &&
    same(exchange1, pair.exchange1, exchangeKey) &&
    same(exchange2, pair.exchange2, exchangeKey);
  if (symbol === undefined || exchange1 === undefined || exchange2 === undefined) return { matches };
  return { pair: { symbol, exchange1, exchange2 }, matches };
}
