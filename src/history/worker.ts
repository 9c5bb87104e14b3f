// The worker thread: opens the lake for reading and makes one chart at a time, so that decoding and joining
// never hold up the main loop. Started by service.ts only; keeps the reader and finished charts, and gives out a
// finished one only after it has looked that nothing it rested on has changed.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../core/assert.js';
import { spelledAs } from '../core/exchange.js';
import type { Micros } from '../core/time.js';
import { Evidence } from '../lake/evidence.js';
import { type Glances, LakeObserver } from '../lake/identity.js';
import { type LakeInstrument, openReader } from '../lake/reader.js';
import { waitingStore } from '../lake/store.js';
import type { RowSink } from '../series/banded-rows.js';
import { BESIDE_CHARTS } from './beside.js';
import { ChartCache, chartKey } from './cache.js';
import { asofSteps, type ChartInput, chartRange, computeChart, type TimeRange } from './chart.js';
import { encodeWhole, longChart } from './long-chart.js';
import { PieceGate } from './piece-gate.js';
import { Precedence } from './precedence.js';
import { needsAsks, priced } from './price.js';
import type { ChartRequest, FromWorker, ToWorker, WorkerAnswer, WorkerSettings } from './protocol.js';
import { read } from './reads.js';
import { cellUsOf, Summaries, type SummarySeries } from './summaries.js';
import { computeSummaryChart, type SummaryChart } from './summary-chart.js';
import { SummaryMaker } from './summary-maker.js';
import {
  computeValidChart,
  type ReadEvents,
  type ValidChartInput,
  validRange,
  validSteps,
} from './valid-chart.js';
import { compileCharts, WARM_POINTS } from './warm-up.js';

assert(parentPort !== null, 'the history worker runs as a worker thread');
const port = parentPort;
const settings = workerData as WorkerSettings;
const observer = new LakeObserver(settings.root);
const { store, recent, recentEvents, recentInstruments } = observer;
const reader = openReader(settings.root, { store, recent, recentEvents, recentInstruments });
const cache = new ChartCache(settings.cacheBytesMax);
const summaries = new Summaries(settings.root, store, (path, message) =>
  reader.report(path, 'unreadable', message),
);
/** What is done beside charts has a reader of its own: what is looked at for it is no evidence of a chart. */
const precedence = new Precedence();
const besideReader = openReader(settings.root, { store: waitingStore });
const maker = new SummaryMaker({
  root: settings.root,
  store: waitingStore,
  reader: besideReader,
  nextTurn: async () => {
    await nextTurn();
    await precedence.idle();
  },
});
const running = new Map<number, AbortController>();
/** Of long charts that are being sent. */
const gates = new Map<number, PieceGate>();

port.on('message', (message: ToWorker) => {
  if (message.type === 'cancel') running.get(message.id)?.abort();
  else if (message.type === 'more') gates.get(message.id)?.more();
  else void serve(message);
});

type Asked = Exclude<ToWorker, { type: 'cancel' | 'more' }>;

