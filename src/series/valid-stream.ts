// The `valid` join of two streams of chunks whose gaps are all known beforehand: every point once, in order and
// for good. Equal to playing the events as they came and taking back what the gaps prove wrong.

import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { QuoteCursor } from './quote-cursor.js';
import { grown } from './spread.js';
import { type LegIndex, STALE_LIMIT_US_DEFAULT, ValidJoin, type ValidSink } from './valid.js';
import { type LegEvent, SpreadPoints } from './valid-points.js';

export interface ValidStreamInput {
  /** Ascending each; none of a stamp at or after the time that is not known any more. */
  readonly legs: readonly [AsyncIterable<QuoteColumns>, AsyncIterable<QuoteColumns>];
  /** Gaps and limits of both legs; what was noticed after `endUs` belongs to them. Any order. */
  readonly events: readonly LegEvent[];
  /** Stale limit that both legs begin with. */
  readonly limitUs?: number;
  /** Up to where the history is known: what went stale before it gets its null point. */
  readonly endUs: Micros;
}

/**
 * The points, in portions; the yielded object is the same each time and holds until the next pull. Memory is one
 * chunk of each leg and its points. Both sources are closed when the consumer stops early.
 */
export function validStream(input: ValidStreamInput): AsyncGenerator<SpreadPoints, void, undefined> {
  return streamInto(input, new SpreadPoints());
}

/** The same points, each with the quotes that it is of; NaN at holes. */
export function validQuoteStream(input: ValidStreamInput): AsyncGenerator<QuotedPoints, void, undefined> {
  return streamInto(input, new QuotedPoints());
}

async function* streamInto<P extends SpreadPoints>(
  input: ValidStreamInput,
  points: P,
): AsyncGenerator<P, void, undefined> {
  const legs = [new QuoteCursor(input.legs[0]), new QuoteCursor(input.legs[1])] as const;
  const merge = new Merge(legs, input, points);
  try {
    for (;;) {
      for (const leg of legs) await leg.fill();
      merge.points.clear();
      const isOver = merge.run();
      yield points;
      if (isOver) return;
    }
  } finally {
    for (const leg of legs) await leg.close();
  }
}

type Gap = Extract<LegEvent, { readonly kind: 'gap' }>;
type Limit = Extract<LegEvent, { readonly kind: 'limit' }>;

/**
 * Plays quotes, gaps and limits in the order of what they mean: a gap at its `fromUs` instead of when it was
 * noticed, and the quotes that came between the two not at all.
 */
class Merge {
  readonly points: FinalPoints;
  readonly #legs: readonly [QuoteCursor, QuoteCursor];
  readonly #join: ValidJoin;
  readonly #endUs: Micros;
  readonly #gaps: readonly Gap[];
  readonly #limits: readonly Limit[];
  #nextGap = 0;
  #nextLimit = 0;
  /** Quotes of the leg up to this stamp are not valid. */
  readonly #blindUntilUs = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor(
    legs: readonly [QuoteCursor, QuoteCursor],
    { events, limitUs, endUs }: ValidStreamInput,
    points: SpreadPoints,
  ) {
    this.#legs = legs;
    this.points = new FinalPoints(points, (leg) => [this.#join.bid(leg), this.#join.ask(leg)]);
    this.#join = new ValidJoin(this.points, limitUs ?? STALE_LIMIT_US_DEFAULT);
    this.#endUs = endUs;
    this.#gaps = events
      .filter((event): event is Gap => event.kind === 'gap' && event.fromUs <= endUs)
      .sort((a, b) => a.fromUs - b.fromUs);
    this.#limits = events
      .filter((event): event is Limit => event.kind === 'limit' && event.stampUs <= endUs)
      .sort((a, b) => a.stampUs - b.stampUs);
  }

  /** As far as the chunks reach; true where nothing more will come. */
  run(): boolean {
    const [first, second] = this.#legs;
    while (!first.isSpent && !second.isSpent) {
      const us1 = first.stampUs;
      const us2 = second.stampUs;
      const gapUs = this.#gaps[this.#nextGap]?.fromUs ?? Number.POSITIVE_INFINITY;
      const limitUs = this.#limits[this.#nextLimit]?.stampUs ?? Number.POSITIVE_INFINITY;
      const nextUs = Math.min(us1, us2, gapUs, limitUs);
      if (nextUs === Number.POSITIVE_INFINITY) {
        this.#join.advance(this.#endUs);
        this.points.finish();
        return true;
      }
      // Of equal stamps a gap is first: what stands there is not valid any more. A limit is last, as everywhere.
      if (gapUs === nextUs) this.#gap(this.#gaps[this.#nextGap]!);
      else if (us1 === nextUs) this.#quote(0, first);
      else if (us2 === nextUs) this.#quote(1, second);
      else this.#limit(this.#limits[this.#nextLimit]!);
    }
    return false;
  }

  #quote(leg: LegIndex, cursor: QuoteCursor): void {
    const { chunk, row } = cursor;
    cursor.row += 1;
    const stampUs = chunk.receivedUs[row]!;
    if (stampUs <= this.#blindUntilUs[leg]!) return;
    this.#join.quote(leg, stampUs, chunk.bid[row]!, chunk.ask[row]!);
  }

  #gap({ leg, stampUs, fromUs }: Gap): void {
    this.#nextGap += 1;
    this.#blindUntilUs[leg] = Math.max(this.#blindUntilUs[leg]!, stampUs);
    this.#join.gap(leg, fromUs, fromUs);
  }

  #limit({ leg, stampUs, limitUs }: Limit): void {
    this.#nextLimit += 1;
    this.#join.limit(leg, stampUs, limitUs);
  }
}

