// Assertions about our own logic. A failed one is a bug of ours and crashes loudly;
// what exchanges send is never asserted, it is classified (see reasons.ts).

/** Throws when `condition` is false; `message` says which invariant was broken. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}

/** The end of a switch that handles every member of a union; reaching it is a bug. */
export function assertNever(value: never, what: string): never {
  throw new Error(`invariant broken: unhandled ${what}: ${JSON.stringify(value)}`);
}
