// Which files hold the rows of a stretch of time: equal as long as they are the same, whoever asks and whenever. Files
// of our own names are never written again, so their names speak for them; others speak by size and time of change.
// Where the folders are as they were, they need not be listed again to know it. Opens no file.

import { createHash } from 'node:crypto';
import { basename, dirname, relative } from 'node:path';
import { dayStartUs, type Micros, US_PER_SECOND } from '../core/time.js';
import { filesByPartition, type LakeInstrument } from './discover.js';
import { isOurName } from './paths.js';
import { dateOfName, isQuoteFileName, type Partition } from './plan.js';
import { sessionPartition } from './sessions.js';
import type { ReadStore } from './store.js';

export interface RowsIdentity {
  readonly identity: string;
  /** Folders below the root, with what the file system says of their last change; empty: they have to be listed. */
  readonly folders: readonly (readonly [path: string, version: string])[];
}

/** A folder that changed later than this before it was looked at may change once more without its time telling. */
const SETTLED_US = 2 * US_PER_SECOND;

/** Of a few instruments; what it finds of their folders holds for as long as it is used: for one answer. */
export class RowsIdentities {
  readonly #store: ReadStore;
  readonly #root: string;
  readonly #instruments: readonly LakeInstrument[];
  /** By the start of the day; of all instruments, in their order. */
  #dayFolders: Map<Micros, string[]> | undefined;
  /** Files that lie outside of the days' folders: of what time they are, nobody knows beforehand. */
  #isLoose = false;

  constructor(store: ReadStore, root: string, instruments: readonly LakeInstrument[]) {
    this.#store = store;
    this.#root = root;
    this.#instruments = instruments;
  }

  /** Of a stretch within one UTC day. Null where no file of one of them may hold a row. */
  async at(fromUs: Micros, toUs: Micros, nowUs: Micros): Promise<RowsIdentity | null> {
    const hash = createHash('sha1');
    const folders = new Set<string>(await this.#foldersOf(fromUs));
    let isFlat = !this.#isLoose;
    for (const { directories } of this.#instruments) {
      let count = 0;
      const walk = filesByPartition(this.#store, directories, fromUs, toUs);
      for await (const { partition, paths, files } of walk) {
        isFlat &&= paths.every((path) => dirname(path) === partition.directory);
        if (isOfDay(partition)) folders.add(partition.directory);
        for (const { path } of files) {
          hash.update(`${relative(this.#root, path)}\t${await this.#versionOf(path)}\n`);
          count += 1;
        }
      }
      if (count === 0) return null;
      hash.update('\n');
    }
    return { identity: hash.digest('base64'), folders: isFlat ? await this.#looks(folders, nowUs) : [] };
  }

  /** Whether it is now what it was then. */
  async isSame(fromUs: Micros, toUs: Micros, then: RowsIdentity): Promise<boolean> {
    if (await this.#areFoldersSame(fromUs, then.folders)) return true;
    return (await this.at(fromUs, toUs, 0))?.identity === then.identity;
  }

  async #areFoldersSame(fromUs: Micros, then: RowsIdentity['folders']): Promise<boolean> {
    if (then.length === 0) return false;
    // No `join`, and nothing that waits in turn: a year has hundreds of days, and each some folders.
    const known = then.map(([path]) => `${this.#root}/${path}`);
    const now = await this.#foldersOf(fromUs);
    if (this.#isLoose || now.some((directory) => !known.includes(directory))) return false;
    const { lookNow } = this.#store;
    for (const [at, path] of known.entries()) {
      const look = lookNow === undefined ? await this.#store.look?.(path) : lookNow(path);
      if (look?.version !== then[at]![1]) return false;
    }
    return true;
  }

  /** The day's folders of each instrument. */
  async #foldersOf(us: Micros): Promise<readonly string[]> {
    this.#dayFolders ??= await this.#listDays();
    return this.#dayFolders.get(dayStartUs(us)) ?? [];
  }

  async #listDays(): Promise<Map<Micros, string[]>> {
    const days = new Map<Micros, string[]>();
    for (const directory of this.#instruments.flatMap(({ directories }) => directories)) {
      if (sessionPartition(directory) !== null) {
        this.#isLoose = true;
        continue;
      }
      for (const { name, isDirectory } of await this.#store.list(directory)) {
        if (/^[._]/.test(name)) continue;
        const dayUs = isDirectory ? dateOfName(name) : null;
        if (dayUs === null) this.#isLoose ||= isDirectory || isQuoteFileName(name);
        else if (days.get(dayUs)?.push(`${directory}/${name}`) === undefined)
          days.set(dayUs, [`${directory}/${name}`]);
      }
    }
    return days;
  }

  async #versionOf(path: string): Promise<string> {
    return isOurName(path) ? '' : ((await this.#store.look?.(path))?.version ?? '');
  }

  /** None where one of them may change without telling. */
  async #looks(folders: ReadonlySet<string>, nowUs: Micros): Promise<RowsIdentity['folders']> {
    const looks: (readonly [string, string])[] = [];
    for (const path of folders) {
      const look = await this.#store.look?.(path);
      // A folder that readers look for and that is not there is told by its parent.
      if (look === null && folders.has(dirname(path))) continue;
      if (look === undefined || look === null || look.modifiedUs > nowUs - SETTLED_US) return [];
      looks.push([relative(this.#root, path), look.version]);
    }
    return looks;
  }
}

/** Not that of all days of an instrument. */
function isOfDay({ directory }: Partition): boolean {
  return [directory, dirname(directory)].some((path) => dateOfName(basename(path)) !== null);
}
