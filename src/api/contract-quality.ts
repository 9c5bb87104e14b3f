// What the API says of whether a spread is real, as types only: a part of contract.ts.

import type { Refusal } from '../core/refusals.js';

export type { Refusal } from '../core/refusals.js';

export interface ExplainedReason {
  readonly reason: Refusal;
  readonly holds: boolean;
  readonly words: string;
  /** What it was decided by, the unit last in each name; lists are of exchange1 and exchange2. Null = not known. */
  readonly evidence: Readonly<Record<string, number | string | boolean | null | readonly (number | null)[]>>;
}

/** The body of `/api/pairs/{symbol}/{exchange1}/{exchange2}/explain`. */
export interface ExplainReply {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** ISO 8601: the moment that it is of. */
  readonly timestamp: string;
  readonly tradable: boolean;
  /** Those of `reasons` that hold. */
  readonly refusals: readonly Refusal[];
  readonly words: string;
  /** In the direction that pays more: where it would be sold, and where bought. */
  readonly sell: string;
  readonly buy: string;
  readonly spreadPercent: number | null;
  /** In that direction: bid where it is sold over ask where it is bought. */
  readonly executablePercent: number | null;
  /** Taker fees of a round trip. */
  readonly costPercent: number;
  /** The pair's own long median; null while too little is known. */
  readonly basisPercent: number | null;
  readonly edgeBps: number | null;
  /** The same less what stands there all the time. */
  readonly freshEdgeBps: number | null;
  /** For so long it has paid its costs, milliseconds; null where it does not. */
  readonly standsMs: number | null;
  readonly size: {
    /** What is looked at: the best bid and ask alone. */
    readonly depth: 'top-of-book';
    /** Asked for, in the quote currency. */
    readonly notional: number;
    /** Worth of the smaller of both tops; null where sizes are not known. */
    readonly notionalMax: number | null;
    /** At that notional; null where the tops do not hold it, or nobody knows. */
    readonly executablePercent: number | null;
  };
  /** The hour under way and the 23 before it, as far as this process has seen them. */
  readonly lastDay: {
    /** Both legs stood. */
    readonly seenSeconds: number;
    readonly payingShare: number | null;
    readonly tradableShare: number | null;
  };
  /** Every reason that there is, in one order. */
  readonly reasons: readonly ExplainedReason[];
}

/** The body of `/api/quality`: spells, one behind the other. */
export interface QualityReply {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Half-open, epoch seconds with microseconds. */
  readonly from: number;
  readonly to: number;
  /** What the bits of `refusals` stand for, the lowest first. */
  readonly reasons: readonly Refusal[];
  /** When each spell begins; it ends with the next one, the last with `to`. */
  readonly starts: readonly number[];
  /** Of each spell; 0: the spread could have been traded. */
  readonly refusals: readonly number[];
  /** Shorter spells were put together, refused for the reasons of both; 0: none were. */
  readonly joinedBelowSeconds: number;
  /** Both legs stood. */
  readonly seenSeconds: number;
  /** Of these what was shown paid the costs. */
  readonly payingSeconds: number;
  /** Of these it could have been traded. */
  readonly tradableSeconds: number;
  /** Of the paying ones, by reason; reasons overlap. */
  readonly refusedSeconds: Readonly<Record<Refusal, number>>;
}

/** What says that a leg is of another coin than one other leg. */
export interface IdentityWitness {
  readonly exchange: string;
  /** The foreign leg's price over that one's; null before the first. */
  readonly ratio: number | null;
  /** Seconds with both prices, and the share of them near a power of ten. */
  readonly seenSeconds: number;
  readonly nearShare: number | null;
  readonly decidedBy: string;
}

/** The body of `/api/identity`. */
export interface IdentityReply {
  /** Pairs by verdict. */
  readonly pairs: Readonly<Record<'pending' | 'same' | 'other-unit' | 'other-coin', number>>;
  /** Symbols of which some pair is of two coins, by name; at most 200. */
  readonly disputed: readonly {
    readonly symbol: string;
    /** Exchanges whose legs are one coin with each other, the largest set first. */
    readonly coins: readonly (readonly string[])[];
    /** Legs that a majority calls another coin: taken out of the cluster. Empty: there is no majority. */
    readonly foreign: readonly {
      readonly exchange: string;
      readonly witnesses: readonly IdentityWitness[];
    }[];
  }[];
  /** There are more than are told. */
  readonly more: boolean;
}
