// Looking after a lake: closed days are compacted, days that are too old or too much are removed. One step after the
// other, each of one instrument's day at most, and of so many rows, so that encoding comes in between; what is not done
// is found again by the marks of its day. Changes nothing of today.

import { join } from 'node:path';
import { dayStartUs, isoDate, type Micros, US_PER_DAY } from '../core/time.js';
import { addSteps, type CareOrder, type CareStep, NO_STEP } from './care-step.js';
import { compactDay, type DayDone, Stopped } from './compact-day.js';
import { quoteKind, tradeKind } from './compact-kinds.js';
import { measure } from './day-folder.js';
import {
  dropMark,
  forgetDay,
  isWalked,
  type KnownDay,
  knownDays,
  markDay,
  setMark,
  setWalked,
  writeRecord,
} from './day-marks.js';
import { type LakeFiles, messageOf } from './files.js';
import { compactLedgerDay } from './ledger-day.js';
import {
  DAMAGED_SUFFIX,
  JOURNAL_DIR,
  ledgerDayDir,
  RUNS_DIR,
  runSpan,
  segmentFirstUs,
  tradesRunSpan,
} from './paths.js';
import { pausing } from './pausing.js';
import { dateOfName } from './plan.js';
import { bytesOfDay, bytesUnderWay, removeDay } from './retention.js';
import { type SymbolFolder, symbolFolders } from './symbol-folders.js';

/** Encoding comes in between after so many, however busy the instrument was: half a second of one core. */
const ROWS_AT_ONCE = 262_144;

interface Lake {
  readonly files: LakeFiles;
  readonly root: string;
  readonly order: CareOrder;
  /** Asked between steps, and within a long one. */
  readonly stop: () => boolean;
  readonly quotes: ReturnType<typeof quoteKind>;
  readonly rowsAtOnce: number;
}

/** Ends when there is nothing left to do, or when asked to stop. Throws where not even the marks can be read. */
export async function* care(
  files: LakeFiles,
  root: string,
  order: CareOrder,
  stop: () => boolean,
  rowsAtOnce: number = ROWS_AT_ONCE,
): AsyncGenerator<CareStep> {
  const lake: Lake = { files, root, order, stop, quotes: quoteKind(), rowsAtOnce };
  const todayUs = dayStartUs(order.nowUs);
  if ((order.walk || !isWalked(files, root)) && !walk(lake)) return;
  for (const { dayUs, marks } of knownDays(files, root))
    if (marks.has('removing')) yield* removeDay(files, root, dayUs, stop);
  const oldestUs = todayUs - ((order.retentionDays ?? Number.POSITIVE_INFINITY) - 1) * US_PER_DAY;
  for (const { dayUs } of knownDays(files, root))
    if (dayUs < oldestUs && dayUs < todayUs && !stop()) yield* removeDay(files, root, dayUs, stop);
  const due = knownDays(files, root).filter((day) => isDue(day, order, todayUs));
  for (const [at, { dayUs }] of due.entries()) {
    if (stop()) return;
    const daysWaiting = due.length - at;
    for await (const step of compactWholeDay(lake, dayUs))
      yield { ...step, daysWaiting: daysWaiting - step.daysCompacted };
  }
  yield* keepBelow(lake, todayUs);
}

function isDue({ dayUs, marks }: KnownDay, order: CareOrder, todayUs: Micros): boolean {
  if (dayUs >= todayUs || dayUs + US_PER_DAY > order.closedBeforeUs) return false;
  return marks.has('begun') || (marks.has('open') && dayUs <= todayUs - order.hotDays * US_PER_DAY);
}

/** Marks of days from before there were marks. One listing a symbol; false where it was stopped. */
function walk({ files, root, stop }: Lake): boolean {
  const found = new Set<Micros>();
  for (const { directory } of symbolFolders(files, root)) {
    if (stop()) return false;
    for (const name of files.list(directory)) {
      const dayUs = dateOfName(name);
      if (dayUs !== null) found.add(dayUs);
    }
  }
  const known = new Set(knownDays(files, root).map(({ dayUs }) => dayUs));
  for (const dayUs of found) if (!known.has(dayUs)) markDay(files, root, dayUs);
  setWalked(files, root);
  return true;
}

