// The one place that names the columns of our files: names, order, types, version.
// Names and units are a contract with every outside reader of the lake: append columns, never rename one.

/** Written into every file's key-value metadata under SCHEMA_KEY; raised when the meaning of a column changes. */
export const SCHEMA_VERSION = 1;
export const SCHEMA_KEY = 'spread-aggregator.schema';
/**
 * Also in the metadata, of files in our columns whose rows are somebody else's: a stamp may repeat, and each repetition
 * is a row of its own.
 */
export const FOREIGN_KEY = 'spread-aggregator.foreign';
/** In the metadata of a day file: a JSON list of the files it takes the place of, relative to its day's folder. */
export const REPLACES_KEY = 'spread-aggregator.replaces';
/** Also in the metadata: who wrote the file. */
export const CREATED_BY = 'spread-aggregator';

/** When the quote was received; the lake's order. INT64 microseconds UTC, required, strictly increasing. */
export const TIMESTAMP = 'Timestamp';
export const BEST_BID = 'BestBid';
export const BEST_ASK = 'BestAsk';
/** The exchange's own time, INT64 microseconds UTC; null where it gives none. */
export const EXCHANGE_TIMESTAMP = 'ExchangeTimestamp';
/** Sizes in base coin; null where the exchange gives none. */
export const BEST_BID_SIZE = 'BestBidSize';
export const BEST_ASK_SIZE = 'BestAskSize';

/** What the taker did: `Buy` or `Sell`. */
export const SIDE = 'Side';
export const PRICE = 'Price';
/** In base coin. */
export const QUANTITY = 'Quantity';
/** The exchange's own number or name of the trade, as text; null where it gives none. */
export const TRADE_ID = 'TradeId';

export type ColumnType = 'timestamp-micros' | 'double' | 'text';

export interface LakeColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
}

/** In the order in which they stand in the file. */
export const QUOTE_COLUMNS: readonly LakeColumn[] = [
  { name: TIMESTAMP, type: 'timestamp-micros', required: true },
  { name: BEST_BID, type: 'double', required: true },
  { name: BEST_ASK, type: 'double', required: true },
  { name: EXCHANGE_TIMESTAMP, type: 'timestamp-micros', required: false },
  { name: BEST_BID_SIZE, type: 'double', required: false },
  { name: BEST_ASK_SIZE, type: 'double', required: false },
];

/** The same where a price may be missing, as in lakes of others. */
export const NULLABLE_QUOTE_COLUMNS: readonly LakeColumn[] = QUOTE_COLUMNS.map((column) =>
  column.name === TIMESTAMP ? column : { ...column, required: false },
);

/** Those of a file of trades. */
export const TRADE_COLUMNS: readonly LakeColumn[] = [
  { name: TIMESTAMP, type: 'timestamp-micros', required: true },
  { name: PRICE, type: 'double', required: true },
  { name: QUANTITY, type: 'double', required: true },
  { name: SIDE, type: 'text', required: true },
  { name: EXCHANGE_TIMESTAMP, type: 'timestamp-micros', required: false },
  { name: TRADE_ID, type: 'text', required: false },
];
