// The main thread's end of one worker's cache: the lines the worker keeps, by the names it gives them. They lie in
// shared memory, so that giving one again costs a number and no copy. Never decides what is kept, or still right.

import { assert } from '../core/assert.js';
import type { AnswerFromWorker, ChartReply } from './protocol.js';

type Line = Extract<ChartReply, { readonly status: 'ok' }>;

export class KeptLines {
  readonly #byName = new Map<number, Line>();
  #bytes = 0;

  /** What the worker holds for them, evidence included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The lines of an answer; none where it has none. */
  take({ answer, dropped, cacheBytes }: AnswerFromWorker): readonly Line[] {
    const lines = this.#linesOf(answer);
    for (const name of dropped) this.#byName.delete(name);
    this.#bytes = cacheBytes;
    return lines;
  }

  /** The worker is gone, and its names with it. */
  clear(): void {
    this.#byName.clear();
    this.#bytes = 0;
  }

  #linesOf(answer: AnswerFromWorker['answer']): readonly Line[] {
    if (answer.status === 'kept') {
      return answer.names.map((name) => {
        const line = this.#byName.get(name);
        assert(line !== undefined, `a worker gives line ${name}, which it never sent or has given up`);
        return line;
      });
    }
    if (answer.status !== 'computed') return [];
    const { rows, summarised } = answer;
    const line: Line = { status: 'ok', line: Buffer.from(answer.line), rows, summarised };
    if (answer.keptAs !== null) this.#byName.set(answer.keptAs, line);
    return [line];
  }
}
