// A table as CSV: a line of names, then a line a row. Times are ISO 8601 with six decimals, numbers the shortest text
// that reads back as the same double, absent values are empty. Nothing ever needs quotes.

import { isoMicros } from '../core/time.js';
import type { TableColumn, TableWriter, WriteBytes } from './table.js';

/** So many rows are one piece of text. */
const PIECE_ROWS = 4_096;

export function csvTable(columns: readonly TableColumn[], write: WriteBytes): TableWriter {
  const texts = columns.map(({ type }) => (type === 'time' ? timeText : numberText));
  let head = `${columns.map(({ name }) => name).join(',')}\n`;
  return {
    async add(values, length) {
      for (let from = 0; from < length; from += PIECE_ROWS) {
        const to = Math.min(length, from + PIECE_ROWS);
        let piece = head;
        head = '';
        for (let row = from; row < to; row += 1) {
          for (let n = 0; n < texts.length; n += 1)
            piece += (n === 0 ? '' : ',') + texts[n]!(values[n]![row]!);
          piece += '\n';
        }
        await write(Buffer.from(piece, 'latin1'));
      }
    },
    async finish() {
      if (head !== '') await write(Buffer.from(head, 'latin1'));
    },
  };
}

function timeText(us: number): string {
  return Number.isNaN(us) ? '' : isoMicros(us);
}

function numberText(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}
