// How much a lake holds, day by day, from names and sizes alone: opens no file. Days that are compacted have a record of their
// size and are not walked; the others are. Writes nothing, takes no lock, holds the names of one folder and of the instruments.

import { statfs } from 'node:fs/promises';
import { exchangeKey } from '../core/exchange.js';
import { instrumentKey } from '../core/instrument.js';
import { symbolKey } from '../core/symbol.js';
import { dayStartUs, isoDate, type Micros, US_PER_DAY } from '../core/time.js';
import { knownDays, readRecord } from './day-marks.js';
import { diskFiles } from './files.js';
import { type InventoryFile, inventory } from './inventory.js';
import { LEDGER_DIR, PARTIALS_DIR, SUMMARIES_DIR, TRADES_DIR, unescapeName } from './paths.js';
import { dateOfName } from './plan.js';
import { isNotFound } from './store.js';

export interface HeldDay {
  /** `2026-11-22`, UTC. */
  readonly date: string;
  /** Of everything of the day: quotes, trades, ledger, what is derived. */
  readonly bytes: number;
  readonly files: number;
  /** Folders of quotes of the day. */
  readonly instruments: number;
  /** One file an instrument; its size is the one that was measured then, and what is derived. */
  readonly compacted: boolean;
}

export interface Holdings {
  readonly bytes: number;
  readonly files: number;
  /** Ascending; the newest DAYS_MAX. */
  readonly days: readonly HeldDay[];
  /** Days that there are, and the oldest and newest of them; null where there is none. */
  readonly daysTotal: number;
  readonly oldest: string | null;
  readonly newest: string | null;
  /** Journal and runs: what is in no file of a day yet. */
  readonly underWay: { readonly bytes: number; readonly files: number };
  /** Damaged segments and runs, and files that a crash left half-written. */
  readonly broken: { readonly bytes: number; readonly files: number };
  readonly exchanges: number;
  readonly symbols: number;
  readonly instruments: number;
  /**
   * Mean of up to GROWTH_DAYS newest full days, `growthDays` of them: of compacted ones where there are some, else of those as
   * they were recorded; null where there is no full day.
   */
  readonly growthBytesPerDay: number | null;
  readonly growthDays: number;
  /** That this process may still use of the disk; null where the lake is not there. */
  readonly freeBytes: number | null;
}

const DAYS_MAX = 1_000;
const GROWTH_DAYS = 7;

interface Day {
  bytes: number;
  files: number;
  instruments: number;
  compacted: boolean;
}

/** A root that does not exist is an empty lake. Rejects with the signal's reason, or where a folder cannot be listed. */
export async function holdings(root: string, nowUs: Micros, signal?: AbortSignal): Promise<Holdings> {
  const walk = new Walk(root);
  for await (const file of inventory(root, signal, (parts) => walk.isKnown(parts))) walk.file(file);
  return { ...walk.holdings(dayStartUs(nowUs)), freeBytes: await freeBytes(root) };
}

