// Spreads as percent. Pure.

/** Of a pair named the other way round: its spread is that of the other quotient. NaN stays NaN. */
export function turnedPercent(percent: number): number {
  return (1 / (1 + percent / 100) - 1) * 100;
}
