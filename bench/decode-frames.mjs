// Frames of best bid and ask as four exchanges send them, of 200 symbols whose prices move: the same for every reader.

const COUNT = 200;
const BASES = Array.from({ length: COUNT }, (_, n) => `C${n.toString(36).toUpperCase()}N`);
const BETWEEN = { Binance: '', Bybit: '', OKX: '-', GateIo: '_' };

export const SYMBOLS = Object.fromEntries(
  Object.entries(BETWEEN).map(([name, between]) => [name, BASES.map((base) => `${base}${between}USDT`)]),
);

const MS = 1_790_000_000_000;

/** `n` counts up. */
const FRAMES = {
  Binance: (s, n, [b, B, a, A]) => ({
    stream: `${s.toLowerCase()}@bookTicker`,
    data: { u: 50_093_239_212 + n, s, b, B, a, A },
  }),
  Bybit: (s, n, [b, B, a, A]) => ({
    topic: `orderbook.1.${s}`,
    ts: MS + n,
    type: 'snapshot',
    data: { s, b: [[b, B]], a: [[a, A]], u: 18_521_288 + n, seq: 7_961_638_724 + n },
    cts: MS + n - 2,
  }),
  OKX: (s, n, [b, B, a, A]) => ({
    arg: { channel: 'bbo-tbt', instId: s },
    data: [
      { asks: [[a, A, '0', '5']], bids: [[b, B, '0', '19']], ts: String(MS + n), seqId: 55_729_075_884 + n },
    ],
  }),
  GateIo: (s, n, [b, B, a, A]) => ({
    time: Math.floor((MS + n) / 1_000),
    time_ms: MS + n,
    channel: 'spot.book_ticker',
    event: 'update',
    result: { t: MS + n - 7, u: 9_793_320_464 + n, s, b, B, a, A },
  }),
};

export function framesOf(exchange, count) {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const prices = BASES.map((_, n) => 10 ** ((n % 7) - 2));
  return Array.from({ length: count }, (_, n) => {
    const at = Math.floor(random() * COUNT);
    prices[at] *= 1 + (random() - 0.5) / 1_000;
    const digits = 2 + (at % 5);
    const [bid, ask] = [prices[at], prices[at] * 1.0002].map((price) => price.toFixed(digits));
    const [bidSize, askSize] = [random() * 50 + 0.001, random() * 50 + 0.001].map((size) =>
      size.toFixed(4 + (at % 4)),
    );
    const frame = FRAMES[exchange](SYMBOLS[exchange][at], n, [bid, bidSize, ask, askSize]);
    return Buffer.from(JSON.stringify(frame));
  });
}
