// Symbols: unified `BASE/QUOTE`, upper case, from an exchange's listing. Three spellings and no more:
// unified (`BTC/USDT`, API and charts), disk (`BTC_USDT`, lake, CSV, feed), key (`BTCUSDT`, comparing only).

/** `BTC/USDT` from the base and quote of a listing. */
export function unifiedSymbol(base: string, quote: string): string {
  return `${base}/${quote}`.toUpperCase();
}

/** `BTC_USDT` from `BTC/USDT`. */
export function diskSymbol(symbol: string): string {
  return symbol.replace('/', '_');
}

/** What two spellings of one symbol have in common: upper case, without `/ - _ # :` and spaces. */
export function symbolKey(spelling: string): string {
  return spelling.replace(/[/\-_#:\s]/g, '').toUpperCase();
}
