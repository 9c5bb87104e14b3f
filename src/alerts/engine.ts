// Rules over the tracked pairs: which rule fires for which pair, once a second. Pure over what it is handed: no clock, no lists of
// alerts, no network. One pass over the pairs a rule, and nothing is allocated for a pair that does not fire.

import { exchangeKey } from '../core/exchange.js';
import { REFUSAL_BIT, type RefusalBits } from '../core/refusals.js';
import { symbolKey } from '../core/symbol.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import { percentileOf, QUANTILES, type SpreadQuantiles, turned } from './percentile.js';
import { type AlertRule, isSameCondition, thresholdOf } from './rule.js';

export interface PairNames {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

/** Every pair of live legs by number: its names, and columns as of the last second. NaN = a leg does not stand. */
export interface AlertPairs {
  readonly pairs: {
    /** Numbers are 0 … size − 1; it only grows. */
    readonly size: number;
    readonly pairsMax: number;
    names(pair: number): PairNames;
    find(names: PairNames): { readonly pair: number; readonly isTurned: boolean } | undefined;
  };
  /** Percent. */
  readonly spread: Float64Array;
  readonly executable12: Float64Array;
  readonly executable21: Float64Array;
}

/** By the same numbers, as of the same second: why a spread would not be traded. */
export interface AlertQuality {
  readonly refusals: { readonly [pair: number]: RefusalBits };
}

/** A rule that fired for a pair. */
export interface Fired {
  readonly rule: AlertRule;
  readonly pair: number;
  readonly atUs: Micros;
  /** What was measured, in the unit of the rule; of a percentile the percentile itself, 0 … 100. */
  readonly value: number;
  /** What it passed; of a percentile at the low end 100 − `above`. */
  readonly threshold: number;
}

export interface EngineOptions {
  readonly tracked: AlertPairs;
  /** What is refused fires nothing. */
  readonly quality: AlertQuality;
  /** Basis points: the better executable spread less the costs; NaN where there is none. */
  readonly edgeBps: (executable12: number, executable21: number, costPercent: number) => number;
  /** Percent, of a round trip. */
  readonly costPercent: (exchange1: string, exchange2: string) => number;
  readonly fire: (fired: Fired) => void;
  /** What one rule may fire in one second; the other pairs stay due and come the next. */
  readonly firesPerSecondMax: number;
}

/** A pair's state with a rule: the low bits say which, the others since which second. */
const STATE_BITS = 3;
const STATE_MASK = (1 << STATE_BITS) - 1;
/** The rule is not about the pair. */
const NOT_MEANT = 0;
const ARMED = 1;
/** Met since then. */
const HOLDING = 2;
/** Fired then, and not below `rearmBelow` since. */
const FIRED = 3;
/** Fired then, has been below since, and waits for the cooldown to end. */
const COOLING = 4;

/** Who asks for spreads asks for those below their costs too; the other reasons say that there is none. */
const ANY = -1;
const UNTRUE = ~REFUSAL_BIT['below-costs'];

/** Where nobody looked for longer, nobody knows that a condition held. */
const UNSEEN_SECONDS_MAX = 5;

interface Watch {
  readonly rule: AlertRule;
  readonly symbol: string | null;
  readonly exchanges: readonly string[];
  /** By number of the pair: state and second. */
  readonly states: Uint32Array;
  /** Pairs that it is about. */
  meant: number;
  /** Where the next pass begins: at the first pair that had to wait. */
  from: number;
}

export class AlertEngine {
  /** Times that a pair had to wait for the next second. */
  postponed = 0;
  readonly #options: EngineOptions;
  readonly #costPercent: Float64Array;
  /** `QUANTILES` numbers a pair, NaN where there are none; null until any are told. */
  #quantiles: Float64Array | null = null;
  #watches: Watch[] = [];
  #known = 0;
  /** Seconds are counted from the first one, so that they have room beside the state. */
  #firstSecond = Number.NaN;
  #second = Number.NaN;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#costPercent = new Float64Array(options.tracked.pairs.pairsMax).fill(Number.NaN);
  }

