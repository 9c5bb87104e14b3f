// Are two instruments the same coin in the same unit? Decided from their prices once a second of the order, with metadata, names,
// the majority of their cluster and a person's overrides beside them. A function of the events and the seconds alone: no clock, no
// I/O. An undecided pair is pending, never same. docs/identity.md says how and why.

import { type Micros, US_PER_SECOND } from '../core/time.js';
import { type Cluster, type ClusterSides, IdentityClusters } from './identity-clusters.js';
import { FAR_FULL, IdentityEvidence, LN10, NEAR } from './identity-evidence.js';
import {
  drifts,
  NoteBook,
  notePair,
  obstacleOf,
  type PairNote,
  REASONS,
  type Reason,
  weigh,
} from './identity-judge.js';
import { NO_OVERRIDES } from './identity-overrides.js';
import { OTHER_COIN, OTHER_UNIT, PENDING, SAME, STRICTNESS, VERDICTS } from './identity-score.js';
import { type IdentitySnapshot, pairKey, type RememberedPair } from './identity-snapshot.js';
import type { IdentityOptions, PairEvidence } from './identity-types.js';

/** Wider books (5 % from bid to ask) tell no price. */
const LOG_WIDTH_MAX = Math.log(1.05);
const PEG_WIDTH = Math.log(1.03);
/** A restored verdict that prices contradict for 45 s within its first minutes is forgotten. */
const RESTORED_SECONDS = 300;
const RESTORED_NEAR = Math.log(1.03);
const RESTORED_AGAINST_MAX = 45;
/** A pair that has drifted once must show more. */
const DRIFTED_NATS = 3;

export class Identity {
  /** By pair: 0 pending, 1 same, 2 other unit, 3 other coin (VERDICTS). */
  readonly verdicts: Uint8Array;
  readonly #options: IdentityOptions;
  readonly #evidence: IdentityEvidence;
  readonly #clusters: IdentityClusters;
  /** What the pair's own prices say, whatever its cluster does. */
  readonly #own: Uint8Array;
  readonly #ownExponent: Int8Array;
  readonly #exponent: Int8Array;
  /** Index into REASONS. */
  readonly #reason: Uint8Array;
  readonly #notes: PairNote[] = [];
  readonly #noteBook = new NoteBook();
  readonly #overruled: Uint8Array;
  readonly #logMid: Float64Array;
  readonly #seenUs: Float64Array;
  /** Quotes seen by instrument, at most one a second; up to 255. */
  readonly #quotes: Uint8Array;
  readonly #remembered = new Map<string, RememberedPair>();
  /** By pair: what it was restored from, and seconds that spoke against it. */
  readonly #restored = new Map<number, { readonly seconds: number; against: number }>();
  readonly #unsettled = new Set<Cluster>();
  #instruments = 0;

