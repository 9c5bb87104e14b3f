// A chart as one line of NDJSON, in bytes. The edge where microseconds become seconds and NaN becomes null.
// Never builds the whole line as one string: a chart of a million points is 80 MB of text.

import type { ChartColumns } from '../series/downsample.js';
import { NUMBER_BYTES_MAX, writeNumber, writeSeconds } from './fixed-point.js';
import type { PriceBasis } from './price.js';

export type KeyCase = 'camel' | 'snake';

export interface ChartTitle {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Default bid. */
  readonly price?: PriceBasis;
}

/**
 * `{"symbol","exchange1","exchange2","timestamps","spreads","upperBand","lowerBand"}` and a newline, UTF-8.
 * `"price"` follows the exchanges where it is not `bid`. Times are epoch seconds with three decimals at most, rounded down; the others have twelve decimals at most, rounded.
 * The buffer owns its memory, so that it can be handed to another thread.
 */
export function encodeChart(title: ChartTitle, columns: ChartColumns, keyCase: KeyCase = 'camel'): Buffer {
  const { length } = columns;
  const { symbol, exchange1, exchange2, price = 'bid' } = title;
  const names = price === 'bid' ? { symbol, exchange1, exchange2 } : { symbol, exchange1, exchange2, price };
  const head = `${JSON.stringify(names).slice(0, -1)},"timestamps":[`;
  const [upper, lower] =
    keyCase === 'snake' ? ['],"upper_band":[', '],"lower_band":['] : ['],"upperBand":[', '],"lowerBand":['];
  const out = new Out(Buffer.byteLength(head) + TITLES_BYTES + length * POINT_BYTES);
  out.text(head);
  out.values(columns.timestampsUs, length, writeStamp);
  out.text('],"spreads":[');
  out.values(columns.spreads, length, writeNumber);
  out.text(upper);
  out.values(columns.upperBand, length, writeNumber);
  out.text(lower);
  out.values(columns.lowerBand, length, writeNumber);
  out.text(']}\n');
  return out.finish();
}

/** Names of the arrays, brackets, newline. */
const TITLES_BYTES = 64;
/** What a point usually takes at most; where it is more, room is made. */
const POINT_BYTES = 15 + 3 * 16;
const COMMA = 44;

type Write = (bytes: Uint8Array, at: number, value: number) => number;

const writeStamp: Write = (bytes, at, us) => writeSeconds(bytes, at, Math.floor(us / 1_000));

class Out {
  #bytes: Buffer;
  #at = 0;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  text(text: string): void {
    this.#reserve(Buffer.byteLength(text));
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  values(values: Float64Array, length: number, write: Write): void {
    for (let from = 0; from < length; from += PIECE_VALUES) {
      const to = Math.min(length, from + PIECE_VALUES);
      this.#reserve((to - from) * (NUMBER_BYTES_MAX + 1));
      const bytes = this.#bytes;
      let at = this.#at;
      for (let row = from; row < to; row += 1) {
        if (row > 0) bytes[at++] = COMMA;
        at = write(bytes, at, values[row]!);
      }
      this.#at = at;
    }
  }

  /** What was written, in memory of its own: a longer buffer would be handed over whole. */
  finish(): Buffer {
    const whole = Buffer.allocUnsafeSlow(this.#at);
    this.#bytes.copy(whole, 0, 0, this.#at);
    return whole;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 1.5));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

const PIECE_VALUES = 1_024;
