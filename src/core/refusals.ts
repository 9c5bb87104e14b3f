// Why a spread is not one that could be traded: the closed list, and sets of it as bits. The position in the list is the bit, in
// tables of bytes, charts and the binary feed: append, never reorder, never remove.

export const REFUSALS = [
  'no-live-leg', // a leg is not received, or has not quoted yet
  'lagging', // what comes of a leg is late, by us or by the exchange
  'stale', // a leg's last quote is older than its learned age limit, or a hole was noticed since
  'below-costs', // the better executable spread does not pay the taker fees of a round trip
  'halted', // a leg's market is halted, settling or delisted
  'one-sided', // a side of a leg's book is withdrawn, or of no size
  'crossed', // a leg's bid is above its ask
  'skewed', // by the exchanges' clocks one leg's quote was much longer under way than the other's
  'unconfirmed', // a leg has not spoken again since the spread opened, or since it came back after a hole
  'flicker', // it stands shorter than an order takes to arrive
  'thin', // what stands at the top is worth less than the least that would be traded
  'basis', // it stands away from zero all the time: what is beyond its own long median does not pay the costs
  'implausible', // greater than any spread between two markets of one coin that was ever worth believing
  'identity', // the legs are not one coin in one unit
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** A set of refusals. */
export type RefusalBits = number;

export const REFUSAL_BIT: Readonly<Record<Refusal, RefusalBits>> = Object.freeze(
  Object.fromEntries(REFUSALS.map((refusal, at) => [refusal, 1 << at])) as Record<Refusal, number>,
);

/** The set as words, in the order of the list. */
export function refusalsOf(bits: RefusalBits): readonly Refusal[] {
  return bits === 0 ? NONE : REFUSALS.filter((_, at) => (bits & (1 << at)) !== 0);
}

const NONE: readonly Refusal[] = [];

export function refusalBits(refusals: Iterable<Refusal>): RefusalBits {
  let bits = 0;
  for (const refusal of refusals) bits |= REFUSAL_BIT[refusal];
  return bits;
}
