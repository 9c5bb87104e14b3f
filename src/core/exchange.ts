// What an exchange is called. The name carries the market: `Binance` is spot, `BinancePerp` its
// USDT-margined perpetuals, so that spot and perpetual never share a key.

export type Market = 'spot' | 'linear';

/** Exchange names match case-insensitively everywhere; this is the form that is compared. */
export function exchangeKey(name: string): string {
  return name.trim().toLowerCase();
}
