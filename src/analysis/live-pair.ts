// One watched pair's statistics of the present hour and of the last one, by the very kernels that go over the lake: what can no
// longer be taken back is counted for good, what came since is gone over when somebody asks.

import { type Micros, US_PER_HOUR } from '../core/time.js';
import { QUOTE_US_MAX } from '../series/leg-events.js';
import type { RowStretch } from '../series/pair-join.js';
import type { LegEvent } from '../series/valid-points.js';
import type { PairRow } from './compat.js';
import type { CompatSettings } from './compat-join.js';
import type { LiveLeg } from './live-leg.js';
import { joinedParts, type PairPart, PairRun, PairWhole } from './pair-run.js';

export interface PairNames {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

/** Of one hour, or of as much of it as was watched. */
export interface LiveHour {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** It was watched from a minute before its beginning on: then, without late gaps, these are the numbers of the recorded hour. */
  readonly isWhole: boolean;
  /** Holes that were told too late to be taken out of it. */
  readonly gapsLate: number;
  /** Null where no left quote found a partner. */
  readonly row: PairRow | null;
}

export interface LivePairOptions extends CompatSettings {
  readonly names: PairNames;
  /** Percent, of a round trip. */
  readonly costPercent: number;
  readonly fromUs: Micros;
}

export class LivePair {
  last: LiveHour | null = null;
  readonly #options: LivePairOptions;
  readonly #run: PairRun;
  /** Of the hour, up to the last cut. */
  #part: PairPart | null = null;
  #cutUs: Micros;
  #hourUs: Micros;
  #gapsLate = 0;

  /** `hourUs`: the start of the hour that `fromUs` lies in. */
  constructor(options: LivePairOptions, hourUs: Micros) {
    this.#options = options;
    this.#run = new PairRun(options);
    this.#cutUs = options.fromUs;
    this.#hourUs = hourUs;
  }

  /** `lateUs`: it reaches back over what is counted for good, up to here; null: it does not. */
  tell(event: LegEvent, lateUs: Micros | null = null): void {
    this.#run.tell([event]);
    if (lateUs === null || event.kind !== 'gap') return;
    if (lateUs > this.#hourUs) this.#gapsLate += 1;
    const { last } = this;
    if (last !== null && event.fromUs < last.toUs) this.last = { ...last, gapsLate: last.gapsLate + 1 };
  }

  /** All rows before `beforeUs`, which is at most the end of the hour, that were not given yet. */
  settle(left: RowStretch, right: RowStretch, beforeUs: Micros): void {
    this.#run.rows(left, right, beforeUs);
    if (beforeUs < this.#hourUs + US_PER_HOUR) return;
    this.#cut(beforeUs);
    this.last = this.#hour(this.#hourUs, this.#part === null ? [] : [this.#part], beforeUs);
    [this.#part, this.#gapsLate] = [null, 0];
    this.#hourUs += US_PER_HOUR;
  }

  #cut(us: Micros): void {
    if (us <= this.#cutUs) return;
    const fresh = this.#run.cut(us);
    this.#part = this.#part === null ? fresh : joinedParts([this.#part, fresh], this.#options);
    this.#cutUs = us;
  }

  /** With the rows that are held, from `settledUs` on and before `toUs`, which may lie in the next hour. */
  look(
    legs: readonly [LiveLeg, LiveLeg],
    settledUs: Micros,
    toUs: Micros,
  ): { readonly now: LiveHour; readonly last: LiveHour | null } {
    this.#cut(settledUs);
    const ahead = this.#run.ahead(this.#cutUs);
    const take = (fromUs: Micros, beforeUs: Micros) => {
      ahead.rows(legs[0].between(fromUs, beforeUs), legs[1].between(fromUs, beforeUs), beforeUs);
      return ahead.cut(beforeUs);
    };
    const [hourUs, hourEndUs] = [this.#hourUs, this.#hourUs + US_PER_HOUR];
    const counted = this.#part === null ? [] : [this.#part];
    const endUs = Math.max(toUs, this.#cutUs);
    const upTo = Math.min(endUs, hourEndUs);
    const hour = this.#hour(hourUs, [...counted, take(Number.NEGATIVE_INFINITY, upTo)], upTo);
    if (endUs <= hourEndUs) return { now: hour, last: this.last };
    return { now: this.#hour(hourEndUs, [take(hourEndUs, endUs)], endUs), last: hour };
  }

  #hour(hourUs: Micros, parts: readonly PairPart[], toUs: Micros): LiveHour {
    const { names, costPercent, fromUs } = this.#options;
    const whole = new PairWhole(this.#options);
    for (const part of parts) whole.add(part);
    const found = whole.finish(costPercent);
    return {
      fromUs: Math.max(fromUs, hourUs),
      toUs,
      // What stood at its beginning was seen.
      isWhole: fromUs <= hourUs - QUOTE_US_MAX,
      gapsLate: hourUs === this.#hourUs ? this.#gapsLate : 0,
      row: found === undefined ? null : { ...names, ...found },
    };
  }
}
