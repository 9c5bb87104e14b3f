// What the pairs of one symbol say of each other: agreement carries over (A is B, B is C, so A is C), and where three or more
// exchanges are together the leg that none of them agrees with is the foreign one. Judges by verdicts alone, never by prices.

import { OTHER_COIN, OTHER_UNIT, PENDING, SAME } from './identity-score.js';

export interface JudgedPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What each pair's own prices say. */
  readonly own: Uint8Array;
  readonly ownExponent: Int8Array;
  /** What the pair and its cluster say together: written here. */
  readonly verdict: Uint8Array;
  readonly exponent: Int8Array;
  /** Decided by a person: no cluster changes it. */
  readonly isFinal: (pair: number) => boolean;
  /** The pair's own prices stand near 10^exponent just now. */
  readonly isNear: (pair: number, exponent: number) => boolean;
}

/** The legs of one symbol, as far as pairs connect them. */
export interface Cluster {
  readonly legs: number[];
  readonly pairs: number[];
}

export interface ClusterSides {
  /** Instrument ids that are one coin with each other; sets of one are those that none agrees with yet. Largest first. */
  readonly parts: readonly (readonly number[])[];
  /** One part is larger than every other, and of two or more. */
  readonly hasMajority: boolean;
  /** Legs that the majority calls another coin, each with the numbers of the pairs that say so. */
  readonly foreign: readonly { readonly leg: number; readonly pairs: readonly number[] }[];
}

interface Joined {
  /** Index of the part, by leg. */
  readonly part: Map<number, number>;
  /** Power of ten of the leg's unit within its part. */
  readonly unit: Map<number, number>;
  readonly doubtful: ReadonlySet<number>;
}

export class IdentityClusters {
  readonly #of = new Map<number, Cluster>();
  readonly #pairs: JudgedPairs;

  constructor(pairs: JudgedPairs) {
    this.#pairs = pairs;
  }

  clusterOf(instrumentId: number): Cluster | undefined {
    return this.#of.get(instrumentId);
  }

