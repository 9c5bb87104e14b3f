// The same work asked for twice at one time is done once. Whoever joins gets what the first one gets; the work is
// stopped when nobody waits for it any more. Knows nothing of what the work is, and keeps no result.

interface Work<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

export class InFlight<T> {
  /** How often somebody joined work that was under way. */
  joined = 0;
  readonly #works = new Map<string, Work<T>>();

  /** Rejects with the signal's reason when it aborts, else as `start` does. Equal keys must mean equal work. */
  async share(
    key: string,
    start: (stop: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<{ readonly value: T; readonly isOwn: boolean }> {
    signal?.throwIfAborted();
    const known = this.#works.get(key);
    if (known !== undefined) this.joined += 1;
    const work = known ?? this.#begin(key, start);
    work.waiting += 1;
    try {
      return { value: await untilAborted(work.result, signal), isOwn: known === undefined };
    } finally {
      work.waiting -= 1;
      if (work.waiting === 0) this.#end(key, work);
    }
  }

  #begin(key: string, start: (stop: AbortSignal) => Promise<T>): Work<T> {
    const stop = new AbortController();
    const work: Work<T> = { result: start(stop.signal), stop, waiting: 0 };
    this.#works.set(key, work);
    const over = () => this.#forget(key, work);
    work.result.then(over, over);
    return work;
  }

  /** Nobody waits: where it goes on still, it stops. */
  #end(key: string, work: Work<T>): void {
    this.#forget(key, work);
    work.stop.abort(new Error('nobody waits for it any more'));
  }

  #forget(key: string, work: Work<T>): void {
    if (this.#works.get(key) === work) this.#works.delete(key);
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    const settle = () => signal.removeEventListener('abort', onAbort);
    promise.finally(settle).then(resolve, reject);
  });
}
