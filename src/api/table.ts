// The table of all pairs, in two parts so that a page of ten thousand can follow it every second: /api/table says which pairs there are
// and what the statistics have of them, /api/table/now what they do at this moment, in columns of the same order. Reads what others have.

import type { FastifyInstance } from 'fastify';
import { exchangeKey } from '../core/exchange.js';
import { orNull } from '../core/numbers.js';
import { type Clock, isoMicros } from '../core/time.js';
import { type PairStatistics, TABLE_COLUMNS } from '../opportunities/all-pairs.js';
import type { OpportunityList, OpportunityStore } from '../opportunities/store.js';
import { SPARKLINE_BUCKET_SECONDS, type Tracked } from '../windows/tracked.js';
import type { PairName, SparklinesReply, TableReply } from './contract.js';
import type { SpreadQuality } from './quality.js';
import { bad, type Query, text } from './query.js';
import { sendJson } from './read-for.js';
import { badRequests } from './shapes.js';

export interface TableDeps {
  readonly opportunities: OpportunityStore;
  readonly tracked: Tracked;
  readonly quality: SpreadQuality;
  /** Percent: the taker fees of a round trip. */
  readonly costPercent: (exchange1: string, exchange2: string) => number;
  readonly clock: Pick<Clock, 'nowUs'>;
}

/** Of one answer: as many rows as any screen shows. */
const SPARKLINES_MAX = 200;
/** Sparklines are drawn a few pixels high: a thousandth of a basis point is plenty. */
const STEPS_PER_PERCENT = 1e5;

export function tableRoutes(app: FastifyInstance, deps: TableDeps): void {
  const { tracked } = deps;
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  const versionOf = versions(deps.clock.nowUs());
  const made = keptTable(deps, versionOf);
  app.get(
    '/api/table',
    { schema: { summary: 'All pairs, with what the newest statistics have of them, in columns' } },
    async (_request, reply) => sendJson(reply, await made()),
  );
  const now = keptNow(deps);
  app.get(
    '/api/table/now',
    {
      schema: {
        summary:
          'What these pairs do now: float32 columns spread, executable12, executable21, freshEdge, age1, age2, then 16 bits of refusals each',
        produces: ['application/octet-stream'],
      },
    },
    async (_request, reply) => {
      // Which table it is of: rows of another mean other pairs.
      const version = versionOf(await deps.opportunities.list(), tracked.pairs.size);
      const { sampledUs, pairs } = tracked;
      return await reply
        .header('x-table', version)
        .type('application/octet-stream')
        .header('cache-control', 'no-store')
        .header('x-rows', pairs.size)
        .header('x-sampled', Number.isNaN(sampledUs) ? '' : isoMicros(sampledUs))
        .send(now());
    },
  );
  const sparklines = { summary: 'A quarter of an hour of some of them', response: badRequests(400) };
  app.get('/api/table/sparklines', { schema: sparklines, validatorCompiler }, async (request, reply) => {
    const rows = rowsOf(request.query as Query, tracked.pairs.size);
    const body: SparklinesReply = {
      bucketSeconds: SPARKLINE_BUCKET_SECONDS,
      rows,
      sparklines: rows.map((row) => Array.from(tracked.sparkline(row), roundedOrNull)),
    };
    return sendJson(reply, JSON.stringify(body));
  });
}

function rowsOf(query: Query, size: number): readonly number[] {
  const value = query['rows'];
  const expected = `1 to ${SPARKLINES_MAX} numbers of rows below ${size}, with commas between`;
  if (typeof value !== 'string' || !/^\d{1,6}(,\d{1,6})*$/.test(value))
    throw bad('rows', expected, text({ rows: value?.toString().slice(0, 60) }, 'rows') ?? '');
  const rows = value.split(',').map(Number);
  const wrong = rows.find((row) => row >= size);
  if (wrong !== undefined) throw bad('rows', expected, `${wrong}`);
  if (rows.length > SPARKLINES_MAX) throw bad('rows', expected, `${rows.length} of them`);
  return rows;
}

function roundedOrNull(value: number): number | null {
  return orNull(Math.round(value * STEPS_PER_PERCENT) / STEPS_PER_PERCENT);
}

/** One name a process, number of pairs and statistics: within a process pairs keep their numbers. */
function versions(epoch: number): (list: OpportunityList, size: number) => string {
  let known: OpportunityList | undefined;
  let lists = 0;
  return (list, size) => {
    if (list !== known) lists += 1;
    known = list;
    return `${epoch}-${lists}-${size}`;
  };
}

