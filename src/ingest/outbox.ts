// What a thread that ingests posts to the main one beside its ring. A main thread that stands still must not find a mountain of
// it: past a bound states are left out, the next one says all anyway, and lines of the log are counted and told later.

import type { Log, LogFields } from '../core/log.js';
import type { FromIngestThread } from './thread-messages.js';

/** Posted and not heard yet. */
const UNHEARD_MAX = 200;

export class Outbox {
  readonly log: Log;
  readonly #post: (message: FromIngestThread) => void;
  /** An Int32: how many of the messages that are counted here were heard. */
  readonly #heard: Int32Array;
  #posted = 0;
  #unsaid = 0;

  constructor(post: (message: FromIngestThread) => void, heard: SharedArrayBuffer) {
    this.#post = post;
    this.#heard = new Int32Array(heard);
    const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
      this.#say({ type: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
    this.log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  /** Whether there is room for another state. */
  get hasRoom(): boolean {
    return ((this.#posted - Atomics.load(this.#heard, 0)) | 0) < UNHEARD_MAX;
  }

  /** Of the states and the log; whoever hears one counts it. */
  post(message: FromIngestThread): void {
    this.#posted = (this.#posted + 1) | 0;
    this.#post(message);
  }

  #say(line: FromIngestThread): void {
    if (!this.hasRoom) {
      this.#unsaid += 1;
      return;
    }
    if (this.#unsaid > 0) {
      const fields = { count: this.#unsaid };
      this.#unsaid = 0;
      this.post({ type: 'log', level: 'warn', message: 'lines of an ingesting thread left out', fields });
    }
    this.post(line);
  }
}
