// Whether a lake is whole: reads every file fully and changes nothing at all, beside a live recorder too. Holds a row group,
// the names of one instrument's day, and a bounded list of what it found.

import { join } from 'node:path';
import { dayStartUs, hourStartUs, type Micros } from '../core/time.js';
import { FileUnits } from './file-units.js';
import { codeOf, diskFiles, messageOf } from './files.js';
import { type InventoryFile, inventory } from './inventory.js';
import { KnownFiles } from './known-files.js';
import { readLedgerDayHead } from './ledger-rows.js';
import { lakeHolder } from './lock.js';
import { readOrigin } from './origin.js';
import {
  dayWatermarkOf,
  escapeName,
  hourDir,
  LEDGER_DAY_FILE,
  LEDGER_HOUR_FILE,
  ORIGIN_FILE,
  unescapeName,
  watermarkOf,
} from './paths.js';
import { FileVanished, tryRead, withFile } from './read-file.js';
import { diskStore } from './store.js';
import { type CheckedFile, dayFolderOf, verifyDay } from './verify-day.js';
import { verifyJournal } from './verify-journal.js';
import { verifyLedgerFile } from './verify-ledger.js';
import { verifyParquet } from './verify-parquet.js';
import { type Finding, FindingList, type Report } from './verify-rules.js';

export interface VerifyReport {
  readonly files: number;
  readonly bytes: number;
  /** Quotes and trades in Parquet and packed text. */
  readonly rows: number;
  /** Files that were gone when they were to be read: a recorder or a compaction works beside. */
  readonly vanished: number;
  /** Process that holds the lake; null = none. What is under way in it is no finding. */
  readonly holder: number | null;
  readonly unclean: number;
  readonly damaged: number;
  /** The first FINDINGS_MAX. */
  readonly findings: readonly Finding[];
}

const FINDINGS_MAX = 1_000;

/** `onFile` is called before each file is read. Rejects where a folder cannot be listed. */
export async function verifyLake(
  root: string,
  onFile: (name: string, bytes: number) => void,
  signal?: AbortSignal,
): Promise<VerifyReport> {
  const list = new FindingList(FINDINGS_MAX);
  const check = new Check(root, list.report, onFile);
  const { holder, counts } = check;
  try {
    readOrigin(root);
  } catch (error) {
    list.report('damaged', ORIGIN_FILE, messageOf(error));
  }
  verifyJournal({
    ...{ root, report: list.report, isHeld: holder !== null },
    onFile: (name, bytes) => check.count(name, bytes),
    watermark: (exchange, symbol, us) => watermark(root, exchange, symbol, us),
  });
  for await (const file of inventory(root, signal)) await check.file(file);
  await check.endOfDay();
  return { ...counts, holder, ...list.counts, findings: list.all() };
}

/** By the names of the hour's files, and of the day's. */
function watermark(root: string, exchange: string, symbol: string, us: Micros): Micros {
  const hourUs = hourStartUs(us);
  const dayUs = dayStartUs(us);
  const inHour = watermarkOf(diskFiles.list(hourDir(root, exchange, symbol, us)), hourUs);
  const names = diskFiles.list(hourDir(root, exchange, symbol, dayUs));
  return Math.max(inHour, dayWatermarkOf(names, dayUs));
}

class Check {
  readonly holder: number | null;
  readonly counts = { files: 0, bytes: 0, rows: 0, vanished: 0 };
  readonly #report: Report;
  readonly #onFile: (name: string, bytes: number) => void;
  readonly #known = new KnownFiles();
  #day: CheckedFile[] = [];
  #instrument = '';

  constructor(root: string, report: Report, onFile: (name: string, bytes: number) => void) {
    this.holder = lakeHolder(root);
    this.#report = report;
    this.#onFile = onFile;
  }

  count(name: string, bytes: number): void {
    this.#onFile(name, bytes);
    this.counts.files += 1;
    this.counts.bytes += bytes;
  }

