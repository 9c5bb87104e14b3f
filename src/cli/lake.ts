// `lake`: the group of commands that look after a lake. One file a command: lake-<name>.ts; each registers itself here
// and loads its work only when it is asked for. All take `--lake <folder>`.

import type { Command } from 'commander';
import { lakeCompactCommand } from './lake-compact.js';
import { coverageCommand } from './lake-coverage.js';
import { exportCommand } from './lake-export.js';
import { importCommand } from './lake-import.js';
import { statsCommand } from './lake-stats.js';
import { verifyCommand } from './lake-verify.js';

export const LAKE_DEFAULT = 'data/market_data';

export type { LakeFlags } from './lake-flags.js';

/** Registers every command; `done` takes the exit code. */
export function lakeCommand(group: Command, done: (exitCode: number) => void): void {
  importCommand(addCommand(group, 'import', 'Bring in a lake of any generation'), done);
  exportCommand(addCommand(group, 'export', 'Quotes or joined rows as CSV, Parquet or Arrow'), done);
  lakeCompactCommand(addCommand(group, 'compact', 'Make one file an instrument of every closed day'), done);
  statsCommand(addCommand(group, 'stats', 'What the lake holds, in numbers'), done);
  verifyCommand(addCommand(group, 'verify', 'Whether every file of the lake is whole'), done);
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
