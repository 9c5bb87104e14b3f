// Damage for frames: what the contract suite does to them to see that a decoder holds.
// Deterministic: the random choices come from fast-check, which prints its seed.

import fc from 'fast-check';

export type Edit =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'byte'; readonly at: number; readonly byte: number }
  | { readonly kind: 'text'; readonly at: number; readonly text: string };

/** What breaks numbers, texts and structure where it is put in. */
export const DAMAGING_TEXTS: readonly string[] = [
  '-',
  '0',
  '9',
  'e',
  '"',
  '.',
  '[',
  ']',
  '{',
  '}',
  ',',
  'null',
  '""',
  '1e999',
  '-1',
  ':[]',
];

/** One small damage to a frame. */
export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    kind: fc.constant('text' as const),
    at: fc.nat(),
    text: fc.constantFrom(...DAMAGING_TEXTS),
  }),
);

/** The frame after that damage. */
export function applyEdit(frame: Uint8Array, change: Edit): Uint8Array {
  if (frame.length === 0) return frame;
  const at = change.at % frame.length;
  if (change.kind === 'cut') return frame.subarray(0, at);
  const middle = change.kind === 'byte' ? Buffer.from([change.byte]) : Buffer.from(change.text);
  return Buffer.concat([frame.subarray(0, at), middle, frame.subarray(change.kind === 'byte' ? at + 1 : at)]);
}

/** The JSON text with one of its values, at any depth, replaced. */
export function swapValue(json: string, at: number, value: unknown): string {
  let count = 0;
  const total = JSON.stringify(parse(json), (_key, inner: unknown) => {
    count += 1;
    return inner;
  });
  const chosen = at % Math.max(count, 1);
  let seen = 0;
  const swapped = JSON.stringify(parse(json), (_key, inner: unknown) => (seen++ === chosen ? value : inner));
  return swapped ?? total;
}

/** The value, or an empty object for what is no JSON. */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
