// What the history worker reads of the lake beside charts: finds the instruments, hands on what reads them. Nothing of it is
// kept: nobody asks for the same over and over. Runs in the worker alone.

import { spelledAs } from '../core/exchange.js';
import { US_PER_SECOND } from '../core/time.js';
import { readCoverage } from '../lake/coverage-read.js';
import { CoverageSummary } from '../lake/coverage-summary.js';
import { heatmap } from '../lake/heatmap.js';
import { holdings } from '../lake/holdings.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { diskStore } from '../lake/store.js';
import { computeCycles } from './cycles.js';
import { computeLegs, legsBody } from './legs.js';
import type { WorkerAnswer, WorkerSettings } from './protocol.js';
import { computeQuality } from './quality.js';
import type {
  CoverageRequest,
  FoundRange,
  HeatmapRequest,
  PairRange,
  ReadAnswers,
  ReadKind,
  ReadMessage,
  TooLong,
  WrittenBody,
} from './read-protocol.js';
import { type ValidChartInput, validRange } from './valid-chart.js';

export interface ReadContext {
  readonly settings: WorkerSettings;
  readonly reader: LakeReader;
  /** Waits for one turn of the event loop: a cancellation that has arrived is noticed then. */
  readonly nextTurn: () => Promise<unknown>;
}

/** Rejects with the signal's reason when it aborts, and where reading fails. */
export async function read(
  context: ReadContext,
  message: ReadMessage,
  signal: AbortSignal,
): Promise<WorkerAnswer> {
  const value = await answerOf(context, message, signal);
  return value === undefined ? { status: 'unknown-instrument' } : { status: 'read', value };
}

/** Undefined where the lake has no row of an instrument that is asked for. */
async function answerOf(
  context: ReadContext,
  { kind, request }: ReadMessage,
  signal: AbortSignal,
): Promise<ReadAnswers[ReadKind] | undefined> {
  switch (kind) {
    case 'coverage':
      return await coverage(context, request, signal);
    case 'legs':
      return await ofPair(context, request, signal, async (found, input) => {
        return legsBody(found, await computeLegs({ ...input, points: request.points }));
      });
    case 'holdings':
      return await holdings(context.settings.root, request.nowUs, signal);
    case 'heatmap':
      return await hoursCovered(context, request, signal);
    case 'cycles':
      return await ofPair(context, request, signal, async (found, input) => {
        return { ...found, ...(await computeCycles(input, request, request.cyclesMax)) };
      });
    case 'quality':
      return await ofPair(
        context,
        request,
        signal,
        async (found, input) => {
          return { ...found, ...(await computeQuality(input, request, request.spellsMax)) };
        },
        true,
      );
  }
}

async function coverage(
  { settings, reader, nextTurn }: ReadContext,
  request: CoverageRequest,
  signal: AbortSignal,
): Promise<ReadAnswers['coverage'] | undefined> {
  const instrument = await reader.find(request.exchange, request.symbol);
  if (instrument === undefined) return undefined;
  const { root, exchangeNames } = settings;
  const summary = new CoverageSummary(request.segmentsMax);
  const instruments = [instrument];
  await readCoverage({ root, reader, instruments, range: request, signal, nextTurn }, () => summary.take);
  const exchange = spelledAs(instrument.exchange, exchangeNames);
  const { symbol } = instrument;
  return { symbol, exchange, totals: summary.totals, ...summary.finish() };
}

/** Written here: of many rows over many hours it is a megabyte. */
async function hoursCovered(
  { settings, reader, nextTurn }: ReadContext,
  request: HeatmapRequest,
  signal: AbortSignal,
): Promise<WrittenBody | undefined> {
  const { root, exchangeNames } = settings;
  const found = await heatmap({ ...request, root, store: diskStore, reader, signal, nextTurn });
  if (found === undefined) return undefined;
  const { fromUs, hours, leftOut } = found;
  const isExchange = request.exchange === undefined;
  const rows = found.rows.map(({ name, ...shares }) => {
    return { name: isExchange ? spelledAs(name, exchangeNames) : name, ...shares };
  });
  return { json: JSON.stringify({ from: fromUs / US_PER_SECOND, hours, rows, leftOut }) };
}

type PairInput = Omit<ValidChartInput<LakeInstrument>, 'points'>;

/** Finds both legs and the range as `/api/charts` does, by the `valid` join. */
async function ofPair<T>(
  { settings, reader, nextTurn }: ReadContext,
  request: PairRange,
  signal: AbortSignal,
  compute: (found: FoundRange, input: PairInput) => Promise<T>,
  sizes = false,
): Promise<T | TooLong | undefined> {
  const left = await reader.find(request.exchange1, request.symbol);
  const right = await reader.find(request.exchange2, request.symbol);
  if (left === undefined || right === undefined) return undefined;
  const legs = [left, right] as const;
  const leftUs = await reader.newestUs(left, request.knownUntilUs);
  const rightUs = await reader.newestUs(right, request.knownUntilUs);
  signal.throwIfAborted();
  if (leftUs === undefined || rightUs === undefined) return undefined;
  const range = validRange(request, [leftUs, rightUs]);
  if (range.toUs - range.fromUs > request.rangeUsMax) return { tooLong: true };
  const known = (toUs: number) => Math.min(toUs, request.knownUntilUs ?? Number.POSITIVE_INFINITY);
  const [exchange1, exchange2] = legs.map((leg) => spelledAs(leg.exchange, settings.exchangeNames));
  const names = { symbol: left.symbol, exchange1: exchange1!, exchange2: exchange2! };
  return await compute(
    { ...names, ...range },
    {
      legs,
      range,
      knownUs: Math.max(leftUs, rightUs),
      read: (leg, fromUs, toUs) =>
        reader.readQuotes(leg, { fromUs, toUs: known(toUs), signal, sizes, fleeting: true }),
      readEvents: (fromUs, toUs) => reader.readEvents(legs, { fromUs, toUs: known(toUs), signal }),
      nextTurn,
      signal,
    },
  );
}
