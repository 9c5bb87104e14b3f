// The work of `lake export`: rows from the lake into a table of the format asked for. Holds a chunk of each leg and a
// batch of rows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QuoteColumns } from '../core/columns.js';
import { isoDate, type Micros, US_PER_MINUTE } from '../core/time.js';
import { arrowTable } from '../history/arrow.js';
import { chartRange, type TimeRange } from '../history/chart.js';
import { csvTable } from '../history/csv.js';
import { asofRows, type PairRows, validRows } from '../history/pair-rows.js';
import { parquetTable } from '../history/parquet.js';
import type { TableColumn, TableWriter } from '../history/table.js';
import { validRange } from '../history/valid-chart.js';
import { diskFiles } from '../lake/files.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { fileAt, type OutPlace, streamPlace } from './export-place.js';
import { PAIR_EXPORT, QUOTE_EXPORT } from './export-table.js';
import type { Progress } from './progress.js';

interface Asked {
  readonly symbol: string;
  /** Half-open; absent = as far as there are rows. */
  readonly fromUs: Micros | undefined;
  readonly toUs: Micros | undefined;
  readonly format: 'csv' | 'parquet' | 'arrow';
  /** `-` = standard output. */
  readonly out: string;
  readonly force: boolean;
}

interface InstrumentRequest extends Asked {
  readonly exchange: string;
}

interface PairRequest extends Asked {
  readonly exchange1: string;
  readonly exchange2: string;
  readonly join: 'asof2s' | 'valid';
}

export type ExportRequest = InstrumentRequest | PairRequest;

export interface ExportSummary {
  readonly rows: number;
  readonly firstUs: Micros | null;
  readonly lastUs: Micros | null;
  readonly format: string;
}

export interface ExportHands {
  readonly stdout: NodeJS.WritableStream;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** The lake has nothing of that name. */
export class AskedWrongly extends Error {}

/** Throws AskedWrongly, PlaceRefused, ReaderGone, the signal's reason, or the system's error; then no file is there. */
export async function exportRows(
  reader: LakeReader,
  request: ExportRequest,
  hands: ExportHands,
): Promise<ExportSummary> {
  const isPair = 'exchange1' in request;
  const columns = isPair ? PAIR_EXPORT : QUOTE_EXPORT;
  const names = isPair ? [request.exchange1, request.exchange2] : [request.exchange];
  const legs: LakeInstrument[] = [];
  for (const name of names) legs.push(await found(reader, name, request.symbol));
  const { out, format, force } = request;
  const place = out === '-' ? streamPlace(hands.stdout) : fileAt(out, force);
  try {
    const table = tableOf(format, columns, place);
    const rows = isPair
      ? pairBatches(reader, legs, request, hands)
      : quoteBatches(reader, legs[0]!, request, hands);
    const tell = teller(request, await endOf(reader, legs, request), hands.progress);
    let [count, firstUs, lastUs] = [0, null as Micros | null, null as Micros | null];
    for await (const { length, values } of rows) {
      if (length === 0) continue;
      await table.add(values, length);
      count += length;
      firstUs ??= values[0]![0]!;
      lastUs = values[0]![length - 1]!;
      tell(firstUs, lastUs, count);
    }
    await table.finish();
    place.finish();
    return { rows: count, firstUs, lastUs, format };
  } finally {
    place.discard();
  }
}

async function found(reader: LakeReader, exchange: string, symbol: string): Promise<LakeInstrument> {
  const instrument = await reader.find(exchange, symbol);
  if (instrument === undefined) throw new AskedWrongly(`the lake has no ${symbol} of ${exchange}`);
  return instrument;
}

interface Batch {
  readonly length: number;
  readonly values: readonly Float64Array[];
}

async function* quoteBatches(
  reader: LakeReader,
  instrument: LakeInstrument,
  { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER }: Asked,
  { signal }: ExportHands,
): AsyncGenerator<Batch> {
  const range = { fromUs, toUs, sizes: true, ...(signal === undefined ? {} : { signal }) };
  for await (const chunk of reader.readQuotes(instrument, range))
    yield { length: chunk.length, values: quoteValues(chunk) };
}

function quoteValues(chunk: QuoteColumns): readonly Float64Array[] {
  const absent = () => new Float64Array(chunk.length).fill(Number.NaN);
  const { receivedUs, bid, ask, exchangeUs = absent(), bidSize = absent(), askSize = absent() } = chunk;
  return [receivedUs, bid, ask, exchangeUs, bidSize, askSize];
}

/** As the charts of the pair have them, without bands. */
async function* pairBatches(
  reader: LakeReader,
  [left, right]: readonly LakeInstrument[],
  request: PairRequest,
  { signal }: ExportHands,
): AsyncGenerator<Batch> {
  const legs = [left!, right!] as const;
  const newest = [await reader.newestUs(left!), await reader.newestUs(right!)];
  if (newest[0] === undefined || newest[1] === undefined) return;
  const newestUs = [newest[0], newest[1]] as const;
  const asked = { fromUs: request.fromUs ?? 0, toUs: request.toUs ?? Number.MAX_SAFE_INTEGER };
  const aborted = signal === undefined ? {} : { signal };
  const input = (range: TimeRange) => ({
    read: (leg: LakeInstrument, fromUs: Micros, toUs: Micros) =>
      reader.readQuotes(leg, { fromUs, toUs, ...aborted }),
    legs,
    range,
    nextTurn,
    ...aborted,
  });
  const readEvents = (fromUs: Micros, toUs: Micros) => reader.readEvents(legs, { fromUs, toUs, ...aborted });
  const rows =
    request.join === 'valid'
      ? validRows({ ...input(validRange(asked, newestUs)), readEvents, knownUs: Math.max(...newestUs) })
      : asofRows(input(chartRange(asked, newestUs)));
  for await (const portion of rows) yield { length: portion.length, values: pairValues(portion) };
}

function pairValues({ stampUs, bid1, ask1, bid2, ask2, spread }: PairRows): readonly Float64Array[] {
  return [stampUs, bid1, ask1, bid2, ask2, spread];
}

function tableOf(format: Asked['format'], columns: readonly TableColumn[], place: OutPlace): TableWriter {
  if (format === 'csv') return csvTable(columns, place.write);
  if (format === 'arrow') return arrowTable(columns, place.write, place.file !== null);
  if (place.file === null) throw new AskedWrongly('Parquet is written into a file');
  const { file } = place;
  return parquetTable(columns, (bytes) => diskFiles.append(file, bytes));
}

async function endOf(reader: LakeReader, legs: readonly LakeInstrument[], { toUs }: Asked): Promise<Micros> {
  if (toUs !== undefined) return toUs;
  let newestUs = 0;
  for (const leg of legs) newestUs = Math.max(newestUs, (await reader.newestUs(leg)) ?? 0);
  return newestUs;
}

/** How far it is, in minutes of the range. */
function teller({ fromUs }: Asked, endUs: Micros, progress: Progress) {
  return (firstUs: Micros, lastUs: Micros, rows: number): void => {
    const beginUs = fromUs ?? firstUs;
    const done = Math.floor((lastUs - beginUs) / US_PER_MINUTE);
    progress.show(done, Math.ceil((endUs - beginUs) / US_PER_MINUTE), `${isoDate(lastUs)}, ${rows} rows`);
  };
}
