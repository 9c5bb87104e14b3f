// One world of the corpus: two exchanges, one ticker, hours of its time. Hidden books go their way, feeds show what they show, and the layer
// of quality, fed through decoders and hub as in the process, says of every moment whether the spread could be traded. It sees frames alone.

import { marketOf } from '../../../src/core/exchange.js';
import { InstrumentTable } from '../../../src/core/instrument.js';
import { REFUSAL_BIT, type RefusalBits } from '../../../src/core/refusals.js';
import { TAKER_FEES_PERCENT } from '../../../src/exchanges/index.js';
import { Hub } from '../../../src/hub/hub.js';
import { Identity } from '../../../src/quality/identity.js';
import { Quality } from '../../../src/quality/quality.js';
import type { SimQuote } from '../../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../../src/sim/exchanges/index.js';
import { createRandom, type Random } from '../../../src/sim/random.js';
import { PairTable } from '../../../src/windows/pair-table.js';
import { QUALITY_DEFAULTS } from '../defaults.js';
import { CLASSES, type Class, type Script } from './classes.js';
import { BASE, Leg } from './leg.js';

const START_US = 1_790_000_000_000_000;
const CALM_US = 20 * 60_000_000;
const GRID_US = 50_000;
const SECOND_US = 1_000_000;

export interface Episode {
  readonly of: Class;
  /** By the hidden books: orders at its start would have been filled with a gain. */
  isReal: boolean;
  shown: boolean;
  /** By the table, once a second. */
  shownInTable: boolean;
  shownAfterMs: number;
  /** Moments in which what was seen paid and it was refused, and those of them with a reason that is right for the class. */
  refused: number;
  right: number;
  readonly reasons: Map<RefusalBits, number>;
}

interface Delivery {
  readonly us: number;
  readonly eventUs: number;
  readonly quote: SimQuote;
}

export function runWorld(seed: number, kind: Class['world'], episodesMax: number): Episode[] {
  return new World(createRandom(seed, 'corpus', kind), kind).run(episodesMax);
}

class World {
  readonly #random: Random;
  readonly #kind: Class['world'];
  readonly #hub = new Hub({ instrumentsMax: 4, lastStampUs: 0 });
  readonly #legs: readonly [Leg, Leg];
  readonly #quality: Quality;
  readonly #cost: number;
  /** Percent that leg 0 is dearer all the time. */
  readonly #basis: number;
  readonly #usualMs: readonly [number, number];
  readonly #half: number;
  readonly #volBp: number;
  readonly #delayMs: readonly [number, number];
  readonly #jitterMs: number;
  readonly #queues: readonly [Delivery[], Delivery[]] = [[], []];
  readonly #nextUs: [number, number] = [START_US, START_US];
  readonly #lastUs: [number, number] = [0, 0];
  #price: number;
  /** Of the coin behind leg 1, where it is another one. */
  #otherPrice: number;
  #pricedUs = START_US;
  #nowUs = START_US;
  #script: Script | null = null;
  #scriptUs = 0;
  #told = 0;
  #last: [SimQuote | null, SimQuote | null] = [null, null];

