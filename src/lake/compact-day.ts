// The hour files of one instrument's day become its day file. What is written is read again and compared before
// anything is replaced; what is damaged or of another's making stays where it is. Safe to repeat after a crash at any
// step: a day file names what it takes the place of, and what is still there of that is taken away the next time.

import { join } from 'node:path';
import { type Micros, US_PER_DAY } from '../core/time.js';
import type { Group, Kind } from './compact-kinds.js';
import { type OurFile, ourFiles, removeReplaced, removeTemps, syncDayFiles } from './day-folder.js';
import { codeOf, type LakeFiles, makeDurableDirectory, messageOf } from './files.js';
import { replacesIn } from './parquet-read.js';
import { DAY_FILES_DIR, dayFileName, tempName } from './paths.js';
import type { Pause } from './pausing.js';
import { REPLACES_KEY } from './schema.js';
import { withStoredFile } from './stored-file.js';

export interface DayWork {
  readonly files: LakeFiles;
  /** `<root>/exchange=…/symbol=…/date=YYYY-MM-DD`, or the same below `trades/`. */
  readonly dayDir: string;
  readonly dayUs: Micros;
  /** Asked between row groups. */
  readonly stop: () => boolean;
  /** Awaited between row groups, with the rows of the last one. */
  readonly pause: Pause;
}

/** A block of rows. */
type Rows = { readonly length: number };

export interface DayDone {
  /** Files that were read for it, and of those that stand there now; 0 where nothing was to be done. */
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly rows: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Files that were left where they are, each with a reason; by name below the day's folder. */
  readonly problems: readonly string[];
}

/** Asked to stop in the middle: nothing was changed but a file that recovery removes. */
export class Stopped extends Error {}

/** A file that cannot be read to its end. */
class BadSource extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[], cause: unknown) {
    super(messageOf(cause));
    this.names = names;
  }
}

/** Throws Stopped, and where the disk cannot be written. */
export async function compactDay<Block extends Rows>(work: DayWork, kind: Kind<Block>): Promise<DayDone> {
  const { files, dayDir, dayUs } = work;
  removeTemps(files, dayDir);
  await heal(work, kind);
  const problems: string[] = [];
  const bad = new Set<string>();
  for (;;) {
    const found = ourFiles(files, dayDir, dayUs, kind.name).filter(({ name }) => !bad.has(name));
    if (found.every(({ isDayFile }) => isDayFile) && found.length < 2) return { ...NOTHING, problems };
    try {
      const sources = await openSources(work, kind, found);
      if (sources.every(({ isDayFile }) => isDayFile) && sources.length < 2) return { ...NOTHING, problems };
      return { ...(await replace(work, kind, sources, bad)), problems };
    } catch (error) {
      if (!(error instanceof BadSource)) throw error;
      for (const name of error.names) bad.add(name);
      problems.push(`${error.names.join(', ')}: ${error.message}; left as it is`);
    }
  }
}

const NOTHING = { filesBefore: 0, filesAfter: 0, rows: 0, bytesBefore: 0, bytesAfter: 0 };

/** A crash may have come between the making of a day file and the removal of what it replaces. */
async function heal<Block extends Rows>(work: DayWork, kind: Kind<Block>): Promise<void> {
  const { files, dayDir, dayUs } = work;
  const found = ourFiles(files, dayDir, dayUs, kind.name);
  const dayFile = found.findLast(({ isDayFile }) => isDayFile);
  if (dayFile === undefined) return;
  syncDayFiles(files, dayDir);
  const path = join(dayDir, dayFile.name);
  const listed = found.length === 1 ? [] : await replacedBy(files, path);
  const replaced = listed.filter((name) => name !== dayFile.name && found.some((file) => file.name === name));
  // Nothing is taken away for a file that does not give its rows.
  if (replaced.length > 0 && !(await isReadable(work, kind, path))) return;
  removeReplaced(files, dayDir, replaced);
}

async function isReadable<Block extends Rows>(
  { files, stop, pause }: DayWork,
  kind: Kind<Block>,
  path: string,
): Promise<boolean> {
  try {
    await withStoredFile(files, path, async (file) => {
      for (const group of (await kind.open(file)) ?? []) {
        if (stop()) throw new Stopped('asked to stop');
        await pause((await group.load(file)).length);
      }
    });
    return true;
  } catch (error) {
    if (error instanceof Stopped || codeOf(error) !== undefined) throw error;
    return false;
  }
}

/** The manifest of a day file; empty where it is damaged. */
async function replacedBy(files: LakeFiles, path: string): Promise<readonly string[]> {
  try {
    return await withStoredFile(files, path, replacesIn);
  } catch (error) {
    if (codeOf(error) !== undefined) throw error;
    return [];
  }
}

interface Source<Block> extends OurFile {
  readonly groups: readonly Group<Block>[];
}

/** Those that are ours inside too. Throws BadSource. */
async function openSources<Block extends Rows>(
  { files, dayDir, dayUs }: DayWork,
  kind: Kind<Block>,
  found: readonly OurFile[],
): Promise<Source<Block>[]> {
  const sources: Source<Block>[] = [];
  for (const file of found) {
    try {
      const groups = await withStoredFile(files, join(dayDir, file.name), (open) => kind.open(open));
      if (groups === null) continue;
      const isOfDay = ({ minUs, maxUs }: Group<Block>) => minUs >= dayUs && maxUs < dayUs + US_PER_DAY;
      if (!groups.every(isOfDay)) throw new Error('it holds rows of another day');
      sources.push({ ...file, groups });
    } catch (error) {
      throw new BadSource([file.name], error);
    }
  }
  return sources;
}

