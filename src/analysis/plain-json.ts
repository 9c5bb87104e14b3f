// Numbers as JSON has no words for, in text and back: NaN and infinities among others. Pure.

const SPECIAL: ReadonlyMap<string, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [`~${value}`, value]),
);

export function plainText(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'number' && !Number.isFinite(one) ? `~${one}` : one,
  );
}

/** Throws where it is no JSON. */
export function plainValue(text: string): unknown {
  return JSON.parse(text, (_key, one: unknown) =>
    typeof one === 'string' && one.startsWith('~') ? (SPECIAL.get(one) ?? one) : one,
  );
}
