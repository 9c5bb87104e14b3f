// One run of the analysis with what is kept beside a lake, and the same without it.

import assert from 'node:assert/strict';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { formatStatisticsCsv } from '../../src/analysis/compat.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { KeptParts } from '../../src/analysis/kept-parts.js';
import type { Micros } from '../../src/core/time.js';
import { type InstrumentLine, type LakeReader, openReader } from '../../src/lake/reader.js';
import { waitingStore } from '../../src/lake/store.js';

export interface Told {
  readonly exchange: string;
  readonly type: 'gap';
  readonly stampUs: number;
  readonly fromUs: number;
}

export interface Asked {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly fee?: number;
  /** As a ledger has it at that time. */
  readonly told?: readonly Told[];
  /** The moment of asking; default the end. */
  readonly nowUs?: Micros;
  /** Whether what is made is kept; undefined: nothing that is kept is looked at. */
  readonly isKept?: boolean;
}

export async function run(root: string, asked: Asked) {
  const { fromUs, toUs, nowUs = toUs, fee = 0.05, told = [], isKept } = asked;
  const takerFeePercent = () => fee;
  const files = openReader(root);
  const readEvents: LakeReader['readEvents'] = async (instruments, range) =>
    told
      .filter(({ stampUs }) => stampUs >= range.fromUs && stampUs < range.toUs && stampUs < nowUs)
      .flatMap(({ exchange, ...line }) => {
        const place = instruments.findIndex((one) => one.exchange === exchange);
        return place < 0 ? [] : [{ ...line, at: place } as InstrumentLine];
      });
  const reader = told.length === 0 ? files : { ...files, readEvents };
  const kept = new KeptParts({
    ...{ root, store: waitingStore, reader, takerFeePercent, nowUs, isKept: isKept === true },
  });
  const pairs = discoverPairs(await reader.instruments());
  const { rows, failed } = await analyzePairs({
    ...{ reader, pairs, fromUs, toUs, takerFeePercent },
    ...(isKept === undefined ? {} : { kept }),
  });
  assert.equal(kept.problem, null);
  return { csv: formatStatisticsCsv(rows), failed: failed.length, ...kept.counts };
}

/** Counts and words exactly, sums to 1e-12. */
export function sameCells(actual: string, wanted: string): void {
  const [ours, theirs] = [actual, wanted].map((csv) => csv.split('\n').map((line) => line.split(',')));
  assert.equal(ours!.length, theirs!.length);
  for (const [row, cells] of theirs!.entries())
    for (const [column, cell] of cells.entries()) {
      const own = ours![row]![column]!;
      const off = Math.abs(Number(own) - Number(cell)) / Math.max(1, Math.abs(Number(cell)));
      assert.ok(own === cell || off <= 1e-12, `${theirs![0]![column]} of row ${row}: ${own}, not ${cell}`);
    }
}
