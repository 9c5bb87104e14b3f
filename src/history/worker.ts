// The worker thread: opens the lake for reading and makes one chart at a time, so that decoding and joining
// never hold up the main loop. Started by service.ts only; keeps the reader and finished charts, and gives out a
// finished one only after it has looked that nothing it rested on has changed.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import { spelledAs } from '../core/exchange.js';
import type { Micros } from '../core/time.js';
import { readCoverage } from '../lake/coverage-read.js';
import { CoverageSummary } from '../lake/coverage-summary.js';
import { Evidence } from '../lake/evidence.js';
import { type Glances, LakeObserver } from '../lake/identity.js';
import { type LakeInstrument, openReader } from '../lake/reader.js';
import { ChartCache, chartKey } from './cache.js';
import { type ChartInput, chartRange, computeChart, type TimeRange } from './chart.js';
import { encodeChart } from './encode.js';
import { needsAsks, priced } from './price.js';
import type {
  ChartRequest,
  CoverageRequest,
  FromWorker,
  ToWorker,
  WorkerAnswer,
  WorkerSettings,
} from './protocol.js';
import { computeValidChart, validRange } from './valid-chart.js';

assert(parentPort !== null, 'the history worker runs as a worker thread');
const port = parentPort;
const settings = workerData as WorkerSettings;
const observer = new LakeObserver(settings.root);
const { store, recent, recentEvents } = observer;
const reader = openReader(settings.root, { store, recent, recentEvents });
const cache = new ChartCache(settings.cacheBytesMax);
const running = new Map<number, AbortController>();

port.on('message', (message: ToWorker) => {
  if (message.type === 'cancel') running.get(message.id)?.abort();
  else void serve(message);
});

async function serve(message: Exclude<ToWorker, { type: 'cancel' }>): Promise<void> {
  const controller = new AbortController();
  running.set(message.id, controller);
  let answer: WorkerAnswer;
  try {
    if (message.type === 'warm-up') answer = await warmUp(controller.signal, message.request);
    else if (message.type === 'coverage') answer = await coverage(message.request, controller.signal);
    else
      answer =
        kept([message.request, ...message.following]) ?? (await chart(message.request, controller.signal));
  } catch (error) {
    if (controller.signal.aborted) answer = { status: 'cancelled' };
    else answer = { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  running.delete(message.id);
  const reply: FromWorker = {
    id: message.id,
    answer,
    problems: reader.problems(),
    cacheBytes: cache.bytes,
    dropped: cache.takeDropped(),
  };
  const owned = answer.status === 'computed' && answer.line instanceof ArrayBuffer ? [answer.line] : [];
  port.postMessage(reply, owned);
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

async function chart(request: ChartRequest, signal: AbortSignal): Promise<WorkerAnswer> {
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
  const readEvents = (fromUs: Micros, toUs: Micros) =>
    reader.readEvents(legs, { fromUs, toUs: known(toUs), signal });
  const columns =
    request.join === 'valid'
      ? await computeValidChart({ ...input, readEvents, knownUs })
      : await computeChart(input);
  if (columns.length === 0) return { status: 'empty' };
  const [exchange1, exchange2] = [left, right].map((leg) => spelledAs(leg.exchange, settings.exchangeNames));
  const title = { symbol: left.symbol, exchange1: exchange1!, exchange2: exchange2!, price };
  const bytes = encodeChart(title, columns, request.keyCase);
  const rows = columns.length;
  // What changed while it was read may be in it or not.
  if (cache.takes(bytes.length) && observer.unchanged(seen)) {
    const line = new SharedArrayBuffer(bytes.length);
    const keptAs = cache.set(chartKey(request), line, seen);
    new Uint8Array(line).set(bytes);
    if (keptAs !== null) return { status: 'computed', line, rows, keptAs };
  }
  return { status: 'computed', line: bytes.buffer as ArrayBuffer, rows, keptAs: null };
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

async function coverage(request: CoverageRequest, signal: AbortSignal): Promise<WorkerAnswer> {
  // Not kept: nobody asks for it over and over.
  observer.record(new Evidence());
  const instrument = await reader.find(request.exchange, request.symbol);
  if (instrument === undefined) return { status: 'unknown-instrument' };
  const { root, exchangeNames } = settings;
  const summary = new CoverageSummary(request.segmentsMax);
  const instruments = [instrument];
  await readCoverage({ root, reader, instruments, range: request, signal, nextTurn }, () => summary.take);
  const exchange = spelledAs(instrument.exchange, exchangeNames);
  const { symbol } = instrument;
  return {
    status: 'covered',
    coverage: { symbol, exchange, totals: summary.totals, ...summary.finish() },
  };
}

/** The first chart of a thread costs tens of milliseconds of compiling: spend them before anybody waits. */
async function warmUp(signal: AbortSignal, request?: ChartRequest): Promise<WorkerAnswer> {
  const range = { fromUs: 0, toUs: WARM_ROWS * 1_000 };
  const input: ChartInput<number> = {
    read: madeUpQuotes,
    legs: [0, 1],
    range,
    points: WARM_ROWS / 10,
    signal,
    nextTurn,
  };
  const columns = await computeChart(input);
  await computeValidChart({ ...input, readEvents: async () => [], knownUs: range.toUs });
  encodeChart({ symbol: '', exchange1: '', exchange2: '' }, columns);
  // What of the lake is not read at all is then known before anybody misses it.
  await reader.survey();
  observer.record(new Evidence());
  return request === undefined ? { status: 'warm' } : await chart(request, signal);
}

const WARM_ROWS = 20_000;

/** Nothing lies before zero, where the bands' warm-up looks too. */
async function* madeUpQuotes(leg: number, _fromUs: Micros, toUs: Micros): AsyncGenerator<QuoteColumns> {
  if (toUs <= 0) return;
  const receivedUs = new Float64Array(WARM_ROWS).map((_, row) => row * 1_000 + leg);
  const bid = receivedUs.map((us) => 100 + Math.sin(us / 50_000 + leg));
  yield { length: WARM_ROWS, receivedUs, bid, ask: bid };
}
