// Parts of pairs' statistics, hour by hour, beside the lake: a refresh goes over what is new and puts the rest together. One file a
// symbol and hour, of all its pairs, absent or whole. Derived: what no longer fits the quotes or the settings is as if it were
// not there, and is made again.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type Micros, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../core/time.js';
import { diskFiles, type LakeFiles, makeDurableDirectory, messageOf, publish } from '../lake/files.js';
import { checksum } from '../lake/journal.js';
import { JOURNAL_DIR, partialFile, partialsDayDir } from '../lake/paths.js';
import type { InstrumentLine, LakeInstrument, LakeReader } from '../lake/reader.js';
import { RowsIdentities } from '../lake/rows-identity.js';
import { isNotFound, type ReadStore } from '../lake/store.js';
import { LIMIT_TOLD_US, NOTICED_US, QUOTE_US_MAX } from '../series/leg-events.js';
import { PairTally, type TallyParts } from '../series/pair-tally.js';
import { COMPAT_THRESHOLDS_PERCENT, type CompatThresholds } from './compat.js';
import { CompatPart, type CompatPartParts } from './compat-join.js';
import { instrumentsOf, type PairLegs } from './discover.js';
import type { PairPart, PairWhole } from './pair-run.js';

export interface KeptPartsOptions {
  readonly root: string;
  /** Where the lake's files are looked at, to see whether they are still those that a part was made of. */
  readonly store: ReadStore;
  readonly thresholds?: CompatThresholds;
  readonly takerFeePercent: (exchange: string) => number;
  /** Of the same lake: for what was told of an hour that is over, but may be told more of. */
  readonly reader: Pick<LakeReader, 'readEvents' | 'problems'>;
  /** By the clock of the quotes, which file systems have too. */
  readonly nowUs: Micros;
  readonly files?: LakeFiles;
}

/** What is known of each pair from before a moment. */
export interface KnownParts {
  readonly untilUs: Micros;
  readonly pairs: readonly PairWhole[];
}

/** Another layout or meaning of what is kept. */
const VERSION = 2;
/** What was received so long ago is in the journal, and can be read. */
const WRITTEN_US = 30 * US_PER_SECOND;
/** And that long after an hour can be told no more of, what was told is. */
const GRACE_US = 5 * US_PER_MINUTE;
/** The checksum of what follows, which is as the engine writes values for itself: NaN and infinities too, and quick. */
const HEAD_BYTES = 4;

interface KeptHour {
  readonly version: number;
  readonly settings: string;
  /** By exchange: the files that hold its quotes of the hour and of the one before. */
  readonly identities: Readonly<Record<string, string>>;
  /** What was told of the hour when it was counted; null: no more could be. */
  readonly told: string | null;
  readonly pairs: Readonly<Record<string, KeptPart>>;
}

interface KeptPart {
  readonly compat: CompatPartParts;
  readonly tally: TallyParts;
  readonly quotes: number;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

export class KeptParts {
  readonly #options: KeptPartsOptions;
  readonly #files: LakeFiles;
  /** Of the symbol under way, by hour: of those that may be saved. */
  readonly #identities = new Map<Micros, Readonly<Record<string, string>>>();
  /** Of the symbol under way, by exchange and hour: each hour is looked at for itself and for the next one. */
  readonly #looks = new Map<string, string>();
  /** Of the symbol last looked at. */
  #events: { key: string; fromUs: Micros; lines: readonly InstrumentLine[] } | undefined;
  /** Hours that were read and made in this run. */
  readonly counts = { read: 0, made: 0 };
  /** Why the last one that was not written was not; null: all were. */
  problem: string | null = null;

  constructor(options: KeptPartsOptions) {
    this.#options = options;
    this.#files = options.files ?? diskFiles;
  }

  /**
   * Adds the hours from `fromUs` (a whole hour) on, up to the first that is not kept; where that begins. Only hours from there
   * on can be saved, and only if their quotes are read after this.
   */
  async load(pairs: readonly PairLegs[], fromUs: Micros, known: readonly PairWhole[]): Promise<Micros> {
    this.#looks.clear();
    let hourUs = fromUs;
    for (; this.#isOver(hourUs); hourUs += US_PER_HOUR) {
      const found = await this.#hour(pairs, hourUs);
      const fits = found?.every(({ compat }, at) => known[at]!.compat.isFollowedBy(compat)) === true;
      if (!fits || found === null) break;
      for (const [at, part] of found.entries()) known[at]!.add(part);
      this.counts.read += 1;
    }
    // Before the rows: what changes while they are read makes an hour one that is no longer right.
    this.#identities.clear();
    for (let us = hourUs; this.#isOver(us); us += US_PER_HOUR)
      this.#identities.set(us, await this.#identitiesOf(pairs, us));
    return hourUs;
  }

  /** What was made of an hour, in the order of the pairs, before it is put together with others. Never throws for the disk. */
  async save(pairs: readonly PairLegs[], hourUs: Micros, parts: readonly PairPart[]): Promise<void> {
    // What was left out because it could not be read may be readable the next time.
    const identities = this.#identities.get(hourUs);
    if (identities === undefined || this.#isDoubtful(pairs)) return;
    const isWritten = this.#write(pairs[0]!.symbol, hourUs, {
      ...{ version: VERSION, settings: this.#settings(pairs), identities },
      told: this.#isClosed(hourUs) ? null : await this.#told(pairs, hourUs),
      pairs: Object.fromEntries(parts.map((part, at) => [nameOf(pairs[at]!), plainOf(part)])),
    });
    if (isWritten) this.counts.made += 1;
  }

  /** Something of the pairs' instruments could not be read. */
  #isDoubtful(pairs: readonly PairLegs[]): boolean {
    const { root, reader } = this.#options;
    const folders = instrumentsOf(pairs).flatMap(({ directories }) => directories);
    const isOf = (path: string) =>
      path.startsWith(JOURNAL_DIR) || folders.some((at) => join(root, path).startsWith(at));
    return reader.problems().some(({ path }) => isOf(path));
  }

