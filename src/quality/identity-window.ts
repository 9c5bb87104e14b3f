// The statistics of one stretch of every pair's price ratio: its mean, five scales of block means (4 s … 17 min), and the movement
// that both legs share. Flat columns, a fixed number of bytes a pair, no allocation. Knows nothing of seconds, names or verdicts.

import {
  BLOCKS_MIN,
  motionNats,
  REVERSION_BLOCKS_MIN,
  REVERSION_NATS_MAX,
  REVERSION_RANGE_MIN,
  reversionNats,
} from './identity-score.js';

/** A block of the first scale, s; each further scale takes four of the one before. */
export const BLOCK_S = 4;
export const SCALES = 5;
/** 64 s. */
export const LONG_SCALE = 2;
const LONG_BLOCKS = 16;
/** A window that has hardly begun. */
export const EARLY_BLOCKS = 10;
/** One jump that both make must not stand for all movement. */
const JUMP_SHARE = 6;
/** Of log returns of 0.3 basis points. */
const PRODUCT_MIN = 1e-9;

/** Columns of single precision, by pair. */
const MEAN = 0;
const DEVIATION = 1;
const PREV_L = 2;
const PREV_R = 3;
const TOGETHER = 4;
const SUM_L_LONG = 5;
const SUM_R_LONG = 6;
const PREV_L_LONG = 7;
const PREV_R_LONG = 8;
const TOGETHER_LONG = 9;
const ALONE_L = 10;
const ALONE_R = 11;
/** The largest single one of what they moved together: a jump that both make must not decide. */
const LARGEST = 12;
const LARGEST_LONG = 13;
const SCALE = 14;
/** Sum of what is not yet a block of the next scale, lowest and highest mean; five times. */
const SCALE_SUM = 0;
const SCALE_MIN = 1;
const SCALE_MAX = 2;
const SCALE_WIDTH = 3;
/** Of the scales of 64 s and 256 s: the last mean, and the sum of squares of its changes. */
const STEP = SCALE + SCALES * SCALE_WIDTH;
const STEP_PREV = 0;
const STEP_SUM = 1;
const STEP_WIDTH = 2;
const STRIDE = STEP + 2 * STEP_WIDTH;

export class RatioWindow {
  readonly #columns: Float32Array;
  readonly #blocks: Uint16Array;

  constructor(pairsMax: number) {
    this.#columns = new Float32Array(pairsMax * STRIDE);
    this.#blocks = new Uint16Array(pairsMax * SCALES);
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * (STRIDE * 4 + SCALES * 2);
  }

  clear(pair: number): void {
    const at = pair * STRIDE;
    this.#columns.fill(0, at, at + STRIDE);
    this.breakOff(pair);
    this.#blocks.fill(0, pair * SCALES, (pair + 1) * SCALES);
  }

  /** What comes next is no move from what was before. */
  breakOff(pair: number): void {
    const at = pair * STRIDE;
    this.#columns.fill(Number.NaN, at + PREV_L, at + PREV_R + 1);
    this.#columns.fill(Number.NaN, at + PREV_L_LONG, at + PREV_R_LONG + 1);
  }

  /** One block: mean log prices, relative to any origin that stays, and the log ratio less that of its power of ten. */
  add(pair: number, meanL: number, meanR: number, rest: number): void {
    const columns = this.#columns;
    const at = pair * STRIDE;
    const blocks = this.blocks(pair, 0) + 1;
    const off = rest - columns[at + MEAN]!;
    columns[at + MEAN]! += off / blocks;
    columns[at + DEVIATION]! += (Math.abs(off) - columns[at + DEVIATION]!) / blocks;
    this.#moves(at, meanL, meanR, blocks);
    this.#intoScale(pair, 0, rest);
  }

  /** Mean of the log ratio over the window, less that of its power of ten. */
  mean(pair: number): number {
    return this.#columns[pair * STRIDE + MEAN]!;
  }

  deviation(pair: number): number {
    return this.#columns[pair * STRIDE + DEVIATION]!;
  }

