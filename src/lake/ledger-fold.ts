// Which Alive lines of a day belong together: those of one connection, no two of them more than 10 s apart. Pure.

import type { Micros } from '../core/time.js';
import { PROOF_APART_US } from './coverage-rules.js';
import type { LedgerRow } from './ledger-rows.js';

export interface FoldedStretch {
  readonly connection: string;
  /** Stamps of its first and its last line. */
  fromUs: Micros;
  toUs: Micros;
  firstProvenUs: Micros;
  provenUs: Micros;
  count: number;
}

export class FoldBook {
  readonly #byConnection = new Map<string, FoldedStretch[]>();
  #byEnd: ReadonlyMap<string, FoldedStretch> | undefined;

  /** Rows in order of their stamps. Those without a connection say nothing. */
  note({ stampUs, alive }: LedgerRow): void {
    if (alive === null) return;
    const stretches = this.#byConnection.get(alive.connection) ?? [];
    this.#byConnection.set(alive.connection, stretches);
    let next: FoldedStretch = { ...alive, toUs: stampUs };
    // One that was folded before may reach back over several that came late.
    for (let last = stretches.at(-1); last !== undefined; last = stretches.at(-1)) {
      if (next.fromUs - last.toUs > PROOF_APART_US) break;
      stretches.pop();
      next = {
        connection: alive.connection,
        fromUs: Math.min(last.fromUs, next.fromUs),
        toUs: Math.max(last.toUs, next.toUs),
        firstProvenUs: Math.min(last.firstProvenUs, next.firstProvenUs),
        provenUs: Math.max(last.provenUs, next.provenUs),
        count: last.count + next.count,
      };
    }
    stretches.push(next);
  }

  /** The stretch whose last line this is; null where it is another's. Once all rows are noted. */
  endingAt({ stampUs, alive }: LedgerRow): FoldedStretch | null {
    if (alive === null) return null;
    this.#byEnd ??= new Map(
      [...this.#byConnection.values()]
        .flat()
        .map((stretch) => [keyOf(stretch.connection, stretch.toUs), stretch]),
    );
    return this.#byEnd.get(keyOf(alive.connection, stampUs)) ?? null;
  }
}

function keyOf(connection: string, toUs: Micros): string {
  return `${toUs} ${connection}`;
}

/** The last line of the stretch, and what the others said. */
export function foldedText(stretch: FoldedStretch): string {
  const { connection, fromUs, toUs, firstProvenUs, provenUs, count } = stretch;
  return JSON.stringify({
    ...{ type: 'alive', stampUs: toUs, connection, provenUs, fromUs, firstProvenUs, count },
  });
}
