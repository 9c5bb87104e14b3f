// `lake`: the group of commands that look after a lake. One file a command: lake-<name>.ts; each registers itself here
// and loads its work only when it is asked for. All take `--lake <folder>`.

import type { Command } from 'commander';
import { lakeCompactCommand } from './lake-compact.js';
import { coverageCommand } from './lake-coverage.js';
import { exportCommand } from './lake-export.js';
import { importCommand } from './lake-import.js';
import { statsCommand } from './lake-stats.js';
import { summariseCommand } from './lake-summarise.js';
import { verifyCommand } from './lake-verify.js';

export const LAKE_DEFAULT = 'data/market_data';

export type { LakeFlags } from './lake-flags.js';

const EXIT_CODES = `
Every command takes --lake and --json, and --help says the rest.
Exit codes: 0 = done, also where there was nothing to do (verify: nothing damaged; what the next start
repairs by itself is told as unclean); 1 = failed (verify: damaged; no such folder; compact, import and
summarise: another process holds the lake); 2 = asked wrongly.`;

/** Registers every command; `done` takes the exit code. */
export function lakeCommand(group: Command, done: (exitCode: number) => void): void {
  group.addHelpText('after', EXIT_CODES);
  importCommand(
    addCommand(group, 'import', 'Bring in a lake of any generation; only what is missing is written'),
    done,
  );
  exportCommand(addCommand(group, 'export', 'Quotes or joined rows as CSV, Parquet or Arrow'), done);
  lakeCompactCommand(addCommand(group, 'compact', 'Make one file an instrument of every closed day'), done);
  summariseCommand(
    addCommand(group, 'summarise', 'Make the summaries that charts of long ranges need'),
    done,
  );
  statsCommand(
    addCommand(group, 'stats', 'What the lake holds, in numbers, by names and footers alone'),
    done,
  );
  verifyCommand(
    addCommand(group, 'verify', 'Read every file fully and say whether it is whole; changes nothing'),
    done,
  );
  coverageCommand(addCommand(group, 'coverage', 'How much of its time each instrument is covered'), done);
}

/** A command of the group, with the options that all of them have. */
export function addCommand(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .copyInheritedSettings(group)
    .option('--lake <folder>', 'folder of the lake', LAKE_DEFAULT)
    .option('--json', 'one JSON document on standard output instead of text');
}
