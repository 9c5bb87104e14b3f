// A foreign value as text, for telling somebody what was there. Never throws.

/** Its JSON; its kind alone where it is nested too deep: what parsed as JSON cannot always be written again. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return typeof value;
  }
}
