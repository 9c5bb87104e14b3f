// Messages on their way to one asynchronous iterator, bounded: a reader that is too slow is told so, never fed from a queue
// that grows without end.

/** Messages given that are still held. */
const TAKEN_MAX = 1_024;

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: Error) => void;
}

export class MessageQueue<T> implements AsyncIterator<T, undefined> {
  readonly #lengthMax: number;
  readonly #onReturn: () => void;
  #waiting: T[] = [];
  #at = 0;
  #readers: Reader<T>[] = [];
  #isOver = false;
  #error: Error | null = null;

  constructor(lengthMax: number, onReturn: () => void) {
    this.#lengthMax = lengthMax;
    this.#onReturn = onReturn;
  }

  push(value: T): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value });
      return;
    }
    if (this.#waiting.length - this.#at < this.#lengthMax) {
      this.#waiting.push(value);
      return;
    }
    this.end(new Error(`the reader is too slow: ${this.#lengthMax} messages wait`));
    this.#onReturn();
  }

  /** What waits is still given; then the error, once, or the end. */
  end(error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    for (const reader of this.#readers.splice(0)) this.#finish(reader);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#at < this.#waiting.length) resolve({ done: false, value: this.#take() });
      else if (this.#isOver) this.#finish({ resolve, reject });
      else this.#readers.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#waiting = [];
    this.#at = 0;
    this.end(null);
    this.#onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): T {
    const value = this.#waiting[this.#at] as T;
    this.#at += 1;
    // A reader that is always one behind never empties it: what was taken is let go in between.
    if (this.#at >= TAKEN_MAX && this.#at * 2 >= this.#waiting.length) this.#waiting.splice(0, this.#at);
    else if (this.#at < this.#waiting.length) return value;
    else this.#waiting = [];
    this.#at = 0;
    return value;
  }

  #finish({ resolve, reject }: Reader<T>): void {
    const error = this.#error;
    this.#error = null;
    if (error === null) resolve({ done: true, value: undefined });
    else reject(error);
  }
}
