// A chart of every row, as bytes in the order in which they go on the wire. One of few rows is made whole; of a longer
// one no more than a chunk is ever held: as columns it is read once, as a line of NDJSON once for each of its four
// arrays, for there the last of them begins where the one before has ended.

import { BandedRows, type RowSink } from '../series/banded-rows.js';
import type { ChartColumns } from '../series/downsample.js';
import { arrowTable } from './arrow.js';
import { csvTable } from './csv.js';
import { bandNames, type ChartTitle, chartArrays, encodeChart, type KeyCase, LINE_END } from './encode.js';
import { parquetTable } from './parquet.js';
import type { TableColumn, TableWriter } from './table.js';
import { TextOut } from './text-out.js';

/** `arrow`: an Apache Arrow IPC stream. All but `ndjson` are tables: a row of the chart is a row of theirs. */
export type ChartFormat = 'ndjson' | TableFormat;
type TableFormat = 'arrow' | 'csv' | 'parquet';

export interface LongChart {
  readonly title: ChartTitle;
  readonly format: ChartFormat;
  readonly keyCase: KeyCase;
  /** A row without a spread has no bands. */
  readonly everyHole: boolean;
  /** Reads the chart's rows, from the first on; a chunk a step. Each time the same ones. */
  readonly steps: (sink: RowSink) => AsyncGenerator<void, void, undefined>;
}

/** Either all of it, or its bytes piece by piece. */
export type LongChartBytes =
  | { readonly whole: Buffer; readonly rows: number }
  | { readonly pieces: AsyncGenerator<Uint8Array, void, undefined> };

/** Of a chart of no more rows the whole is made at once. */
const WHOLE_ROWS_MAX = 16_384;
/** About what a piece has. */
const PIECE_BYTES = 256 * 1_024;

/** Reads no further than it has to for knowing which of the two it is. */
export async function longChart(chart: LongChart): Promise<LongChartBytes> {
  const rows = new BandedRows(chart.everyHole);
  const steps = chart.steps(rows);
  while (rows.length <= WHOLE_ROWS_MAX) {
    if ((await steps.next()).done === true)
      return { whole: await encodeWhole(chart, rows), rows: rows.length };
  }
  const { format } = chart;
  const pieces = format === 'ndjson' ? text(chart, rows, steps) : batches({ ...chart, format }, rows, steps);
  return { pieces };
}

/** A chart of columns that are all there. The buffer owns its memory. */
export async function encodeWhole(
  { title, format, keyCase }: Pick<LongChart, 'title' | 'format' | 'keyCase'>,
  columns: ChartColumns,
): Promise<Buffer> {
  if (format === 'ndjson') return encodeChart(title, columns, keyCase);
  const pieces: Uint8Array[] = [];
  const table = chartTable(format, keyCase, (bytes) => void pieces.push(new Uint8Array(bytes)));
  await table.add(columns, columns.length);
  await table.finish();
  const whole = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** `begun`: what the steps have given so far. */
async function* text(
  { title, keyCase, everyHole, steps }: LongChart,
  begun: BandedRows,
  begunSteps: AsyncGenerator<void, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const out = new TextOut(2 * PIECE_BYTES);
  let rowsOfFirst = 0;
  for (const [n, { column, before, write }] of chartArrays(title, keyCase).entries()) {
    const isBands = column === 'upperBand' || column === 'lowerBand';
    const rows = n === 0 ? begun : new BandedRows(everyHole, isBands);
    const more = n === 0 ? begunSteps : steps(rows);
    rows.hasBands = isBands;
    out.text(before);
    let length = 0;
    do {
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const to = Math.min(rows.length, from + ROWS_AT_ONCE);
        out.values(rows[column], from, to, write, length + from === 0);
        if (out.length >= PIECE_BYTES) yield out.take();
      }
      length += rows.length;
      rows.clear();
    } while ((await more.next()).done !== true);
    if (n === 0) rowsOfFirst = length;
    // Files that vanished or became unreadable meanwhile: half a chart must not look like a whole one.
    if (length !== rowsOfFirst) throw new Error(`the lake has changed: ${rowsOfFirst} rows were ${length}`);
  }
  out.text(LINE_END);
  yield out.take();
}

const ROWS_AT_ONCE = 8_192;

async function* batches(
  { format, keyCase }: LongChart & { readonly format: TableFormat },
  rows: BandedRows,
  steps: AsyncGenerator<void, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces: Uint8Array[] = [];
  const table = chartTable(format, keyCase, (bytes) => void pieces.push(new Uint8Array(bytes)));
  do {
    await table.add(rows, rows.length);
    rows.clear();
    yield* pieces;
    pieces = [];
  } while ((await steps.next()).done !== true);
  await table.finish();
  yield* pieces;
}

/** `timestamp` in microseconds UTC, `spread` and the bands in percent; null where there is none. */
function chartTable(format: TableFormat, keyCase: KeyCase, write: (bytes: Uint8Array) => void) {
  const { upper, lower } = bandNames(keyCase);
  const columns: TableColumn[] = [
    { name: 'timestamp', type: 'time' },
    { name: 'spread', type: 'number' },
    { name: upper, type: 'number' },
    { name: lower, type: 'number' },
  ];
  const table = tableOf(format, columns, write);
  return {
    add: ({ timestampsUs, spreads, upperBand, lowerBand }: ChartColumns, length: number) =>
      table.add([timestampsUs, spreads, upperBand, lowerBand], length),
    finish: () => table.finish(),
  };
}

function tableOf(
  format: TableFormat,
  columns: readonly TableColumn[],
  write: (bytes: Uint8Array) => void,
): TableWriter {
  if (format === 'csv') return csvTable(columns, async (bytes) => write(bytes));
  if (format === 'parquet') return parquetTable(columns, write);
  return arrowTable(columns, async (bytes) => write(bytes), false);
}
