// Which hours and quarters something is kept of, by the names of the files. Looked at once a run.

import { basename, join } from 'node:path';
import { dayStartUs, type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../core/time.js';
import { partialFile, partialsDayDir } from '../lake/partial-paths.js';
import { PARTIALS_DIR } from '../lake/paths.js';
import { dateOfName } from '../lake/plan.js';
import { entriesIn } from '../lake/store.js';

const NAME = /^(.*)\.(\d\d)(?:-(\d\d)|\+6)?\.parts$/;

export class KeptTimes {
  readonly #root: string;
  #days: readonly Micros[] | undefined;
  readonly #names = new Map<Micros, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Beginnings of what is kept of the symbol, ascending, that lie in [fromUs, toUs). */
  *of(symbol: string, fromUs: Micros, toUs: Micros): Generator<Micros> {
    const own = NAME.exec(basename(partialFile('', symbol, 0, 'hour')))?.[1];
    this.#days ??= namesIn(join(this.#root, PARTIALS_DIR)).flatMap((name) => dateOfName(name) ?? []);
    for (const dayUs of this.#days) {
      if (dayUs + US_PER_DAY <= fromUs || dayUs >= toUs) continue;
      const found = new Set<Micros>();
      for (const name of this.#namesOf(dayUs)) {
        const [, of, hour, minute = 0] = NAME.exec(name) ?? [];
        if (of !== own || hour === undefined) continue;
        const us = dayUs + Number(hour) * US_PER_HOUR + Number(minute) * US_PER_MINUTE;
        if (us >= fromUs && us < toUs && dayStartUs(us) === dayUs) found.add(us);
      }
      yield* [...found].sort((a, b) => a - b);
    }
  }

  #namesOf(dayUs: Micros): readonly string[] {
    const known = this.#names.get(dayUs);
    if (known !== undefined) return known;
    const names = namesIn(partialsDayDir(this.#root, dayUs));
    this.#names.set(dayUs, names);
    return names;
  }
}

/** Sorted; none where it cannot be looked into: then nothing is kept there. */
function namesIn(directory: string): readonly string[] {
  try {
    return entriesIn(directory).map(({ name }) => name);
  } catch {
    return [];
  }
}