/** Points of a pair with both legs' quotes; NaN where there is none. */
export class QuotedPoints extends SpreadPoints {
  bid1 = new Float64Array(64);
  ask1 = new Float64Array(64);
  bid2 = new Float64Array(64);
  ask2 = new Float64Array(64);

  /** Those of the newest point. */
  quotes(quotes: Quotes): void {
    const at = this.length - 1;
    for (const [n, name] of QUOTE_NAMES.entries()) {
      if (at >= this[name].length) this[name] = grown(this[name], at, this.stampUs.length);
      this[name][at] = quotes[n]!;
    }
  }
}

const QUOTE_NAMES = ['bid1', 'ask1', 'bid2', 'ask2'] as const;
type Quotes = readonly [number, number, number, number];
const NO_PRICES: Quotes = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];

/** Holds the newest point back: a gap at its very stamp may still take it away. Nothing older ever goes. */
class FinalPoints implements ValidSink {
  readonly columns: SpreadPoints;
  readonly #quoted: QuotedPoints | null;
  readonly #quoteOf: (leg: LegIndex) => readonly [number, number];
  #heldUs = Number.NEGATIVE_INFINITY;
  #heldSpread = Number.NaN;
  #heldQuotes = NO_PRICES;
  #holds = false;

  /** `quoteOf`: bid and ask of a leg at the time of a point. */
  constructor(columns: SpreadPoints, quoteOf: (leg: LegIndex) => readonly [number, number]) {
    this.columns = columns;
    this.#quoted = columns instanceof QuotedPoints ? columns : null;
    this.#quoteOf = quoteOf;
  }

  clear(): void {
    this.columns.length = 0;
  }

  point(stampUs: Micros, spread: number): void {
    this.finish();
    this.#heldUs = stampUs;
    this.#heldSpread = spread;
    this.#holds = true;
    if (this.#quoted === null) return;
    this.#heldQuotes = Number.isNaN(spread) ? NO_PRICES : [...this.#quoteOf(0), ...this.#quoteOf(1)];
  }

  retract(fromUs: Micros): void {
    if (this.#heldUs < fromUs) return;
    assert(this.#holds, 'a point that was given out for good was taken back');
    this.#holds = false;
    this.#heldUs = Number.NEGATIVE_INFINITY;
  }

  /** Gives out what is held back. */
  finish(): void {
    if (this.#holds) {
      this.columns.point(this.#heldUs, this.#heldSpread);
      this.#quoted?.quotes(this.#heldQuotes);
    }
    this.#holds = false;
  }
}
