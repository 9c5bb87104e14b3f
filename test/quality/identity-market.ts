// A market of coins and of the listings that stand for them: every coin follows a path of its own, every listing quotes its
// coin with a unit, a basis, noise, ticks and pauses of its own. One second a step. Knows nothing of how identity is judged.

import { createRandom, type Random } from '../../src/sim/random.js';
import { groupsOf, type LabelledListing } from './identity-listings.js';

/** How the coins of one group that are not its first one relate to it. */
export const RELATIONS = [
  'unrelated',
  'near',
  'near-twin',
  'decade',
  'decade-twin',
  'pegged',
  'wrapped',
] as const;
export type Relation = (typeof RELATIONS)[number];

export interface SimulatedListing extends LabelledListing {
  /** Row in `bid`, `ask`, `stampUs`. */
  readonly id: number;
  readonly relation: Relation | 'first';
  readonly isPegged: boolean;
  /** Mean seconds from one quote to the next. */
  readonly intervalS: number;
  /** Its usual distance from the coin's price, and the swing around it; log ratios. */
  readonly basis: number;
  readonly swing: number;
}

interface Coin {
  price: number;
  readonly sigma: number;
  /** What it follows, if it does: index of a coin, and how. */
  readonly follows: number;
  readonly correlation: number;
  readonly relation: Relation | 'first';
  /** Of pegged coins and of wrapped ones' ratio: where it is drawn to, how fast, how far it wanders. */
  readonly anchor: number;
  readonly pull: number;
  offset: number;
  growth: number;
  move: number;
}

interface Quoting {
  readonly coin: number;
  readonly unit: number;
  readonly chance: number;
  readonly half: number;
  readonly tick: number;
  readonly period: number;
  readonly phase: number;
  jolt: number;
  joltLeft: number;
  joltLength: number;
  stillLeft: number;
}

export interface MarketOptions {
  readonly seed: number;
  readonly listings: readonly LabelledListing[];
  /** Absent = drawn for every coin. */
  readonly relation?: Relation;
  /** Absent = drawn between 0.9 and 0.99 for every twin. */
  readonly correlation?: number;
  /** Absent = within 3 %. The log ratio that a near coin begins with. */
  readonly nearness?: number;
  /** Quick, narrow, undisturbed listings of lively coins: for what has to happen at a known moment. */
  readonly isCalm?: boolean;
  /** Seconds since the epoch of the first step. */
  readonly startS?: number;
}

/** Half of the parameters are the same in every run. */
const FIXED_SEED = 20_240_917;
const NEARNESS = 0.03;
const US = 1_000_000;
const RELATION_SHARES: readonly (readonly [Relation, number])[] = [
  ['unrelated', 0.43],
  ['near', 0.1],
  ['near-twin', 0.18],
  ['decade', 0.1],
  ['decade-twin', 0.1],
  ['pegged', 0.03],
  ['wrapped', 0.06],
];

export class IdentityMarket {
  readonly listings: readonly SimulatedListing[];
  readonly bid: Float64Array;
  readonly ask: Float64Array;
  readonly stampUs: Float64Array;
  readonly #coins: Coin[] = [];
  readonly #quoting: Quoting[] = [];
  readonly #random: Random;
  readonly #isCalm: boolean;
  second: number;

  constructor(options: MarketOptions) {
    this.second = options.startS ?? 1_700_000_000;
    this.#random = createRandom(options.seed, 'path');
    this.#isCalm = options.isCalm ?? false;
    const made: SimulatedListing[] = [];
    for (const [group, listings] of groupsOf(options.listings))
      this.#addGroup(options, group, listings, made);
    this.listings = made;
    this.bid = new Float64Array(made.length).fill(Number.NaN);
    this.ask = this.bid.slice();
    this.stampUs = this.bid.slice();
  }

  /** The quote counts: at most a minute old. */
  readonly stands = (id: number): boolean => this.stampUs[id]! > this.second * US - 60 * US;

