// One quote, or one trade, as the text of the compatible feed. Runs on the ingest loop for every quote that somebody
// listens to: pieces that never change are kept by instrument, the rest is joined, nothing is stringified.

import { assert } from '../core/assert.js';
import type { TradeSide } from '../core/event.js';
import { diskSymbol } from '../core/symbol.js';
import { isoMicros, type Micros, US_PER_SECOND } from '../core/time.js';

/** Its reader has a buffer of this many bytes and never puts two receives together. */
export const MESSAGE_BYTES_MAX = 4_096;
/** What the unchanging pieces of one instrument may take; longer names cannot be sent. */
export const FIXED_BYTES_MAX = 2_048;

/** The configured 24 h volume filter of an exchange, in the quote currency; both finite. */
export interface VolumeFilter {
  readonly minVolume: number;
  readonly maxVolume: number;
}

/** The pieces of an instrument's messages that never change. */
export interface SpreadPieces {
  /** `,"MinVolume":…,"MaxVolume":…` */
  readonly volumes: string;
  /** `,"Exchange":…,"Symbol":…,"Timestamp":"` */
  readonly names: string;
}

/** Null when the names are too long for a message: names are the exchange's data, so no assertion. */
export function spreadPieces(exchange: string, symbol: string, filter: VolumeFilter): SpreadPieces | null {
  const { minVolume, maxVolume } = filter;
  assert(Number.isFinite(minVolume) && Number.isFinite(maxVolume), `volumes of ${exchange} are not numbers`);
  const volumes = `,"MinVolume":${minVolume},"MaxVolume":${maxVolume}`;
  const names = `,"Exchange":${json(exchange)},"Symbol":${json(diskSymbol(symbol))},"Timestamp":"`;
  return Buffer.byteLength(volumes + names) <= FIXED_BYTES_MAX ? { volumes, names } : null;
}

/**
 * `{"MessageType":"Spread","Payload":{…}}`; numbers in shortest round-trip form. Null where a number isn't
 * finite, the percentage included: JSON cannot say it. `exchangeUs` NaN = not given, and then not sent.
 */
export type SpreadText = (
  pieces: SpreadPieces,
  stampUs: Micros,
  bid: number,
  ask: number,
  exchangeUs: Micros,
) => string | null;

/** `{"MessageType":"Trade","Payload":{…}}`; null where a number isn't finite. */
export type TradeText = (
  pieces: SpreadPieces,
  stampUs: Micros,
  price: number,
  size: number,
  side: TradeSide,
) => string | null;

/** Keeps the second it wrote last, so it belongs to one feed. */
export function createTradeText(): TradeText {
  const stampText = createStampText();
  return ({ names }, stampUs, price, size, side) => {
    if (!Number.isFinite(price) || !Number.isFinite(size)) return null;
    const taken = side > 0 ? 'Buy' : 'Sell';
    return (
      `{"MessageType":"Trade","Payload":{"Price":${price},"Quantity":${size},"Side":"${taken}"` +
      `${names}${stampText(stampUs)}"}}`
    );
  };
}

/** Keeps the second it wrote last, so it belongs to one feed. */
export function createSpreadText(): SpreadText {
  const stampText = createStampText();
  const exchangeText = createStampText();
  return (pieces, stampUs, bid, ask, exchangeUs) => {
    const percent = ((ask - bid) / ask) * 100;
    // Finite only when bid and ask are, and ask isn't zero.
    if (!Number.isFinite(percent)) return null;
    const known = exchangeUs > 0 && exchangeUs <= Number.MAX_SAFE_INTEGER;
    const server = known ? `,"ServerTimestamp":"${exchangeText(exchangeUs)}"` : '';
    return (
      `{"MessageType":"Spread","Payload":{"BestBid":${bid},"BestAsk":${ask},"SpreadPercentage":${percent}` +
      `${pieces.volumes}${server}${pieces.names}${stampText(stampUs)}"}}`
    );
  };
}

/** As `isoMicros`, for stamps that mostly lie in the second of the one before. */
function createStampText(): (us: Micros) => string {
  let second = Number.NaN;
  let text = '';
  return (us) => {
    const whole = Math.floor(us / US_PER_SECOND);
    if (whole !== second) {
      second = whole;
      text = isoMicros(whole * US_PER_SECOND).slice(0, 20);
    }
    const micros = Math.floor(us - whole * US_PER_SECOND);
    return `${text}${String(US_PER_SECOND + micros).slice(1)}Z`;
  };
}

function json(value: string): string {
  return JSON.stringify(value);
}
