// The files of one instrument's day side by side: which of them another took the place of, and that no stamp is in two.
// Reads a file again only where two overlap; holds the stamps of the smaller one within the overlap. Never writes.

import { dirname } from 'node:path';
import type { Micros } from '../core/time.js';
import type { InventoryFile } from './inventory.js';
import { FileVanished, withFile } from './read-file.js';
import { diskStore } from './store.js';
import { type ParquetFacts, verifyParquet } from './verify-parquet.js';
import type { Report } from './verify-rules.js';

export interface CheckedFile {
  readonly file: InventoryFile;
  readonly facts: ParquetFacts;
}

/** `…/date=D` of a file in an hour's folder. */
export function dayFolderOf({ name }: InventoryFile): string {
  return dirname(dirname(name));
}

export async function verifyDay(day: readonly CheckedFile[], report: Report): Promise<void> {
  const replaced = new Map<string, string>();
  for (const { file, facts } of day)
    for (const name of facts.replaces) replaced.set(`${dayFolderOf(file)}/${name}`, file.name);
  for (const { file } of day) {
    const by = replaced.get(file.name);
    if (by !== undefined) report('unclean', file.name, `${by} has taken its place, and it is still there`);
  }
  const kept = day
    .filter(({ file, facts }) => !replaced.has(file.name) && facts.rows > 0 && !facts.isForeign)
    .sort((a, b) => a.facts.firstUs - b.facts.firstUs);
  for (const [at, one] of kept.entries())
    for (const other of kept.slice(at + 1)) {
      if (other.facts.firstUs > one.facts.lastUs) break;
      await compare(one, other, report);
    }
}

async function compare(one: CheckedFile, other: CheckedFile, report: Report): Promise<void> {
  const fromUs = Math.max(one.facts.firstUs, other.facts.firstUs);
  const toUs = Math.min(one.facts.lastUs, other.facts.lastUs);
  const [small, large] = one.facts.rows < other.facts.rows ? [one, other] : [other, one];
  const held = new Set<Micros>();
  const within = (stamps: Float64Array, take: (us: Micros) => void) => {
    for (const us of stamps) if (us >= fromUs && us <= toUs) take(us);
  };
  let twice = 0;
  let firstUs: Micros | null = null;
  await stampsOf(small.file, (stamps) => within(stamps, (us) => held.add(us)));
  await stampsOf(large.file, (stamps) =>
    within(stamps, (us) => {
      if (!held.has(us)) return;
      twice += 1;
      firstUs ??= us;
    }),
  );
  if (twice > 0)
    report('damaged', other.file.name, `${twice} stamps are in ${one.file.name} too`, `stamp ${firstUs}`);
}

async function stampsOf(file: InventoryFile, take: (stamps: Float64Array) => void): Promise<void> {
  const { path, name, span, lastUs } = file;
  const promised = { name, span: span!, lastUs: lastUs! };
  try {
    // What is wrong with it is said already.
    await withFile(diskStore, path, null, (open) => verifyParquet(open, promised, () => undefined, take));
  } catch (error) {
    if (!(error instanceof FileVanished)) throw error;
  }
}
