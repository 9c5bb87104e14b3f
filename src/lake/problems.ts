// What of a lake could not be read, and why: each path once, newest word wins, bounded.
// A problem never stops a read: the file alone is left out, and /health can say so.

/** Why a file, or some rows of it, were left out. */
export type LakeProblemReason =
  | 'empty-file' // zero bytes
  | 'corrupt' // not Parquet, truncated, or damaged inside
  | 'unsupported' // Parquet, but a codec or an encoding that this process cannot read
  | 'unreadable' // the file system refuses (permissions, input/output error)
  | 'no-timestamp' // has a bid column, but no column whose name contains "time"
  | 'rows-without-time' // rows whose time is null or unreadable were left out
  | 'partly-read' // broken in the middle: the rows before the break are there
  | 'unreadable-rows' // rows of a text table without a time, or with numbers that can be read in two ways
  | 'unknown-layout' // a folder or file that is in no layout known: not looked into
  | 'out-of-order' // rows older than their folder's name says, too late to be sorted in
  | 'recent'; // a journal or run file, told by its own reader

export interface LakeProblem {
  /** Relative to the lake's root. */
  readonly path: string;
  readonly reason: LakeProblemReason;
  readonly message: string;
}

const MESSAGE_LENGTH_MAX = 300;

/** Holds at most `pathsMax` problems; what comes after is counted only. */
export class ProblemList {
  readonly #byPath = new Map<string, LakeProblem>();
  readonly #pathsMax: number;
  #notListed = 0;

  constructor(pathsMax: number) {
    this.#pathsMax = pathsMax;
  }

  add(problem: LakeProblem): void {
    if (!this.#byPath.has(problem.path) && this.#byPath.size >= this.#pathsMax) {
      this.#notListed += 1;
      return;
    }
    this.#byPath.set(problem.path, { ...problem, message: problem.message.slice(0, MESSAGE_LENGTH_MAX) });
  }

  /** The file could be read after all: it was being written when the problem was met. */
  clear(path: string): void {
    this.#byPath.delete(path);
  }

  all(): readonly LakeProblem[] {
    return [...this.#byPath.values()];
  }

  /** Problems met after the list was full; the same path may be counted again on each read. */
  get notListed(): number {
    return this.#notListed;
  }
}