class Walk {
  readonly #days = new Map<Micros, Day>();
  readonly #recorded = new Set<Micros>();
  readonly #names = {
    exchanges: new Set<string>(),
    symbols: new Set<string>(),
    instruments: new Set<string>(),
  };
  readonly #all = { bytes: 0, files: 0 };
  readonly #underWay = { bytes: 0, files: 0 };
  readonly #broken = { bytes: 0, files: 0 };

  constructor(root: string) {
    for (const { dayUs, marks } of knownDays(diskFiles, root)) {
      const record = marks.size === 0 ? readRecord(diskFiles, root, dayUs) : null;
      if (record === null) continue;
      this.#recorded.add(dayUs);
      this.#add(this.#all, record);
      const day = this.#day(dayUs);
      day.compacted = true;
      this.#add(day, record);
    }
  }

  /** A folder of a day whose size is recorded: what it is of is noted, and it is not looked into. */
  isKnown(parts: readonly string[]): boolean {
    const dayUs = dateOfName(parts.at(-1)!);
    if (dayUs === null) return false;
    const isTrades = parts[0] === TRADES_DIR;
    const [exchange, symbol] = isTrades ? parts.slice(1) : parts;
    const isInstrument = parts.length === (isTrades ? 4 : 3) && isHive(exchange, 'exchange=');
    if (isInstrument) this.#instrument(nameOf(exchange!), nameOf(symbol!));
    if (isInstrument && !isTrades) this.#day(dayUs).instruments += 1;
    const isLedger = parts[0] === LEDGER_DIR;
    return this.#recorded.has(dayUs) && (isInstrument || isLedger);
  }

  file({ kind, bytes, name, exchange, symbol, span }: InventoryFile): void {
    const file = { bytes, files: 1 };
    this.#add(this.#all, file);
    if (kind === 'journal' || kind === 'runs') this.#add(this.#underWay, file);
    if (kind === 'damaged' || kind === 'temporary') this.#add(this.#broken, file);
    if (exchange !== null && symbol !== null) this.#instrument(exchange, symbol);
    const dayUs = span === null ? dayOfDerived(name) : dayStartUs(span.fromUs);
    if (dayUs === null) return;
    this.#add(this.#day(dayUs), file);
  }

  holdings(todayUs: Micros): Omit<Holdings, 'freeBytes'> {
    const days = [...this.#days].sort(([a], [b]) => a - b);
    const held = days.map(([dayUs, day]): HeldDay => ({ date: isoDate(dayUs), ...day }));
    return {
      ...this.#all,
      days: held.slice(-DAYS_MAX),
      daysTotal: held.length,
      oldest: held[0]?.date ?? null,
      newest: held.at(-1)?.date ?? null,
      underWay: this.#underWay,
      broken: this.#broken,
      exchanges: this.#names.exchanges.size,
      symbols: this.#names.symbols.size,
      instruments: this.#names.instruments.size,
      ...growthOf(days, todayUs),
    };
  }

  #instrument(exchange: string, symbol: string): void {
    this.#names.exchanges.add(exchangeKey(exchange));
    this.#names.symbols.add(symbolKey(symbol));
    this.#names.instruments.add(instrumentKey(exchange, symbol));
  }

  #day(dayUs: Micros): Day {
    const day = this.#days.get(dayUs) ?? { bytes: 0, files: 0, instruments: 0, compacted: false };
    this.#days.set(dayUs, day);
    return day;
  }

  #add(to: { bytes: number; files: number }, { bytes, files }: { bytes: number; files: number }): void {
    to.bytes += bytes;
    to.files += files;
  }
}

function isHive(part: string | undefined, prefix: string): boolean {
  return part?.toLowerCase().startsWith(prefix) === true;
}

function nameOf(part: string): string {
  return unescapeName(part.slice(part.indexOf('=') + 1));
}

/** Summaries and kept statistics lie in a folder of their day. */
function dayOfDerived(name: string): Micros | null {
  const [top, day] = name.split('/');
  return top === SUMMARIES_DIR || top === PARTIALS_DIR ? dateOfName(day ?? '') : null;
}

/** Full days are over, and not the first there is, which began when somebody began to record. */
function growthOf(
  days: readonly (readonly [Micros, Day])[],
  todayUs: Micros,
): Pick<Holdings, 'growthBytesPerDay' | 'growthDays'> {
  const over = days.filter(([dayUs], at) => dayUs + US_PER_DAY <= todayUs && at > 0);
  const compacted = over.filter(([, day]) => day.compacted);
  const newest = (compacted.length > 0 ? compacted : over).slice(-GROWTH_DAYS);
  if (newest.length === 0) return { growthBytesPerDay: null, growthDays: 0 };
  const bytes = newest.reduce((sum, [, day]) => sum + day.bytes, 0);
  return { growthBytesPerDay: Math.round(bytes / newest.length), growthDays: newest.length };
}

async function freeBytes(root: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(root);
    return bavail * bsize;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