  constructor(options: IdentityOptions) {
    const { pairsMax, left, right } = options.pairs;
    this.#options = options;
    this.verdicts = new Uint8Array(pairsMax);
    this.#own = new Uint8Array(pairsMax);
    this.#ownExponent = new Int8Array(pairsMax);
    this.#exponent = new Int8Array(pairsMax);
    this.#reason = new Uint8Array(pairsMax);
    this.#overruled = new Uint8Array(pairsMax);
    this.#evidence = new IdentityEvidence(pairsMax);
    this.#logMid = new Float64Array(options.instrumentsMax).fill(Number.NaN);
    this.#seenUs = new Float64Array(options.instrumentsMax).fill(Number.NaN);
    this.#quotes = new Uint8Array(options.instrumentsMax);
    this.#clusters = new IdentityClusters({
      left,
      right,
      own: this.#own,
      ownExponent: this.#ownExponent,
      verdict: this.verdicts,
      exponent: this.#exponent,
      isFinal: (pair) => this.#overruled[pair] === 1,
      isNear: (pair, exponent) =>
        this.#evidence.exponent[pair] === exponent && Math.abs(this.#evidence.last[pair]!) <= NEAR,
    });
  }

  /** Of the columns; what is known of names and clusters comes to some short objects a pair besides. */
  static bytesMax(pairsMax: number, instrumentsMax: number): number {
    return IdentityEvidence.bytesMax(pairsMax) + pairsMax * 6 + instrumentsMax * 17;
  }

  /** A whole second of the order: looks at every pair whose legs stand. */
  readonly second = (us: Micros): void => {
    const { pairs } = this.#options;
    const second = Math.floor(us / US_PER_SECOND);
    this.#meetNewPairs();
    this.#readPrices();
    const { left, right, size } = pairs;
    for (let pair = 0; pair < size; pair += 1) {
      const one = this.#logMid[left[pair]!]!;
      const other = this.#logMid[right[pair]!]!;
      if (!Number.isNaN(one) && !Number.isNaN(other)) this.#sample(pair, second, one, other);
    }
    for (const cluster of this.#unsettled) this.#clusters.resolve(cluster);
    this.#unsettled.clear();
  };

  verdictOf(pair: number): number {
    return this.verdicts[pair]!;
  }

  /** Price of one unit of the left leg over that of the right one, where they are one coin: 1, 1000, 0.001 …; else NaN. */
  factorOf(pair: number): number {
    const verdict = this.verdicts[pair];
    return verdict === SAME || verdict === OTHER_UNIT ? 10 ** this.#exponent[pair]! : Number.NaN;
  }

  evidence(pair: number): PairEvidence {
    this.#meetNewPairs();
    const evidence = this.#evidence;
    const note = this.#notes[pair]!;
    const { reason, ...nats } = this.#weigh(pair);
    const verdict = this.verdicts[pair]!;
    const own = this.#own[pair]!;
    const agreed: Reason = verdict === PENDING ? 'doubtful' : 'agreement';
    const seconds = evidence.seconds[pair]!;
    return {
      verdict: VERDICTS[verdict]!,
      reason: verdict !== own ? agreed : own === PENDING ? reason : REASONS[this.#reason[pair]!]!,
      factor: this.factorOf(pair),
      ratio: evidence.ratio(pair),
      deviationPercent: 100 * evidence.window.deviation(pair),
      seconds,
      nearShare: seconds === 0 ? Number.NaN : evidence.secondsNear[pair]! / seconds,
      correlation: evidence.window.comovement(pair).correlation,
      motionNats: nats.motionNats,
      levelNats: nats.levelNats,
      neededNats: nats.neededNats,
      far: evidence.far[pair]! / FAR_FULL,
      votes: [
        this.#clusters.votes(this.#options.pairs.left[pair]!),
        this.#clusters.votes(this.#options.pairs.right[pair]!),
      ],
      metadata: note.metadata,
      namedExponents: note.exponents,
      restoredSeconds: this.#restored.get(pair)?.seconds ?? 0,
    };
  }

  /** The cluster of an instrument: which of its legs are one coin, and which are foreign. */
  sides(instrumentId: number): ClusterSides | undefined {
    const cluster = this.#clusters.clusterOf(instrumentId);
    return cluster === undefined ? undefined : this.#clusters.sides(cluster);
  }

  /** The clusters in which some pair is of two coins. */
  disputed(): readonly ClusterSides[] {
    return [...this.#clusters.all()]
      .filter(({ pairs }) => pairs.some((pair) => this.verdicts[pair] === OTHER_COIN))
      .map((cluster) => this.#clusters.sides(cluster));
  }

  /** What prices have decided, to be kept over a restart. */
  snapshot(): IdentitySnapshot {
    const pairs: RememberedPair[] = [];
    for (let pair = 0; pair < this.#notes.length; pair += 1) {
      if (this.#own[pair] === PENDING || this.#overruled[pair] === 1) continue;
      const seconds = this.#evidence.seconds[pair]! + (this.#restored.get(pair)?.seconds ?? 0);
      const verdict = VERDICTS[this.#own[pair]!]!;
      pairs.push({ ...this.#names(pair), verdict, exponent: this.#ownExponent[pair]!, seconds });
    }
    return { version: 1, pairs };
  }

  /** To be called before the first second: its verdicts hold from a pair's meeting on, until prices contradict them. */
  restore(snapshot: IdentitySnapshot): void {
    for (const pair of snapshot.pairs) this.#remembered.set(pairKey(pair), pair);
  }

  #names(pair: number) {
    const { symbol, symbol2 = symbol, exchange1, exchange2 } = this.#options.pairs.names(pair);
    return { exchange1, symbol1: symbol, exchange2, symbol2 };
  }

  #meetNewPairs(): void {
    while (this.#notes.length < this.#options.pairs.size) this.#meet(this.#notes.length);
  }

  #meet(pair: number): void {
    const { pairs, overrides = NO_OVERRIDES, about, known } = this.#options;
    const [left, right] = [pairs.left[pair]!, pairs.right[pair]!];
    const names = this.#names(pair);
    const ruling = overrides.ruling(
      { exchange: names.exchange1, symbol: names.symbol1 },
      { exchange: names.exchange2, symbol: names.symbol2 },
    );
    const note = notePair(names.symbol1, names.symbol2, about?.(left), about?.(right), known);
    const told = ruling?.kind === 'unit' ? { ...note, exponents: [ruling.exponent] } : note;
    this.#notes[pair] = this.#noteBook.share(told);
    this.#clusters.meet(pair);
    this.#instruments = Math.max(this.#instruments, left + 1, right + 1);
    const remembered = this.#remembered.get(pairKey(names));
    if (ruling !== null && ruling.kind !== 'unit') {
      this.#overruled[pair] = 1;
      const merged = ruling.exponent === 0 ? SAME : OTHER_UNIT;
      this.#decide(pair, ruling.kind === 'same' ? merged : OTHER_COIN, ruling.exponent, 'override');
    } else if (remembered !== undefined) {
      this.#restored.set(pair, { seconds: remembered.seconds, against: 0 });
      this.#decide(pair, VERDICTS.indexOf(remembered.verdict), remembered.exponent, 'restored');
    }
  }

  /** Logarithms once an instrument, not once a pair. */
  #readPrices(): void {
    const { bid, ask, stampUs } = this.#options.latest;
    for (let id = 0; id < this.#instruments; id += 1) {
      const low = Math.log(bid[id]!);
      const width = Math.log(ask[id]!) - low;
      const isPrice = Number.isFinite(low) && Math.abs(width) <= LOG_WIDTH_MAX;
      this.#logMid[id] = isPrice && this.#options.stands(id) ? low + width / 2 : Number.NaN;
      if (stampUs[id] === this.#seenUs[id] || !isPrice) continue;
      this.#seenUs[id] = stampUs[id]!;
      if (this.#quotes[id]! < 255) this.#quotes[id]! += 1;
    }
  }

  #sample(pair: number, second: number, left: number, right: number): void {
    const evidence = this.#evidence;
    const own = this.#own[pair]!;
    const isHeld = own === SAME || own === OTHER_UNIT;
    if (evidence.seconds[pair] === 0 && isHeld) evidence.hold(pair, this.#ownExponent[pair]!);
    const ended = evidence.sample(pair, second, left, right, isHeld, this.#fewerQuotes(pair));
    if (this.#overruled[pair] === 1) return;
    const nearest = Math.round((left - right) / LN10);
    const isProbation = evidence.seconds[pair]! <= RESTORED_SECONDS && this.#restored.has(pair);
    if (isProbation && this.#isRefuted(pair, isHeld)) this.#begin(pair, nearest);
    else if (own !== OTHER_COIN && evidence.far[pair]! >= FAR_FULL) {
      evidence.restart(pair, nearest);
      this.#decide(pair, OTHER_COIN, nearest, 'far');
    } else if (own === OTHER_COIN && evidence.far[pair] === 0 && this.#mayReturn(pair, isProbation))
      this.#begin(pair, nearest);
    else if (ended) this.#reconsider(pair, own, isHeld);
  }

  /** Two coins that are near each other now are heard anew, but for those that drifted: these are weighed instead. */
  #mayReturn(pair: number, isProbation: boolean): boolean {
    const reason = REASONS[this.#reason[pair]!];
    return reason === 'far' || (reason === 'restored' && !isProbation);
  }

  /** Nothing is known of it any more. */
  #begin(pair: number, exponent: number): void {
    this.#restored.delete(pair);
    this.#evidence.restart(pair, exponent);
    this.#decide(pair, PENDING, exponent, 'too-little');
  }

  /** A restored verdict stands by what is seen in its first minutes; after them it is the pair's own. */
  #isRefuted(pair: number, isHeld: boolean): boolean {
    const restored = this.#restored.get(pair)!;
    const isNear = Math.abs(this.#evidence.last[pair]!) <= RESTORED_NEAR;
    restored.against = isNear === isHeld ? Math.max(0, restored.against - 1) : restored.against + 1;
    return restored.against > RESTORED_AGAINST_MAX;
  }

  #reconsider(pair: number, own: number, isHeld: boolean): void {
    const exponent = this.#evidence.exponent[pair]!;
    if (own !== OTHER_COIN && drifts(this.#evidence, pair, isHeld)) {
      this.#evidence.restart(pair, exponent);
      this.#decide(pair, OTHER_COIN, exponent, 'drifts');
      return;
    }
    if (isHeld || (own === OTHER_COIN && REASONS[this.#reason[pair]!] !== 'drifts')) return;
    if (obstacleOf(this.#evidence, this.#notes[pair]!, pair, this.#fewerQuotes(pair)) !== null) return;
    const { isOneCoin, reason } = this.#weigh(pair);
    if (isOneCoin) this.#decide(pair, exponent === 0 ? SAME : OTHER_UNIT, exponent, reason);
  }

  #weigh(pair: number) {
    const { left, right } = this.#options.pairs;
    const isPegged =
      Math.abs(this.#logMid[left[pair]!]!) <= PEG_WIDTH && Math.abs(this.#logMid[right[pair]!]!) <= PEG_WIDTH;
    const extraNats = this.#own[pair] === OTHER_COIN ? DRIFTED_NATS : 0;
    const quotes = this.#fewerQuotes(pair);
    const { strictness = STRICTNESS } = this.#options;
    return weigh(this.#evidence, this.#notes[pair]!, pair, { quotes, isPegged, extraNats, strictness });
  }

  #fewerQuotes(pair: number): number {
    const { left, right } = this.#options.pairs;
    return Math.min(this.#quotes[left[pair]!]!, this.#quotes[right[pair]!]!);
  }

  #decide(pair: number, verdict: number, exponent: number, reason: Reason): void {
    this.#own[pair] = verdict;
    this.#ownExponent[pair] = exponent;
    this.#reason[pair] = REASONS.indexOf(reason);
    this.#unsettled.add(this.#clusters.clusterOf(this.#options.pairs.left[pair]!)!);
  }
}
