// The coins of the generated market: names and price levels that look real. Nothing is promised about today.

export interface Coin {
  readonly name: string;
  /** Middle of its walk, in the quote currency. */
  readonly price: number;
  /** Ticks are powers of ten: 10^-priceDecimals. */
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

// name price priceDecimals sizeDecimals
const WELL_KNOWN = `
BTC 67000 2 5 | ETH 3400 2 4 | SOL 165 2 3 | XRP 0.62 4 1 | DOGE 0.145 5 0 | ADA 0.46 4 1 | AVAX 36 3 2
LINK 15.6 3 2 | DOT 7.1 3 2 | LTC 84 2 3 | TRX 0.128 5 0 | NEAR 6.4 4 1 | ATOM 8.7 3 2 | UNI 9.9 3 2
APT 9.2 3 2 | ARB 1.02 4 1 | OP 2.45 4 1 | FIL 5.8 3 2 | SUI 1.35 4 1 | INJ 27.5 3 2 | ETC 26.4 3 2
XLM 0.11 5 0 | BCH 460 1 3 | HBAR 0.1 5 0 | ICP 12.2 3 2 | AAVE 96 2 3 | ALGO 0.18 4 0 | VET 0.034 5 0
SAND 0.44 4 0 | MANA 0.45 4 0 | GRT 0.28 4 0 | EGLD 41 2 2 | XTZ 0.96 4 1 | THETA 2.1 4 1 | FLOW 0.9 4 1
AXS 7.4 3 2 | CHZ 0.12 5 0 | SNX 2.9 4 1 | CRV 0.43 4 0 | LDO 2.2 4 1 | DYDX 2.1 4 1 | GALA 0.043 5 0
ENS 24 3 2 | COMP 55 2 3 | ZEC 23 2 3 | DASH 29 2 3 | KAVA 0.68 4 1 | MINA 0.86 4 1 | RUNE 5.6 4 1 | IMX 2.1 4 1
`;

const known: readonly Coin[] = WELL_KNOWN.trim()
  .split(/[|\n]/)
  .map((row) => row.trim().split(' '))
  .map(([name = '', price, priceDecimals, sizeDecimals]) => ({
    name,
    price: Number(price),
    priceDecimals: Number(priceDecimals),
    sizeDecimals: Number(sizeDecimals),
  }));

/** The first `count` coins; after the well-known ones come made-up names (`SIM051`). */
export function coins(count: number): readonly Coin[] {
  return Array.from({ length: count }, (_, index) => known[index] ?? madeUp(index));
}

function madeUp(index: number): Coin {
  const price = 0.5 + ((index * 7919) % 1000) / 10;
  return { name: `SIM${String(index + 1).padStart(3, '0')}`, price, priceDecimals: 4, sizeDecimals: 2 };
}
