// Waiting for something to become true, with a deadline: the tests' only way to wait.

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** Resolves when `check` gives something truthy, with it; throws after `deadlineMs`, saying what was awaited. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  deadlineMs = 30_000,
): Promise<Truthy<T>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await check();
    if (value) return value as Truthy<T>;
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
