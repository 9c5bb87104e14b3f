// What every command of the group `lake` is given: its options, and where it writes. Types, and the real ones.

import { statSync } from 'node:fs';
import { createRealClock } from '../clock.js';
import type { Clock } from '../core/time.js';
import { codeOf, messageOf } from '../lake/files.js';
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

/** What is wrong with the folder of a lake that is to be there; null where it is one. */
export function folderProblem(lake: string): string | null {
  try {
    return statSync(lake).isDirectory() ? null : `${lake} is no folder`;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? `there is no folder ${lake}` : messageOf(error);
  }
}

/** The exit code of `run` with the real clock and streams; what the system refuses is one line and exit code 1. */
export async function withLakeIo(run: (io: LakeIo) => Promise<number>): Promise<number> {
  const clock = createRealClock();
  const progress = createProgress(process.stderr, clock);
  const line = (write: (text: string) => void) => (text: string) => {
    progress.clear();
    write(text);
  };
  try {
    return await run({ clock, progress, out: line(console.log), error: line(console.error) });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    progress.clear();
    console.error(`error: ${messageOf(error)}`);
    return 1;
  } finally {
    progress.clear();
    clock.close();
  }
}
