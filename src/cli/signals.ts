// SIGINT and SIGTERM: the first asks the process to stop, a second one ends it at once.

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Aborted by the first signal, from now on; a second one exits with the usual 128 + number. */
export function catchSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(128 + NUMBERS[signal]);
      controller.abort();
    });
  return controller.signal;
}

/** Resolves when the process is asked to stop, at once where it was. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
