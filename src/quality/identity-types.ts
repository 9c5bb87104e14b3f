// The shapes by which others hand pairs and quotes to the judge of identity, and get its evidence. Types alone.

import type { ListingNote, PairNote, Reason } from './identity-judge.js';
import type { Overrides } from './identity-overrides.js';
import type { Strictness, Verdict } from './identity-score.js';

/** The numbered pairs that are judged; structurally the table of windows/. */
export interface PairsToJudge {
  /** Numbers are 0 … size − 1; it may grow, and none is ever given anew. */
  readonly size: number;
  readonly pairsMax: number;
  /** Instrument ids of the legs, by number. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Symbols unified; `symbol2` where the right leg is listed under another one. */
  names(pair: number): {
    readonly symbol: string;
    readonly exchange1: string;
    readonly exchange2: string;
    readonly symbol2?: string;
  };
}

/** The hub's latest quotes, index = instrument id; NaN before the first. */
export interface QuotedSides {
  readonly stampUs: Float64Array;
  readonly bid: Float64Array;
  readonly ask: Float64Array;
}

export interface IdentityOptions {
  readonly pairs: PairsToJudge;
  readonly latest: QuotedSides;
  /** The instrument's newest quote counts at this second. */
  readonly stands: (instrumentId: number) => boolean;
  readonly instrumentsMax: number;
  readonly overrides?: Overrides;
  /** What the exchange says of an instrument. */
  readonly about?: (instrumentId: number) => ListingNote | undefined;
  /** Coins that are held to more movement; absent = the built-in list. */
  readonly known?: ReadonlySet<string>;
  /** Absent = what excludes twins; less is quicker and merges some (docs/identity.md has the numbers). */
  readonly strictness?: Strictness;
}

/** Of one pair, for people and the API. */
export interface PairEvidence {
  readonly verdict: Verdict;
  readonly reason: Reason;
  /** Price of the left unit over that of the right one; NaN unless same or other-unit. */
  readonly factor: number;
  /** The usual ratio of the prices; NaN before the first. */
  readonly ratio: number;
  /** Mean distance of the ratio from it, percent. */
  readonly deviationPercent: number;
  /** Seconds with both prices, and what part of them was within 5 % of a power of ten. */
  readonly seconds: number;
  readonly nearShare: number;
  /** Correlation of the legs' moves over 64 s; NaN before a quarter of an hour. */
  readonly correlation: number;
  readonly motionNats: number;
  readonly levelNats: number;
  readonly neededNats: number;
  /** 0 … 1: how surely it is of something else. */
  readonly far: number;
  /** Pairs of the left and of the right leg that are one coin, and those that are not. */
  readonly votes: readonly [Votes, Votes];
  readonly metadata: PairNote['metadata'];
  /** Powers of ten that the names speak of. */
  readonly namedExponents: readonly number[];
  /** Seconds that it had been judged by before the last restart; 0 = not restored. */
  readonly restoredSeconds: number;
}

export interface Votes {
  readonly same: number;
  readonly other: number;
}