  static bytesMax(pairsMax: number, rulesMax: number): number {
    return pairsMax * (rulesMax * 4 + (1 + QUANTILES) * 8);
  }

  /** All rules there are. One whose condition is the same goes on; any other begins armed for every pair. */
  setRules(rules: readonly AlertRule[]): void {
    const { pairs } = this.#options.tracked;
    this.#watches = rules.map((rule) => {
      const known = this.#watches.find((watch) => watch.rule.id === rule.id);
      if (known !== undefined && isSameCondition(known.rule, rule)) return { ...known, rule };
      const made = watchOf(rule, pairs.pairsMax);
      for (let pair = 0; pair < this.#known; pair += 1) mean(made, pair, keysOf(pairs.names(pair)));
      return made;
    });
  }

  /** Pairs that the rule is about now. */
  pairsOf(ruleId: string): number {
    this.#meetNewPairs();
    return this.#watches.find(({ rule }) => rule.id === ruleId)?.meant ?? 0;
  }

  /** Of every pair that has any; those before are forgotten. Gives what names no pair that is known yet. */
  setQuantiles(all: readonly SpreadQuantiles[]): readonly SpreadQuantiles[] {
    this.#quantiles ??= new Float64Array(this.#options.tracked.pairs.pairsMax * QUANTILES);
    this.#quantiles.fill(Number.NaN);
    return this.addQuantiles(all);
  }

  addQuantiles(some: readonly SpreadQuantiles[]): readonly SpreadQuantiles[] {
    return some.filter((one) => {
      const found = this.#options.tracked.pairs.find(one);
      if (found === undefined) return true;
      const { percent } = one;
      this.#quantiles?.set(found.isTurned ? turned(percent) : percent, found.pair * QUANTILES);
      return false;
    });
  }

  /** Looks at every pair with every rule. Seconds ascend; the columns are those of `us`. */
  evaluate(us: Micros): void {
    this.#meetNewPairs();
    const second = Math.floor(us / US_PER_SECOND);
    if (Number.isNaN(this.#firstSecond)) this.#firstSecond = second;
    const wasUnseen = second - this.#second > UNSEEN_SECONDS_MAX;
    this.#second = second;
    for (const watch of this.#watches) {
      if (!watch.rule.enabled) continue;
      if (wasUnseen) letGo(watch.states);
      this.#pass(watch, us, second - this.#firstSecond);
    }
  }

  /** Basis points; NaN where there is none. */
  edgeBps(pair: number): number {
    const { edgeBps, tracked } = this.#options;
    return edgeBps(tracked.executable12[pair]!, tracked.executable21[pair]!, this.#costPercent[pair]!);
  }

  /** Of the pairs that the rule is about, the one that comes nearest to firing; undefined where none has a value. */
  nearest(ruleId: string): { readonly pair: number; readonly value: number } | undefined {
    this.#meetNewPairs();
    const watch = this.#watches.find(({ rule }) => rule.id === ruleId);
    if (watch === undefined) return undefined;
    let [best, greatest] = [-1, Number.NEGATIVE_INFINITY];
    for (let pair = 0; pair < this.#known; pair += 1) {
      if (watch.states[pair] === NOT_MEANT) continue;
      const value = this.#measure(watch.rule, pair);
      if (value > greatest) [best, greatest] = [pair, value];
    }
    return best < 0 ? undefined : { pair: best, value: this.#told(watch.rule, best, greatest) };
  }

  #pass(watch: Watch, us: Micros, second: number): void {
    const { rule, states, from } = watch;
    const { above, rearmBelow, cooldownSeconds, holdSeconds } = rule;
    let left = this.#options.firesPerSecondMax;
    let waiting = -1;
    const size = this.#known;
    for (let n = 0; n < size; n += 1) {
      const pair = from + n < size ? from + n : from + n - size;
      const word = states[pair]!;
      if (word === NOT_MEANT) continue;
      const value = this.#measure(rule, pair);
      let state = word & STATE_MASK;
      let since = word >>> STATE_BITS;
      const isCool = second - since >= cooldownSeconds;
      // NaN is neither: an absent value is no evidence.
      if (state === FIRED && value < rearmBelow) state = COOLING;
      if (state === COOLING && isCool) state = ARMED;
      if (state === ARMED && value > above) {
        state = HOLDING;
        since = second;
      } else if (state === HOLDING && !(value > above)) state = ARMED;
      if (state === HOLDING && second - since >= holdSeconds) {
        if (left > 0) {
          left -= 1;
          state = FIRED;
          since = second;
          this.#fire(rule, pair, us, value);
        } else {
          this.postponed += 1;
          if (waiting < 0) waiting = pair;
        }
      }
      states[pair] = ((since << STATE_BITS) | state) >>> 0;
    }
    watch.from = Math.max(0, waiting);
  }

  #fire(rule: AlertRule, pair: number, atUs: Micros, measured: number): void {
    const value = this.#told(rule, pair, measured);
    this.#options.fire({ rule, pair, atUs, value, threshold: thresholdOf(rule, value) });
  }

  /** NaN: there is none that anybody should be told of. */
  #measure({ on }: AlertRule, pair: number): number {
    const refused = this.#options.quality.refusals[pair]!;
    if ((refused & (on === 'edge' ? ANY : UNTRUE)) !== 0) return Number.NaN;
    if (on === 'spread') return Math.abs(this.#options.tracked.spread[pair]!);
    if (on === 'edge') return this.edgeBps(pair);
    const percentile = this.#percentile(pair);
    return Math.max(percentile, 100 - percentile);
  }

  #told({ on }: AlertRule, pair: number, measured: number): number {
    return on === 'percentile' ? this.#percentile(pair) : measured;
  }

  #percentile(pair: number): number {
    if (this.#quantiles === null) return Number.NaN;
    return percentileOf(this.#quantiles, pair * QUANTILES, this.#options.tracked.spread[pair]!);
  }

  #meetNewPairs(): void {
    const { tracked, costPercent } = this.#options;
    for (; this.#known < tracked.pairs.size; this.#known += 1) {
      const names = tracked.pairs.names(this.#known);
      this.#costPercent[this.#known] = costPercent(names.exchange1, names.exchange2);
      const keys = keysOf(names);
      for (const watch of this.#watches) mean(watch, this.#known, keys);
    }
  }
}

function watchOf(rule: AlertRule, pairsMax: number): Watch {
  const { symbol, exchange1, exchange2 } = rule;
  return {
    rule,
    symbol: symbol === null ? null : symbolKey(symbol),
    exchanges: [exchange1, exchange2].filter((name) => name !== null).map(exchangeKey),
    states: new Uint32Array(pairsMax),
    meant: 0,
    from: 0,
  };
}

type PairKeys = readonly [symbol: string, exchange1: string, exchange2: string];

function keysOf({ symbol, exchange1, exchange2 }: PairNames): PairKeys {
  return [symbolKey(symbol), exchangeKey(exchange1), exchangeKey(exchange2)];
}

/** Arms the rule for the pair where it is about it. */
function mean(watch: Watch, pair: number, [symbol, left, right]: PairKeys): void {
  if (watch.symbol !== null && watch.symbol !== symbol) return;
  if (!watch.exchanges.every((name) => name === left || name === right)) return;
  watch.states[pair] = ARMED;
  watch.meant += 1;
}

/** What held begins to hold anew. */
function letGo(states: Uint32Array): void {
  for (let pair = 0; pair < states.length; pair += 1)
    if ((states[pair]! & STATE_MASK) === HOLDING) states[pair] = ARMED;
}