async function serve(message: Asked): Promise<void> {
  const controller = new AbortController();
  running.set(message.id, controller);
  let answer: WorkerAnswer;
  let pieces: Pieces | undefined;
  try {
    const given = await answerTo(message, controller.signal);
    if ('pieces' in given) ({ pieces } = given);
    answer = 'pieces' in given ? { status: 'long' } : given;
  } catch (error) {
    if (controller.signal.aborted) answer = { status: 'cancelled' };
    else answer = { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  if (pieces === undefined) running.delete(message.id);
  const reply: FromWorker = {
    id: message.id,
    answer,
    problems: reader.problems(),
    cacheBytes: cache.bytes,
    dropped: cache.takeDropped(),
  };
  const owned = answer.status === 'computed' && answer.line instanceof ArrayBuffer ? [answer.line] : [];
  port.postMessage(reply, owned);
  if (pieces !== undefined) await send(message.id, pieces, controller.signal);
}

async function answerTo(
  message: Asked,
  signal: AbortSignal,
): Promise<WorkerAnswer | { readonly pieces: Pieces }> {
  if (message.type === 'summarise')
    return { status: 'summarised', made: await maker.step(message.step, signal) };
  if (message.type === 'read' && BESIDE_CHARTS.has(message.kind))
    return await read({ settings, reader: besideReader, nextTurn }, message, signal);
  return await precedence.first(async () => {
    if (message.type === 'warm-up') return await warmUp(signal, message.request);
    if (message.type === 'read') {
      observer.record(new Evidence());
      return await read({ settings, reader, nextTurn }, message, signal);
    }
    return kept([message.request, ...message.following]) ?? (await chart(message.request, signal));
  });
}

type Pieces = AsyncGenerator<Uint8Array, void, undefined>;

/** Beside whatever else is asked for meanwhile: between two chunks the others have their turn. */
async function send(id: number, pieces: Pieces, signal: AbortSignal): Promise<void> {
  const gate = new PieceGate();
  gates.set(id, gate);
  await gate.send(id, pieces, signal, (message, owned) => port.postMessage(message, owned));
  gates.delete(id);
  running.delete(id);
}

/** As many of the requests, from the first on, as are kept and still good; undefined where the first is not. */
function kept(requests: readonly ChartRequest[]): WorkerAnswer | undefined {
  const names: number[] = [];
  // One glance at a folder is enough for all of them.
  const glances: Glances = new Map();
  for (const request of requests) {
    const key = chartKey(request);
    const known = cache.get(key);
    if (known === undefined) break;
    if (!observer.unchanged(known.evidence, glances)) {
      cache.delete(key);
      break;
    }
    names.push(known.name);
  }
  return names.length === 0 ? undefined : { status: 'kept', names };
}

async function chart(
  request: ChartRequest,
  signal: AbortSignal,
): Promise<WorkerAnswer | { readonly pieces: Pieces }> {
  const seen = new Evidence();
  observer.record(seen);
  const left = await reader.find(request.exchange1, request.symbol);
  const right = await reader.find(request.exchange2, request.symbol);
  if (left === undefined || right === undefined) return { status: 'unknown-pair' };
  const found = await rangeOf(request, left, right, seen);
  signal.throwIfAborted();
  if (found === undefined) return { status: 'empty' };
  const { range, knownUs } = found;
  const legs = [left, right] as const;
  const { price = 'bid' } = request;
  const known = (toUs: Micros) => Math.min(toUs, request.knownUntilUs ?? Number.POSITIVE_INFINITY);
  const input: ChartInput<LakeInstrument> = {
    // Both joins look at one chunk of a leg at a time.
    read: (leg, fromUs, toUs) => {
      const side = leg === left ? 0 : 1;
      const asks = needsAsks(price, side);
      const quotes = reader.readQuotes(leg, { fromUs, toUs: known(toUs), signal, asks, fleeting: true });
      return priced(quotes, price, side);
    },
    legs,
    range,
    points: request.points,
    signal,
    nextTurn,
  };
  const readEvents = onceEach((fromUs, toUs) =>
    reader.readEvents(legs, { fromUs, toUs: known(toUs), signal }),
  );
  const [exchange1, exchange2] = [left, right].map((leg) => spelledAs(leg.exchange, settings.exchangeNames));
  const title = { symbol: left.symbol, exchange1: exchange1!, exchange2: exchange2!, price };
  const isValid = request.join === 'valid';
  const made = { title, keyCase: request.keyCase ?? 'camel', format: request.format ?? 'ndjson' } as const;
  const whole = { ...input, readEvents, knownUs };
  if (request.points === Number.POSITIVE_INFINITY) {
    const steps = (sink: RowSink) => (isValid ? validSteps(whole, sink) : asofSteps(input, sink));
    const long = await longChart({ ...made, everyHole: isValid, steps });
    return 'pieces' in long ? long : finished(request, seen, long.whole, long.rows);
  }
  // They hold what was told later of what lies before them: not for who knows no later.
  const mayBe = isValid && request.knownUntilUs === undefined;
  const summarised = mayBe ? await fromSummaries({ legs, price }, whole) : null;
  if (summarised !== null) {
    const { columns, summarised: share } = summarised;
    return finished(request, seen, await encodeWhole(made, columns), columns.length, share);
  }
  const columns = await (isValid ? computeValidChart(whole) : computeChart(input));
  return finished(request, seen, await encodeWhole(made, columns), columns.length);
}

/** Null where none of the range is summarised, or its rows are not more than it takes to see them all. */
async function fromSummaries(
  series: SummarySeries,
  input: ValidChartInput<LakeInstrument>,
): Promise<SummaryChart | null> {
  const cellUs = cellUsOf(input.range, input.points);
  if (cellUs === undefined) return null;
  const spans = summaries.find(series, input.range, cellUs);
  return (await computeSummaryChart(input, summaries, spans, cellUs)) ?? null;
}

/** Kept, where it may be and has room. */
function finished(
  request: ChartRequest,
  seen: Evidence,
  bytes: Buffer,
  rows: number,
  summarised = 0,
): WorkerAnswer {
  if (rows === 0) return { status: 'empty' };
  // What changed while it was read may be in it or not: it is then found to have changed when it is asked for again.
  if (cache.takes(bytes.length) && observer.mayBeKept(seen)) {
    const line = new SharedArrayBuffer(bytes.length);
    const keptAs = cache.set(chartKey(request), line, seen);
    new Uint8Array(line).set(bytes);
    if (keptAs !== null) return { status: 'computed', line, rows, summarised, keptAs };
  }
  return { status: 'computed', line: bytes.buffer as ArrayBuffer, rows, summarised, keptAs: null };
}

/** A long chart is read several times, and each time with the same gaps. */
function onceEach(read: ReadEvents): ReadEvents {
  const known = new Map<string, ReturnType<ReadEvents>>();
  return (fromUs, toUs) => {
    const key = `${fromUs} ${toUs}`;
    const events = known.get(key) ?? read(fromUs, toUs);
    known.set(key, events);
    return events;
  };
}

/**
 * Undefined where a leg has no row. An end that is given and that what is known has passed stays what it is: then
 * the answer does not rest on the newest stamps, and closed days outlive what is recorded after them.
 */
async function rangeOf(
  request: ChartRequest,
  left: LakeInstrument,
  right: LakeInstrument,
  seen: Evidence,
): Promise<{ readonly range: TimeRange; readonly knownUs: Micros } | undefined> {
  const newest = new Evidence();
  observer.record(newest);
  const leftUs = await reader.newestUs(left, request.knownUntilUs);
  const rightUs = await reader.newestUs(right, request.knownUntilUs);
  observer.record(seen);
  if (leftUs === undefined || rightUs === undefined) return undefined;
  const isValid = request.join === 'valid';
  const knownUs = isValid ? Math.max(leftUs, rightUs) : leftUs;
  if (request.toUs === undefined || knownUs < request.toUs) seen.add(newest);
  const range = (isValid ? validRange : chartRange)(request, [leftUs, rightUs]);
  return { range, knownUs };
}

/** The first chart of a thread costs tens of milliseconds of compiling: spend them before anybody waits. */
async function warmUp(
  signal: AbortSignal,
  request?: ChartRequest,
): Promise<WorkerAnswer | { readonly pieces: Pieces }> {
  await compileCharts(signal, nextTurn);
  // What of the lake is not read at all is then known before anybody misses it.
  await reader.survey();
  observer.record(new Evidence());
  if (request === undefined) return { status: 'warm' };
  const given = await chart({ ...request, points: Math.min(request.points, WARM_POINTS) }, signal);
  return 'pieces' in given ? { status: 'warm' } : given;
}
