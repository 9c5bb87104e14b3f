// Long work that others may come between: it awaits a pause now and then, and whoever goes on with it decides when.
// Knows nothing of what the work is.

/** Awaited after so many rows more were dealt with. */
export type Pause = (rows: number) => Promise<void>;

/**
 * Yields each time when `rowsAtOnce` rows were dealt with; what `run` gives or throws is what it ends with. Left alone
 * between two of them, the work stays where it is for ever.
 */
export async function* pausing<T>(
  rowsAtOnce: number,
  run: (pause: Pause) => Promise<T>,
): AsyncGenerator<undefined, T> {
  let rowsSince = 0;
  let goOn = () => {};
  let tell = () => {};
  let paused = new Promise<boolean>((resolve) => (tell = () => resolve(true)));
  const done = run(async (rows) => {
    rowsSince += rows;
    if (rowsSince < rowsAtOnce) return;
    rowsSince = 0;
    await new Promise<void>((resolve) => {
      goOn = resolve;
      tell();
    });
  });
  const ended = done.then(() => false);
  while (await Promise.race([ended, paused])) {
    yield;
    paused = new Promise((resolve) => (tell = () => resolve(true)));
    goOn();
  }
  return done;
}
