// What exchanges say of their symbols, as the compatible feed's AllSymbolInfo: in messages that fit into the
// reader's buffer, each complete in itself, one row for each exchange and name.

import { instrumentKey } from '../core/instrument.js';
import { diskSymbol } from '../core/symbol.js';
import { MESSAGE_BYTES_MAX } from './spread-message.js';

export interface SymbolInfo {
  readonly exchange: string;
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  /** Null = the exchange doesn't say. */
  readonly priceStep: number | null;
  /** In base coins. */
  readonly quantityStep: number | null;
  /** In the quote currency. */
  readonly minNotional: number | null;
}

const HEAD = '{"MessageType":"AllSymbolInfo","Payload":[';
const TAIL = ']}';

/**
 * The messages, each shorter than MESSAGE_BYTES_MAX; one with an empty list when there is no row. Of two rows
 * of one exchange and name the first is kept; a row too long for a message is left out.
 */
export function symbolInfoMessages(rows: readonly SymbolInfo[]): Buffer[] {
  const messages: Buffer[] = [];
  const seen = new Set<string>();
  const roomBytes = MESSAGE_BYTES_MAX - 1 - HEAD.length - TAIL.length;
  let body: string[] = [];
  let bodyBytes = 0;
  const flush = () => {
    messages.push(Buffer.from(HEAD + body.join(',') + TAIL));
    body = [];
    bodyBytes = 0;
  };
  for (const info of rows) {
    const key = instrumentKey(info.exchange, info.symbol);
    if (seen.has(key)) continue;
    seen.add(key);
    const row = rowText(info);
    const rowBytes = Buffer.byteLength(row) + 1;
    if (rowBytes > roomBytes) continue;
    if (bodyBytes + rowBytes > roomBytes) flush();
    body.push(row);
    bodyBytes += rowBytes;
  }
  if (body.length > 0 || messages.length === 0) flush();
  return messages;
}

function rowText({ exchange, symbol, priceStep, quantityStep, minNotional }: SymbolInfo): string {
  return JSON.stringify({
    Exchange: exchange,
    Name: diskSymbol(symbol),
    PriceStep: priceStep,
    QuantityStep: quantityStep,
    MinNotional: minNotional,
  });
}
