// What faults make of one connection's frames with quotes on their way out: lost, doubled, swapped, overtaken, cut
// off, replaced. Keeps at most two frames a symbol; what is random comes from the generator it is given.

import type { SimFrame, Told } from './exchange.js';
import type { FaultKind, FaultSet } from './faults.js';
import type { Random } from './random.js';

/** A frame to send. */
export interface Outgoing {
  readonly frame: SimFrame;
  /** What it tells; null = no reader can make a quote of it. */
  readonly told: Told | null;
}

export const HUGE_BYTES = 10 * 1024 * 1024;
/** How often a frame is struck. */
const SHARE: Partial<Record<FaultKind, number>> = {
  'missing-frames': 0.3,
  'malformed-frames': 0.3,
  'garbage-frames': 0.3,
  'huge-frames': 0.01,
  'duplicated-frames': 0.3,
  'stale-frames': 0.2,
  'reordered-frames': 0.3,
};

export class FrameFaults {
  readonly #faults: FaultSet;
  readonly #random: Random;
  /** By symbol: the frame that waits for the next to overtake it. */
  readonly #held = new Map<string, Outgoing>();
  /** By symbol: the frame before, while older tops come again. */
  readonly #before = new Map<string, Outgoing>();

  constructor(faults: FaultSet, random: Random) {
    this.#faults = faults;
    this.#random = random;
  }

  /** What goes out instead of a frame of a symbol, in order. */
  pass(symbol: string, frame: SimFrame, told: Told): readonly Outgoing[] {
    const own: Outgoing = { frame, told };
    if (this.#faults.isCalm && this.#held.size === 0) {
      this.#before.clear();
      return [own];
    }
    const held = this.#held.get(symbol);
    if (held !== undefined) {
      this.#held.delete(symbol);
      return [own, held];
    }
    if (this.#strikes('missing-frames')) return [];
    if (this.#strikes('malformed-frames')) return [broken(cutOff(frame))];
    if (this.#strikes('garbage-frames')) return [broken(this.#garbage(frame))];
    if (this.#strikes('huge-frames')) return [broken(huge(frame))];
    if (this.#strikes('duplicated-frames')) return [own, own];
    const older = this.#overtaken(symbol, own);
    if (older !== undefined) return [own, older];
    if (!this.#strikes('reordered-frames')) return [own];
    this.#held.set(symbol, own);
    return [];
  }

  /** What still waits to be overtaken, to be sent now. */
  release(): readonly (readonly [string, Outgoing])[] {
    const held = [...this.#held];
    this.#held.clear();
    return held;
  }

  /** An older top that comes again after this one, where the fault strikes. */
  #overtaken(symbol: string, own: Outgoing): Outgoing | undefined {
    if (!this.#faults.has('stale-frames')) {
      this.#before.clear();
      return undefined;
    }
    const older = this.#before.get(symbol);
    this.#before.set(symbol, own);
    return older !== undefined && this.#strikes('stale-frames') ? older : undefined;
  }

  #strikes(kind: FaultKind): boolean {
    if (!this.#faults.has(kind) || this.#random.next() >= SHARE[kind]!) return false;
    this.#faults.touch(kind);
    return true;
  }

  #garbage(frame: SimFrame): SimFrame {
    if (typeof frame === 'string') return this.#random.hex(64);
    return Uint8Array.from({ length: 64 }, () => this.#random.below(256));
  }
}

function broken(frame: SimFrame): Outgoing {
  return { frame, told: null };
}

function cutOff(frame: SimFrame): SimFrame {
  return frame.slice(0, frame.length >> 1);
}

/** Of the frame's own kind: blanks are no JSON, zeros neither GZIP nor protobuf. */
function huge(frame: SimFrame): SimFrame {
  return typeof frame === 'string' ? ' '.repeat(HUGE_BYTES) : new Uint8Array(HUGE_BYTES);
}
