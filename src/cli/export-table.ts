// The columns of an export, of an instrument or of a pair.

import type { TableColumn } from '../history/table.js';

/** Of an instrument: those of the lake's files, in their order. */
export const QUOTE_EXPORT: readonly TableColumn[] = [
  { name: 'Timestamp', type: 'time' },
  { name: 'BestBid', type: 'number' },
  { name: 'BestAsk', type: 'number' },
  { name: 'ExchangeTimestamp', type: 'time' },
  { name: 'BestBidSize', type: 'number' },
  { name: 'BestAskSize', type: 'number' },
];

/** Of a pair: 1 is exchange1, the spread is in percent, bid against bid. */
export const PAIR_EXPORT: readonly TableColumn[] = [
  { name: 'Timestamp', type: 'time' },
  { name: 'Bid1', type: 'number' },
  { name: 'Ask1', type: 'number' },
  { name: 'Bid2', type: 'number' },
  { name: 'Ask2', type: 'number' },
  { name: 'SpreadPercent', type: 'number' },
];
