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

/** Quote currencies by which a bare spelling is split; a longer one before those it ends with. */
const QUOTES = 'FDUSD TUSD BUSD USDT USDC USD EUR TRY BRL BTC ETH BNB DAI'.split(' ');

/** `BTC/USDT` from `BTC_USDT`, `BTC#USDT`, `BTC-USDT`, `BTCUSDT`; else upper-cased as it is. The last mark divides. */
export function unifiedFromSpelling(spelling: string): string {
  const upper = spelling.trim().toUpperCase();
  const at = Math.max(
    upper.lastIndexOf('/'),
    upper.lastIndexOf('#'),
    upper.lastIndexOf('_'),
    upper.lastIndexOf('-'),
  );
  if (at > 0 && at < upper.length - 1) return `${upper.slice(0, at)}/${upper.slice(at + 1)}`;
  const quote = QUOTES.find((q) => upper.endsWith(q) && upper.length > q.length);
  return quote === undefined ? upper : `${upper.slice(0, -quote.length)}/${quote}`;
}

/** What two spellings of one symbol have in common: upper case, without `/ - _ # :` and spaces. */
export function symbolKey(spelling: string): string {
  return spelling.replace(/[/\-_#:\s]/g, '').toUpperCase();
}
