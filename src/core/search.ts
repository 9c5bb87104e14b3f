// A place in numbers that ascend. Pure.

/** Of values[from, to), ascending, the first place whose value is not below `value`; `to` where all are. */
export function firstNotBelow(
  values: Float64Array,
  value: number,
  from = 0,
  to: number = values.length,
): number {
  // Of two streams read side by side it mostly is the very next.
  if (from >= to || !(values[from]! < value)) return from;
  let [low, high] = [from + 1, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