/** The text of `/api/table`, made anew when there are other pairs or other statistics. */
function keptTable(
  deps: TableDeps,
  versionOf: (list: OpportunityList, size: number) => string,
): () => Promise<string> {
  let list: OpportunityList | undefined;
  let size = -1;
  let body = '';
  let making: Promise<string> | undefined;
  return async () => {
    const found = await deps.opportunities.list();
    const { pairs } = deps.tracked;
    if (found === list && pairs.size === size) return body;
    const count = pairs.size;
    making ??= tableText(deps, found, count, versionOf(found, count))
      .then((text) => {
        [list, size, body] = [found, count, text];
        return text;
      })
      .finally(() => {
        making = undefined;
      });
    return await making;
  };
}

/** A column at a time, so that ten thousand pairs do not hold up the loop that receives quotes. */
async function tableText(
  deps: TableDeps,
  list: OpportunityList,
  size: number,
  version: string,
): Promise<string> {
  const { tracked, costPercent } = deps;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const names: PairName[] = Array.from({ length: size }, (_, pair) => tracked.pairs.names(pair));
  await turn();
  const placeOf = new Map(list.pairs.names.map(({ key }, place) => [key, place]));
  const keyOf = ({ symbol, exchange1, exchange2 }: PairName) =>
    `${symbol}|${exchangeKey(exchange1)}|${exchangeKey(exchange2)}`;
  const places = names.map((name) => {
    const place = placeOf.get(keyOf(name));
    if (place !== undefined) placeOf.delete(keyOf(name));
    return place ?? -1;
  });
  // Pairs that the statistics alone know: their legs are not received.
  for (const place of placeOf.values()) {
    names.push(list.pairs.names[place]!);
    places.push(place);
  }
  await turn();
  const recommended = new Set(list.opportunities.map(keyOf));
  const head: Omit<TableReply, 'statistics'> = {
    version,
    file: list.file,
    warnings: list.warnings.map(({ message }) => message),
    minCycles: list.minCycles,
    live: size,
    symbol: names.map(({ symbol }) => symbol),
    exchange1: names.map(({ exchange1 }) => exchange1),
    exchange2: names.map(({ exchange2 }) => exchange2),
    recommended: names.flatMap((name, row) => (recommended.has(keyOf(name)) ? [row] : [])),
    costPercent: names.map(({ exchange1, exchange2 }) => costPercent(exchange1, exchange2)),
  };
  const parts: string[] = [JSON.stringify(head).slice(0, -1)];
  for (const [at, column] of TABLE_COLUMNS.entries()) {
    await turn();
    const values = columnOf(list.pairs, column, places);
    parts.push(`${at === 0 ? ',"statistics":{' : ','}${JSON.stringify(column)}:${JSON.stringify(values)}`);
  }
  return `${parts.join('')}}}`;
}

function columnOf(
  { columns }: PairStatistics,
  name: (typeof TABLE_COLUMNS)[number],
  places: readonly number[],
): readonly (number | null)[] {
  const column = columns[name];
  return places.map((place) => orNull(column[place] ?? Number.NaN));
}

/** The bytes of `/api/table/now`, made once a pass over all pairs. */
function keptNow({ tracked, quality }: TableDeps): () => Buffer {
  let sampledUs = Number.NaN;
  let size = -1;
  let bytes: Buffer = Buffer.alloc(0);
  return () => {
    const { pairs } = tracked;
    if (tracked.sampledUs === sampledUs && pairs.size === size) return bytes;
    [sampledUs, size] = [tracked.sampledUs, pairs.size];
    bytes = nowBytes(tracked, quality);
    return bytes;
  };
}

const FLOATS = 6;

function nowBytes(tracked: Tracked, quality: SpreadQuality): Buffer {
  const { pairs, spread, executable12, executable21 } = tracked;
  const { size } = pairs;
  const buffer = new ArrayBuffer(size * (FLOATS * 4 + 2));
  const column = (at: number) => new Float32Array(buffer, at * 4 * size, size);
  column(0).set(spread.subarray(0, size));
  column(1).set(executable12.subarray(0, size));
  column(2).set(executable21.subarray(0, size));
  const [fresh, age1, age2] = [column(3), column(4), column(5)];
  const refusals = new Uint16Array(buffer, FLOATS * 4 * size, size);
  for (let pair = 0; pair < size; pair += 1) {
    fresh[pair] = quality.freshEdge[pair]!;
    age1[pair] = tracked.ageMs(pairs.left[pair]!);
    age2[pair] = tracked.ageMs(pairs.right[pair]!);
    refusals[pair] = quality.refusals[pair]!;
  }
  return Buffer.from(buffer);
}
