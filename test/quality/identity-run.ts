// One run of the labelled set through the judge: what was decided of every pair, when, and whether it was right.

import { Identity } from '../../src/quality/identity.js';
import { OTHER_COIN, OTHER_UNIT, PENDING, SAME, type Strictness } from '../../src/quality/identity-score.js';
import type { PairsToJudge } from '../../src/quality/identity-types.js';
import { IdentityMarket, type MarketOptions, type SimulatedListing } from './identity-market.js';

export interface JudgedPair {
  readonly left: SimulatedListing;
  readonly right: SimulatedListing;
  /** Verdict that is right. */
  readonly label: number;
  /** Of units: price of the left one over that of the right one. */
  readonly factor: number;
  readonly kind: string;
  readonly isKnownBad: boolean;
}

export interface PairOutcome extends JudgedPair {
  readonly verdict: number;
  /** Seconds to the first verdict that was not pending; NaN where there was none. */
  readonly firstS: number;
  /** Of these, seconds with both prices, and what part of them was within 5 % of a power of ten. */
  readonly seenS: number;
  readonly nearShare: number;
  /** It was once called one coin, and is not; or with a wrong factor. */
  readonly isFalseMerge: boolean;
  /** It was once called two coins, and is one. */
  readonly wasRefused: boolean;
}

export interface RunResult {
  readonly pairs: readonly PairOutcome[];
  readonly identity: Identity;
  /** What each pass took. */
  readonly passesMs: readonly number[];
}

export interface RunOptions extends MarketOptions {
  readonly seconds: number;
  readonly nowMs: () => number;
  readonly known?: ReadonlySet<string>;
  readonly strictness?: Strictness;
}

export function labelledPairs(listings: readonly SimulatedListing[]): readonly JudgedPair[] {
  const pairs: JudgedPair[] = [];
  const byGroup = new Map<string, SimulatedListing[]>();
  for (const right of listings) {
    const others = byGroup.get(right.group) ?? [];
    for (const left of others) pairs.push(labelled(left, right));
    others.push(right);
    byGroup.set(right.group, others);
  }
  return pairs;
}

export function runIdentity(options: RunOptions): RunResult {
  const market = new IdentityMarket(options);
  const pairs = labelledPairs(market.listings);
  const table = tableOf(pairs);
  const { known, strictness } = options;
  const identity = new Identity({
    pairs: table,
    latest: market,
    stands: market.stands,
    instrumentsMax: market.listings.length,
    ...(known === undefined ? {} : { known }),
    ...(strictness === undefined ? {} : { strictness }),
  });
  const firstS = new Float64Array(pairs.length).fill(Number.NaN);
  const seenS = firstS.slice();
  const nearShare = firstS.slice();
  const wrong = new Uint8Array(pairs.length);
  const refused = new Uint8Array(pairs.length);
  const passesMs: number[] = [];
  for (let second = 1; second <= options.seconds; second += 1) {
    const us = market.step();
    const beganMs = options.nowMs();
    identity.second(us);
    passesMs.push(options.nowMs() - beganMs);
    for (let pair = 0; pair < pairs.length; pair += 1) {
      const verdict = identity.verdicts[pair]!;
      if (verdict === PENDING) continue;
      if (Number.isNaN(firstS[pair]!)) {
        const evidence = identity.evidence(pair);
        firstS[pair] = second;
        seenS[pair] = evidence.seconds;
        nearShare[pair] = evidence.nearShare;
      }
      const { label, factor } = pairs[pair]!;
      const isMerged = verdict !== OTHER_COIN;
      if (isMerged && (label === OTHER_COIN || Math.abs(identity.factorOf(pair) / factor - 1) > 1e-6))
        wrong[pair] = 1;
      if (!isMerged && label !== OTHER_COIN) refused[pair] = 1;
    }
  }
  return {
    identity,
    passesMs,
    pairs: pairs.map((pair, index) => ({
      ...pair,
      verdict: identity.verdicts[index]!,
      firstS: firstS[index]!,
      seenS: seenS[index]!,
      nearShare: nearShare[index]!,
      isFalseMerge: wrong[index] === 1,
      wasRefused: refused[index] === 1,
    })),
  };
}

function labelled(left: SimulatedListing, right: SimulatedListing): JudgedPair {
  const isOne = left.coin === right.coin;
  const factor = left.multiplier / right.multiplier;
  return {
    left,
    right,
    label: !isOne ? OTHER_COIN : factor === 1 ? SAME : OTHER_UNIT,
    factor,
    kind: kindOf(left, right, isOne, factor),
    isKnownBad: left.isKnownBad && !isOne,
  };
}

function kindOf(left: SimulatedListing, right: SimulatedListing, isOne: boolean, factor: number): string {
  if (!isOne)
    return left.relation === 'first' ? right.relation : right.relation === 'first' ? left.relation : 'third';
  if (left.isPegged) return 'same, pegged';
  if (factor !== 1) return 'same, other unit';
  const isOff = Math.max(Math.abs(left.basis), Math.abs(right.basis)) >= 0.0015;
  if (isOff) return 'same, standing basis';
  if (Math.max(left.swing, right.swing) >= 0.001) return 'same, swinging';
  return Math.max(left.intervalS, right.intervalS) >= 5 ? 'same, slow' : 'same, plain';
}

function tableOf(pairs: readonly JudgedPair[]): PairsToJudge {
  return {
    size: pairs.length,
    pairsMax: pairs.length,
    left: Int32Array.from(pairs, ({ left }) => left.id),
    right: Int32Array.from(pairs, ({ right }) => right.id),
    names: (pair) => {
      const { left, right } = pairs[pair]!;
      return {
        symbol: `${left.base}/USDT`,
        symbol2: `${right.base}/USDT`,
        exchange1: left.exchange,
        exchange2: right.exchange,
      };
    },
  };
}
