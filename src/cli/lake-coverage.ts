// `lake coverage`: its options. The work is in lake-coverage-run.ts, loaded when it is asked for.

import type { Command } from 'commander';
import type { CoverageFlags } from './lake-coverage-run.js';
import { withLakeIo } from './lake-flags.js';

export function coverageCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .option('--symbol <symbol>', 'only this one; any spelling')
    .option('--exchange <name>', 'only this one; any case')
    .option('--from <time>', 'ISO 8601 or epoch ms (default: 24 hours before --to)')
    .option('--to <time>', 'ISO 8601 or epoch ms, exclusive (default: now)')
    .action(async (flags: CoverageFlags) => {
      const { runCoverage } = await import('./lake-coverage-run.js');
      done(await withLakeIo((io) => runCoverage(flags, io)));
    });
}
