// `lake export`: its options. The work is loaded only when it is asked for.

import { type Command, Option } from 'commander';
import { createRealClock } from '../clock.js';
import type { ExportFlags } from './export-run.js';
import { createProgress } from './progress.js';
import { catchSignals } from './signals.js';

export function exportCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .requiredOption('--symbol <name>', 'in any spelling')
    .option('--exchange <name>', 'quotes of this one')
    .option('--exchange1 <name>', 'joined rows of a pair: the left leg')
    .option('--exchange2 <name>', 'and the right one')
    .addOption(
      new Option(
        '--join <join>',
        'of a pair; valid: rows of both legs, holes are empty (default); asof2s: rows of the left leg, each with the latest of the right one within 2 s',
      ).choices(['asof2s', 'valid']),
    )
    .option('--from <time>', 'from this UTC day or time on (default: all there is)')
    .option('--to <time>', 'before this time; a day is meant whole')
    .addOption(
      new Option('--format <format>', 'of the file').choices(['csv', 'parquet', 'arrow']).default('csv'),
    )
    .requiredOption('--out <file>', 'the file; - = standard output (csv, arrow stream)')
    .option('--force', 'replace the file if it is there')
    .action(async (flags: ExportFlags) => {
      const { runExport } = await import('./export-run.js');
      const clock = createRealClock();
      try {
        done(
          await runExport(flags, {
            stdout: process.stdout,
            // Standard output may be the table's.
            out: (line) => (flags.out === '-' ? console.error(line) : console.log(line)),
            error: (line) => console.error(line),
            progress: createProgress(process.stderr, clock),
            signal: catchSignals(),
          }),
        );
      } finally {
        clock.close();
      }
    });
}
