// The rules on the disk: one JSON file, absent or whole. A file that cannot be read is told and never written over: the first
// change puts it aside, as it is, under a name that says so. Nor is one that somebody else has changed meanwhile.

import { link, open, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isoMicros, type Micros } from '../core/time.js';
import { type AlertRule, RuleError, readRule } from './rule.js';

export interface KeptRules {
  readonly rules: readonly AlertRule[];
  /** The number of the next rule. */
  readonly nextId: number;
}

export interface RulesFileOptions {
  readonly path: string;
  /** Makes a folder and its parents. */
  readonly makeFolder: (directory: string) => void;
  /** False: changes stay in memory. */
  readonly writes: boolean;
  readonly rulesMax: number;
  readonly bytesMax: number;
}

/** It cannot be written; the message is for people. */
export class RulesFileError extends Error {}

const VERSION = 1;

export class RulesFile {
  readonly #options: RulesFileOptions;
  /** As it was read or written last; null = there was none. */
  #text: string | null = null;
  #problem: string | null = null;

  constructor(options: RulesFileOptions) {
    this.#options = options;
  }

  /** Why its rules are not in force, with its path; null = they are. */
  get problem(): string | null {
    return this.#problem;
  }

  /** No rules where there is no file, or none that can be read: `problem` then says why. */
  async load(): Promise<KeptRules> {
    const { path } = this.#options;
    try {
      this.#text = await this.#read();
      return this.#text === null ? { rules: [], nextId: 1 } : this.#parsed(this.#text);
    } catch (error) {
      this.#problem = `${path} cannot be read: ${wordsOf(error)}; none of its rules is in force`;
      return { rules: [], nextId: 1 };
    }
  }

  /** Rejects with RulesFileError; then the file is as it was. Gives where an unreadable one was put, null where none was. */
  async save({ rules, nextId }: KeptRules, nowUs: Micros): Promise<string | null> {
    const { path, writes, makeFolder } = this.#options;
    if (!writes) return null;
    const text = `${JSON.stringify({ version: VERSION, nextId, rules }, null, 2)}\n`;
    try {
      makeFolder(dirname(path));
      await this.#expectUnchanged();
      const temp = join(dirname(path), `.${basename(path)}.tmp`);
      await writeSynced(temp, text);
      const aside = this.#problem === null ? null : await putAside(path, nowUs);
      await rename(temp, path);
      await syncFolder(dirname(path));
      this.#text = text;
      this.#problem = null;
      return aside;
    } catch (error) {
      if (error instanceof RulesFileError) throw error;
      throw new RulesFileError(`${path} cannot be written: ${wordsOf(error)}`);
    }
  }

  /** Null where there is none. */
  async #read(): Promise<string | null> {
    const { path, bytesMax } = this.#options;
    try {
      const { size } = await stat(path);
      if (size > bytesMax) throw new Error(`it has ${size} bytes, at most ${bytesMax} are read`);
      return await readFile(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  async #expectUnchanged(): Promise<void> {
    if (this.#problem !== null) return;
    if ((await this.#read()) === this.#text) return;
    throw new RulesFileError(
      `${this.#options.path} was changed by somebody else since it was read; it is read again at the next start`,
    );
  }

  #parsed(text: string): KeptRules {
    const { rulesMax } = this.#options;
    const value = JSON.parse(text) as { version?: unknown; nextId?: unknown; rules?: unknown } | null;
    if (value?.version !== VERSION) throw new RuleError('version', `${VERSION}`, `${value?.version}`);
    const { rules: list, nextId } = value;
    if (!Array.isArray(list) || list.length > rulesMax)
      throw new RuleError('rules', `a list of at most ${rulesMax}`, 'something else');
    // Which targets there are the configuration says anew at each start.
    const context = { targets: null, spelled: (name: string) => name };
    const rules = list.map((one: { id?: unknown } | null, at) => {
      const id = typeof one?.id === 'string' && /^r\d{1,12}$/.test(one.id) ? one.id : null;
      if (id === null) throw new RuleError(`rules.${at}.id`, 'r and a number', `${one?.id}`);
      try {
        return readRule(one, id, context);
      } catch (error) {
        throw new Error(`rules.${at}.${wordsOf(error)}`);
      }
    });
    const numbers = rules.map(({ id }) => Number(id.slice(1)));
    if (new Set(numbers).size < rules.length) throw new RuleError('rules', 'each id once', 'one twice');
    const least = Math.max(0, ...numbers) + 1;
    return { rules, nextId: Number.isSafeInteger(nextId) ? Math.max(nextId as number, least) : least };
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Under both names for a moment, so that there is never none. */
async function putAside(path: string, nowUs: Micros): Promise<string> {
  const aside = `${path}.unreadable-${isoMicros(nowUs).replaceAll(/[-:.]/g, '')}`;
  // A file system without links, and what is no file.
  await link(path, aside).catch(() => rename(path, aside));
  return aside;
}

async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some systems cannot sync a folder and say so.
    if (!['EINVAL', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (codeOf(error) ?? error.message) : String(error);
}
