// Parts of pairs' statistics beside the lake: of hours that are over, of six of them, and of the quarters of the one that is not. A
// refresh goes over what is new and puts the rest together. Derived: what no longer fits the quotes, what was told of them or what is
// asked for is as if it were not there, and is made again.

import { join } from 'node:path';
import { hourStartUs, type Micros, US_PER_SECOND } from '../core/time.js';
import { diskFiles, type LakeFiles, messageOf } from '../lake/files.js';
import { FilesOfHours, type HourFiles } from '../lake/hour-files.js';
import { partialFile } from '../lake/partial-paths.js';
import { JOURNAL_DIR } from '../lake/paths.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { type ReadStore, waitingStore } from '../lake/store.js';
import { NEUTRAL_PERCENT } from '../series/cycles.js';
import { COMPAT_THRESHOLDS_PERCENT } from './compat.js';
import type { CompatSettings } from './compat-join.js';
import { instrumentsOf, type PairLegs } from './discover.js';
import { type KeptSpan, readSpan, SPAN_US, type SpanKind, writeSpan } from './kept-file.js';
import { areSame, filesOf, legRows, type TimeSpan } from './kept-rows.js';
import { KeptTimes } from './kept-times.js';
import { isTold, Told } from './kept-told.js';
import { joinedParts, type PairPart, type PairWhole } from './pair-run.js';

export interface KeptPartsOptions extends CompatSettings {
  readonly root: string;
  /** Where the lake's files are looked at, to see whether they are still those that a part was made of. */
  readonly store: ReadStore;
  readonly takerFeePercent: (exchange: string) => number;
  /** Of the same lake: for what was told of a time that is over, but may be told more of. */
  readonly reader: Pick<LakeReader, 'readEvents' | 'problems'>;
  /** By the clock of the quotes, which file systems have too. */
  readonly nowUs: Micros;
  /** False: what is there is used, and nothing is written. Default true. */
  readonly isKept?: boolean;
  readonly files?: LakeFiles;
}

/** What was received so long ago is in the journal, and can be read. */
const WRITTEN_US = 30 * US_PER_SECOND;
/** What is made of whole ones of the kind. */
const LARGER = { quarter: 'hour', hour: 'six hours', 'six hours': null } as const;

export class KeptParts {
  /** Hours and quarters of symbols that were read and made in this run. */
  readonly counts = { read: 0, made: 0 };
  /** Why the last one that was not written was not; null: all were. */
  problem: string | null = null;
  readonly options: KeptPartsOptions;
  readonly times: KeptTimes;

  constructor(options: KeptPartsOptions) {
    this.options = options;
    this.times = new KeptTimes(options.root);
  }

  /** Of all pairs of one symbol, whose quotes are gone over next. */
  of(pairs: readonly PairLegs[]): KeptSymbol {
    return new KeptSymbol(this, pairs);
  }
}

/** What is there is used, and nothing is written. */
export function keptToRead(options: Omit<KeptPartsOptions, 'store' | 'isKept'>): KeptParts {
  return new KeptParts({ ...options, store: waitingStore, isKept: false });
}

/** The spans of a larger one that are known, from its beginning on. */
interface Making {
  readonly fromUs: Micros;
  readonly spans: (readonly PairPart[])[];
  /** By instrument: of its newest row before it. */
  readonly beforeUs: readonly Micros[];
}

export class KeptSymbol {
  readonly #all: KeptParts;
  readonly #pairs: readonly PairLegs[];
  readonly #legs: readonly LakeInstrument[];
  readonly #symbol: string;
  readonly #settings: string;
  readonly #hours: FilesOfHours;
  readonly #told: Told;
  readonly #making = new Map<SpanKind, Making>();
  /** By instrument: of its newest row before what comes next, as far as it is known. */
  #newestUs: readonly Micros[];

  constructor(all: KeptParts, pairs: readonly PairLegs[]) {
    const { root, store, reader, nowUs } = all.options;
    this.#all = all;
    this.#pairs = pairs;
    this.#legs = instrumentsOf(pairs);
    this.#symbol = pairs[0]!.symbol;
    this.#settings = settingsOf(all.options, this.#legs);
    this.#hours = new FilesOfHours(root, store);
    this.#told = new Told(reader, this.#legs, nowUs - WRITTEN_US);
    this.#newestUs = this.#legs.map(() => Number.NEGATIVE_INFINITY);
  }

  /** Where rows are gone over, quarters of hours are wanted. */
  get isKept(): boolean {
    return this.#all.options.isKept !== false;
  }

