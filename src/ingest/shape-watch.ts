// Which shapes the frames of one exchange have that no recording has shown: how often, and the first of each.
// Bounded: what an exchange may send is not.

import { frameExcerpt, frameShape, isShapeOf, shapeDifference } from './frame-shape.js';

export interface UnknownShape {
  readonly shape: string;
  readonly count: number;
  /** The first frame of it, cut. */
  readonly example: string;
  /** Against the known shape that is nearest, where there is any. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

const EXAMPLE_CHARS_MAX = 300;
/** Different shapes told apart; one exchange's recordings show forty. */
const SHAPES_MAX = 200;

export class ShapeWatch {
  readonly #known: readonly string[];
  /** Every shape seen; undefined = known. */
  readonly #seen = new Map<string, { count: number; readonly example: string } | undefined>();
  /** Frames of shapes beyond the bound. */
  #others = 0;

  constructor(known: readonly string[]) {
    this.#known = known;
  }

  frame(frame: Uint8Array): void {
    const shape = frameShape(frame);
    if (this.#seen.has(shape)) {
      const unknown = this.#seen.get(shape);
      if (unknown !== undefined) unknown.count += 1;
    } else if (this.#seen.size >= SHAPES_MAX) this.#others += 1;
    else {
      const isKnown = this.#known.some((known) => isShapeOf(shape, known));
      const example = () => frameExcerpt(frame, EXAMPLE_CHARS_MAX);
      this.#seen.set(shape, isKnown ? undefined : { count: 1, example: example() });
    }
  }

  /** The most frequent first. */
  unknown(): readonly UnknownShape[] {
    const found: UnknownShape[] = [];
    for (const [shape, entry] of this.#seen)
      if (entry !== undefined) found.push({ shape, ...entry, ...this.#nearest(shape) });
    if (this.#others > 0)
      found.push({ shape: 'others', count: this.#others, example: '', missing: [], extra: [] });
    return found.sort((one, other) => other.count - one.count);
  }

  #nearest(shape: string): Pick<UnknownShape, 'missing' | 'extra'> {
    const differences = this.#known.map((known) => shapeDifference(shape, known));
    const size = ({ missing, extra }: Pick<UnknownShape, 'missing' | 'extra'>) =>
      missing.length + extra.length;
    return differences.sort((one, other) => size(one) - size(other))[0] ?? { missing: [], extra: [] };
  }
}