  blocks(pair: number, scale: number): number {
    return this.#blocks[pair * SCALES + scale]!;
  }

  /** Highest less lowest mean of a scale's blocks; NaN where there is none. */
  range(pair: number, scale: number): number {
    const at = pair * STRIDE + SCALE + scale * SCALE_WIDTH;
    return this.blocks(pair, scale) === 0
      ? Number.NaN
      : this.#columns[at + SCALE_MAX]! - this.#columns[at + SCALE_MIN]!;
  }

  /** Sum of squares of what the means over 64 s (scale 2) or 256 s (3) changed by, from one to the next. */
  steps(pair: number, scale: 2 | 3): number {
    return this.#columns[pair * STRIDE + STEP + (scale - LONG_SCALE) * STEP_WIDTH + STEP_SUM]!;
  }

  /** What both legs moved together: a sum of products of log returns, at the scale that saw more of it. */
  together(pair: number): number {
    const at = pair * STRIDE;
    const columns = this.#columns;
    const long = this.blocks(pair, LONG_SCALE);
    return Math.max(
      0,
      withoutLargest(columns[at + TOGETHER]!, columns[at + LARGEST]!, this.blocks(pair, 0)),
      long < 8 ? 0 : withoutLargest(columns[at + TOGETHER_LONG]!, columns[at + LARGEST_LONG]!, long),
    );
  }

  /** Correlation of the legs' moves over 64 s, and the lesser one's usual size; NaN before 12 of them. */
  comovement(pair: number): { readonly correlation: number; readonly move: number } {
    const at = pair * STRIDE;
    const count = this.blocks(pair, LONG_SCALE) - 1;
    if (count < 12) return { correlation: Number.NaN, move: Number.NaN };
    const left = this.#columns[at + ALONE_L]!;
    const right = this.#columns[at + ALONE_R]!;
    return {
      correlation: this.#columns[at + TOGETHER_LONG]! / Math.sqrt(left * right || 1),
      move: Math.sqrt(Math.min(left, right) / count),
    };
  }

  /** The best that any scale gives against a twin; and how far the mean may be from where it seems to be. */
  motion(pair: number): { readonly nats: number; readonly blur: number } {
    const together = this.together(pair);
    let nats = 0;
    let blur = Number.POSITIVE_INFINITY;
    for (let scale = 0; scale < SCALES; scale += 1) {
      const blocks = this.blocks(pair, scale);
      if (blocks < BLOCKS_MIN) continue;
      const range = this.range(pair, scale);
      nats = Math.max(nats, motionNats(together, range, blocks));
      blur = Math.min(blur, range / 4);
    }
    return { nats, blur };
  }

  /** What the ratio's swinging around its mean gives, and how well its mean is known then; 0 nats in its first hour and three quarters. */
  reversion(pair: number): { readonly nats: number; readonly blur: number } {
    const isWide = this.range(pair, LONG_SCALE) >= REVERSION_RANGE_MIN;
    if (this.blocks(pair, LONG_SCALE) < REVERSION_BLOCKS_MIN || !isWide)
      return { nats: 0, blur: Number.POSITIVE_INFINITY };
    let nats = 0;
    for (const scale of [2, 3] as const)
      nats = Math.max(
        nats,
        reversionNats(this.steps(pair, scale), this.range(pair, scale), this.blocks(pair, scale)),
      );
    return {
      nats: Math.min(REVERSION_NATS_MAX, REVERSION_RANGE_MIN, nats),
      blur: this.range(pair, LONG_SCALE) / (4 * Math.max(1, nats)),
    };
  }

