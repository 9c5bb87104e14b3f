// Writes the protocol buffers that MEXC pushes on spot, and reads of them the one thing a player needs. From
// the exchange's own .proto lists, apart from the reader under test.

/** `PushDataV3ApiWrapper` around a `PublicAggreBookTickerV3Api`. A text of null is left out. */
export interface BookTickerPush {
  readonly channel: string;
  readonly symbol: string;
  readonly sendTimeMs: number;
  /** Price, quantity. */
  readonly bid: readonly [string, string] | null;
  readonly ask: readonly [string, string] | null;
  readonly version: string;
  readonly lastOrderCreateTimeMs: number;
}

/** In the order of the real ones: channel, symbol, sendTime, body. */
export function bookTickerFrame(push: BookTickerPush): Uint8Array {
  const body = Buffer.concat([
    text(1, push.bid?.[0]),
    text(2, push.bid?.[1]),
    text(3, push.ask?.[0]),
    text(4, push.ask?.[1]),
    text(5, push.version),
    number(6, push.lastOrderCreateTimeMs),
  ]);
  return Buffer.concat([
    text(1, push.channel),
    text(3, push.symbol),
    number(6, push.sendTimeMs),
    delimited(315, body),
  ]);
}

/** The symbol of a recorded push: what stands behind the last `@` of its channel. null for other bytes. */
export function symbolOfPush(frame: Uint8Array): string | null {
  // The channel comes first in every recorded frame: tag 10, then its length in one byte.
  const length = frame[1] ?? 0;
  if (frame[0] !== 0x0a || length >= 0x80 || frame.length < 2 + length) return null;
  const channel = Buffer.from(frame.subarray(2, 2 + length)).toString('utf8');
  return channel.startsWith('spot@') ? channel.slice(channel.lastIndexOf('@') + 1) : null;
}

function text(field: number, value: string | undefined): Buffer {
  return value === undefined ? Buffer.alloc(0) : delimited(field, Buffer.from(value, 'utf8'));
}

function delimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** Base 128, least group first, the high bit on every byte but the last. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
