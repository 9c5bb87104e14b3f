// What an observed ratio of two prices is worth as evidence, in nats (natural logarithms of odds). Pure: numbers in,
// numbers out. Knows no pair and remembers nothing. docs/identity.md derives the formulas.

/** Verdicts, as they stand in the column. */
export const PENDING = 0;
export const SAME = 1;
export const OTHER_UNIT = 2;
export const OTHER_COIN = 3;

export const VERDICTS = ['pending', 'same', 'other-unit', 'other-coin'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * The twin that has to be excluded: another coin whose returns correlate at anything from 0.90 to 0.99, each as likely. Its
 * ratio walks at random with 2·(1 − correlation) of the variance that the two prices have in common: this share at 0.99.
 */
const TWIN_SHARE = 0.02;
/** At 0.90 it is so many times the share. */
const TWIN_SPAN = 10;
/**
 * A random walk of variance v keeps its n block means within a range r with a probability of about
 * (1 + TIGHTNESS/(n + 9) · v/r²)^(−(n − 1)/2): fitted to 400,000 walks of 5 to 64 blocks, within 15 % in nats from 1 nat on.
 */
const TIGHTNESS = 4.6;
export const BLOCKS_MIN = 5;
/**
 * Whoever looks long enough sees a walk stand still: what is asked for rises with the time that a pair has been looked at,
 * by a nat with every doubling from a quarter of an hour on.
 */
const LOOKS_S = 900;
/** How much it takes to call two legs one coin, in nats. */
export interface Strictness {
  /** From movement and level together; 8.5 = five thousand to one. */
  readonly sameNats: number;
  /** Of these the movement itself must give so many: a level alone proves nothing, however exact. */
  readonly motionNats: number;
}

export const STRICTNESS: Strictness = { sameNats: 8.5, motionNats: 3 };

/** A ratio that swings widely hides a twin's walk: what its swinging gives counts late, and no more than this. */
export const REVERSION_NATS_MAX = 4;
/** Where it swings less, its movement tells soon enough by itself. */
export const REVERSION_RANGE_MIN = 0.0025;
/** In blocks of 64 s: an hour and three quarters. */
export const REVERSION_BLOCKS_MIN = 100;
/** A power of ten that no name speaks of is rarer than one that a name does. */
export const UNNAMED_UNIT_NATS = 4;
/** The exchanges call the coin by one full name. */
export const NAME_NATS = 4;
/** The exchanges give one contract address: nothing but the unit is left to the price. */
export const CONTRACT_NATS = 20;
/** Another coin's ratio is taken to lie anywhere within this of 1, where it lies near at all. */
const LEVEL_SPAN = 0.03;
/** No level is known better: half of bid to ask, a tick. */
const LEVEL_FLOOR = 0.0001;
const RANGE_FLOOR = 0.00003;

/**
 * How unlikely it is that a twin's ratio stayed within `range` over `blocks` means while the prices moved together by
 * `together` (a sum of products of log returns): the mean over all twins. 0 or more; 0 for fewer than 5 blocks.
 */
export function motionNats(together: number, range: number, blocks: number): number {
  if (!(together > 0) || blocks < BLOCKS_MIN) return 0;
  const width = Math.max(range, RANGE_FLOOR);
  const power = (blocks - 1) / 2;
  const closest = (TIGHTNESS / (blocks + 9)) * ((TWIN_SHARE * together) / (width * width));
  // Too still to tell anything; and what follows would divide nothing by nothing.
  if (closest < 1e-6) return 0;
  // The mean of (1 + closest · m)^−power over m from 1 to 10.
  const rest = Math.log1p(-(((1 + closest) / (1 + TWIN_SPAN * closest)) ** (power - 1)));
  const mean = (1 - power) * Math.log1p(closest) + rest - Math.log((TWIN_SPAN - 1) * closest * (power - 1));
  return Math.max(0, -mean);
}

/**
 * How unlikely it is that a random walk, whatever it follows, had these steps (a sum of squares of changes between block means)
 * and no wider range: what swings around a level does. 0 or more.
 */
export function reversionNats(steps: number, range: number, blocks: number): number {
  if (blocks < BLOCKS_MIN) return 0;
  const width = Math.max(range, RANGE_FLOOR);
  // Means over blocks take a third off a walk's steps.
  return ((blocks - 1) / 2) * Math.log1p((TIGHTNESS / (blocks + 9)) * ((1.5 * steps) / (width * width)));
}

/** What a pair must give after so many seconds; `least`: at first. */
export function neededNats(least: number, seconds: number): number {
  return least + Math.log2(1 + seconds / LOOKS_S);
}

/** How unlikely it is that another coin's price stands within `distance` (a log ratio) by chance. */
export function levelNats(distance: number): number {
  return Math.max(0, Math.log(LEVEL_SPAN / Math.max(distance, LEVEL_FLOOR)));
}
