// What is remembered of every pair's prices: how long they were seen, how surely they are of something else, and the window of their
// ratio to the nearest power of ten. Knows neither names nor clusters, and gives no verdict.

import { BLOCK_S, EARLY_BLOCKS, LONG_SCALE, RatioWindow } from './identity-window.js';

/** Further from 10^k than this (5 %) is no standing difference of one coin. */
export const NEAR = Math.log(1.05);
/** A real dislocation of a coin known to be the same stays below it (25 %), or reverts. */
export const WILD = Math.log(1.25);
/** Below it (8 %) a pair known to be the same is never counted as far. */
export const LATCHED_NEAR = Math.log(1.08);
export const LN10 = Math.log(10);

/** `far` is full here; the weights are of one second. */
export const FAR_FULL = 1200;
const FAR_WILD = 60; // 20 s
const FAR_PLAIN = 40; // 30 s
const FAR_ONCE_NEAR = 4; // 5 min
const FAR_LATCHED_WILD = 27; // 45 s
const FAR_LATCHED_PLAIN = 2; // 10 min
const FAR_BACK = 60;

/** A leg that told one price only is believed after so long (s), where the difference is not wild. */
const LONE_QUOTE_S = 20;
/** In blocks of 4 s: five minutes at another level are a new level; one that has hardly begun yields sooner. */
const OUTLIERS_MAX = 75;
const OUTLIERS_MAX_EARLY = 4;
/** No block is an outlier within this of the mean. */
const OUTLIER_MIN = 0.0008;
const OUTLIER_DEVIATIONS = 6;
/** Of a random walk or a swing the range is five mean deviations or so, whatever its size. */
const SPOILT_DEVIATIONS = 12;
const SPOILT_BLOCKS_MIN = 150;
const SPOILT_EVERY = 16;
/** A day: the window then begins anew. */
const WINDOW_BLOCKS_MAX = 21_600;
/** Without a sample for so long (s) what comes is no movement. */
const BREAK_S = 30;

export class IdentityEvidence {
  /** Seconds with a value. */
  readonly seconds: Uint32Array;
  /** Of them, those within 5 % of a power of ten. */
  readonly secondsNear: Uint32Array;
  /** 0 … FAR_FULL: how surely the price is of something else. */
  readonly far: Uint16Array;
  /** The power of ten that the ratio is compared with. */
  readonly exponent: Int8Array;
  /** The last log ratio less that of its power of ten; NaN before the first. */
  readonly last: Float32Array;
  readonly window: RatioWindow;
  /** Log prices are kept relative to these: single precision is then enough. Two a pair, as the sums of the block under way. */
  readonly #origin: Float64Array;
  readonly #sums: Float32Array;
  readonly #inBlock: Uint8Array;
  readonly #outliers: Uint8Array;
  readonly #lastSecond: Uint32Array;
  /** 1: a verdict is held from before the first sample. */
  readonly #isHeld: Uint8Array;

  constructor(pairsMax: number) {
    this.seconds = new Uint32Array(pairsMax);
    this.secondsNear = new Uint32Array(pairsMax);
    this.far = new Uint16Array(pairsMax);
    this.exponent = new Int8Array(pairsMax);
    this.last = new Float32Array(pairsMax).fill(Number.NaN);
    this.window = new RatioWindow(pairsMax);
    this.#origin = new Float64Array(pairsMax * 2);
    this.#sums = new Float32Array(pairsMax * 2);
    this.#inBlock = new Uint8Array(pairsMax);
    this.#outliers = new Uint8Array(pairsMax);
    this.#lastSecond = new Uint32Array(pairsMax);
    this.#isHeld = new Uint8Array(pairsMax);
  }

  static bytesMax(pairsMax: number): number {
    return RatioWindow.bytesMax(pairsMax) + pairsMax * (4 * 4 + 2 + 4 * 1 + 2 * 8 + 2 * 4);
  }

