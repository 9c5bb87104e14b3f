// Weighs what is remembered of one pair: whether it is enough to call its legs one coin, whether they drift apart, and what there
// is to say about it. Pure over the evidence: remembers nothing and decides nothing for a cluster.

import type { IdentityEvidence } from './identity-evidence.js';
import { knownCollisions } from './identity-known.js';
import {
  CONTRACT_NATS,
  levelNats,
  NAME_NATS,
  neededNats,
  type Strictness,
  UNNAMED_UNIT_NATS,
} from './identity-score.js';
import { LONG_SCALE } from './identity-window.js';
import { exponentsBetween, isWrapped, unitReadings } from './units.js';

/** What an exchange says of what it lists, where it does. */
export interface ListingNote {
  /** The coin's full name. */
  readonly name?: string;
  /** `chain:address`; addresses on two chains are not compared. */
  readonly contract?: string;
}

/** What is known of a pair besides its prices. */
export interface PairNote {
  /** Powers of ten that the names speak of; empty = the names are of two coins. */
  readonly exponents: readonly number[];
  readonly isWrapped: boolean;
  /** Its ticker has been two coins before. */
  readonly isKnown: boolean;
  readonly metadata: 'contract' | 'name' | 'none';
}

/** Why. Up to `agreement` they explain a verdict, the rest why there is none. */
export const REASONS = [
  'moves-together',
  'metadata',
  'far',
  'drifts',
  'override',
  'restored',
  'agreement',
  'doubtful',
  'too-little',
  'too-few-quotes',
  'standing-offset',
  'pegged',
  'wrapped-name',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Weight {
  readonly isOneCoin: boolean;
  /** Of the verdict, or of its absence. */
  readonly reason: Reason;
  /** In nats: from movement, from the level, and how many are needed in all. */
  readonly motionNats: number;
  readonly levelNats: number;
  readonly neededNats: number;
}

/** A ratio that never comes so near to its power of ten is what a wrapped or staked coin has. */
const APART_MAX = 0.0012;
/** Nor one whose mean is further off: a passing dislocation may bring single blocks near. */
const APART_MEAN_MAX = 0.0015;
/** More of it is asked of a ticker that has been two coins. */
const KNOWN_MOTION_NATS = 3;
const QUOTES_MIN = 5;
const METADATA_BLOCKS_MIN = 3;
/** Gradual moves of the ratio; of a pair that is held to be one coin, only where its legs do not move together either. */
const DRIFT_RANGE = 0.025;
const APART_CORRELATION = 0.4;
const NO_REVERSION = { nats: 0, blur: Number.POSITIVE_INFINITY };
const DRIFT_BLOCKS_MIN = 15;

/** `symbol`s unified: `1000PEPE/USDT`. */
export function notePair(
  symbol1: string,
  symbol2: string,
  about1: ListingNote | undefined,
  about2: ListingNote | undefined,
  known: ReadonlySet<string> = knownCollisions,
): PairNote {
  const [base1, base2] = [baseOf(symbol1), baseOf(symbol2)];
  const coins = [base1, base2].flatMap((base) => unitReadings(base).map(({ coin }) => coin));
  return {
    exponents: exponentsBetween(base1, base2),
    isWrapped: isWrapped(base1, base2),
    isKnown: coins.some((coin) => known.has(coin)),
    metadata: compareListings(about1, about2),
  };
}

/** One note for all pairs of which the same is known: that is nearly all of them. */
export class NoteBook {
  readonly #byText = new Map<string, PairNote>();

  share(note: PairNote): PairNote {
    const text = JSON.stringify(note);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    this.#byText.set(text, note);
    return note;
  }
}

/** `quotes`: of the leg that told fewer; `extraNats`: asked for beside the usual ones. */
export function weigh(
  evidence: IdentityEvidence,
  note: PairNote,
  pair: number,
  {
    quotes,
    isPegged,
    extraNats,
    strictness,
  }: { quotes: number; isPegged: boolean; extraNats: number; strictness: Strictness },
): Weight {
  const motion = evidence.window.motion(pair);
  const reversion = isPegged ? NO_REVERSION : evidence.window.reversion(pair);
  const mean = Math.abs(evidence.window.mean(pair));
  const blur = Math.min(motion.blur, reversion.blur);
  const distance = mean + (Number.isFinite(blur) ? blur : evidence.window.range(pair, 0));
  const level = isPegged ? 0 : levelNats(distance);
  const isNamed = note.exponents.includes(evidence.exponent[pair]!);
  const least = strictness.sameNats + (isNamed ? 0 : UNNAMED_UNIT_NATS) + extraNats;
  const needed = neededNats(least, evidence.seconds[pair]!);
  const fromMetadata =
    note.metadata === 'contract' ? CONTRACT_NATS : note.metadata === 'name' ? NAME_NATS : 0;
  const motionNats = motion.nats + reversion.nats;
  const result = (reason: Reason, isOneCoin = false): Weight => ({
    isOneCoin,
    reason,
    motionNats,
    levelNats: level,
    neededNats: needed,
  });
  const obstacle = obstacleOf(evidence, note, pair, quotes);
  if (obstacle !== null) return result(obstacle);
  if (motionNats + level + fromMetadata >= needed && fromMetadata > 0) return result('metadata', true);
  const ofMotion = strictness.motionNats + (note.isKnown ? KNOWN_MOTION_NATS : 0);
  if (motionNats + level >= needed && motionNats >= ofMotion) return result('moves-together', true);
  return result(isPegged ? 'pegged' : 'too-little');
}

/** Why no weight of evidence would make it one coin now; null = none. Cheap: it is asked of every pending pair. */
export function obstacleOf(
  evidence: IdentityEvidence,
  note: PairNote,
  pair: number,
  quotes: number,
): Reason | null {
  if (evidence.far[pair]! > 0 || evidence.window.blocks(pair, 0) < METADATA_BLOCKS_MIN) return 'too-little';
  if (note.isWrapped && note.metadata !== 'contract') return 'wrapped-name';
  if (quotes < QUOTES_MIN) return 'too-few-quotes';
  const isApart =
    evidence.window.apart(pair) > APART_MAX || Math.abs(evidence.window.mean(pair)) > APART_MEAN_MAX;
  return isApart && note.metadata === 'none' ? 'standing-offset' : null;
}

/** The ratio wanders, rather than swings around a level. `isHeld`: the pair counts as one coin. */
export function drifts(evidence: IdentityEvidence, pair: number, isHeld: boolean): boolean {
  if (evidence.window.blocks(pair, LONG_SCALE) < DRIFT_BLOCKS_MIN) return false;
  const range = evidence.window.range(pair, LONG_SCALE);
  // What has come back to its power of ten was a dislocation.
  if (range < DRIFT_RANGE || Math.abs(evidence.last[pair]!) < DRIFT_RANGE / 2) return false;
  if (isHeld) return evidence.window.comovement(pair).correlation < APART_CORRELATION;
  return range * range > evidence.window.steps(pair, LONG_SCALE);
}

function baseOf(symbol: string): string {
  const at = symbol.indexOf('/');
  return at === -1 ? symbol : symbol.slice(0, at);
}

function compareListings(one: ListingNote | undefined, other: ListingNote | undefined): PairNote['metadata'] {
  const key = (text: string | undefined): string => (text ?? '').trim().toLowerCase();
  if (key(one?.contract) !== '' && key(one?.contract) === key(other?.contract)) return 'contract';
  return key(one?.name) !== '' && key(one?.name) === key(other?.name) ? 'name' : 'none';
}
