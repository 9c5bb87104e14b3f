// Numbers as JSON has them. Pure.

/** Null where it is none, or infinite. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
