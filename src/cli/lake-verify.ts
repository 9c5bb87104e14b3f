// `lake verify`: its options. The work is in lake-verify-run.ts, loaded when it is asked for.

import type { Command } from 'commander';
import { type LakeFlags, withLakeIo } from './lake-flags.js';

export function verifyCommand(command: Command, done: (exitCode: number) => void): void {
  command.action(async (flags: LakeFlags) => {
    const { runVerify } = await import('./lake-verify-run.js');
    done(await withLakeIo((io) => runVerify(flags, io)));
  });
}
