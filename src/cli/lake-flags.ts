// What every command of the group `lake` is given: its options, and where it writes. Types, and the real ones.

import { createRealClock } from '../clock.js';
import type { Clock } from '../core/time.js';
import { createProgress, type Progress } from './progress.js';

/** Options that every command of the group has. */
export interface LakeFlags {
  readonly lake: string;
  readonly json?: boolean;
}

export interface LakeIo {
  readonly clock: Clock;
  readonly progress: Progress;
  /** Writes one line. */
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

/** The exit code of `run` with the real clock and streams. */
export async function withLakeIo(run: (io: LakeIo) => Promise<number>): Promise<number> {
  const clock = createRealClock();
  const progress = createProgress(process.stderr, clock);
  const line = (write: (text: string) => void) => (text: string) => {
    progress.clear();
    write(text);
  };
  try {
    return await run({ clock, progress, out: line(console.log), error: line(console.error) });
  } finally {
    progress.clear();
    clock.close();
  }
}