  constructor(random: Random, kind: Class['world']) {
    this.#random = random;
    this.#kind = kind;
    const between = (from: number, to: number) => from + (to - from) * random.next();
    const market = random.below(2) === 0 ? 'spot' : 'linear';
    const choice = SIM_EXCHANGES.filter(({ name }) => marketOf(name) === market);
    const cheap = choice.filter(({ name }) => kind !== 'basis' || TAKER_FEES_PERCENT[name]! <= 0.11);
    const first = cheap[random.below(cheap.length)]!;
    // A basis that pays, and what is beyond it, are together less than what nobody would believe of two legs that are not known to be one coin.
    const isCheap = (name: string) =>
      kind !== 'basis' || 2 * (TAKER_FEES_PERCENT[first.name]! + TAKER_FEES_PERCENT[name]!) <= 0.45;
    const others = choice.filter(({ name }) => name !== first.name && isCheap(name));
    const second = others[random.below(others.length)]!;
    const instruments = new InstrumentTable();
    const ids = [first, second].map(({ name }) => instruments.intern(name, `${BASE}/USDT`).id);
    this.#legs = [
      new Leg(first, this.#hub, ids[0]!, START_US),
      new Leg(second, this.#hub, ids[1]!, START_US),
    ];
    this.#cost = 2 * (TAKER_FEES_PERCENT[first.name]! + TAKER_FEES_PERCENT[second.name]!);
    // Twenty updates a second to one in some seconds.
    this.#usualMs = [0, 1].map(() => 50 * 60 ** random.next()) as [number, number];
    this.#half = between(0.2, 2) / 10_000;
    // Between two of its quotes a coin moves less than any fee.
    this.#volBp = between(0.3, 4) / Math.sqrt(Math.max(1, ...this.#usualMs.map((ms) => ms / 1_000)));
    this.#delayMs = [between(3, 80), between(3, 80)];
    this.#jitterMs = between(1, 25);
    this.#basis = kind === 'basis' ? (this.#cost + between(0.05, 0.2)) * (random.below(2) === 0 ? 1 : -1) : 0;
    this.#price = 10 ** between(-3, 1);
    this.#otherPrice = this.#price * (random.below(2) === 0 ? between(1.06, 4) : between(0.2, 0.93));
    const pairs = new PairTable({ instruments, pairsMax: 2, spotPerp: false });
    pairs.meetNewInstruments();
    let identity: Identity;
    const { latest, lagging } = this.#hub;
    this.#quality = new Quality({
      ...{ pairs, latest, lagging, instrumentsMax: 4, thresholds: QUALITY_DEFAULTS },
      costPercent: () => this.#cost,
      identity: (pair) => (['pending', 'same', 'other', 'other'] as const)[identity.verdictOf(pair)]!,
    });
    let secondUs = 0;
    identity = new Identity({
      ...{ pairs, latest, instrumentsMax: 4 },
      stands: (id) => this.#quality.legs.standing.stands(id, secondUs),
    });
    this.#hub.subscribe({
      quote() {},
      cold() {},
      second: (us) => {
        secondUs = us;
        identity.second(us);
      },
    });
    this.#hub.subscribe(this.#quality);
  }

  run(episodesMax: number): Episode[] {
    const random = this.#random;
    const classes = CLASSES.filter(({ world }) => world === this.#kind);
    const all = classes.flatMap((one) => new Array<Class>(one.share).fill(one));
    this.#play(this.#nowUs + CALM_US, null);
    const episodes: Episode[] = [];
    while (episodes.length < episodesMax) {
      const of = all[random.below(all.length)]!;
      const script = of.draw(random, this.#cost + 200 * this.#half, Math.max(...this.#usualMs));
      if (script.needsTime === true && !this.#legs[1].exchange.givesTime) continue;
      const found: Episode = {
        ...{
          of,
          isReal: false,
          shown: false,
          shownInTable: false,
          shownAfterMs: Number.NaN,
          refused: 0,
          right: 0,
        },
        reasons: new Map(),
      };
      this.#episode(found, script);
      episodes.push(found);
      // Between two of them nothing happens for a while; what is shown of the one before is over by then.
      this.#play(this.#nowUs + (20 + 40 * random.next()) * SECOND_US, null);
    }
    return episodes;
  }

  #episode(found: Episode, script: Script): void {
    this.#script = script;
    this.#scriptUs = this.#nowUs;
    this.#told = 0;
    // What moves both books is known to both at once.
    for (const at of [0, 1] as const)
      this.#nextUs[at] = Math.min(this.#nextUs[at], this.#nowUs + 1_000 * (1 + this.#random.below(15)));
    const latencyUs = (50 + 250 * this.#random.next()) * 1_000;
    const endUs = this.#scriptUs + script.forMs * 1_000;
    let startUs = Number.NaN;
    let judgedUs = Number.NaN;
    const expected = new Set(found.of.expected);
    this.#play(endUs, (us) => {
      const paying = this.#seenEdge();
      if (Number.isNaN(startUs) && this.#seenEdge(true) > 0) startUs = us;
      // The orders arrive, and what they would have got is known.
      if (Number.isNaN(judgedUs) && !Number.isNaN(startUs) && us >= startUs + latencyUs) {
        judgedUs = us;
        found.isReal = this.#gain(us) > 0;
      }
      const bits = this.#quality.refusalsAt(0, us);
      if (bits === 0) {
        if (!found.shown) found.shownAfterMs = (us - startUs) / 1_000;
        found.shown = true;
      } else if (paying > 0 || expected.has('below-costs')) {
        found.refused += 1;
        found.reasons.set(bits, (found.reasons.get(bits) ?? 0) + 1);
        if (found.of.expected.some((one) => (bits & REFUSAL_BIT[one]) !== 0)) found.right += 1;
      }
      if (us % SECOND_US === 0 && this.#quality.refusals[0] === 0) found.shownInTable = true;
    });
    this.#script = null;
  }

  /** Percent, of what a naive eye sees, better way, after costs; `isFresh`: less what stands there all the time. */
  #seenEdge(isFresh = false): number {
    const [left, right] = [this.#legs[0].seen, this.#legs[1].seen];
    if (left === null || right === null) return Number.NaN;
    const basis = isFresh ? this.#basis : 0;
    const sold = (left.bid / right.ask - 1) * 100 - Math.max(0, basis);
    const bought = (right.bid / left.ask - 1) * 100 - Math.max(0, -basis);
    return Math.max(sold, bought) - this.#cost;
  }

  /** Percent, of orders on the true books that arrive now, in the direction that is seen to pay; NaN where one is not filled. */
  #gain(us: number): number {
    const [one, other] = this.#legs;
    const [left, right] = [one.seen!, other.seen!];
    const is12 = left.bid / right.ask >= right.bid / left.ask;
    const ms = (us - this.#scriptUs) / 1_000;
    if (this.#script !== null && !(this.#script.fills(0, ms) && this.#script.fills(1, ms))) return Number.NaN;
    const [seller, buyer] = is12 ? [one, other] : [other, one];
    const { notionalMin } = QUALITY_DEFAULTS;
    const ratio = seller.fill('sell', notionalMin, us) / buyer.fill('buy', notionalMin, us);
    if (this.#kind === 'other-coin') return Number.NaN;
    return (ratio - 1) * 100 - this.#cost - Math.max(0, is12 ? this.#basis : -this.#basis);
  }

  /** Books, frames and looks up to `untilUs`, in the order of their moments. */
  #play(untilUs: number, look: ((us: number) => void) | null): void {
    let gridUs = Math.ceil(this.#nowUs / GRID_US) * GRID_US;
    for (;;) {
      const dueUs = [this.#queues[0][0]?.us ?? Infinity, this.#queues[1][0]?.us ?? Infinity];
      const nextUs = Math.min(...this.#nextUs, ...dueUs, gridUs);
      if (nextUs >= untilUs) break;
      this.#nowUs = nextUs;
      if (nextUs === gridUs) {
        this.#grid(gridUs, look);
        gridUs += look === null ? SECOND_US / 2 : GRID_US;
      } else if (nextUs === dueUs[0] || nextUs === dueUs[1]) {
        const at = nextUs === dueUs[0] ? 0 : 1;
        const { us, eventUs, quote } = this.#queues[at].shift()!;
        this.#legs[at].receive(quote, eventUs, us);
        look?.(Math.max(us, this.#hub.lastStampUs));
      } else this.#happen(nextUs === this.#nextUs[0] ? 0 : 1, nextUs);
    }
    this.#nowUs = untilUs;
  }

  #grid(us: number, look: ((us: number) => void) | null): void {
    const script = this.#script;
    const ms = (us - this.#scriptUs) / 1_000;
    while (script !== null && this.#told < script.told.length && script.told[this.#told]![0] <= ms) {
      const [, leg, reason] = script.told[this.#told]!;
      this.#told += 1;
      this.#legs[leg].gap(reason, us);
    }
    const waitedUs = (script?.ownLagMs(ms) ?? 0) * 1_000;
    for (const leg of this.#legs) leg.look(us, waitedUs);
    this.#hub.advanceTo(us);
    look?.(Math.max(us, this.#hub.lastStampUs));
  }

  /** A true book moves, and its exchange tells of it. */
  #happen(at: 0 | 1, us: number): void {
    const random = this.#random;
    const script = this.#script;
    const ms = (us - this.#scriptUs) / 1_000;
    this.#walk(us);
    // Where much happens much is told.
    const isMoving = script !== null && ms < script.moveMs + 200 && script.movePercent !== 0;
    const usualMs = Math.min(this.#usualMs[at], script?.busyMs ?? Infinity);
    // Whoever makes a market follows a move at once.
    const meanMs = isMoving ? Math.min(usualMs, 15) : usualMs;
    this.#nextUs[at] = us + Math.max(1_000, Math.round(random.exponential(meanMs * 1_000)));
    const off = at === 0 ? (script?.off(ms) ?? 0) + this.#basis : 0;
    const coin = at === 1 && this.#kind === 'other-coin' ? this.#otherPrice : this.#price;
    const mid = coin * (1 + off / 100) * (1 + (random.next() - 0.5) * 1e-4);
    const worth = script?.topWorth?.(ms) ?? 300 * 60 ** random.next();
    const size = () => (worth * (0.9 + 0.2 * random.next())) / mid;
    const quote = {
      bid: mid * (1 - this.#half),
      bidSize: size(),
      ask: mid * (1 + this.#half),
      askSize: size(),
    };
    const back = 1 + off / 100;
    const usual =
      script?.topWorth === undefined ? quote : { ...quote, bid: quote.bid / back, ask: quote.ask / back };
    this.#legs[at].truth(us, quote, usual);
    this.#tell(at, us, quote, script === null ? {} : script.shows(at, ms));
  }

  #tell(at: 0 | 1, us: number, quote: SimQuote, shown: ReturnType<Script['shows']>): void {
    if (shown.drop === true) return;
    const { laterMs = 0, bidTimes = 1, askTimes = 1, asBeforeMs } = shown;
    const before =
      asBeforeMs === undefined ? quote : (this.#legs[at].topAt(us - asBeforeMs * 1_000) ?? quote);
    const told =
      shown.repeat === true
        ? (this.#last[at] ?? quote)
        : {
            bid: shown.noBid === true ? Number.NaN : before.bid * bidTimes,
            bidSize: shown.noBid === true ? Number.NaN : before.bidSize,
            ask: shown.noAsk === true ? Number.NaN : before.ask * askTimes,
            askSize: shown.noAsk === true ? Number.NaN : before.askSize,
          };
    if (shown.noBid !== true && shown.noAsk !== true) this.#last[at] = told;
    const delayUs = (this.#delayMs[at] + laterMs) * 1_000 + this.#random.exponential(this.#jitterMs * 1_000);
    // One connection brings its frames in their order.
    this.#lastUs[at] = Math.max(this.#lastUs[at] + 1, Math.round(us + delayUs));
    const eventUs = asBeforeMs === undefined ? us : us - asBeforeMs * 1_000;
    this.#queues[at].push({ us: this.#lastUs[at], eventUs, quote: told });
  }

  #walk(us: number): void {
    const seconds = (us - this.#pricedUs) / SECOND_US;
    this.#pricedUs = us;
    if (seconds <= 0) return;
    const step = (gauss: number) => Math.exp((this.#volBp / 10_000) * Math.sqrt(seconds) * gauss);
    this.#price *= step(gaussian(this.#random));
    this.#otherPrice *= step(gaussian(this.#random));
    const script = this.#script;
    if (script === null || script.movePercent === 0) return;
    const ms = (us - this.#scriptUs) / 1_000;
    const share = (at: number) => Math.min(1, Math.max(0, at / script.moveMs));
    this.#price *= 1 + (script.movePercent / 100) * (share(ms) - share(ms - seconds * 1_000));
  }
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
