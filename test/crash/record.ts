// What a life hands to the lake, and what must be there after its end: the oracle's book. Every record has its stamp, and
// no two share one.

import type { ColdEvent } from '../../src/core/event.js';
import type { InstrumentTable } from '../../src/core/instrument.js';
import { type Micros, US_PER_SECOND } from '../../src/core/time.js';
import type { LakeWriter } from '../../src/lake/writer.js';
import type { Random } from '../../src/sim/random.js';

export type Kind = 'quote' | 'trade' | 'cold';

export interface Handed {
  readonly kind: Kind;
  readonly stampUs: Micros;
  readonly id: number;
  /** As the lake gives it back, less the stamp. */
  readonly value: string;
}

interface Entry extends Handed {
  readonly life: number;
  /** It is durable, or has been long enough in the lake to be. */
  must: boolean;
}

export class Book {
  /** By stamp, ascending; what was lost within the stated window is taken out. */
  #entries: Entry[] = [];
  #life = 0;
  lastUs: Micros = 0;
  lost = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The newest stamp that must be there. */
  get mustUs(): Micros {
    return this.#entries.findLast(({ must }) => must)?.stampUs ?? 0;
  }

  add(one: Handed): void {
    this.#entries.push({ ...one, life: this.#life, must: false });
    this.lastUs = one.stampUs;
  }

  /** The process died: what it had received more than a second before must be there. */
  died(atUs: Micros): void {
    for (const entry of this.#entries)
      if (entry.life === this.#life && entry.stampUs < atUs - US_PER_SECOND) entry.must = true;
    this.#life += 1;
  }

  /** The process ended in peace: all of it must be there. */
  closed(): void {
    for (const entry of this.#entries) entry.must ||= entry.life === this.#life;
  }

  /**
   * Compares with what an open lake holds of these kinds, in any order; says what is wrong. What is there is durable
   * from now on; what may be missing, and is, is taken out.
   */
  compare(kinds: readonly Kind[], found: readonly Handed[]): string[] {
    const broken: string[] = [];
    const known = new Map(this.#entries.map((entry) => [entry.stampUs, entry]));
    const seen = new Set<Micros>();
    const newestOfLife = new Map<number, Micros>();
    for (const { stampUs, kind, id, value } of found) {
      const entry = known.get(stampUs);
      if (seen.has(stampUs)) broken.push(`${kind} ${stampUs} is there twice`);
      else if (entry === undefined)
        broken.push(`${kind} ${stampUs} of ${id} was never handed over, or was lost before`);
      else if (entry.kind !== kind || entry.id !== id || entry.value !== value)
        broken.push(`${kind} ${stampUs} of ${id} is ${value}, was ${entry.value} of ${entry.id}`);
      seen.add(stampUs);
      if (entry !== undefined)
        newestOfLife.set(entry.life, Math.max(newestOfLife.get(entry.life) ?? 0, stampUs));
    }
    const missing = this.#entries.filter(({ kind, stampUs }) => kinds.includes(kind) && !seen.has(stampUs));
    for (const { kind, stampUs, id, must, life } of missing) {
      if (must) broken.push(`${kind} ${stampUs} of ${id} is missing, must be there`);
      else if (stampUs < (newestOfLife.get(life) ?? 0))
        broken.push(`${kind} ${stampUs} of ${id} is missing before newer ones`);
    }
    const gone = new Set(missing);
    this.lost += gone.size;
    this.#entries = this.#entries.filter((entry) => !gone.has(entry));
    for (const entry of this.#entries) entry.must ||= entry.stampUs <= (newestOfLife.get(entry.life) ?? 0);
    return broken;
  }
}

/** Hands one record over, of a random kind. */
export function handOver(
  lake: LakeWriter,
  book: Book,
  stampUs: Micros,
  instruments: InstrumentTable,
  random: Random,
): void {
  const id = random.below(instruments.size);
  const dice = random.next();
  const price = Math.round(random.next() * 1e6) / 100;
  const exchangeUs = random.next() < 0.3 ? Number.NaN : stampUs - 5_000;
  if (dice < 0.85) {
    const row = [price, 1, price + 1, random.next() < 0.2 ? Number.NaN : 2, exchangeUs] as const;
    lake.quote(stampUs, id, ...row);
    book.add({ kind: 'quote', stampUs, id, value: row.join(' ') });
  } else if (dice < 0.93) {
    const trade = [price, 1.5, dice < 0.9 ? 1 : -1, exchangeUs, `t${stampUs}`] as const;
    lake.trade(stampUs, id, ...trade);
    book.add({ kind: 'trade', stampUs, id, value: trade.join(' ') });
  } else {
    const event: ColdEvent =
      dice < 0.97
        ? { type: 'gap', stampUs, instrumentId: id, fromUs: stampUs - 100, reason: 'silent' }
        : { type: 'status', stampUs, instrumentId: id, status: 'live', value: price };
    lake.cold(event);
    book.add({ kind: 'cold', stampUs, id, value: event.type });
  }
}