  async file(file: InventoryFile): Promise<void> {
    const { kind, name, bytes } = file;
    // Told by the check of the journal.
    if (kind === 'journal' || kind === 'runs') return;
    this.count(name, bytes);
    try {
      if (kind === 'temporary') {
        if (this.holder === null) this.#report('unclean', name, 'a file that was being written');
      } else if (kind === 'damaged')
        this.#report('damaged', name, 'recovery put it aside, because it was damaged');
      else if (kind === 'ledger') this.#ledger(file);
      else if (file.lastUs !== null) await this.#ours(file);
      else if (file.isImport) await this.#imported(file);
      else if (kind === 'foreign files') await this.#foreign(file);
    } catch (error) {
      if (error instanceof FileVanished) this.counts.vanished += 1;
      else if (codeOf(error) !== undefined) this.#report('damaged', name, messageOf(error));
      else throw error;
    }
  }

  async endOfDay(): Promise<void> {
    const day = this.#day;
    this.#day = [];
    if (day.length > 0) await verifyDay(day, this.#report);
  }

  async #ours(file: InventoryFile): Promise<void> {
    const before = this.#day[0]?.file;
    if (before !== undefined && dayFolderOf(before) !== dayFolderOf(file)) await this.endOfDay();
    this.#names(file);
    const { path, name } = file;
    const promised = { name, span: file.span!, lastUs: file.lastUs! };
    const facts = await withFile(diskStore, path, null, (open) =>
      verifyParquet(open, promised, this.#report),
    );
    if (facts === null) return;
    this.counts.rows += facts.rows;
    this.#day.push({ file, facts });
  }

  /** Rows of another lake in a file of our making: a stamp may repeat, and other files may have it. */
  async #imported(file: InventoryFile): Promise<void> {
    this.#names(file);
    const promised = { name: file.name, span: file.span!, lastUs: null };
    const facts = await withFile(diskStore, file.path, null, (open) =>
      verifyParquet(open, promised, this.#report),
    );
    this.counts.rows += facts?.rows ?? 0;
  }

  /** A folder that we made is named so that the name it came of can be told. */
  #names({ name }: InventoryFile): void {
    const parts = name.split('/').filter((part) => /^(exchange|symbol)=/.test(part));
    if (this.#instrument === parts.join('/')) return;
    this.#instrument = parts.join('/');
    for (const part of parts) {
      const value = part.slice(part.indexOf('=') + 1);
      if (escapeName(unescapeName(value)) !== value)
        this.#report('damaged', name, `its folder ${part} is none that we would make of any name`);
    }
  }

  /** As the reader would: what it leaves out is told. */
  async #foreign({ path, name }: InventoryFile): Promise<void> {
    const report = (_path: string, reason: string, message: string) =>
      this.#report('damaged', name, message, reason);
    const input = { store: diskStore, known: this.#known, report, readable: () => undefined, sizes: true };
    const units = new FileUnits(input);
    try {
      const opened = await tryRead(report, path, () => units.open(path, false));
      for (const [number, unit] of (opened?.units ?? []).entries()) {
        const block = await tryRead(
          (at, reason, message) => report(at, reason, `part ${number}: ${message}`),
          path,
          unit.load,
        );
        this.counts.rows += block?.columns.length ?? 0;
      }
    } finally {
      await units.close();
    }
  }

  #ledger(file: InventoryFile): void {
    const lastUs = verifyLedgerFile(file, this.#report);
    const hour = LEDGER_HOUR_FILE.exec(file.name.slice(file.name.lastIndexOf('/') + 1))?.[1];
    if (hour === undefined || lastUs === null) return;
    const directory = file.path.slice(0, -`hour=${hour}.ndjson`.length);
    if (!diskFiles.list(directory).includes(LEDGER_DAY_FILE)) return;
    try {
      const takenUs = readLedgerDayHead(diskFiles, join(directory, LEDGER_DAY_FILE)).hours[Number(hour)];
      if (takenUs !== null && takenUs !== undefined && takenUs >= lastUs)
        this.#report('unclean', file.name, 'the closed day has its lines, and it is still there');
    } catch {
      // The day's file is damaged: said where it is read itself.
    }
  }
}
