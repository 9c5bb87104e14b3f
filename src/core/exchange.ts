// What an exchange is called. The name carries the market: `Binance` is spot, `BinancePerp` its
// USDT-margined perpetuals, so that spot and perpetual never share a key.

export type Market = 'spot' | 'linear';

/** Exchange names match case-insensitively everywhere; this is the form that is compared. */
export function exchangeKey(name: string): string {
  return name.trim().toLowerCase();
}

/** What the names of perpetuals end with. */
export const PERP_SUFFIX = 'Perp';

/** The market that an exchange's name carries. */
export function marketOf(exchange: string): Market {
  return exchangeKey(exchange).endsWith(exchangeKey(PERP_SUFFIX)) ? 'linear' : 'spot';
}

/** Who runs it: the name without its market, in the form that is compared. */
export function exchangeFamily(exchange: string): string {
  const key = exchangeKey(exchange);
  return marketOf(key) === 'linear' ? key.slice(0, -PERP_SUFFIX.length) : key;
}

/** The one of `names` that is the same name, in its spelling; the first where several are. As written where none is. */
export function spelledAs(name: string, names: readonly string[]): string {
  const key = exchangeKey(name);
  return names.find((other) => exchangeKey(other) === key) ?? name.trim();
}