async function* compactWholeDay(lake: Lake, dayUs: Micros): AsyncGenerator<CareStep> {
  const { files, root, stop } = lake;
  const day = isoDate(dayUs);
  const { waiting, damaged } = outsideOfFiles(lake, dayUs);
  if (waiting.length > 0) {
    yield { ...NO_STEP, day, problems: [`${day} is not compacted: ${waiting[0]} holds rows of it still`] };
    return;
  }
  if (damaged.length > 0)
    yield { ...NO_STEP, day, problems: [`${day} lacks what was damaged of ${damaged.join(', ')}`] };
  setMark(files, root, dayUs, 'begun');
  dropMark(files, root, dayUs, 'open');
  let [whole, failed, paused] = [NO_STEP, false, false];
  const total = { bytes: 0, files: 0 };
  for (const folder of symbolFolders(files, root)) {
    if (stop()) return;
    const dayDir = join(folder.directory, `date=${day}`);
    if (!files.isFolder(dayDir)) continue;
    try {
      const work = compactFolder(lake, folder, dayDir, dayUs);
      let next = await work.next();
      for (; next.done !== true; next = await work.next()) {
        paused = true;
        yield { ...NO_STEP, day };
      }
      const done = next.value;
      const step = stepOf(day, dayDir.slice(root.length + 1), done);
      whole = addSteps(whole, step);
      const measured = measure(files, dayDir);
      total.bytes += measured.bytes;
      total.files += measured.files;
      if (step.filesBefore > 0 || step.problems.length > 0) yield step;
    } catch (error) {
      if (error instanceof Stopped) return;
      failed = true;
      yield { ...NO_STEP, day, problems: [`${dayDir.slice(root.length + 1)}: ${messageOf(error)}`] };
    }
  }
  if (failed || stop()) return;
  try {
    compactLedgerDay(files, root, dayUs);
  } catch (error) {
    yield { ...NO_STEP, day, problems: [`the ledger of ${day}: ${messageOf(error)}`] };
    return;
  }
  const ledger = measure(files, ledgerDayDir(root, dayUs));
  total.bytes += ledger.bytes;
  total.files += ledger.files;
  const isOpenAgain = knownDays(files, root).some(
    (known) => known.dayUs === dayUs && known.marks.has('open'),
  );
  if (total.files === 0 && !isOpenAgain) return forgetDay(files, root, dayUs);
  writeRecord(files, root, dayUs, total);
  dropMark(files, root, dayUs, 'begun');
  if (whole.instruments > 0 || paused) yield { ...NO_STEP, day, daysCompacted: 1 };
}

function compactFolder(
  { files, stop, quotes, rowsAtOnce }: Lake,
  { kind }: SymbolFolder,
  dayDir: string,
  dayUs: Micros,
): AsyncGenerator<undefined, DayDone> {
  return pausing(rowsAtOnce, (pause) => {
    const work = { files, dayDir, dayUs, stop, pause };
    return kind === 'trades' ? compactDay(work, tradeKind) : compactDay(work, quotes);
  });
}

function stepOf(day: string, folder: string, { problems, ...done }: DayDone): CareStep {
  const named = problems.map((problem) => `${folder}/${problem}`);
  return { ...NO_STEP, ...done, day, instruments: done.filesAfter, problems: named };
}

/** Segments and runs of the day: those that will become files of it, and those that never will. */
function outsideOfFiles({ files, root }: Lake, dayUs: Micros): { waiting: string[]; damaged: string[] } {
  const [waiting, damaged]: [string[], string[]] = [[], []];
  for (const directory of [JOURNAL_DIR, RUNS_DIR])
    for (const name of files.list(join(root, directory))) {
      const isDamaged = name.endsWith(DAMAGED_SUFFIX);
      const whole = isDamaged ? name.slice(0, -DAMAGED_SUFFIX.length) : name;
      const firstUs = segmentFirstUs(whole) ?? (runSpan(whole) ?? tradesRunSpan(whole))?.firstUs;
      if (firstUs === undefined || dayStartUs(firstUs) !== dayUs) continue;
      (isDamaged ? damaged : waiting).push(name);
    }
  return { waiting, damaged };
}

/** The oldest day first, until the lake is no larger than it may be. */
async function* keepBelow({ files, root, order, stop }: Lake, todayUs: Micros): AsyncGenerator<CareStep> {
  const { bytesMax } = order;
  if (bytesMax === null) return;
  const days: { dayUs: Micros; bytes: number }[] = [];
  for (const day of knownDays(files, root)) {
    days.push({ dayUs: day.dayUs, bytes: bytesOfDay(files, root, day, stop) });
    if (stop()) return;
    // Measuring takes time where there are many instruments: encoding may want to come in between.
    yield NO_STEP;
  }
  let total = days.reduce((sum, { bytes }) => sum + bytes, bytesUnderWay(files, root));
  for (const { dayUs, bytes } of days) {
    if (total <= bytesMax || dayUs >= todayUs || stop()) break;
    yield* removeDay(files, root, dayUs, stop);
    total -= bytes;
  }
  if (total > bytesMax && !stop()) {
    const problem = `the lake has ${total} bytes, more than the ${bytesMax} it may have, and no older day left`;
    yield { ...NO_STEP, problems: [problem] };
  }
}
