// For how long a pair was refused for what over a range: its legs' quotes and what was told of them, read in their order and judged by the
// kernel that judges them live. Begins four hours before the range, for that is what a basis rests on. Knows no lake, only functions that read.

import type { ColdEvent } from '../core/event.js';
import type { GapReason, StatusKind } from '../core/reasons.js';
import { REFUSAL_BIT, type RefusalBits } from '../core/refusals.js';
import { type Micros, US_PER_HOUR } from '../core/time.js';
import type { InstrumentLine } from '../lake/reader.js';
import { LonePair, type LonePairOptions } from '../quality/lone-pair.js';
import { Spells } from '../quality/spells.js';
import { LIMIT_TOLD_US, NOTICED_US } from '../series/leg-events.js';
import { QuoteCursor } from '../series/quote-cursor.js';
import { watched } from './chart.js';
import type { QualityFound } from './read-protocol.js';
import type { ValidChartInput } from './valid-chart.js';

const WARM_UP_US = 4 * US_PER_HOUR;

export type QualityInput<Leg> = Omit<ValidChartInput<Leg>, 'points'>;

/** Rejects with the signal's reason within one chunk of its abort. */
export async function computeQuality<Leg>(
  input: QualityInput<Leg>,
  options: LonePairOptions,
  spellsMax: number,
): Promise<Pick<QualityFound, 'spells' | 'joinedBelowUs' | 'totals'>> {
  const spells = new Spells(input.range.fromUs, spellsMax);
  const endUs = Math.min(input.range.toUs, input.knownUs + 1);
  await judgeAll(input, options, {
    told: (us, refusals) => spells.push(us, refusals),
    takenBack: (fromUs, refusals) => spells.takeBack(fromUs, refusals),
  });
  return { ...spells.list(endUs), totals: spells.totals(endUs) };
}

export interface JudgedSink {
  /** With every quote, event and whole second of the range, and of the hours before it. */
  readonly told: (us: Micros, refusals: RefusalBits) => void;
  /** A gap was noticed: what was told from there on was of quotes that did not count. */
  readonly takenBack: (fromUs: Micros, refusals: RefusalBits) => void;
}

/** Everything that is said of the pair up to the end of the range, in the order in which it is said live. */
export async function judgeAll<Leg>(
  { legs, range, read, readEvents, nextTurn, signal, knownUs }: QualityInput<Leg>,
  options: LonePairOptions,
  sink: JudgedSink,
): Promise<void> {
  const { fromUs, toUs } = range;
  if (!(fromUs < toUs)) return;
  const beginUs = fromUs - WARM_UP_US;
  const lines = await readEvents(beginUs - LIMIT_TOLD_US, toUs + NOTICED_US);
  const pair = new LonePair(options, sink.told);
  const cursor = (leg: Leg) => new QuoteCursor(watched(read(leg, beginUs, toUs), nextTurn, signal));
  const cursors = [cursor(legs[0]), cursor(legs[1])] as const;
  try {
    await play(pair, cursors, lines.flatMap(eventOf), sink, Math.min(toUs, knownUs + 1));
  } finally {
    for (const leg of cursors) await leg.close();
  }
}

type LegEvent = Extract<ColdEvent, { readonly instrumentId: number }> & { readonly instrumentId: 0 | 1 };

/** Quotes and events by stamp; of equal ones quotes are first, as an event about a quote follows it. */
async function play(
  pair: LonePair,
  [left, right]: readonly [QuoteCursor, QuoteCursor],
  events: readonly LegEvent[],
  { takenBack }: JudgedSink,
  endUs: Micros,
): Promise<void> {
  let next = 0;
  for (;;) {
    // Waits for nothing where nothing is to be read: this is done for every row.
    if (left.isSpent) await left.fill();
    if (right.isSpent) await right.fill();
    const event = events[next];
    const quoteUs = Math.min(left.stampUs, right.stampUs);
    const isQuote = quoteUs <= (event?.stampUs ?? Number.POSITIVE_INFINITY);
    if ((isQuote ? quoteUs : event!.stampUs) >= endUs) break;
    if (isQuote) {
      const isLeft = left.stampUs <= right.stampUs;
      giveRow(pair, isLeft ? 0 : 1, isLeft ? left : right);
    } else {
      next += 1;
      const refusals = pair.cold(event!);
      if (event!.type === 'gap' && event!.fromUs < event!.stampUs) takenBack(event!.fromUs, refusals);
    }
  }
  pair.advanceTo(endUs - 1);
  // What was noticed after the end may reach back into the range.
  for (const late of events.slice(next))
    if (late.type === 'gap' && late.fromUs < endUs) takenBack(late.fromUs, REFUSAL_BIT.stale);
}

/** A line of the ledger as the event it was. */
function eventOf(line: InstrumentLine): readonly LegEvent[] {
  const { type, stampUs, at } = line;
  const instrumentId = at as 0 | 1;
  if (type === 'gap') {
    const [fromUs, reason] = [Number(line['fromUs']), line['reason'] as GapReason];
    return [{ type, stampUs, instrumentId, fromUs, reason }];
  }
  if (type !== 'status') return [];
  const value = Number(line['value'] ?? Number.NaN);
  return [{ type, stampUs, instrumentId, status: line['status'] as StatusKind, value }];
}

/** A row of a foreign lake that lacks a side is no quote. */
function giveRow(pair: LonePair, leg: 0 | 1, cursor: QuoteCursor): void {
  const { receivedUs, bid, ask, bidSize, askSize, exchangeUs } = cursor.chunk;
  const { row } = cursor;
  cursor.row += 1;
  const of = (column: Float64Array | undefined): number => column?.[row] ?? Number.NaN;
  const [bidHere, askHere] = [bid[row]!, ask[row]!];
  if (Number.isNaN(bidHere) || Number.isNaN(askHere)) return;
  pair.quote(leg, receivedUs[row]!, bidHere, of(bidSize), askHere, of(askSize), of(exchangeUs));
}
