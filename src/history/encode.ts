// A chart as one line of NDJSON, in bytes. The edge where microseconds become seconds and NaN becomes null.
// Never builds the whole line as one string: a chart of a million points is 80 MB of text.

import type { Micros } from '../core/time.js';
import type { ChartColumns } from '../series/downsample.js';

export type KeyCase = 'camel' | 'snake';

export interface ChartTitle {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

const PIECE_VALUES = 4_096;

/**
 * `{"symbol","exchange1","exchange2","timestamps","spreads","upperBand","lowerBand"}` and a newline, UTF-8.
 * Times are epoch seconds with three decimals at most, rounded down; numbers are the shortest that read back
 * the same. The buffer owns its memory, so that it can be handed to another thread.
 */
export function encodeChart(title: ChartTitle, columns: ChartColumns, keyCase: KeyCase = 'camel'): Buffer {
  const { length } = columns;
  const pieces: Buffer[] = [];
  const head = JSON.stringify({
    symbol: title.symbol,
    exchange1: title.exchange1,
    exchange2: title.exchange2,
  });
  pieces.push(Buffer.from(`${head.slice(0, -1)},"timestamps":[`));
  writeValues(columns.timestampsUs, length, secondsText, pieces);
  pieces.push(Buffer.from('],"spreads":['));
  writeValues(columns.spreads, length, numberText, pieces);
  pieces.push(Buffer.from(keyCase === 'snake' ? '],"upper_band":[' : '],"upperBand":['));
  writeValues(columns.upperBand, length, numberText, pieces);
  pieces.push(Buffer.from(keyCase === 'snake' ? '],"lower_band":[' : '],"lowerBand":['));
  writeValues(columns.lowerBand, length, numberText, pieces);
  pieces.push(Buffer.from(']}\n'));
  return joined(pieces);
}

function writeValues(
  values: Float64Array,
  length: number,
  text: (value: number) => string,
  pieces: Buffer[],
): void {
  for (let from = 0; from < length; from += PIECE_VALUES) {
    const to = Math.min(length, from + PIECE_VALUES);
    let piece = from === 0 ? '' : ',';
    for (let row = from; row < to; row += 1) {
      piece += row === from ? text(values[row]!) : `,${text(values[row]!)}`;
    }
    pieces.push(Buffer.from(piece, 'latin1'));
  }
}

/** Milliseconds as seconds: at most 15 digits, so the shortest text of the quotient is the exact decimal. */
function secondsText(us: Micros): string {
  return String(Math.floor(us / 1_000) / 1_000);
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

/** Buffer.concat may hand out a slice of the shared pool, which cannot be transferred. */
function joined(pieces: readonly Buffer[]): Buffer {
  const whole = Buffer.allocUnsafeSlow(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) at += piece.copy(whole, at);
  return whole;
}
