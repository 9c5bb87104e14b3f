// Reads the ways in which an exchange may have written a number of coins into a base: `1000PEPE`, `SHIB1000`, `1MBABYDOGE`,
// `kPEPE`. Gives what the name MAY mean, and never which of them is true: `1INCH`, `1000X` and `C98` are names too. Prices decide.

export interface UnitReading {
  /** The coin's ticker, upper case. */
  readonly coin: string;
  /** How many coins one unit of what is listed holds: 1, 10, … 10^9. */
  readonly multiplier: number;
  /** The power of ten of `multiplier`. */
  readonly exponent: number;
}

/** Shorter ones are digits of a name rather than a coin: `1000X` stays whole. */
const COIN_LETTERS_MIN = 2;
const EXPONENT_MAX = 9;
const PREFIX = /^(10{1,9})(?=[^0-9])/;
const SUFFIX = /(?<=[^0-9])(10{2,9})$/;
/** `1M` and `1B`, and the lone `k` of decentralised exchanges: lower case alone, for `KAVA` and `KAS` are names. */
const WORDS: readonly (readonly [RegExp, number])[] = [
  [/^1M(?=[A-Z])/, 6],
  [/^1B(?=[A-Z])/, 9],
  [/^k(?=[A-Z])/, 3],
];

/**
 * All that a base may mean, itself first, as one unit of itself. `base` as it is listed: the case of its first letter
 * counts (`kPEPE`). An empty base has no reading.
 */
export function unitReadings(base: string): readonly UnitReading[] {
  const whole = base.trim();
  if (whole === '') return [];
  const found = new Map<string, UnitReading>();
  const add = (coin: string, exponent: number): void => {
    const name = coin.toUpperCase();
    if (exponent > EXPONENT_MAX) return;
    if (exponent > 0 && name.replace(/[^A-Z]/g, '').length < COIN_LETTERS_MIN) return;
    found.set(`${name}|${exponent}`, { coin: name, multiplier: 10 ** exponent, exponent });
  };
  add(whole, 0);
  const prefix = PREFIX.exec(whole)?.[1];
  if (prefix !== undefined) add(whole.slice(prefix.length), prefix.length - 1);
  const suffix = SUFFIX.exec(whole)?.[1];
  if (suffix !== undefined) add(whole.slice(0, -suffix.length), suffix.length - 1);
  for (const [word, exponent] of WORDS) {
    const match = word.exec(whole);
    if (match !== null) add(whole.slice(match[0].length), exponent);
  }
  return [...found.values()];
}

/**
 * The powers of ten by which the price of one unit of `left` may exceed that of `right`, if the names speak of one coin:
 * 3 for `1000PEPE` and `PEPE`, 0 and no more for equal names. Empty where no reading of the two shares a coin.
 */
export function exponentsBetween(left: string, right: string): readonly number[] {
  if (left.trim().toUpperCase() === right.trim().toUpperCase()) return [0];
  const exponents = new Set<number>();
  for (const one of unitReadings(left))
    for (const other of unitReadings(right))
      if (one.coin === other.coin) exponents.add(one.exponent - other.exponent);
  return [...exponents];
}

/** What stands before a staked or wrapped coin's name. */
const WRAPPERS = [
  'W',
  'ST',
  'WST',
  'R',
  'CB',
  'B',
  'LS',
  'SW',
  'M',
  'JITO',
  'BN',
  'OS',
  'ANKR',
  'WBE',
  'WE',
  'EZ',
  'RS',
];
const WRAPPED = ['BTC', 'ETH', 'SOL', 'BNB', 'MATIC', 'POL', 'AVAX', 'DOT', 'ATOM'];

/**
 * One of two different names is what the other one is called when it is wrapped or staked (`STETH` and `ETH`, `WBTC` and
 * `BTC`): such prices stand at 1.00 and a little, and yet are of two coins.
 */
export function isWrapped(left: string, right: string): boolean {
  const [one, other] = [left.trim().toUpperCase(), right.trim().toUpperCase()];
  if (one === other) return false;
  const coinOf = (name: string): string =>
    WRAPPED.find((coin) => WRAPPERS.some((wrapper) => `${wrapper}${coin}` === name)) ?? name;
  return coinOf(one) === coinOf(other);
}