  /** Adds what is kept from `fromUs` on and before `toUs`, as long as one follows the other; where that ends. */
  async add(fromUs: Micros, toUs: Micros, known: readonly PairWhole[]): Promise<Micros> {
    let us = fromUs;
    for (let found = await this.#at(us, toUs); found !== null; found = await this.#at(us, toUs)) {
      const { kind, parts } = found;
      if (!parts.every(({ compat }, n) => known[n]!.compat.isFollowedBy(compat))) break;
      for (const [n, part] of parts.entries()) known[n]!.add(part);
      this.#all.counts.read += 1;
      const beforeUs = this.#newestUs;
      this.#newestUs = this.#legs.map(({ exchange }, n) =>
        Math.max(beforeUs[n]!, ...found.span.rows[exchange]!.map(({ lastUs }) => lastUs)),
      );
      us += SPAN_US[kind];
      await this.#make(kind, us, parts, beforeUs);
    }
    return us;
  }

  /** The first moment after `fromUs` that something is kept from; `toUs` where there is none before it. */
  async nextUs(fromUs: Micros, toUs: Micros): Promise<Micros> {
    for (const us of this.#all.times.of(this.#symbol, fromUs, toUs))
      if (us > fromUs && (await this.#at(us, toUs)) !== null) return us;
    return toUs;
  }

  /**
   * Before the rows of a stretch are read that shall be kept: files are looked at once, and what changes while the rows are read
   * makes a part one that is no longer right.
   */
  async begin(fromUs: Micros, toUs: Micros): Promise<void> {
    if (this.isKept) await this.#look({ fromUs, toUs: Math.min(toUs, this.#all.options.nowUs) });
  }

  /** What was counted of the whole quarter that ends at `us`, and of each instrument its newest row. Never throws for the disk. */
  async cut(us: Micros, parts: readonly PairPart[], newestUs: readonly Micros[]): Promise<void> {
    const beforeUs = this.#newestUs;
    this.#newestUs = newestUs.map((newest, n) => Math.max(newest, beforeUs[n]!));
    const fromUs = us - SPAN_US.quarter;
    // What was left out because it could not be read may be readable the next time.
    if (!this.#isOver(fromUs, 'quarter') || this.#isDoubtful()) {
      this.#making.clear();
      return;
    }
    const isMade = await this.#make('quarter', us, parts, beforeUs);
    if (!isMade && !this.#isOver(hourStartUs(fromUs), 'hour'))
      await this.#write(fromUs, 'quarter', parts, beforeUs);
  }

  /** A stretch that could not be read, or that begins within a quarter, is part of no hour. */
  leaveOut(newestUs: readonly Micros[]): void {
    this.#making.clear();
    this.#newestUs = newestUs;
  }

  /** Of a larger span of which all are known, that one is kept; of an hour's quarters no longer they. */
  async #make(
    kind: SpanKind,
    us: Micros,
    parts: readonly PairPart[],
    beforeUs: readonly Micros[],
  ): Promise<boolean> {
    const larger = LARGER[kind];
    if (larger === null || !this.isKept) return false;
    const lengthUs = SPAN_US[larger];
    const fromUs = us - SPAN_US[kind];
    const largerUs = Math.floor(fromUs / lengthUs) * lengthUs;
    if (fromUs === largerUs) this.#making.set(larger, { fromUs, spans: [], beforeUs });
    const making = this.#making.get(larger);
    if (making?.fromUs !== largerUs || making.spans.length !== (fromUs - largerUs) / SPAN_US[kind])
      return false;
    const before = making.spans.at(-1);
    // What was counted on other grounds is not put together for good.
    if (before?.some(({ compat }, n) => !Object.is(compat.lastBid, parts[n]!.compat.bidBefore)) === true) {
      this.#making.delete(larger);
      return false;
    }
    making.spans.push(parts);
    if (us < largerUs + lengthUs || !this.#isOver(largerUs, larger)) return false;
    this.#making.delete(larger);
    // An hour may still be told of; six are then not put together again.
    if (larger === 'six hours' && !isTold(us, this.#all.options.nowUs)) return false;
    const { options } = this.#all;
    const whole = this.#pairs.map((_, n) => {
      const own = making.spans.map((of) => of[n]!);
      return joinedParts(own, options);
    });
    const isMade = await this.#write(largerUs, larger, whole, making.beforeUs);
    if (isMade && kind === 'quarter') this.#removeQuarters(largerUs);
    await this.#make(larger, us, whole, making.beforeUs);
    return isMade;
  }

  #removeQuarters(hourUs: Micros): void {
    const { root, files = diskFiles } = this.#all.options;
    for (let us = hourUs; us < hourUs + SPAN_US.hour; us += SPAN_US.quarter)
      files.remove(partialFile(root, this.#symbol, us, 'quarter'));
  }

  async #write(
    fromUs: Micros,
    kind: SpanKind,
    parts: readonly PairPart[],
    beforeUs: readonly Micros[],
  ): Promise<boolean> {
    const span = { fromUs, toUs: fromUs + SPAN_US[kind] };
    const files = await this.#look(span);
    const rowsOf = (n: number) => legRows(files[n]!, span, [beforeUs[n]!, this.#newestUs[n]!]);
    const { nowUs } = this.#all.options;
    const isWritten = this.#save(fromUs, kind, {
      settings: this.#settings,
      rows: Object.fromEntries(this.#legs.map(({ exchange }, n) => [exchange, rowsOf(n)])),
      told: isTold(span.toUs, nowUs) ? null : await this.#told.of(span),
      pairs: Object.fromEntries(parts.map((part, n) => [nameOf(this.#pairs[n]!), part])),
    });
    if (isWritten) this.#all.counts.made += 1;
    return isWritten;
  }

  #save(fromUs: Micros, kind: SpanKind, span: KeptSpan): boolean {
    const { root, files = diskFiles } = this.#all.options;
    try {
      writeSpan(files, root, this.#symbol, fromUs, kind, span);
      return true;
    } catch (error) {
      this.#all.problem = messageOf(error);
      return false;
    }
  }

  /** The longest that is kept from that moment on and is still right. */
  async #at(fromUs: Micros, toUs: Micros) {
    for (const kind of ['six hours', 'hour', 'quarter'] as const) {
      const endUs = fromUs + SPAN_US[kind];
      if (fromUs % SPAN_US[kind] !== 0 || endUs > toUs || !this.#isOver(fromUs, kind)) continue;
      const span = readSpan(this.#all.options.root, this.#symbol, fromUs, kind);
      const parts = span === null ? null : await this.#rightParts(span, fromUs, kind);
      if (span !== null && parts !== null) return { kind, span, parts };
    }
    return null;
  }

  /** In the order of the pairs. */
  async #rightParts(span: KeptSpan, fromUs: Micros, kind: SpanKind): Promise<readonly PairPart[] | null> {
    const time = { fromUs, toUs: fromUs + SPAN_US[kind] };
    if (span.settings !== this.#settings) return null;
    const parts = this.#pairs.flatMap((pair) => span.pairs[nameOf(pair)] ?? []);
    if (parts.length !== this.#pairs.length) return null;
    const now = await this.#look(time);
    const isOf = ({ exchange }: { readonly exchange: string }, n: number) =>
      areSame(span.rows[exchange] ?? [], now[n]!, time);
    if (!this.#legs.every(isOf)) return null;
    if (span.told !== null && span.told !== (await this.#told.of(time))) return null;
    // From now on it need not be looked for.
    if (this.isKept && kind === 'hour' && span.told !== null && isTold(time.toUs, this.#all.options.nowUs))
      this.#save(fromUs, kind, { ...span, told: null });
    return parts;
  }

  async #look(span: TimeSpan): Promise<readonly (readonly HourFiles[])[]> {
    const found: HourFiles[][] = [];
    for (const leg of this.#legs) found.push(await filesOf(this.#hours, leg, span));
    return found;
  }

  #isOver(fromUs: Micros, kind: SpanKind): boolean {
    return fromUs + SPAN_US[kind] <= this.#all.options.nowUs - WRITTEN_US;
  }

  /** Something of the pairs' instruments could not be read. */
  #isDoubtful(): boolean {
    const { root, reader } = this.#all.options;
    const folders = this.#legs.flatMap(({ directories }) => directories);
    const isOf = (path: string) =>
      path.startsWith(JOURNAL_DIR) || folders.some((at) => join(root, path).startsWith(at));
    return reader.problems().some(({ path }) => isOf(path));
  }
}

function settingsOf(
  {
    thresholds = COMPAT_THRESHOLDS_PERCENT,
    neutralPercent = NEUTRAL_PERCENT,
    takerFeePercent,
  }: KeptPartsOptions,
  legs: readonly LakeInstrument[],
): string {
  const exchanges = legs.map(({ exchange }) => exchange).sort();
  const fees = exchanges.map((exchange) => [exchange, takerFeePercent(exchange)]);
  return JSON.stringify([thresholds, neutralPercent, fees]);
}

function nameOf({ left, right }: PairLegs): string {
  return `${left.exchange} ${right.exchange}`;
}
