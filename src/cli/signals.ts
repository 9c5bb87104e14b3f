// SIGINT and SIGTERM: the first asks the process to stop, a second one ends it at once.

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Resolves at the first signal; from then on a second one exits with the usual 128 + number. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of SIGNALS)
      process.on(signal, () => {
        if (asked) process.exit(128 + NUMBERS[signal]);
        asked = true;
        resolve();
      });
  });
}
