// Goes once over the quotes of all instruments of a symbol, side by side in the order of time, for all their pairs. Holds a
// window of each; an instrument that cannot be read ends alone.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import type { RowStretch } from '../series/pair-join.js';
import { LegWindow } from './leg-window.js';

export interface SymbolSweep {
  /** Of each instrument, ascending. */
  readonly legs: readonly AsyncIterable<QuoteColumns>[];
  /** Rows from here on are not wanted. */
  readonly toUs: Micros;
  /** All rows before `beforeUs` that were not given yet, of every instrument in its place: they hold until it is done. */
  readonly take: (rows: readonly RowStretch[], beforeUs: Micros) => Promise<unknown>;
  /** Evenly from the first on, the end among them, each once all rows before it were given; false: some could not be read. */
  readonly cuts?: {
    readonly firstUs: Micros;
    readonly everyUs: number;
    readonly cut: (us: Micros, isWhole: boolean) => Promise<unknown>;
  };
}

/** Of each instrument why it could not be read to its end; undefined where it could. Rejects when `take` does. */
export async function sweepSymbol({ legs, toUs, take, cuts }: SymbolSweep): Promise<readonly unknown[]> {
  const windows = legs.map((chunks) => new LegWindow(chunks));
  const errors = new Map<LegWindow, unknown>();
  let cutUs = cuts?.firstUs ?? Number.POSITIVE_INFINITY;
  try {
    for (let isOver = false; !isOver; ) {
      for (const window of windows) {
        try {
          await window.fill();
        } catch (error) {
          errors.set(window, error);
          await window.close();
        }
      }
      const knownUs = Math.min(...windows.map((window) => window.knownUs));
      // Of one stamp all rows are given together: only so their order is the same however they came.
      const beforeUs = Math.min(knownUs, toUs, cutUs);
      isOver = beforeUs === toUs;
      const rows = windows.map((window): RowStretch => {
        return { columns: window.columns, from: window.from, to: window.rowOf(beforeUs) };
      });
      await take(rows, beforeUs);
      for (const [at, { to }] of rows.entries()) windows[at]!.from = to;
      if (beforeUs !== cutUs) continue;
      await cuts?.cut(cutUs, errors.size === 0);
      cutUs += cuts?.everyUs ?? Number.POSITIVE_INFINITY;
    }
  } finally {
    for (const window of windows) await window.close();
  }
  return windows.map((window) => errors.get(window));
}
