// Folders and files that are in no layout known: told of by name, so that nobody wonders why their rows are missing.
// Those of a folder are judged each time it is listed; what is gone then is no longer told of.

import { join } from 'node:path';
import type { LakeProblem } from './problems.js';

/** Of one folder, by name; the others are counted. */
const NAMED_MAX = 20;

/** Told of what a folder has that belongs to no layout: names, perhaps none. */
export type NoteStrangers = (folder: string, names: readonly string[]) => void;

export class Strangers {
  readonly #byFolder = new Map<string, readonly LakeProblem[]>();

  /** `folder` is relative to the root. */
  note(folder: string, names: readonly string[]): void {
    if (names.length === 0) {
      this.#byFolder.delete(folder);
      return;
    }
    const problems = names
      .slice(0, NAMED_MAX)
      .map((name) => problemOf(join(folder, name), 'not looked into'));
    const more = names.length - problems.length;
    if (more > 0) problems.push(problemOf(folder || '.', `${more} more are not looked into`));
    this.#byFolder.set(folder, problems);
  }

  all(): readonly LakeProblem[] {
    return [...this.#byFolder.values()].flat();
  }
}

function problemOf(path: string, what: string): LakeProblem {
  const message = `it is in no layout of a lake that is known; ${what}`;
  return { path, reason: 'unknown-layout', message };
}
