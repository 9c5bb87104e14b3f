// Which files hold the rows of a stretch of time: equal as long as they are the same, whoever asks and whenever. Files
// of our own names are never written again, so their names speak for them; others speak by size and time of change.
// Opens none.

import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { dayStartUs, type Micros, US_PER_DAY } from '../core/time.js';
import { discoverPartitions, type LakeInstrument, listPartition } from './discover.js';
import { isOurName } from './paths.js';
import { type Partition, planFiles, planPartitions } from './plan.js';
import type { ReadStore } from './store.js';

/** Of a few instruments over a range, as their folders were when it was made: each is listed at most once. */
export class RowsIdentities {
  readonly #store: ReadStore;
  readonly #root: string;
  readonly #legs: readonly PartitionsByDay[];
  readonly #paths = new Map<string, readonly string[]>();

  static async of(
    store: ReadStore,
    root: string,
    instruments: readonly LakeInstrument[],
    fromUs: Micros,
    toUs: Micros,
  ): Promise<RowsIdentities> {
    const legs: PartitionsByDay[] = [];
    for (const { directories } of instruments)
      legs.push(byDay(await discoverPartitions(store, directories, fromUs, toUs)));
    return new RowsIdentities(store, root, legs);
  }

  /** Use `of`. */
  private constructor(store: ReadStore, root: string, legs: readonly PartitionsByDay[]) {
    this.#store = store;
    this.#root = root;
    this.#legs = legs;
  }

  /** Of a stretch within one UTC day of the range. Null where no file of one of them may hold a row. */
  async at(fromUs: Micros, toUs: Micros): Promise<string | null> {
    const hash = createHash('sha1');
    for (const { ofDay, others } of this.#legs) {
      const partitions = [...(ofDay.get(dayStartUs(fromUs)) ?? []), ...others];
      let files = 0;
      for (const partition of planPartitions(partitions, fromUs, toUs)) {
        for (const { path } of planFiles(partition, await this.#list(partition), fromUs, toUs)) {
          const version = isOurName(path) ? '' : ((await this.#store.look?.(path))?.version ?? '');
          hash.update(`${relative(this.#root, path)}\t${version}\n`);
          files += 1;
        }
      }
      if (files === 0) return null;
      hash.update('\n');
    }
    return hash.digest('base64');
  }

  async #list(partition: Partition): Promise<readonly string[]> {
    const known = this.#paths.get(partition.directory);
    if (known !== undefined) return known;
    const paths = await listPartition(this.#store, partition);
    this.#paths.set(partition.directory, paths);
    return paths;
  }
}

interface PartitionsByDay {
  readonly ofDay: ReadonlyMap<Micros, readonly Partition[]>;
  /** Whose folders tell no day. */
  readonly others: readonly Partition[];
}

function byDay(partitions: readonly Partition[]): PartitionsByDay {
  const ofDay = new Map<Micros, Partition[]>();
  const others: Partition[] = [];
  for (const partition of partitions) {
    const { fromUs, toUs } = partition;
    const dayUs = Number.isFinite(fromUs) ? dayStartUs(fromUs) : Number.NaN;
    if (!(toUs <= dayUs + US_PER_DAY)) others.push(partition);
    else if (ofDay.get(dayUs)?.push(partition) === undefined) ofDay.set(dayUs, [partition]);
  }
  return { ofDay, others };
}
