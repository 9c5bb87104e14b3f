// Tickers that are known to have been two coins at once on large exchanges. A pair of such a ticker is held to more movement
// before it is called one coin; nothing is decided by this list. test/quality/listings holds the sources of every row.

/** Bases as listed, without a number of coins before or after them. */
const KNOWN_COLLISIONS =
  'AE ALT APX ARBI AXIS BB BIFI BOX BTM COFI DEGEN DERP DFI DFT EPIK EVA FAR FLUX FREE FUD GAS GET GMT GTC HERO HIT JADE LEO ' +
  'LUNA MASK MEME MER MIMO MM MPH NAP NEIRO OMNI ON ONE PLA PNT PROS PUMP QNT RAI SIN SNOW SOUL TEL TON TRAC TRADE TRUMP UST ' +
  'VAI WRT YGG';

export const knownCollisions: ReadonlySet<string> = new Set(KNOWN_COLLISIONS.split(' '));
