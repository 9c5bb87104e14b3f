// A fingerprint of what was told of a symbol's instruments that reaches into a span of time: gaps are noticed late, so that what
// was counted of an hour that is over may have to be counted again.

import { createHash } from 'node:crypto';
import { type Micros, US_PER_MINUTE } from '../core/time.js';
import type { InstrumentLine, LakeInstrument, LakeReader } from '../lake/reader.js';
import { LIMIT_TOLD_US, NOTICED_US } from '../series/leg-events.js';
import { restsOn, type TimeSpan } from './kept-rows.js';

/** And that long after a time can be told no more of, what was told is in the lake. */
const GRACE_US = 5 * US_PER_MINUTE;

/** All that can be told of a time that ends there has been. */
export function isTold(toUs: Micros, nowUs: Micros): boolean {
  return toUs <= nowUs - NOTICED_US - GRACE_US;
}

export class Told {
  readonly #reader: Pick<LakeReader, 'readEvents'>;
  readonly #legs: readonly LakeInstrument[];
  readonly #untilUs: Micros;
  #fromUs = Number.POSITIVE_INFINITY;
  #lines: readonly InstrumentLine[] = [];

  /** What was told from `untilUs` on may have been counted or not: it makes another fingerprint the next time. */
  constructor(reader: Pick<LakeReader, 'readEvents'>, legs: readonly LakeInstrument[], untilUs: Micros) {
    [this.#reader, this.#legs, this.#untilUs] = [reader, legs, untilUs];
  }

  async of(span: TimeSpan): Promise<string> {
    const fromUs = restsOn(span).fromUs - LIMIT_TOLD_US;
    if (this.#fromUs > fromUs) {
      this.#lines = await this.#reader.readEvents(this.#legs, { fromUs, toUs: this.#untilUs });
      this.#fromUs = fromUs;
    }
    const hash = createHash('sha1');
    for (const { at, type, stampUs, ...line } of this.#lines) {
      const beginsUs = type === 'gap' ? Number(line['fromUs']) : stampUs;
      if (stampUs < fromUs || beginsUs >= span.toUs) continue;
      const { exchange } = this.#legs[at]!;
      hash.update(`${exchange} ${type} ${stampUs} ${beginsUs} ${line['status']} ${line['value']}\n`);
    }
    return hash.digest('base64');
  }
}
