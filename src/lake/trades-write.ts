// One file of trades, written row group by row group: bounded memory whatever the hour holds.
// Knows columns and encodings, nothing of names, folders or order.

import type { ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { FileId, LakeFiles } from './files.js';
import type { TradeRecord } from './journal.js';
import { doublesOrNull, type FileOptions, openParquet, stampsOrNull, synchronous } from './parquet-file.js';
import { ROW_GROUP_ROWS } from './parquet-write.js';
import { EXCHANGE_TIMESTAMP, PRICE, QUANTITY, SIDE, TIMESTAMP, TRADE_COLUMNS, TRADE_ID } from './schema.js';

export class TradesFileWriter {
  readonly #parquet: ParquetWriter;
  readonly #stampUs = new Float64Array(ROW_GROUP_ROWS);
  readonly #price = new Float64Array(ROW_GROUP_ROWS);
  readonly #size = new Float64Array(ROW_GROUP_ROWS);
  readonly #exchangeUs = new Float64Array(ROW_GROUP_ROWS);
  #sides: string[] = [];
  #ids: (string | null)[] = [];
  #rows = 0;

  /** `file` is open and empty; closing it remains the caller's. */
  constructor(files: LakeFiles, file: FileId, options: FileOptions = {}) {
    this.#parquet = openParquet((bytes) => files.append(file, bytes), TRADE_COLUMNS, options);
  }

  get rows(): number {
    return this.#rows;
  }

  /** One trade, after those before. */
  add({ stampUs, price, size, side, exchangeUs, tradeId }: TradeRecord): void {
    const at = this.#sides.length;
    this.#stampUs[at] = stampUs;
    this.#price[at] = price;
    this.#size[at] = size;
    this.#exchangeUs[at] = exchangeUs;
    this.#sides.push(side > 0 ? 'Buy' : 'Sell');
    this.#ids.push(tradeId === '' ? null : tradeId);
    this.#rows += 1;
    if (this.#sides.length === ROW_GROUP_ROWS) this.#writeGroup();
  }

  /** Writes what is left and the footer. */
  finish(): void {
    this.#writeGroup();
    synchronous(this.#parquet.finish());
  }

  #writeGroup(): void {
    const length = this.#sides.length;
    if (length === 0) return;
    const data: Readonly<Record<string, ColumnSource['data']>> = {
      [TIMESTAMP]: stampsOrNull(this.#stampUs.subarray(0, length)),
      [PRICE]: doublesOrNull(this.#price.subarray(0, length)),
      [QUANTITY]: doublesOrNull(this.#size.subarray(0, length)),
      [SIDE]: this.#sides,
      [EXCHANGE_TIMESTAMP]: stampsOrNull(this.#exchangeUs.subarray(0, length)),
      [TRADE_ID]: this.#ids,
    };
    const columnData = TRADE_COLUMNS.map(({ name }): ColumnSource => ({ name, data: data[name]! }));
    synchronous(this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS }));
    this.#sides = [];
    this.#ids = [];
  }
}
