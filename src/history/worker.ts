// The worker thread: opens the lake for reading and makes one chart at a time, so that decoding and joining
// never hold up the main loop. Started by service.ts only; keeps nothing between two charts but the reader.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import { openReader } from '../lake/reader.js';
import { chartRange, computeChart } from './chart.js';
import { encodeChart } from './encode.js';
import type { ChartRequest, FromWorker, ToWorker, WorkerAnswer, WorkerSettings } from './protocol.js';

assert(parentPort !== null, 'the history worker runs as a worker thread');
const port = parentPort;
const settings = workerData as WorkerSettings;
const reader = openReader(settings.root);
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
    else answer = await chart(message.request, controller.signal);
  } catch (error) {
    if (controller.signal.aborted) answer = { status: 'cancelled' };
    else answer = { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  running.delete(message.id);
  const reply: FromWorker = { id: message.id, answer, problems: reader.problems() };
  port.postMessage(reply, answer.status === 'ok' ? [answer.line] : []);
}

async function chart(request: ChartRequest, signal: AbortSignal): Promise<WorkerAnswer> {
  const left = await reader.find(request.exchange1, request.symbol);
  const right = await reader.find(request.exchange2, request.symbol);
  if (left === undefined || right === undefined) return { status: 'unknown-pair' };
  const leftUs = await reader.newestUs(left);
  const rightUs = await reader.newestUs(right);
  signal.throwIfAborted();
  if (leftUs === undefined || rightUs === undefined) return { status: 'empty' };
  const columns = await computeChart({
    read: (leg, fromUs, toUs) => reader.readQuotes(leg, { fromUs, toUs, signal }),
    legs: [left, right],
    range: chartRange(request, [leftUs, rightUs]),
    points: request.points,
    signal,
    nextTurn,
  });
  if (columns.length === 0) return { status: 'empty' };
  const title = { symbol: left.symbol, exchange1: left.exchange, exchange2: right.exchange };
  const bytes = encodeChart(title, columns, request.keyCase);
  return { status: 'ok', line: bytes.buffer as ArrayBuffer, rows: columns.length };
}

/** The first chart of a thread costs tens of milliseconds of compiling: spend them before anybody waits. */
async function warmUp(signal: AbortSignal, request?: ChartRequest): Promise<WorkerAnswer> {
  const range = { fromUs: 0, toUs: WARM_ROWS * 1_000 };
  const columns = await computeChart({
    read: madeUpQuotes,
    legs: [0, 1],
    range,
    points: WARM_ROWS / 10,
    signal,
    nextTurn,
  });
  encodeChart({ symbol: '', exchange1: '', exchange2: '' }, columns);
  if (request !== undefined) await chart(request, signal);
  return { status: 'warm' };
}

const WARM_ROWS = 20_000;

async function* madeUpQuotes(leg: number): AsyncGenerator<QuoteColumns> {
  const receivedUs = new Float64Array(WARM_ROWS).map((_, row) => row * 1_000 + leg);
  const bid = receivedUs.map((us) => 100 + Math.sin(us / 50_000 + leg));
  yield { length: WARM_ROWS, receivedUs, bid, ask: bid };
}
