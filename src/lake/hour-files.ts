// Which files hold an instrument's rows of an hour, so that it can be told later whether these are still the same rows: ours by
// their names, for none is ever written again, and what became of them (a run an hour file, hours a day file) changes no
// row; all others by size and time of change. For one look at a lake: what it has listed it does not list again.

import { createHash } from 'node:crypto';
import { basename, dirname, join, relative } from 'node:path';
import { hourOfDay, isoDate, type Micros, US_PER_HOUR } from '../core/time.js';
import { filesByPartition, type LakeInstrument } from './discover.js';
import { replacesIn } from './parquet-read.js';
import { dayStampOf, lastStampOf } from './paths.js';
import type { Partition } from './plan.js';
import type { ReadStore, StoreEntry } from './store.js';

export interface HourFiles {
  /** Our hour files, those too whose place a day file has taken: below the root, ascending. */
  readonly ours: readonly string[];
  /** Equal as long as all other files are the same; empty: there are none. */
  readonly others: string;
}

export class FilesOfHours {
  readonly #root: string;
  readonly #store: ReadStore;
  readonly #listed = new Map<string, Promise<readonly StoreEntry[]>>();
  readonly #found = new Map<string, HourFiles>();
  readonly #replaced = new Map<string, readonly string[] | null>();

  constructor(root: string, store: ReadStore) {
    this.#root = root;
    this.#store = { ...store, list: (directory) => this.#list(store, directory) };
  }

  /** `hourUs`: its start. */
  async of(instrument: LakeInstrument, hourUs: Micros): Promise<HourFiles> {
    const key = `${instrument.exchange}|${instrument.symbol}|${hourUs}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = await this.#find(instrument, hourUs);
    this.#found.set(key, found);
    return found;
  }

  async #find({ directories }: LakeInstrument, hourUs: Micros): Promise<HourFiles> {
    const toUs = hourUs + US_PER_HOUR;
    const [ours, others] = [new Set<string>(), createHash('sha1')];
    let isOther = false;
    for await (const { partition, files } of filesByPartition(this.#store, directories, hourUs, toUs))
      for (const { path } of files) {
        const places = await this.#placesOf(partition, path);
        for (const place of places ?? []) if (isOfHour(place, hourUs)) ours.add(place);
        if (places !== null) continue;
        others.update(`${relative(this.#root, path)}\t${(await this.#store.look?.(path))?.version}\n`);
        isOther = true;
      }
    return { ours: [...ours].sort(), others: isOther ? others.digest('base64') : '' };
  }

  /** The hour files that it is or stands for; null: it is none of ours. */
  async #placesOf({ fromUs, toUs }: Partition, path: string): Promise<readonly string[] | null> {
    const name = basename(path);
    if (toUs - fromUs !== US_PER_HOUR) return null;
    if (lastStampOf(name, fromUs) !== null) return [relative(this.#root, path)];
    return dayStampOf(name, fromUs) === null ? null : await this.#replacedBy(path);
  }

  /** Null where it does not say of all its rows where they were: it took the place of another day file, or of nothing. */
  async #replacedBy(path: string): Promise<readonly string[] | null> {
    const known = this.#replaced.get(path);
    if (known !== undefined) return known;
    const names = await this.#namesIn(path);
    const isWhole = names.length > 0 && !names.some((name) => dayStampOf(basename(name), 0) !== null);
    const dayDir = dirname(dirname(path));
    const places = isWhole ? names.map((name) => relative(this.#root, join(dayDir, name))) : null;
    this.#replaced.set(path, places);
    return places;
  }

  /** None where it is damaged, or gone since it was listed: who reads its rows tells of that. */
  async #namesIn(path: string): Promise<readonly string[]> {
    try {
      const file = await this.#store.open(path);
      try {
        return await replacesIn(file);
      } finally {
        await file.close();
      }
    } catch {
      return [];
    }
  }

  #list(store: ReadStore, directory: string): Promise<readonly StoreEntry[]> {
    const known = this.#listed.get(directory);
    if (known !== undefined) return known;
    const entries = store.list(directory);
    this.#listed.set(directory, entries);
    return entries;
  }
}

/** The newest stamp of one of our hour files, by its name; null: it is none of that hour. */
export function stampOfPlace(place: string, hourUs: Micros): Micros | null {
  return isOfHour(place, hourUs) ? lastStampOf(basename(place), hourUs) : null;
}

function isOfHour(place: string, hourUs: Micros): boolean {
  return dirname(place).endsWith(`/date=${isoDate(hourUs)}/hour=${hourOfDay(hourUs)}`);
}
