// `lake import`: its options. The work is loaded only when it is asked for.

import type { Command } from 'commander';
import { createRealClock } from '../clock.js';
import type { ImportFlags } from './import-run.js';
import { createProgress, noProgress } from './progress.js';
import { catchSignals } from './signals.js';

export function importCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .argument('<folder>', 'the lake to bring in; it is only read')
    .option('--exchanges <names...>', 'only these, in any case (default: all)')
    .option('--symbols <names...>', 'only these, in any spelling (default: all)')
    .option('--from <time>', 'from this UTC day or time on')
    .option('--to <time>', 'before this time; a day is meant whole')
    .option('--dry-run', 'only say what would be added')
    .action(async (folder: string, flags: ImportFlags) => {
      const { runImport } = await import('./import-run.js');
      const clock = createRealClock();
      try {
        const io = {
          out: (line: string) => console.log(line),
          error: (line: string) => console.error(line),
          progress:
            flags.json === true && !process.stderr.isTTY ? noProgress : createProgress(process.stderr, clock),
          signal: catchSignals(),
        };
        done(await runImport(folder, flags, io));
      } finally {
        clock.close();
      }
    });
}
