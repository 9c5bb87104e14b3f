// Which pair a row of a statistics file is of, spelled as elsewhere. Each spelling is worked out once a file: ten thousand rows
// hold a few hundred.

import { exchangeKey, spelledAs } from '../core/exchange.js';
import { unifiedFromSpelling } from '../core/symbol.js';
import type { CsvRow } from './csv.js';

export interface NamedRow {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Of rows that name the same pair, the same. */
  readonly key: string;
}

export class RowNames {
  readonly #at: readonly [number, number, number];
  readonly #exchangeNames: readonly string[];
  readonly #symbols = new Map<string, string | undefined>();
  readonly #exchanges = new Map<string, string>();

  /** Exchanges that `exchangeNames` does not have stay spelled as in the file. */
  constructor(columns: readonly string[], exchangeNames: readonly string[]) {
    const at = (column: string): number => columns.indexOf(column);
    this.#at = [at('symbol'), at('exchange1'), at('exchange2')];
    this.#exchangeNames = exchangeNames;
  }

  /** Null where a name is missing. */
  of(row: CsvRow): NamedRow | null {
    const [symbolAt, leftAt, rightAt] = this.#at;
    const symbol = this.#symbol(row.cell(symbolAt));
    const [exchange1, exchange2] = [this.#exchange(row.cell(leftAt)), this.#exchange(row.cell(rightAt))];
    if (symbol === undefined || exchange1 === '' || exchange2 === '') return null;
    const key = `${symbol}|${exchangeKey(exchange1)}|${exchangeKey(exchange2)}`;
    return { symbol, exchange1, exchange2, key };
  }

  #symbol(spelling: string): string | undefined {
    if (!this.#symbols.has(spelling)) this.#symbols.set(spelling, unifiedFromAny(spelling));
    return this.#symbols.get(spelling);
  }

  #exchange(spelling: string): string {
    const known = this.#exchanges.get(spelling) ?? spelledAs(spelling, this.#exchangeNames);
    this.#exchanges.set(spelling, known);
    return known;
  }
}

/** `BTC/USDT` from `BTC_USDT`, `btc-usdt`, `BTC#USDT`, `BTCUSDT`; undefined where base or quote is missing. */
function unifiedFromAny(spelling: string): string | undefined {
  if (/^[/_\-#\s]|[/_\-#\s]$/.test(spelling.trim())) return undefined;
  const unified = unifiedFromSpelling(spelling);
  return unified.includes('/') ? unified : undefined;
}