async function replace<Block extends Rows>(
  work: DayWork,
  kind: Kind<Block>,
  sources: readonly Source<Block>[],
  bad: ReadonlySet<string>,
): Promise<Omit<DayDone, 'problems'>> {
  const { files, dayDir } = work;
  const lastUs = Math.max(...sources.flatMap(({ groups }) => groups.map(({ maxUs }) => maxUs)));
  // Files without a row are of no use to anybody.
  if (!Number.isFinite(lastUs))
    throw new BadSource(
      sources.map(({ name }) => name),
      'it holds no rows',
    );
  const name = `${DAY_FILES_DIR}/${dayFileName(lastUs, kind.name)}`;
  if (bad.has(name)) throw new Error(`${name} is damaged and has the name that its successor would have`);
  const replaced = sources.map((source) => source.name).filter((other) => other !== name);
  const bytesOf = (other: string) => files.byteLength(join(dayDir, other));
  const bytesBefore = sources.reduce((sum, source) => sum + bytesOf(source.name), 0);
  makeDurableDirectory(files, join(dayDir, DAY_FILES_DIR));
  const temp = join(dayDir, DAY_FILES_DIR, tempName(`${kind.name}-day.parquet`));
  let rows: number;
  try {
    rows = await writeDay(work, kind, sources, { temp, replaced, lastUs });
    files.rename(temp, join(dayDir, name));
  } catch (error) {
    files.remove(temp);
    throw error;
  }
  syncDayFiles(files, dayDir);
  removeReplaced(files, dayDir, replaced);
  return { filesBefore: sources.length, filesAfter: 1, rows, bytesBefore, bytesAfter: bytesOf(name) };
}

interface Target {
  readonly temp: string;
  readonly replaced: readonly string[];
  readonly lastUs: Micros;
}

/** Durable when it returns, but for its name; gives the number of rows. */
async function writeDay<Block extends Rows>(
  work: DayWork,
  kind: Kind<Block>,
  sources: readonly Source<Block>[],
  { temp, replaced, lastUs }: Target,
): Promise<number> {
  const { files } = work;
  const digest = kind.digest();
  const file = files.create(temp);
  try {
    const metadata = [{ key: REPLACES_KEY, value: JSON.stringify(replaced) }];
    const writer = kind.writer(files, file, { layout: 'cold', metadata });
    let reachedUs = Number.NEGATIVE_INFINITY;
    for (const cluster of clustersOf(sources)) {
      if (work.stop()) throw new Stopped('asked to stop');
      const block = await loadCluster(work, kind, cluster, reachedUs);
      reachedUs = kind.span(block)?.lastUs ?? reachedUs;
      writer.add(block);
      digest.add(block);
      await work.pause(block.length);
    }
    if (reachedUs !== lastUs)
      throw new Error('invariant broken: the last row is not the one that was announced');
    writer.finish();
    files.sync(file);
  } finally {
    files.close(file);
  }
  await verify(work, kind, temp, digest.text);
  return digest.rows;
}

interface Member<Block> {
  readonly source: string;
  readonly group: Group<Block>;
}

/** Row groups by time; those that overlap come together. Of hour files in order: one at a time. */
function* clustersOf<Block extends Rows>(sources: readonly Source<Block>[]): Generator<Member<Block>[]> {
  const members = sources
    .flatMap(({ name, groups }) => groups.map((group) => ({ source: name, group })))
    .sort((a, b) => a.group.minUs - b.group.minUs);
  for (let from = 0, to = 0; from < members.length; from = to) {
    let { maxUs } = members[from]!.group;
    for (to = from + 1; to < members.length && members[to]!.group.minUs <= maxUs; to++)
      maxUs = Math.max(maxUs, members[to]!.group.maxUs);
    yield members.slice(from, to);
  }
}

/** Throws BadSource where rows cannot be read or are not those that the statistics tell of. */
async function loadCluster<Block extends Rows>(
  { files, dayDir, dayUs }: DayWork,
  kind: Kind<Block>,
  cluster: readonly Member<Block>[],
  reachedUs: Micros,
): Promise<Block> {
  const blocks: Block[] = [];
  for (const { source, group } of cluster) {
    try {
      blocks.push(await withStoredFile(files, join(dayDir, source), group.load));
    } catch (error) {
      throw new BadSource([source], error);
    }
  }
  try {
    const block = kind.merge(blocks);
    const span = kind.span(block);
    const isSound = span === null || (span.firstUs > reachedUs && span.lastUs < dayUs + US_PER_DAY);
    if (!isSound || (span?.firstUs ?? dayUs) < dayUs) throw new Error('its rows are not where it says');
    return block;
  } catch (error) {
    throw new BadSource([...new Set(cluster.map(({ source }) => source))], error);
  }
}

/** Throws where the file does not give back what was written into it. */
async function verify<Block extends Rows>(
  { files, stop, pause }: DayWork,
  kind: Kind<Block>,
  path: string,
  expected: string,
): Promise<void> {
  const digest = kind.digest();
  await withStoredFile(files, path, async (file) => {
    for (const group of (await kind.open(file)) ?? []) {
      if (stop()) throw new Stopped('asked to stop');
      const block = await group.load(file);
      digest.add(block);
      await pause(block.length);
    }
  });
  if (digest.text !== expected)
    throw new Error('a day file does not read as it was written; it is thrown away');
}
