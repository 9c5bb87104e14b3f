// Small lakes with known answers, written through the lake's own writer.

import type { QuoteColumns } from '../../src/core/columns.js';
import { diskFiles } from '../../src/lake/files.js';
import { appendLedger } from '../../src/lake/ledger.js';
import { writeHistory } from '../../src/lake/write-history.js';

export interface QuoteRow {
  readonly atUs: number;
  readonly bid: number;
  readonly ask: number;
}

export function columnsOf(rows: readonly QuoteRow[]): Required<QuoteColumns> {
  const column = (value: (row: QuoteRow) => number) => Float64Array.from(rows, value);
  return {
    length: rows.length,
    receivedUs: column(({ atUs }) => atUs),
    bid: column(({ bid }) => bid),
    ask: column(({ ask }) => ask),
    bidSize: column(() => 1),
    askSize: column(() => 1),
    exchangeUs: column(({ atUs }) => atUs - 5_000),
  };
}

export function writeRows(root: string, exchange: string, symbol: string, rows: readonly QuoteRow[]): void {
  writeHistory(root, exchange, symbol, columnsOf(rows));
}

/** Two exchanges at 1 s, the second 100 ms before the first and one row longer; bids 101 + n/1000 and 100. */
export function writePair(
  root: string,
  symbol: string,
  exchange1: string,
  exchange2: string,
  count = 100,
): number {
  const startUs = Date.UTC(2026, 0, 2, 3, 4, 5) * 1_000;
  const rows = (length: number, offsetUs: number, bid: (n: number) => number): QuoteRow[] =>
    Array.from({ length }, (_, n) => ({
      atUs: startUs + n * 1_000_000 + offsetUs,
      bid: bid(n),
      ask: bid(n) + 1,
    }));
  writeRows(
    root,
    exchange1,
    symbol,
    rows(count, 0, (n) => 101 + n / 1_000),
  );
  writeRows(
    root,
    exchange2,
    symbol,
    rows(count + 1, -100_000, () => 100),
  );
  return startUs;
}

/** A statistics file that recommends these pairs. */
export function statisticsText(pairs: readonly (readonly [string, string, string, number])[]): string {
  const lines = pairs.map(
    ([symbol, exchange1, exchange2, cycles]) => `${symbol},${exchange1},${exchange2},${cycles}`,
  );
  return ['symbol,exchange1,exchange2,opportunity_cycles_040bp', ...lines, ''].join('\n');
}

/** Lines (see ledgerText) of the hour that holds `us`. */
export function writeLedger(root: string, us: number, lines: readonly string[]): void {
  appendLedger(diskFiles, root, us, [Buffer.from(lines.join(''))]);
}
