// `lake stats`: its options. The work is in lake-stats-run.ts, loaded when it is asked for.

import type { Command } from 'commander';
import { type LakeFlags, withLakeIo } from './lake-flags.js';

export function statsCommand(command: Command, done: (exitCode: number) => void): void {
  command.action(async (flags: LakeFlags) => {
    const { runStats } = await import('./lake-stats-run.js');
    done(await withLakeIo((io) => runStats(flags, io)));
  });
}
