// The statistics file on disk: absent or whole, its name the UTC second it was made for. Whoever looks while it
// is written sees nothing. Synchronous: called from a worker or a command, never on the main loop of a server.

import { openSync } from 'node:fs';
import { join } from 'node:path';
import { type Micros, US_PER_HOUR, US_PER_SECOND } from '../core/time.js';
import { codeOf, diskFiles, makeDurableDirectory, messageOf } from '../lake/files.js';

export interface StatisticsFile {
  /** Made where it is not there. */
  readonly directory: string;
  /** The whole content. */
  readonly text: string;
  /** For the name; a taken second gives way to the next free one. */
  readonly nowUs: Micros;
  /** Older files with such a name are removed beyond this many, the new one counted. Default: none are. */
  readonly filesMax?: number;
}

export interface WrittenFile {
  readonly name: string;
  readonly path: string;
  readonly removed: number;
  /** Why older files could not be removed; null where that went well. The new file stands all the same. */
  readonly removeError: string | null;
}

const NAME = /^summary_stats_\d{8}_\d{6}\.csv$/;
/** What an interrupted write leaves: no reader's `*.csv` matches it. */
const TEMP = /^\.tmp-summary_stats_\d{8}_\d{6}$/;
/** Two writers in one second are rare, sixty are a mistake. */
const SECONDS_TRIED_MAX = 60;

/** `summary_stats_YYYYMMDD_HHMMSS.csv`, UTC. */
export function statisticsFileName(us: Micros): string {
  const [date = '', time = ''] = new Date(Math.floor(us / US_PER_SECOND) * 1_000).toISOString().split('T');
  return `summary_stats_${date.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}.csv`;
}

/** Throws the system's error where the file cannot be written; then nothing new is there. */
export function writeStatistics({ directory, text, nowUs, filesMax }: StatisticsFile): WrittenFile {
  makeDurableDirectory(diskFiles, directory);
  const { name, temp, file } = claim(directory, nowUs);
  const path = join(directory, name);
  try {
    try {
      diskFiles.append(file, Buffer.from(text, 'utf8'));
      diskFiles.sync(file);
    } finally {
      diskFiles.close(file);
    }
    diskFiles.rename(temp, path);
  } catch (error) {
    diskFiles.remove(temp);
    throw error;
  }
  diskFiles.syncDirectory(directory);
  return { name, path, ...tidy(directory, name, nowUs, filesMax ?? Number.POSITIVE_INFINITY) };
}

/** A free name, held by its temporary file: of two writers in one second each gets its own. */
function claim(directory: string, nowUs: Micros): { name: string; temp: string; file: number } {
  for (let tries = 0; tries < SECONDS_TRIED_MAX; tries += 1) {
    const name = statisticsFileName(nowUs + tries * US_PER_SECOND);
    const temp = join(directory, `.tmp-${name.replace(/\.csv$/, '')}`);
    let file: number;
    try {
      file = openSync(temp, 'wx');
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      throw error;
    }
    // Looked at only now: whoever had this name before us has renamed its file by the time we hold it.
    if (!diskFiles.list(directory).includes(name)) return { name, temp, file };
    diskFiles.close(file);
    diskFiles.remove(temp);
  }
  throw new Error(
    `no free name for a statistics file in ${directory}: ${SECONDS_TRIED_MAX} seconds are taken`,
  );
}

/** Removes the oldest files beyond `filesMax`, and what interrupted writes left more than an hour ago. */
function tidy(
  directory: string,
  newName: string,
  nowUs: Micros,
  filesMax: number,
): Pick<WrittenFile, 'removed' | 'removeError'> {
  let removed = 0;
  try {
    const names = diskFiles.list(directory);
    const oldTemp = `.tmp-${statisticsFileName(nowUs - US_PER_HOUR)}`;
    const left = names.filter((name) => TEMP.test(name) && name < oldTemp);
    const others = names.filter((name) => NAME.test(name) && name !== newName).sort();
    const surplus = others.slice(0, Math.max(0, others.length + 1 - filesMax));
    for (const name of left) diskFiles.remove(join(directory, name));
    for (const name of surplus) {
      diskFiles.remove(join(directory, name));
      removed += 1;
    }
    return { removed, removeError: null };
  } catch (error) {
    return { removed, removeError: messageOf(error) };
  }
}