  /** One second on: coins move, and listings quote what they quote within it. */
  step(): number {
    this.second += 1;
    for (const coin of this.#coins) this.#move(coin);
    for (let id = 0; id < this.listings.length; id += 1) this.#quote(id);
    return this.second * US;
  }

  /** Multiplies what a listing quotes from now on: a redenomination, or another coin under the name. */
  rescale(id: number, factor: number): void {
    const quoting = this.#quoting[id]!;
    this.#quoting[id] = { ...quoting, unit: quoting.unit * factor };
  }

  /** Off by a log ratio for so many seconds. */
  jolt(id: number, size: number, seconds: number): void {
    Object.assign(this.#quoting[id]!, { jolt: size, joltLeft: seconds, joltLength: seconds });
  }

  #addGroup(
    options: MarketOptions,
    group: string,
    listings: readonly LabelledListing[],
    made: SimulatedListing[],
  ): void {
    const random = createRandom(options.seed, 'group', group);
    const names = [...new Set(listings.map(({ coin }) => coin))];
    const isWrapped = listings[0]!.kind === 'wrapped';
    const relation = isWrapped ? 'wrapped' : (options.relation ?? drawRelation(random));
    const isPegged = listings[0]!.kind === 'pegged' || (names.length > 1 && relation === 'pegged');
    const first = this.#coins.length;
    for (const [index, name] of names.entries()) {
      const own = index === 0 ? 'first' : isPegged ? 'pegged' : relation;
      this.#coins.push(this.#makeCoin(options, name, own, isPegged, first, random));
    }
    for (const listing of listings) {
      const coin = first + names.indexOf(listing.coin);
      const drawn = makeQuoting(options.seed, listing, coin, isPegged);
      const { quoting, ...more } = this.#isCalm ? calm(drawn) : drawn;
      this.#quoting.push(quoting);
      made.push({ ...listing, id: made.length, relation: this.#coins[coin]!.relation, isPegged, ...more });
    }
  }

  #makeCoin(
    options: MarketOptions,
    name: string,
    relation: Relation | 'first',
    isPegged: boolean,
    first: number,
    random: Random,
  ): Coin {
    const fixed = createRandom(FIXED_SEED, 'coin', name);
    const sigma = this.#isCalm ? 3e-4 : logUniform(fixed, 0.8e-4, 5e-4);
    const level = Math.log(logUniform(fixed, 1e-6, 3e4));
    const leader = this.#coins[first];
    const isTwin = relation.endsWith('twin');
    const drawn = options.correlation ?? 0.9 + 0.09 * random.next();
    const near = options.nearness ?? NEARNESS * (2 * random.next() - 1);
    const power = (1 + random.below(6)) * (random.next() < 0.5 ? 1 : -1);
    const base = {
      sigma,
      relation,
      follows: -1,
      correlation: 0,
      anchor: 0,
      pull: 0,
      offset: 0,
      growth: 0,
      move: 0,
    };
    if (isPegged) {
      const wander = 0.0003 + 0.0007 * random.next();
      const pull = 1 / (1200 + 6000 * random.next());
      const anchor = 0.0005 * (2 * random.next() - 1);
      return { ...base, price: anchor, sigma: wander * Math.sqrt(2 * pull), anchor, pull };
    }
    if (leader === undefined || relation === 'first' || relation === 'unrelated')
      return { ...base, price: level };
    if (relation === 'wrapped') {
      const ratio = logUniform(random, 0.003, 0.15) * (random.next() < 0.5 ? 1 : -1);
      const wander = 0.0002 + 0.0005 * random.next();
      const pull = 1 / (600 + 9000 * random.next());
      const more = { follows: first, correlation: 1, offset: ratio, anchor: ratio, pull, growth: 1e-9 };
      return { ...base, ...more, sigma: wander * Math.sqrt(2 * pull), price: leader.price + ratio };
    }
    const price = leader.price + near + (relation.startsWith('decade') ? power * Math.log(10) : 0);
    if (!isTwin) return { ...base, price };
    return {
      ...base,
      price,
      sigma: leader.sigma * (0.9 + 0.2 * random.next()),
      follows: first,
      correlation: drawn,
    };
  }

  #move(coin: Coin): void {
    const random = this.#random;
    const own = gauss(random);
    const leader = coin.follows < 0 ? undefined : this.#coins[coin.follows]!;
    if (coin.relation === 'wrapped' && leader !== undefined) {
      coin.offset += coin.sigma * own - coin.pull * (coin.offset - coin.anchor) + coin.growth;
      coin.price = leader.price + coin.offset;
      return;
    }
    if (coin.pull > 0) {
      coin.price += coin.sigma * own - coin.pull * (coin.price - coin.anchor);
      return;
    }
    const shared = leader === undefined ? 0 : coin.correlation;
    coin.move = shared * (leader?.move ?? 0) + Math.sqrt(1 - shared * shared) * own;
    coin.price += coin.sigma * coin.move;
    // Once in two hours or so something happens to a coin; half of what happens to the leader happens to its twin.
    if (!this.#isCalm && random.next() < 1 / 7200) {
      const jump = (random.next() < 0.5 ? -1 : 1) * logUniform(random, 0.002, 0.02);
      coin.price += jump;
      for (const other of this.#coins)
        if (this.#coins[other.follows] === coin && other.relation !== 'wrapped' && random.next() < 0.5)
          other.price += jump * (0.9 + 0.2 * random.next());
    }
  }

  #quote(id: number): void {
    const quoting = this.#quoting[id]!;
    const listing = this.listings[id]!;
    const random = this.#random;
    const turn = this.#isCalm ? 0.5 : random.next();
    if (turn < 1 / 21_600 && quoting.joltLeft <= 0) {
      const size = (random.next() < 0.5 ? -1 : 1) * logUniform(random, 0.01, 0.08);
      this.jolt(id, size, 10 + random.below(230));
    } else if (turn > 1 - 1 / 36_000) quoting.stillLeft = 20 + random.below(160);
    quoting.joltLeft -= 1;
    quoting.stillLeft -= 1;
    if (quoting.stillLeft > 0 || random.next() > quoting.chance) return;
    const swing = listing.swing * Math.sin((2 * Math.PI * this.second) / quoting.period + quoting.phase);
    const jolt =
      quoting.joltLeft > 0 ? quoting.jolt * Math.min(1, (2 * quoting.joltLeft) / quoting.joltLength) : 0;
    const noise = 0.3 * quoting.half * gauss(random);
    const mid =
      this.#coins[quoting.coin]!.price + Math.log(quoting.unit) + listing.basis + swing + jolt + noise;
    const price = Math.exp(mid);
    const tick = price * quoting.tick;
    this.bid[id] = Math.floor((price * (1 - quoting.half)) / tick) * tick;
    this.ask[id] = Math.ceil((price * (1 + quoting.half)) / tick) * tick;
    this.stampUs[id] = this.second * US - 1 - random.below(US - 1);
  }
}

function drawRelation(random: Random): Relation {
  let left = random.next();
  for (const [relation, share] of RELATION_SHARES) {
    left -= share;
    if (left < 0) return relation;
  }
  return 'unrelated';
}

function makeQuoting(seed: number, listing: LabelledListing, coin: number, isPegged: boolean) {
  const place = `${listing.exchange} ${listing.base}`;
  const fixed = createRandom(FIXED_SEED, 'venue', place);
  const random = createRandom(seed, 'venue', place, listing.group);
  const pace = fixed.next();
  const intervalS =
    pace < 0.6
      ? logUniform(fixed, 0.05, 1)
      : pace < 0.85
        ? logUniform(fixed, 1, 5)
        : logUniform(fixed, 5, 30);
  const half = logUniform(fixed, 0.00005, pace < 0.85 ? 0.0006 : 0.002) * (isPegged ? 0.5 : 1);
  const sign = random.next() < 0.5 ? -1 : 1;
  const standing = random.next();
  const isFar = standing > 0.999 && !isPegged;
  const basis =
    sign *
    (isFar
      ? logUniform(random, 0.0015, 0.02)
      : standing > 0.96
        ? logUniform(random, 0.0003, 0.0015)
        : 0.00015 * Math.abs(gauss(random)));
  const wide = random.next();
  const swing = isFar
    ? Math.abs(basis) * (0.1 + 0.3 * random.next())
    : wide > 0.99
      ? logUniform(random, 0.001, 0.004)
      : logUniform(random, 0.00003, 0.0008);
  return {
    intervalS,
    basis,
    swing,
    quoting: {
      coin,
      unit: listing.multiplier,
      chance: 1 - Math.exp(-1 / intervalS),
      half,
      tick: logUniform(fixed, 0.00001, 0.0003),
      period: isFar ? logUniform(random, 300, 3600) : logUniform(random, 60, 1800),
      phase: 2 * Math.PI * random.next(),
      jolt: 0,
      joltLeft: 0,
      joltLength: 1,
      stillLeft: 0,
    },
  };
}

function calm(drawn: ReturnType<typeof makeQuoting>): ReturnType<typeof makeQuoting> {
  const quoting = { ...drawn.quoting, chance: 0.99, half: 0.0001, tick: 0.00001 };
  return { ...drawn, intervalS: 0.2, basis: 0, swing: 0.00003, quoting };
}

function logUniform(random: Random, from: number, to: number): number {
  return from * (to / from) ** random.next();
}

/** Normal, seeded. */
function gauss(random: Random): number {
  const u = Math.max(random.next(), 1e-12);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.next());
}
