// What an export is, whatever its format: columns of times and numbers, written in portions to a place that takes bytes.

/** `time`: whole microseconds since 1970, UTC. */
export interface ExportColumn {
  readonly name: string;
  readonly type: 'time' | 'number';
}

/** Takes bytes in order; awaits where its reader is slower. The buffer is the caller's again when it resolves. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/** One format; each column has `length` values, NaN = absent. */
export interface TableWriter {
  add(values: readonly Float64Array[], length: number): Promise<void>;
  finish(): Promise<void>;
}

/** Of an instrument: those of the lake's files, in their order. */
export const QUOTE_EXPORT: readonly ExportColumn[] = [
  { name: 'Timestamp', type: 'time' },
  { name: 'BestBid', type: 'number' },
  { name: 'BestAsk', type: 'number' },
  { name: 'ExchangeTimestamp', type: 'time' },
  { name: 'BestBidSize', type: 'number' },
  { name: 'BestAskSize', type: 'number' },
];

/** Of a pair: 1 is exchange1, the spread is in percent, bid against bid. */
export const PAIR_EXPORT: readonly ExportColumn[] = [
  { name: 'Timestamp', type: 'time' },
  { name: 'Bid1', type: 'number' },
  { name: 'Ask1', type: 'number' },
  { name: 'Bid2', type: 'number' },
  { name: 'Ask2', type: 'number' },
  { name: 'SpreadPercent', type: 'number' },
];
