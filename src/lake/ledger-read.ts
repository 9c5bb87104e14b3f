// The ledger as a reader sees it: what happened to a few instruments in a stretch of time, in order. Finds their lines
// by their names as bytes, because most of a ledger is about others. Never writes.

import { join } from 'node:path';
import { instrumentKey } from '../core/instrument.js';
import { hourStartUs, type Micros, US_PER_HOUR } from '../core/time.js';
import type { LakeInstrument } from './discover.js';
import { messageOf } from './files.js';
import type { LedgerLine } from './ledger.js';
import { LEDGER_DIR, ledgerFile, unescapeName } from './paths.js';
import { dateOfName } from './plan.js';
import { FileVanished, type ReportProblem, withFile } from './read-file.js';
import type { ReadStore, StoreFile } from './store.js';

/** A line about one of the instruments asked for; `at` is its place among them. */
export type InstrumentLine = LedgerLine & { readonly at: number };

const READ_BYTES = 1024 * 1024;
const NEWLINE = 10;
const HOUR_FILE = /^hour=(\d\d)\.ndjson$/;

/** The instruments asked for, by their names as events carry them. */
export class WantedInstruments {
  /** The end of a line about an instrument, in each spelling of its exchange. */
  readonly endings: readonly { readonly at: number; readonly bytes: Buffer }[];
  readonly #places = new Map<string, number>();

  constructor(instruments: readonly LakeInstrument[]) {
    this.endings = instruments.flatMap((instrument, at) => {
      this.#places.set(instrumentKey(instrument.exchange, instrument.symbol), at);
      return exchangeSpellings(instrument).map((exchange) => {
        const names = JSON.stringify({ exchange, symbol: instrument.symbol });
        return { at, bytes: Buffer.from(`,${names.slice(1)}\n`) };
      });
    });
  }

  /** -1 where it was not asked for. */
  indexOf(exchange: string, symbol: string): number {
    return this.#places.get(instrumentKey(exchange, symbol)) ?? -1;
  }
}

function exchangeSpellings({ exchange, directories }: LakeInstrument): string[] {
  const spellings = new Set([exchange]);
  for (const directory of directories) {
    const folder = /exchange=([^/\\]+)[/\\][^/\\]+$/i.exec(directory)?.[1];
    if (folder !== undefined) spellings.add(unescapeName(folder));
  }
  return [...spellings];
}

/** The lines about the wanted instruments within whole lines of a ledger. */
export function* eventsIn(text: Uint8Array, wanted: WantedInstruments): Generator<InstrumentLine> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  for (const { at, bytes: ending } of wanted.endings) {
    for (let found = bytes.indexOf(ending); found >= 0; found = bytes.indexOf(ending, found + 1)) {
      const start = bytes.lastIndexOf(NEWLINE, found) + 1;
      const line = JSON.parse(bytes.toString('utf8', start, found + ending.length)) as LedgerLine;
      yield { ...line, at };
    }
  }
}

export interface LedgerInput {
  readonly store: ReadStore;
  readonly root: string;
  readonly wanted: WantedInstruments;
  /** Half-open, by the stamp of the line. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly report: ReportProblem;
  readonly signal?: AbortSignal | undefined;
}

/** Lines of the ledger; hours without a file have none. A file that cannot be read is left out and reported. */
export async function readLedger(input: LedgerInput): Promise<InstrumentLine[]> {
  const { store, wanted, fromUs, toUs, report, signal } = input;
  const lines: InstrumentLine[] = [];
  for (const path of await hourFiles(input)) {
    signal?.throwIfAborted();
    const take = async (file: StoreFile): Promise<InstrumentLine[]> => {
      const found: InstrumentLine[] = [];
      for await (const text of wholeLines(file))
        for (const line of eventsIn(text, wanted))
          if (line.stampUs >= fromUs && line.stampUs < toUs) found.push(line);
      return found;
    };
    try {
      lines.push(...(await withFile(store, path, null, take)));
    } catch (error) {
      if (error instanceof FileVanished) continue;
      report(path, 'corrupt', messageOf(error));
    }
  }
  return lines;
}

/** Of the days that there are, those that overlap: a range may be years long. */
async function hourFiles({ store, root, fromUs, toUs }: LedgerInput): Promise<string[]> {
  const paths: string[] = [];
  const ledger = join(root, LEDGER_DIR);
  for (const day of await store.list(ledger)) {
    const dayUs = day.isDirectory ? dateOfName(day.name) : null;
    if (dayUs === null || dayUs >= toUs || dayUs + 24 * US_PER_HOUR <= fromUs) continue;
    for (const { name } of await store.list(join(ledger, day.name))) {
      const hour = HOUR_FILE.exec(name)?.[1];
      if (hour === undefined) continue;
      const hourUs = dayUs + Number(hour) * US_PER_HOUR;
      if (hourUs < toUs && hourUs >= hourStartUs(fromUs)) paths.push(ledgerFile(root, hourUs));
    }
  }
  return paths;
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
