// Cycles of one direction: it arms, and is closed when the price is back at neutral; a hole in between breaks it, for
// nobody saw how it ended. Stretches of time are followed apart and put together afterwards: whatever the cut, the whole
// has the cycles that one pass would have counted, each as long as it was.

import type { Micros } from '../core/time.js';
import { PreciseSum } from './precise-sum.js';

/** Durations that are kept of one stretch or whole, the earliest; more are counted. */
export const DURATIONS_KEPT_MAX = 512;

type Ending = 'closed' | 'broken';

/** How the first cycle of a stretch ended, or would have if one had been open before it. */
interface FirstEnd {
  readonly ending: Ending;
  readonly us: Micros;
  readonly exit: number;
  /** When it armed in this stretch; NaN: it did not. */
  readonly armedUs: Micros;
  readonly entry: number;
}

export interface CycleParts {
  readonly armedUs: Micros;
  readonly entry: number;
  readonly first: FirstEnd | null;
  readonly counts: readonly [cycles: number, broken: number, gained: number];
  readonly gain: PreciseSum['parts'];
  readonly durationsUs: readonly number[];
}

export class CycleTrack {
  /** NaN: none is open. */
  #armedUs: Micros = Number.NaN;
  #entry = 0;
  #first: FirstEnd | null = null;
  /** Beside the first. */
  #cycles = 0;
  #broken = 0;
  #gained = 0;
  readonly #gain = new PreciseSum();
  readonly #durationsUs: number[] = [];

  get isArmed(): boolean {
    return !Number.isNaN(this.#armedUs);
  }

  /**
   * No point does both: above it arms, at neutral it is closed. `entry`, `exit`: what is gained or lost by opening or closing it
   * here; any unit.
   */
  follow(us: Micros, isAbove: boolean, isNeutral: boolean, entry: number, exit: number): void {
    if (isAbove) {
      if (this.isArmed) return;
      this.#armedUs = us;
      this.#entry = entry;
    } else if (isNeutral && (this.isArmed || this.#first === null)) this.#end('closed', us, exit);
  }

  break(us: Micros): void {
    this.#end('broken', us, 0);
  }

  #end(ending: Ending, us: Micros, exit: number): void {
    if (this.#first === null) this.#first = { ending, us, exit, armedUs: this.#armedUs, entry: this.#entry };
    else if (this.isArmed) this.#count(ending, us - this.#armedUs, this.#entry + exit);
    this.#armedUs = Number.NaN;
  }

  #count(ending: Ending, durationUs: number, gain: number): void {
    if (ending === 'broken') {
      this.#broken += 1;
      return;
    }
    this.#cycles += 1;
    if (gain > 0) this.#gained += 1;
    this.#gain.add(gain);
    if (this.#durationsUs.length < DURATIONS_KEPT_MAX) this.#durationsUs.push(durationUs);
  }

  /** As if what the later one saw had come after what this one has seen, without a hole between. */
  merge({ armedUs, entry, first, counts, gain, durationsUs }: CycleParts): void {
    if (first === null) {
      if (!this.isArmed) [this.#armedUs, this.#entry] = [armedUs, entry];
      return;
    }
    // What was open before is the same cycle as what the later one saw standing at its beginning.
    if (!this.isArmed) [this.#armedUs, this.#entry] = [first.armedUs, first.entry];
    this.#end(first.ending, first.us, first.exit);
    const [cycles, broken, gained] = counts;
    this.#cycles += cycles;
    this.#broken += broken;
    this.#gained += gained;
    this.#gain.merge(gain);
    const room = DURATIONS_KEPT_MAX - this.#durationsUs.length;
    if (durationsUs.length <= room) this.#durationsUs.push(...durationsUs);
    else this.#durationsUs.push(...durationsUs.slice(0, room));
    [this.#armedUs, this.#entry] = [armedUs, entry];
  }

  /** For keeping. */
  get parts(): CycleParts {
    return {
      armedUs: this.#armedUs,
      entry: this.#entry,
      first: this.#first,
      counts: [this.#cycles, this.#broken, this.#gained],
      gain: this.#gain.parts,
      durationsUs: this.#durationsUs.slice(),
    };
  }

  /** Of all that was seen, a cycle that is still open left out. */
  totals(): CycleTotals {
    const first = this.#first;
    const own = first !== null && !Number.isNaN(first.armedUs) ? first : null;
    const closed = own?.ending === 'closed' ? own : null;
    const gain = closed === null ? 0 : closed.entry + closed.exit;
    const firstUs = closed === null ? [] : [closed.us - closed.armedUs];
    const cycles = this.#cycles + firstUs.length;
    const durationsUs = [...firstUs, ...this.#durationsUs].slice(0, DURATIONS_KEPT_MAX);
    return {
      cycles,
      broken: this.#broken + (own?.ending === 'broken' ? 1 : 0),
      gained: this.#gained + (gain > 0 ? 1 : 0),
      gain: this.#gain.value + gain,
      durationsUs,
      durationsLeftOut: cycles - durationsUs.length,
    };
  }
}

export interface CycleTotals {
  readonly cycles: number;
  /** Armed, and then a hole. */
  readonly broken: number;
  /** Cycles that gave more than nothing, entry and exit together. */
  readonly gained: number;
  /** Of all cycles, those with a loss too. */
  readonly gain: number;
  /** From arming to neutral, in the order in which they ended. */
  readonly durationsUs: readonly number[];
  readonly durationsLeftOut: number;
}
