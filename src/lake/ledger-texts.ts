// Where lines of the ledger lie: in the hours of a day, in the one file that a closed day becomes, in runs, in the
// journal. Gives them as text, whole lines at a time. What moves meanwhile is given twice, never missed. Never writes.

import { join } from 'node:path';
import { hourOfDay, hourStartUs, type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { messageOf } from './files.js';
import { ledgerText } from './ledger.js';
import { LEDGER_DAY_FILE, LEDGER_DIR, LEDGER_HOUR_FILE } from './paths.js';
import { dateOfName } from './plan.js';
import { FileVanished, type ReportProblem, withFile } from './read-file.js';
import { parseSegment, walkRecent } from './recent.js';
import { coldLines } from './run-read.js';
import { diskStore, type ReadStore, type StoreFile } from './store.js';

const READ_BYTES = 1024 * 1024;
const NEWLINE = 10;
/** Times that a day is listed anew because of what was gone when it was to be read. */
const ATTEMPTS_MAX = 5;

export interface LedgerInput {
  readonly store: ReadStore;
  readonly root: string;
  /** Half-open. Files that can hold lines of it are read whole: other lines come too. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly report: ReportProblem;
  readonly signal?: AbortSignal | undefined;
}

/** Takes the text of one file; may throw where a line is none. `done` is called when all of it was good. */
export interface TextReader {
  text(bytes: Uint8Array): void;
  done(): void;
}

/** The days (their starts) that the ledger has a folder with lines for, ascending. */
export async function ledgerDays(store: ReadStore, root: string): Promise<readonly Micros[]> {
  const days: Micros[] = [];
  for (const { name, isDirectory } of await store.list(join(root, LEDGER_DIR))) {
    const dayUs = isDirectory ? dateOfName(name) : null;
    if (dayUs !== null && (await dayFiles(store, join(root, LEDGER_DIR, name), dayUs)).length > 0)
      days.push(dayUs);
  }
  return days;
}

/** Every file of the ledger of the range, the older first. One that cannot be read is left out and reported. */
export async function readLedgerTexts(input: LedgerInput, begin: () => TextReader): Promise<void> {
  const { store, root, fromUs, toUs } = input;
  const ledger = join(root, LEDGER_DIR);
  for (const day of await store.list(ledger)) {
    const dayUs = day.isDirectory ? dateOfName(day.name) : null;
    if (dayUs === null || dayUs >= toUs || dayUs + US_PER_DAY <= fromUs) continue;
    const read = new Set<string>();
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      let vanished = false;
      for (const file of await filesOf(input, join(ledger, day.name), dayUs)) {
        input.signal?.throwIfAborted();
        if (read.has(file.path) || file.fromUs >= toUs || file.toUs <= hourStartUs(fromUs)) continue;
        if (await readOne(input, file.path, begin())) read.add(file.path);
        else vanished = true;
      }
      if (!vanished) break;
      // What took it in may be a file that was read before that.
      read.clear();
    }
  }
}

/** Of fewer hours of a day each file is looked at by its name: what the day's other hours become is then no matter. */
const HOURS_NAMED_MAX = 6;

/** Those of a day that may hold lines of the range, and perhaps others. */
async function filesOf(
  { store, fromUs, toUs }: LedgerInput,
  directory: string,
  dayUs: Micros,
): Promise<readonly LedgerFile[]> {
  const firstUs = hourStartUs(Math.max(fromUs, dayUs));
  const endUs = Math.min(toUs, dayUs + US_PER_DAY);
  if (store.look === undefined || endUs - firstUs > HOURS_NAMED_MAX * US_PER_HOUR)
    return await dayFiles(store, directory, dayUs);
  const named: LedgerFile[] = [
    { path: join(directory, LEDGER_DAY_FILE), fromUs: dayUs, toUs: dayUs + US_PER_DAY },
  ];
  for (let hourUs = firstUs; hourUs < endUs; hourUs += US_PER_HOUR)
    named.push({
      path: join(directory, `hour=${hourOfDay(hourUs)}.ndjson`),
      fromUs: hourUs,
      toUs: hourUs + US_PER_HOUR,
    });
  const files: LedgerFile[] = [];
  for (const file of named) if ((await store.look(file.path)) !== null) files.push(file);
  return files;
}

interface LedgerFile {
  readonly path: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

async function dayFiles(store: ReadStore, directory: string, dayUs: Micros): Promise<LedgerFile[]> {
  const files: LedgerFile[] = [];
  for (const { name } of await store.list(directory)) {
    const path = join(directory, name);
    const hour = LEDGER_HOUR_FILE.exec(name)?.[1];
    if (name === LEDGER_DAY_FILE) files.unshift({ path, fromUs: dayUs, toUs: dayUs + US_PER_DAY });
    if (hour === undefined) continue;
    const hourUs = dayUs + Number(hour) * US_PER_HOUR;
    files.push({ path, fromUs: hourUs, toUs: hourUs + US_PER_HOUR });
  }
  return files;
}

/** False where it is gone. */
async function readOne({ store, report }: LedgerInput, path: string, reader: TextReader): Promise<boolean> {
  try {
    await withFile(store, path, null, async (file) => {
      for await (const text of wholeLines(file)) reader.text(text);
    });
    reader.done();
  } catch (error) {
    if (error instanceof FileVanished) return false;
    report(path, 'corrupt', messageOf(error));
  }
  return true;
}

/** Pieces that end with a line; a last line without its end is none. */
async function* wholeLines(file: StoreFile): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0);
  for (let at = 0; at < file.byteLength; at += READ_BYTES) {
    const piece = new Uint8Array(await file.slice(at, Math.min(at + READ_BYTES, file.byteLength)));
    const end = piece.lastIndexOf(NEWLINE) + 1;
    const text = new Uint8Array(rest.length + piece.length);
    text.set(rest);
    text.set(piece, rest.length);
    const whole = end === 0 ? 0 : rest.length + end;
    if (whole > 0) yield text.subarray(0, whole);
    rest = text.slice(whole);
  }
}

/** The same of what is not in the ledger yet: runs and the journal. `begin` is called anew for each attempt. */
export async function readRecentTexts<T extends { text(bytes: Uint8Array): void }>(
  root: string,
  fromUs: Micros,
  toUs: Micros,
  begin: () => T,
  store: ReadStore = diskStore,
): Promise<{ readonly result: T; readonly problems: readonly string[] }> {
  return await walkRecent(store, root, fromUs, toUs, () => {
    const result = begin();
    return {
      result,
      run: async (path) => {
        result.text(await coldLines(store, path));
      },
      segment: async (path) => {
        const names = new Map<number, { readonly exchange: string; readonly symbol: string }>();
        await parseSegment(store, path, {
          names: (id, exchange, symbol) => names.set(id, { exchange, symbol }),
          quote() {},
          trade() {},
          cold: (id, _stampUs, line) => {
            const named = id < 0 ? null : names.get(id);
            if (named !== undefined) result.text(Buffer.from(ledgerText(line, named)));
          },
        });
      },
    };
  });
}