  #isOver(hourUs: Micros): boolean {
    return hourUs + US_PER_HOUR <= this.#options.nowUs - WRITTEN_US;
  }

  #isClosed(hourUs: Micros): boolean {
    return hourUs + US_PER_HOUR <= this.#options.nowUs - NOTICED_US - GRACE_US;
  }

  #write(symbol: string, hourUs: Micros, kept: KeptHour): boolean {
    const { root } = this.#options;
    const bytes = serialize(kept);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(checksum(bytes));
    try {
      makeDurableDirectory(this.#files, partialsDayDir(root, hourUs));
      publish(this.#files, partialFile(root, symbol, hourUs), (file) => {
        this.#files.append(file, head);
        this.#files.append(file, bytes);
      });
      return true;
    } catch (error) {
      this.problem = messageOf(error);
      return false;
    }
  }

  async #hour(pairs: readonly PairLegs[], hourUs: Micros): Promise<readonly PairPart[] | null> {
    const kept = this.#read(pairs[0]!.symbol, hourUs);
    if (kept === null || kept.version !== VERSION || kept.settings !== this.#settings(pairs)) return null;
    const now = await this.#identitiesOf(pairs, hourUs);
    if (Object.entries(now).some(([exchange, identity]) => kept.identities[exchange] !== identity))
      return null;
    if (kept.told !== null && kept.told !== (await this.#told(pairs, hourUs))) return null;
    const parts = pairs.flatMap((pair) => kept.pairs[nameOf(pair)] ?? []);
    if (parts.length !== pairs.length) return null;
    // From now on it need not be looked for.
    if (kept.told !== null && this.#isClosed(hourUs))
      this.#write(pairs[0]!.symbol, hourUs, { ...kept, told: null });
    return parts.map((part) => this.#partOf(part));
  }

  #read(symbol: string, hourUs: Micros): KeptHour | null {
    let file: Buffer;
    try {
      file = readFileSync(partialFile(this.#options.root, symbol, hourUs));
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
    const bytes = file.subarray(HEAD_BYTES);
    const isWhole = file.length > HEAD_BYTES && file.readUInt32LE() === checksum(bytes);
    try {
      return isWhole ? (deserialize(bytes) as KeptHour) : null;
    } catch {
      // Written by another engine.
      return null;
    }
  }

  /** What was told up to now of the instruments that may reach into the hour. */
  async #told(pairs: readonly PairLegs[], hourUs: Micros): Promise<string> {
    const legs = instrumentsOf(pairs);
    const key = legs.map(({ exchange, symbol }) => `${exchange}|${symbol}`).join();
    const fromUs = hourUs - QUOTE_US_MAX - LIMIT_TOLD_US;
    if (this.#events?.key !== key || this.#events.fromUs > fromUs) {
      // What was told later may have been counted or not: then this is another the next time.
      const range = { fromUs, toUs: this.#options.nowUs - WRITTEN_US };
      this.#events = { key, fromUs, lines: await this.#options.reader.readEvents(legs, range) };
    }
    const hash = createHash('sha1');
    for (const line of this.#events.lines) {
      const beginsUs = line.type === 'gap' ? Number(line['fromUs']) : line.stampUs;
      if (line.stampUs < fromUs || beginsUs >= hourUs + US_PER_HOUR) continue;
      const { exchange } = legs[line.at]!;
      hash.update(
        `${exchange} ${line.type} ${line.stampUs} ${beginsUs} ${line['status']} ${line['value']}\n`,
      );
    }
    return hash.digest('base64');
  }

  #settings(pairs: readonly PairLegs[]): string {
    const { thresholds = COMPAT_THRESHOLDS_PERCENT, takerFeePercent } = this.#options;
    const exchanges = instrumentsOf(pairs)
      .map(({ exchange }) => exchange)
      .sort();
    return JSON.stringify([thresholds, exchanges.map((exchange) => [exchange, takerFeePercent(exchange)])]);
  }

  /** Quotes stand a minute at most: of the hour before, its files are part of what an hour rests on. */
  async #identitiesOf(pairs: readonly PairLegs[], hourUs: Micros): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const leg of instrumentsOf(pairs))
      found[leg.exchange] =
        `${await this.#identity(leg, hourUs - US_PER_HOUR)} ${await this.#identity(leg, hourUs)}`;
    return found;
  }

  async #identity(leg: LakeInstrument, hourUs: Micros): Promise<string> {
    const key = `${leg.exchange} ${hourUs}`;
    const known = this.#looks.get(key);
    if (known !== undefined) return known;
    const { store, root, nowUs } = this.#options;
    const found = await new RowsIdentities(store, root, [leg]).at(hourUs, hourUs + US_PER_HOUR, nowUs);
    const identity = found?.identity ?? '';
    this.#looks.set(key, identity);
    return identity;
  }

  #partOf({ compat, tally, quotes, firstUs, lastUs }: KeptPart): PairPart {
    return {
      compat: CompatPart.of(compat, this.#options.thresholds),
      tally: PairTally.of(tally),
      ...{ quotes, firstUs, lastUs },
    };
  }
}

function plainOf({ compat, tally, quotes, firstUs, lastUs }: PairPart): KeptPart {
  if (tally === null) throw new Error('parts are kept with all their numbers');
  return { compat: compat.parts, tally: tally.parts, quotes, firstUs, lastUs };
}

function nameOf({ left, right }: PairLegs): string {
  return `${left.exchange} ${right.exchange}`;
}