  /** How far the ratio stayed from its power of ten at the least: of means over 64 s, of shorter ones before the first. */
  apart(pair: number): number {
    const scale = this.blocks(pair, LONG_SCALE) > 0 ? LONG_SCALE : 0;
    if (this.blocks(pair, scale) === 0) return Number.NaN;
    const at = pair * STRIDE + SCALE + scale * SCALE_WIDTH;
    return Math.max(0, this.#columns[at + SCALE_MIN]!, -this.#columns[at + SCALE_MAX]!);
  }

  #moves(at: number, meanL: number, meanR: number, blocks: number): void {
    const columns = this.#columns;
    const product = (meanL - columns[at + PREV_L]!) * (meanR - columns[at + PREV_R]!);
    columns[at + PREV_L] = meanL;
    columns[at + PREV_R] = meanR;
    if (!Number.isNaN(product)) this.#addMove(at + TOGETHER, at + LARGEST, product, blocks);
    columns[at + SUM_L_LONG]! += meanL;
    columns[at + SUM_R_LONG]! += meanR;
  }

  #intoScale(pair: number, scale: number, mean: number): void {
    const columns = this.#columns;
    const at = pair * STRIDE + SCALE + scale * SCALE_WIDTH;
    const blocks = this.blocks(pair, scale);
    if (blocks === 0) {
      columns[at + SCALE_MIN] = mean;
      columns[at + SCALE_MAX] = mean;
    } else {
      if (mean < columns[at + SCALE_MIN]!) columns[at + SCALE_MIN] = mean;
      else if (mean > columns[at + SCALE_MAX]!) columns[at + SCALE_MAX] = mean;
    }
    if (scale === LONG_SCALE || scale === LONG_SCALE + 1) this.#step(pair, scale, mean, blocks);
    columns[at + SCALE_SUM]! += mean;
    this.#blocks[pair * SCALES + scale] = blocks + 1;
    if (scale === LONG_SCALE) this.#longMove(pair * STRIDE, blocks);
    if ((blocks + 1) % 4 !== 0 || scale === SCALES - 1) return;
    const whole = columns[at + SCALE_SUM]! / 4;
    columns[at + SCALE_SUM] = 0;
    this.#intoScale(pair, scale + 1, whole);
  }

  #step(pair: number, scale: number, mean: number, blocks: number): void {
    const at = pair * STRIDE + STEP + (scale - LONG_SCALE) * STEP_WIDTH;
    if (blocks > 0) this.#columns[at + STEP_SUM]! += (mean - this.#columns[at + STEP_PREV]!) ** 2;
    this.#columns[at + STEP_PREV] = mean;
  }

  #longMove(at: number, blocks: number): void {
    const columns = this.#columns;
    const meanL = columns[at + SUM_L_LONG]! / LONG_BLOCKS;
    const meanR = columns[at + SUM_R_LONG]! / LONG_BLOCKS;
    columns[at + SUM_L_LONG] = 0;
    columns[at + SUM_R_LONG] = 0;
    const moveL = meanL - columns[at + PREV_L_LONG]!;
    const moveR = meanR - columns[at + PREV_R_LONG]!;
    columns[at + PREV_L_LONG] = meanL;
    columns[at + PREV_R_LONG] = meanR;
    if (Number.isNaN(moveL) || Number.isNaN(moveR)) return;
    this.#addMove(at + TOGETHER_LONG, at + LARGEST_LONG, moveL * moveR, blocks);
    columns[at + ALONE_L]! += moveL * moveL;
    columns[at + ALONE_R]! += moveR * moveR;
  }

  /** The largest product is kept aside, and none of a window that is under way counts for more than some usual ones. */
  #addMove(sum: number, largest: number, product: number, blocks: number): void {
    const columns = this.#columns;
    const usual = (columns[sum]! - columns[largest]!) / Math.max(1, blocks - 1);
    const counted =
      blocks < EARLY_BLOCKS ? product : Math.min(product, Math.max(JUMP_SHARE * usual, PRODUCT_MIN));
    columns[sum]! += counted;
    if (counted > columns[largest]!) columns[largest] = counted;
  }
}

/** A sum of so many products, made good for its largest one, which of usual ones has that share. */
function withoutLargest(sum: number, largest: number, blocks: number): number {
  return (sum - largest) * (1 + 4 / Math.max(4, blocks));
}
