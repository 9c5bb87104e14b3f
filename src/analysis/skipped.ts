// Pairs that have no statistics, and why not. Pure, and light: the main thread counts them too.

/** `no-match`: both legs have rows, but the right one's begin after the left one's end. */
export type SkipReason = 'no-left-rows' | 'no-right-rows' | 'no-match';

export type Skipped = Readonly<Record<SkipReason, number>>;

export function skippedPairs(skipped: Skipped): number {
  return Object.values(skipped).reduce((sum, count) => sum + count, 0);
}