  /**
   * One second's log prices. `latched`: it is held to be one coin. `quotes`: of the leg that told fewer.
   * True where a block ended: then there may be something new to decide.
   */
  sample(
    pair: number,
    second: number,
    left: number,
    right: number,
    latched: boolean,
    quotes: number,
  ): boolean {
    const ratio = left - right;
    if (this.seconds[pair] === 0) {
      this.restart(pair, this.#isHeld[pair] === 1 ? this.exponent[pair]! : Math.round(ratio / LN10));
      this.#origin[2 * pair] = left;
      this.#origin[2 * pair + 1] = right;
    }
    this.seconds[pair]! += 1;
    const rest = ratio - this.exponent[pair]! * LN10;
    this.last[pair] = rest;
    const nearest = Math.abs(ratio - Math.round(ratio / LN10) * LN10);
    if (nearest <= NEAR) this.secondsNear[pair]! += 1;
    this.#countFar(pair, latched ? Math.abs(rest) : nearest, latched, quotes);
    // Blocks end in turn: a quarter of the pairs each second.
    if (this.seconds[pair]! <= pair % BLOCK_S) return false;
    return this.#intoBlock(pair, second, left, right);
  }

  /** The usual ratio of the prices: the window's mean, the last one where it holds none; NaN before the first. */
  ratio(pair: number): number {
    const rest = this.window.blocks(pair, 0) === 0 ? this.last[pair]! : this.window.mean(pair);
    return Math.exp(rest + this.exponent[pair]! * LN10);
  }

  /** Before a pair's first sample: compares with 10^exponent, whatever the first price is near to. */
  hold(pair: number, exponent: number): void {
    this.exponent[pair] = exponent;
    this.#isHeld[pair] = 1;
  }

  /** Forgets the window, and compares with 10^exponent from now on. */
  restart(pair: number, exponent: number): void {
    this.exponent[pair] = Math.max(-127, Math.min(127, exponent));
    this.window.clear(pair);
    this.#sums.fill(0, 2 * pair, 2 * pair + 2);
    this.#inBlock[pair] = 0;
    this.#outliers[pair] = 0;
  }

  #countFar(pair: number, distance: number, latched: boolean, quotes: number): void {
    const near = latched ? LATCHED_NEAR : NEAR;
    const before = this.far[pair]!;
    if (distance <= near) {
      if (before > 0) this.far[pair] = Math.max(0, before - FAR_BACK);
      return;
    }
    const isWild = distance > WILD;
    if (!isWild && quotes < 2 && this.seconds[pair]! < LONE_QUOTE_S) return;
    const plain = this.window.blocks(pair, 0) >= EARLY_BLOCKS ? FAR_ONCE_NEAR : FAR_PLAIN;
    const first = isWild ? FAR_WILD : plain;
    const weight = latched ? (isWild ? FAR_LATCHED_WILD : FAR_LATCHED_PLAIN) : first;
    this.far[pair] = Math.min(FAR_FULL, before + weight);
  }

  #intoBlock(pair: number, second: number, left: number, right: number): boolean {
    if (second - this.#lastSecond[pair]! > BREAK_S) {
      this.#inBlock[pair] = 0;
      this.#sums.fill(0, 2 * pair, 2 * pair + 2);
      this.window.breakOff(pair);
    }
    this.#lastSecond[pair] = second;
    const originL = this.#origin[2 * pair]!;
    const originR = this.#origin[2 * pair + 1]!;
    this.#sums[2 * pair]! += left - originL;
    this.#sums[2 * pair + 1]! += right - originR;
    this.#inBlock[pair]! += 1;
    if (this.#inBlock[pair]! < BLOCK_S) return false;
    const meanL = this.#sums[2 * pair]! / BLOCK_S;
    const meanR = this.#sums[2 * pair + 1]! / BLOCK_S;
    this.#inBlock[pair] = 0;
    this.#sums.fill(0, 2 * pair, 2 * pair + 2);
    this.#block(pair, meanL, meanR, meanL + originL - meanR - originR - this.exponent[pair]! * LN10);
    return true;
  }

  #block(pair: number, meanL: number, meanR: number, rest: number): void {
    const blocks = this.window.blocks(pair, 0);
    if (this.#isOutlier(pair, rest)) {
      this.#outliers[pair]! += 1;
      if (this.#outliers[pair]! >= (blocks < EARLY_BLOCKS ? OUTLIERS_MAX_EARLY : OUTLIERS_MAX))
        this.restart(pair, this.exponent[pair]! + Math.round(rest / LN10));
      return;
    }
    this.#outliers[pair] = 0;
    if (blocks >= WINDOW_BLOCKS_MAX || this.#isSpoilt(pair, blocks)) this.restart(pair, this.exponent[pair]!);
    this.window.add(pair, meanL, meanR, rest);
  }

  /** It began within a dislocation that has gone since: a range that its usual distance from the mean does not explain. */
  #isSpoilt(pair: number, blocks: number): boolean {
    if (blocks < SPOILT_BLOCKS_MIN || blocks % SPOILT_EVERY !== 0) return false;
    return this.window.range(pair, LONG_SCALE) > SPOILT_DEVIATIONS * this.window.deviation(pair);
  }

  #isOutlier(pair: number, rest: number): boolean {
    if (Math.abs(rest) > NEAR) return true;
    if (this.window.blocks(pair, 0) < 4) return false;
    const off = Math.abs(rest - this.window.mean(pair));
    return off > Math.max(OUTLIER_MIN, OUTLIER_DEVIATIONS * this.window.deviation(pair));
  }
}
