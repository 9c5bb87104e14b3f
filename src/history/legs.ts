// Both legs of a pair over a range, each by itself: its prices as they were, with a row of nothing where its quote stops
// standing by the rules of the `valid` join. Holds a chunk and the points of a leg; knows no lake, only functions that read.

import { US_PER_MS, US_PER_SECOND } from '../core/time.js';
import { LIMIT_TOLD_US, NOTICED_US, QUOTE_US_MAX } from '../series/leg-events.js';
import { LegSampler } from '../series/leg-sampler.js';
import { LegStanding } from '../series/leg-standing.js';
import type { LegIndex } from '../series/valid.js';
import type { LegEvent } from '../series/valid-points.js';
import { watched } from './chart.js';
import type { FoundRange, LegColumns, WrittenBody } from './read-protocol.js';
import { Told, type ValidChartInput } from './valid-chart.js';

/** Times in epoch seconds, of rows with milliseconds, rounded down; prices in full; null where there is none. */
export function legsBody(
  { symbol, exchange1, exchange2, fromUs, toUs }: FoundRange,
  [first, second]: readonly [LegColumns, LegColumns],
): WrittenBody {
  const body = {
    symbol,
    from: fromUs / US_PER_SECOND,
    to: toUs / US_PER_SECOND,
    legs: [written(exchange1, first), written(exchange2, second)],
  };
  return { json: JSON.stringify(body) };
}

/** JSON has no NaN: it is written as null. */
function written(exchange: string, { timestampsUs, bid, ask }: LegColumns) {
  const timestamps = Array.from(timestampsUs, (us) => Math.floor(us / US_PER_MS) / 1_000);
  return { exchange, timestamps, bid: [...bid], ask: [...ask] };
}

/** `points`: of each leg at most, LEG_SLOTS or more. Rejects with the signal's reason within one chunk of its abort. */
export async function computeLegs<Leg>(
  input: ValidChartInput<Leg>,
): Promise<readonly [LegColumns, LegColumns]> {
  const { fromUs, toUs } = input.range;
  const told = new Told(input.readEvents, toUs + NOTICED_US);
  const events = await told.since(fromUs - QUOTE_US_MAX - LIMIT_TOLD_US);
  return [await oneLeg(input, 0, events), await oneLeg(input, 1, events)];
}

async function oneLeg<Leg>(
  { legs, range, points, read, nextTurn, signal, knownUs }: ValidChartInput<Leg>,
  leg: LegIndex,
  events: readonly LegEvent[],
): Promise<LegColumns> {
  const { fromUs, toUs } = range;
  const sampler = new LegSampler(points, toUs);
  const standing = new LegStanding(
    events.filter((event) => event.leg === leg),
    (us, bid, ask) => {
      if (us >= fromUs && us < toUs) sampler.push(us, bid, ask);
    },
  );
  if (fromUs < toUs)
    for await (const chunk of watched(read(legs[leg], fromUs - QUOTE_US_MAX, toUs), nextTurn, signal))
      standing.push(chunk);
  standing.finish(Math.min(toUs, knownUs));
  return sampler.finish();
}
