// The cycles of a pair over a range, one by one, from the points of its `valid` join. What stands at the beginning counts from
// there, as in the statistics. Holds a chunk of each leg and the cycles; knows no lake, only functions that read.

import type { Micros } from '../core/time.js';
import { CycleMarks, type CycleRules } from '../series/cycle-marks.js';
import { NOTICED_US } from '../series/leg-events.js';
import { validStream } from '../series/valid-stream.js';
import type { CyclesFound } from './read-protocol.js';
import { joinedBy, Told, type ValidChartInput } from './valid-chart.js';

/** Rejects with the signal's reason within one chunk of its abort. */
export async function computeCycles<Leg>(
  input: Omit<ValidChartInput<Leg>, 'points'>,
  rules: CycleRules,
  cyclesMax: number,
): Promise<Pick<CyclesFound, 'cycles' | 'broken' | 'more'>> {
  const { fromUs, toUs } = input.range;
  const marks = new CycleMarks(rules, cyclesMax);
  const begin = new Beginning(fromUs, marks);
  if (fromUs < toUs) {
    const told = new Told(input.readEvents, toUs + NOTICED_US);
    for await (const { length, stampUs, spread } of joinedBy(validStream, input, told, fromUs, toUs))
      for (let row = 0; row < length && stampUs[row]! < toUs; row += 1)
        begin.push(stampUs[row]!, spread[row]!);
    begin.end();
  }
  return { cycles: marks.marks(), broken: marks.broken, more: marks.count > cyclesMax };
}

/** Points from before the range are one: what stands when it begins. */
class Beginning {
  readonly #fromUs: Micros;
  readonly #marks: CycleMarks;
  #standing = Number.NaN;
  #begun = false;

  constructor(fromUs: Micros, marks: CycleMarks) {
    this.#fromUs = fromUs;
    this.#marks = marks;
  }

  push(us: Micros, spread: number): void {
    if (us < this.#fromUs) {
      this.#standing = spread;
      return;
    }
    if (us > this.#fromUs) this.end();
    this.#begun = true;
    this.#marks.push(us, spread);
  }

  /** No other point comes before the range's own. */
  end(): void {
    if (!this.#begun) this.#marks.push(this.#fromUs, this.#standing);
    this.#begun = true;
  }
}