  all(): ReadonlySet<Cluster> {
    return new Set(this.#of.values());
  }

  meet(pair: number): void {
    const left = this.#pairs.left[pair]!;
    const right = this.#pairs.right[pair]!;
    const one = this.#of.get(left) ?? { legs: [left], pairs: [] };
    const other = this.#of.get(right) ?? { legs: [right], pairs: [] };
    one.pairs.push(pair);
    if (one !== other) {
      one.legs.push(...other.legs);
      one.pairs.push(...other.pairs);
      for (const leg of other.legs) this.#of.set(leg, one);
    }
    this.#of.set(left, one);
  }

  /** Writes the verdicts of a cluster's pairs. */
  resolve(cluster: Cluster): void {
    const { left, right, own, ownExponent, verdict, exponent } = this.#pairs;
    const joined = this.#join(cluster);
    const against = this.#against(cluster, joined);
    for (const pair of cluster.pairs) {
      const [one, other] = [left[pair]!, right[pair]!];
      verdict[pair] = own[pair]!;
      exponent[pair] = ownExponent[pair]!;
      if (this.#pairs.isFinal(pair)) continue;
      const isOne = joined.part.get(one) === joined.part.get(other);
      if (isMerged(own[pair]!)) {
        if (joined.doubtful.has(one) || joined.doubtful.has(other)) verdict[pair] = PENDING;
      } else if (own[pair] === PENDING && isOne) {
        const power = joined.unit.get(one)! - joined.unit.get(other)!;
        const isDoubtful = joined.doubtful.has(one) || joined.doubtful.has(other);
        if (isDoubtful || !this.#pairs.isNear(pair, power)) continue;
        verdict[pair] = power === 0 ? SAME : OTHER_UNIT;
        exponent[pair] = power;
      } else if (own[pair] === PENDING && against.has(partsKey(joined, one, other))) {
        if (!this.#pairs.isNear(pair, ownExponent[pair]!)) verdict[pair] = OTHER_COIN;
      }
    }
  }

  sides(cluster: Cluster): ClusterSides {
    const { left, right, verdict } = this.#pairs;
    const joined = this.#join(cluster);
    const byPart = new Map<number, number[]>();
    for (const leg of cluster.legs) {
      const part = joined.part.get(leg)!;
      byPart.set(part, [...(byPart.get(part) ?? []), leg]);
    }
    const parts = [...byPart.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!);
    const main = parts[0] ?? [];
    const hasMajority = main.length > 1 && main.length > (parts[1]?.length ?? 0);
    if (!hasMajority) return { parts, hasMajority, foreign: [] };
    const members = new Set(main);
    const foreign = cluster.legs
      .filter((leg) => !members.has(leg))
      .map((leg) => ({
        leg,
        pairs: cluster.pairs.filter(
          (pair) =>
            verdict[pair] !== PENDING &&
            ((left[pair] === leg && members.has(right[pair]!)) ||
              (right[pair] === leg && members.has(left[pair]!))),
        ),
      }))
      .filter(({ pairs }) => pairs.length > 0 && pairs.every((pair) => verdict[pair] === OTHER_COIN));
    return { parts, hasMajority, foreign };
  }

  /** Pairs of the leg that call it one coin with the other, and those that do not, by their own prices. */
  votes(leg: number): { readonly same: number; readonly other: number } {
    const { left, right, own } = this.#pairs;
    let same = 0;
    let other = 0;
    for (const pair of this.#of.get(leg)?.pairs ?? []) {
      if (left[pair] !== leg && right[pair] !== leg) continue;
      if (isMerged(own[pair]!)) same += 1;
      else if (own[pair] === OTHER_COIN) other += 1;
    }
    return { same, other };
  }

  #join(cluster: Cluster): Joined {
    const { left, right, own, ownExponent } = this.#pairs;
    const part = new Map<number, number>();
    const unit = new Map<number, number>();
    const doubtful = new Set<number>();
    const merged = cluster.pairs.filter((pair) => isMerged(own[pair]!));
    for (const start of cluster.legs) {
      if (part.has(start)) continue;
      part.set(start, start);
      unit.set(start, 0);
      for (const open = [start]; open.length > 0; ) {
        const leg = open.pop()!;
        for (const pair of merged) {
          const isLeft = left[pair] === leg;
          if (!isLeft && right[pair] !== leg) continue;
          const next = isLeft ? right[pair]! : left[pair]!;
          const power = unit.get(leg)! + (isLeft ? -1 : 1) * ownExponent[pair]!;
          if (!part.has(next)) {
            part.set(next, start);
            unit.set(next, power);
            open.push(next);
          } else if (unit.get(next) !== power) for (const one of [leg, next]) doubtful.add(one);
        }
      }
    }
    for (const pair of cluster.pairs) {
      if (own[pair] !== OTHER_COIN || part.get(left[pair]!) !== part.get(right[pair]!)) continue;
      // Held together by agreement and yet apart: a leg is believed while twice as many are with it as against it.
      for (const leg of [left[pair]!, right[pair]!]) {
        const { same, other } = this.votes(leg);
        if (other * 2 > same) doubtful.add(leg);
      }
    }
    return { part, unit, doubtful };
  }

  /** Parts between which at least one pair is of two coins and none is of one. */
  #against(cluster: Cluster, joined: Joined): ReadonlySet<string> {
    const { left, right, own } = this.#pairs;
    const against = new Set<string>();
    for (const pair of cluster.pairs)
      if (own[pair] === OTHER_COIN) against.add(partsKey(joined, left[pair]!, right[pair]!));
    return against;
  }
}

function isMerged(verdict: number): boolean {
  return verdict === SAME || verdict === OTHER_UNIT;
}

function partsKey({ part }: Joined, one: number, other: number): string {
  const [a, b] = [part.get(one)!, part.get(other)!];
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
