// The best level of each side of a book that comes as changes: what is held of it, and how one message changes it.
// Knows no exchange; classifies what is bad and never guesses a level that was not told.

import type { RejectReason } from '../core/reasons.js';
import { BAD_AMOUNT, readAmount, type Side } from './fields.js';

export interface HeldTop {
  readonly bid: Side;
  readonly ask: Side;
}

/** Made on first use: nothing is known of either side. */
export function topOf(held: Map<number, HeldTop>, id: number): HeldTop {
  const known = held.get(id);
  if (known !== undefined) return known;
  const made = {
    bid: { price: Number.NaN, size: Number.NaN },
    ask: { price: Number.NaN, size: Number.NaN },
  };
  held.set(id, made);
  return made;
}

/**
 * Applies one side's levels to what is held of it; the reason where one of them is bad. Size 0 deletes a
 * price; the best of the others is the side's best. A delta without levels leaves the side as it was.
 */
export function applyLevels(
  side: Side,
  levels: unknown,
  unit: number,
  isSnapshot: boolean,
  isBid: boolean,
): RejectReason | undefined {
  let best = Number.NaN;
  let bestSize = Number.NaN;
  let isHeldDeleted = false;
  const isAbsent = levels === undefined || levels === null || levels === '';
  if (!isAbsent && !Array.isArray(levels)) return 'bad-price';
  for (const level of (isAbsent ? [] : levels) as readonly unknown[]) {
    if (!Array.isArray(level)) return 'bad-price';
    const price = readAmount(level[0]);
    if (price === BAD_AMOUNT) return 'bad-price';
    const size = readAmount(level[1], unit);
    if (size === BAD_AMOUNT) return 'bad-size';
    if (Number.isNaN(price)) continue;
    if (Number.isNaN(size)) {
      if (price === side.price) isHeldDeleted = true;
    } else if (Number.isNaN(best) || (isBid ? price > best : price < best)) {
      best = price;
      bestSize = size;
    }
  }
  if (isSnapshot || isHeldDeleted || best > 0) {
    side.price = best;
    side.size = bestSize;
  }
  return undefined;
}
