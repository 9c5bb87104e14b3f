// All pairs of one symbol over a range: their instruments' quotes once, side by side, with what was told of them. Holds a window of
// each instrument; where parts are kept, hour by hour, else in one part.

import { type Micros, US_PER_DAY } from '../core/time.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { LIMIT_TOLD_US, legEventsOf, NOTICED_US, QUOTE_US_MAX } from '../series/leg-events.js';
import type { RowStretch } from '../series/pair-join.js';
import type { CompatSettings } from './compat-join.js';
import { instrumentsOf, type PairLegs } from './discover.js';
import { roundTripPercent } from './fees.js';
import { SPAN_US } from './kept-file.js';
import type { KeptSymbol } from './kept-parts.js';
import { PairRun, type PairWhole } from './pair-run.js';
import { sweepSymbol } from './symbol-sweep.js';

/** How far the work has come. */
export interface AnalysisProgress {
  /** Whose quotes are gone over. */
  readonly symbol: string;
  readonly pairsDone: number;
  /** The time of the quotes, as far as it is known. */
  readonly us: Micros;
}

/** What is asked of pairs. */
export interface StatisticsAsked extends CompatSettings {
  readonly reader: Pick<LakeReader, 'readQuotes' | 'readEvents'>;
  /** Half-open, by the time of receiving. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** Percent, of an exchange. Absent: the reference's numbers alone. */
  readonly takerFeePercent?: (exchange: string) => number;
  /** Ends the work within one chunk: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AnalysisProgress) => void;
}

export interface PairSweep extends StatisticsAsked {
  /** Of one symbol. */
  readonly pairs: readonly PairLegs[];
  readonly pairsDone: number;
  /** Of each pair what is known from before `fromUs`; what is seen is added. */
  readonly known: readonly PairWhole[];
  /** The last part ends at `toUs`, whatever stands then: more follows. Default: no later than what stands. */
  readonly isWhole?: boolean;
  /** Where parts of it go. Absent: nothing is kept. */
  readonly kept?: KeptSymbol;
}

/** A pair's two places among the instruments of its symbol. */
interface Placed {
  readonly run: PairRun;
  readonly sides: readonly [number, number];
  readonly whole: PairWhole;
}

/** Percent, of a round trip; undefined where only the reference's numbers are wanted. */
export function costOf(
  { left, right }: PairLegs,
  { takerFeePercent: fee }: Pick<PairSweep, 'takerFeePercent'>,
): number | undefined {
  return fee === undefined ? undefined : roundTripPercent(fee, left.exchange, right.exchange);
}

/** By pair, why a leg could not be read, undefined where both could. */
export async function sweepPairs(input: PairSweep): Promise<readonly unknown[]> {
  const { pairs, pairsDone, fromUs, toUs, takerFeePercent, reader, signal, kept } = input;
  const instruments = instrumentsOf(pairs);
  const placed = pairs.map((pair, at) => place(pair, input.known[at]!, instruments, input));
  const warmUs = takerFeePercent === undefined ? 0 : QUOTE_US_MAX;
  const more = { fleeting: true, ...(signal === undefined ? {} : { signal }) };
  const range = { fromUs: fromUs - warmUs, toUs, ...more };
  const events = new Events(input, instruments, placed);
  const newestUs = instruments.map(() => Number.NEGATIVE_INFINITY);
  await kept?.begin(fromUs, toUs);
  const errors = await sweepSymbol({
    legs: instruments.map((instrument) => reader.readQuotes(instrument, range)),
    toUs,
    ...cutsOf(input, placed, newestUs),
    take: async (rows, beforeUs) => {
      signal?.throwIfAborted();
      await events.tell(rows, beforeUs);
      for (const { run, sides } of placed) run.rows(rows[sides[0]]!, rows[sides[1]]!, beforeUs);
      for (const [at, { columns, from, to }] of rows.entries())
        if (from < to) newestUs[at] = columns.receivedUs[to - 1]!;
      input.onProgress?.({ symbol: pairs[0]!.symbol, pairsDone, us: beforeUs });
    },
  });
  return placed.map(({ run, sides, whole }) => {
    whole.add(input.isWhole === true ? run.cut(toUs) : run.finish(toUs, whole.lastUs));
    return sides.map((side) => errors[side]).find((error) => error !== undefined);
  });
}

/** Where parts are kept, what was seen is cut evenly. */
function cutsOf({ kept, fromUs }: PairSweep, placed: readonly Placed[], newestUs: readonly Micros[]) {
  if (kept?.isKept !== true) return {};
  const everyUs = SPAN_US.quarter;
  const firstUs = (Math.floor(fromUs / everyUs) + 1) * everyUs;
  const cut = async (us: Micros, isWhole: boolean) => {
    const parts = placed.map(({ run }) => run.cut(us));
    for (const [at, { whole }] of placed.entries()) whole.add(parts[at]!);
    if (isWhole && us - everyUs >= fromUs) await kept.cut(us, parts, newestUs);
    else kept.leaveOut(newestUs);
  };
  return { cuts: { firstUs, everyUs, cut } };
}

function place(
  pair: PairLegs,
  whole: PairWhole,
  instruments: readonly LakeInstrument[],
  input: PairSweep,
): Placed {
  const { fromUs, thresholds, neutralPercent } = input;
  const costPercent = costOf(pair, input);
  const run = new PairRun({
    ...{ fromUs, thresholds, neutralPercent, bidBefore: whole.compat.lastBid },
    ...(costPercent === undefined ? {} : { costPercent }),
  });
  const sides = [instruments.indexOf(pair.left), instruments.indexOf(pair.right)] as const;
  return { run, sides, whole };
}

/** What was told of the instruments of a symbol, read a day at a time, ahead of the quotes. */
class Events {
  readonly #input: PairSweep;
  readonly #instruments: readonly LakeInstrument[];
  readonly #placed: readonly Placed[];
  /** Up to here it was told. */
  #toldUs = Number.NEGATIVE_INFINITY;

  constructor(input: PairSweep, instruments: readonly LakeInstrument[], placed: readonly Placed[]) {
    this.#input = input;
    this.#instruments = instruments;
    this.#placed = placed;
  }

  /** All that concerns these rows, which lie before `beforeUs`, and how long they stand. */
  async tell(rows: readonly RowStretch[], beforeUs: Micros): Promise<void> {
    const { reader, takerFeePercent, signal } = this.#input;
    const some = rows.filter(({ from, to }) => from < to);
    if (takerFeePercent === undefined || some.length === 0) return;
    const oldestUs = Math.min(...some.map(({ columns, from }) => columns.receivedUs[from]!));
    const newestUs = Math.max(...some.map(({ columns, to }) => columns.receivedUs[to - 1]!));
    const untilUs = Math.min(beforeUs, newestUs + QUOTE_US_MAX) + NOTICED_US;
    if (untilUs <= this.#toldUs) return;
    const fromUs = Math.max(this.#toldUs, oldestUs - QUOTE_US_MAX - LIMIT_TOLD_US);
    const toUs = untilUs + US_PER_DAY;
    this.#toldUs = toUs;
    const range = { fromUs, toUs, ...(signal === undefined ? {} : { signal }) };
    const lines = await reader.readEvents(this.#instruments, range);
    for (const { run, sides } of this.#placed) {
      const events = lines.flatMap((line) => {
        const leg = sides.indexOf(line.at);
        return leg < 0 ? [] : legEventsOf(line, leg === 0 ? 0 : 1);
      });
      run.tell(events);
    }
  }
}
