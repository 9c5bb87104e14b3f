// Feeds damaged frames to a decoder and watches what comes out: no exception, at least one call a frame, no
// quote with a broken price or size, none of a symbol that is not listed, and from the bytes what the JSON gives. A seed says all that will happen;
// a failure comes with the frames that lead to it, from the last reset on.

import { CONTROL_KINDS, GAP_REASONS, REJECT_REASONS } from '../../src/core/reasons.js';
import type { DecoderListing, DecoderSink, ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { tooLongToScan } from './json-only.js';
import { mutateFrame } from './mutate.js';

export interface FuzzCounts {
  frames: number;
  quotes: number;
  trades: number;
  gaps: number;
  controls: number;
  rejects: number;
}

export interface FuzzFailure {
  readonly adapter: string;
  readonly seed: number;
  /** Which frame, from 0. */
  readonly at: number;
  readonly problem: string;
  /** The bytes of all frames since the last reset, the one that fails last. */
  readonly framesBase64: readonly string[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly frames: number;
  /** Called now and then; `counts` is the sum so far. */
  readonly onProgress?: (counts: Readonly<FuzzCounts>) => void;
}

/** A decoder is replaced by a fresh one after at most so many frames: a wild update id stops all later ones. */
const ROUND_FRAMES_MAX = 60;
const PROGRESS_FRAMES = 50_000;
/** Coins per unit of size, as listings have them, and the extremes that a listing could have. */
const UNITS = [1, 0.01, 10, 1e-8, 1_000_000, 1e300, 1e-300];
const TIMES_US = [Number.NaN, 1_795_000_000_123_456, 1, Number.MAX_SAFE_INTEGER];

/** Runs `frames` damaged ones of `corpus` through the adapter's decoder; the first failure ends it. */
export function fuzzAdapter(
  adapter: ExchangeAdapter,
  corpus: readonly Uint8Array[],
  options: FuzzOptions,
): { readonly counts: FuzzCounts; readonly failure?: FuzzFailure } {
  const counts: FuzzCounts = { frames: 0, quotes: 0, trades: 0, gaps: 0, controls: 0, rejects: 0 };
  const random = createRandom(options.seed, adapter.name);
  const { listing, quoting } = listingOf(adapter, corpus);
  const sink = new WatchingSink(listing, counts);
  const other = new WatchingSink(listing, { ...counts });
  let round: Uint8Array[] = [];
  let roundLength = 0;
  let decoder = adapter.createDecoder(listing);
  let byJson = adapter.createDecoder(listing);
  const failed = (problem: string) => ({
    counts,
    failure: {
      adapter: adapter.name,
      seed: options.seed,
      at: counts.frames,
      problem,
      framesBase64: round.map((frame) => Buffer.from(frame).toString('base64')),
    },
  });
  for (; counts.frames < options.frames; counts.frames++) {
    if (round.length >= roundLength) {
      decoder = adapter.createDecoder(listing);
      byJson = adapter.createDecoder(listing);
      round = [];
      roundLength = 1 + random.below(ROUND_FRAMES_MAX);
    }
    // Half of them quotes before the damage: the recordings hold far more of everything else.
    const frames = random.below(2) === 0 && quoting.length > 0 ? quoting : corpus;
    const frame = mutateFrame(frames, adapter.compressed === true, random);
    round.push(frame);
    sink.begin();
    other.begin();
    try {
      const receivedUs = TIMES_US[random.below(TIMES_US.length)] as number;
      decoder.decode(frame, receivedUs, sink);
      byJson.decode(tooLongToScan(adapter, frame), receivedUs, other);
      if (random.below(40) === 0) {
        const id = resetIdOf(listing, random);
        for (const each of [decoder, byJson]) each.reset(id);
      }
    } catch (error) {
      return failed(`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    if (sink.calls === 0) sink.problem ??= 'gave no call';
    if (sink.heard !== other.heard) sink.problem ??= `gave${sink.heard}, and by the JSON${other.heard}`;
    if (sink.problem !== undefined) return failed(sink.problem);
    if (counts.frames % PROGRESS_FRAMES === PROGRESS_FRAMES - 1) options.onProgress?.(counts);
  }
  return { counts };
}

function resetIdOf(listing: ClosedListing, random: Random): number | undefined {
  return random.below(3) === 0 ? undefined : random.below(listing.size);
}

/**
 * The listing of the symbols that the corpus speaks of, every fourth left out so that some are not selected,
 * and the frames that give a quote.
 */
function listingOf(
  adapter: ExchangeAdapter,
  corpus: readonly Uint8Array[],
): { readonly listing: ClosedListing; readonly quoting: readonly Uint8Array[] } {
  const asked = new Set<string>();
  const open: DecoderListing = { idOf: (symbol) => asked.add(symbol).size - 1, contractSizeOf: () => 1 };
  let hasQuote = false;
  const nothing = (): void => {};
  const noting: DecoderSink = {
    quote: () => {
      hasQuote = true;
    },
    wantsTrades: true,
    trade: nothing,
    gap: nothing,
    control: nothing,
    reject: nothing,
  };
  const quoting = corpus.filter((frame) => {
    hasQuote = false;
    try {
      adapter.createDecoder(open).decode(frame, Number.NaN, noting);
    } catch {
      // It will throw again where that is counted.
    }
    return hasQuote;
  });
  const symbols = [...asked].sort().filter((_, at, all) => all.length < 4 || at % 4 !== 3);
  return { listing: new ClosedListing(symbols), quoting };
}

/** Knows these symbols and no others. */
class ClosedListing implements DecoderListing {
  readonly #ids: ReadonlyMap<string, number>;

  constructor(symbols: readonly string[]) {
    this.#ids = new Map(symbols.map((symbol, id) => [symbol, id]));
  }

  get size(): number {
    return this.#ids.size;
  }

  idOf(exchangeSymbol: string): number {
    return this.#ids.get(exchangeSymbol) ?? -1;
  }

  contractSizeOf(id: number): number {
    return UNITS[id % UNITS.length] as number;
  }
}

class WatchingSink implements DecoderSink {
  calls = 0;
  /** All of them in words, but for what is for people. */
  heard = '';
  problem: string | undefined;
  readonly wantsTrades = true;
  readonly #listing: ClosedListing;
  readonly #counts: FuzzCounts;

  constructor(listing: ClosedListing, counts: FuzzCounts) {
    this.#listing = listing;
    this.#counts = counts;
  }

  begin(): void {
    this.calls = 0;
    this.heard = '';
    this.problem = undefined;
  }

  quote(
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: number,
    updateId = Number.NaN,
  ): void {
    this.calls += 1;
    this.heard += ` quote ${[id, bid, bidSize, ask, askSize, exchangeUs, updateId].join()}`;
    this.#counts.quotes += 1;
    this.#checkId(id);
    if (!isSide(bid, bidSize)) this.problem ??= `a quote with the bid ${bid} of size ${bidSize}`;
    if (!isSide(ask, askSize)) this.problem ??= `a quote with the ask ${ask} of size ${askSize}`;
    if (!isTime(exchangeUs)) this.problem ??= `a quote of the exchange's time ${exchangeUs}`;
  }

  trade(id: number, price: number, size: number, side: number, exchangeUs: number, tradeId: string): void {
    this.calls += 1;
    this.#counts.trades += 1;
    this.#checkId(id);
    if (Number.isNaN(price) || !isSide(price, size)) this.problem ??= `a trade of ${size} at ${price}`;
    if (side !== 1 && side !== -1) this.problem ??= `a trade of the side ${side}`;
    if (!isTime(exchangeUs)) this.problem ??= `a trade of the exchange's time ${exchangeUs}`;
    if (tradeId.length > 64) this.problem ??= `a trade with an id of ${tradeId.length} characters`;
  }

  gap(id: number, reason: string): void {
    this.calls += 1;
    this.heard += ` gap ${id} ${reason}`;
    this.#counts.gaps += 1;
    this.#checkId(id);
    if (!(GAP_REASONS as readonly string[]).includes(reason)) this.problem ??= `a gap because of ${reason}`;
  }

  control(kind: string): void {
    this.calls += 1;
    this.heard += ` control ${kind}`;
    this.#counts.controls += 1;
    if (!(CONTROL_KINDS as readonly string[]).includes(kind)) this.problem ??= `a control ${kind}`;
  }

  reject(reason: string, detail = ''): void {
    this.calls += 1;
    this.heard += ` reject ${reason}`;
    this.#counts.rejects += 1;
    if (!(REJECT_REASONS as readonly string[]).includes(reason)) this.problem ??= `a reject as ${reason}`;
    if (detail.length > 300) this.problem ??= `a reject with a detail of ${detail.length} characters`;
  }

  #checkId(id: number): void {
    const isListed = Number.isInteger(id) && id >= 0 && id < this.#listing.size;
    if (!isListed) this.problem ??= `instrument ${id}, which is not in the listing`;
  }
}

function isTime(us: number): boolean {
  return Number.isNaN(us) || (Number.isSafeInteger(us) && us > 0);
}

/** Both absent, or both finite and above zero. */
function isSide(price: number, size: number): boolean {
  if (Number.isNaN(price) && Number.isNaN(size)) return true;
  return price > 0 && price < Number.POSITIVE_INFINITY && size > 0 && size < Number.POSITIVE_INFINITY;
}
