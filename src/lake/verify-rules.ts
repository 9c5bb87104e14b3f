// What a check of a lake finds, and where it says so. `unclean` is what recovery would repair by itself; `damaged` is
// what it would not. Types and one bounded list.

export interface Finding {
  readonly severity: 'unclean' | 'damaged';
  /** Relative to the lake's root. */
  readonly file: string;
  /** In one sentence. */
  readonly what: string;
  /** Row, line, block, column; empty where it is the file. */
  readonly where: string;
}

export type Report = (severity: Finding['severity'], file: string, what: string, where?: string) => void;

export class FindingList {
  readonly #findings: Finding[] = [];
  readonly #max: number;
  readonly counts = { unclean: 0, damaged: 0 };

  constructor(max: number) {
    this.#max = max;
  }

  readonly report: Report = (severity, file, what, where = '') => {
    this.counts[severity] += 1;
    if (this.#findings.length < this.#max) this.#findings.push({ severity, file, what, where });
  };

  /** The first so many; `counts` has all of them. */
  all(): readonly Finding[] {
    return this.#findings;
  }
}
