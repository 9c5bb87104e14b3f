// `lake compact`: every closed day of a lake that nobody records into becomes one file an instrument; removes old days
// only where it is told to.

import { type Command, InvalidArgumentError } from 'commander';
import type { CompactSummary } from '../lake/compact-lake.js';
import { folderProblem, type LakeFlags, type LakeIo, withLakeIo } from './lake-flags.js';
import { catchSignals } from './signals.js';

interface CompactFlags extends LakeFlags {
  readonly hotDays?: number;
  readonly retentionDays?: number;
  readonly maxBytes?: number;
}

export function lakeCompactCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .option(
      '--hot-days <number>',
      'so many of the newest days (UTC, today included) keep their hour files',
      count,
    )
    .option('--retention-days <number>', 'remove all but so many of the newest days', count)
    .option('--max-bytes <number>', 'remove the oldest days until the lake is no larger', count)
    .action(async (flags: CompactFlags) => {
      const asked = catchSignals();
      done(await withLakeIo((io) => runCompact(flags, asked, io)));
    });
}

function count(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}

/** 0 = done, or nothing to do; 1 = held by another process, no lake, or stopped before its end. */
async function runCompact(
  flags: CompactFlags,
  asked: AbortSignal,
  { clock, progress, out, error: say }: LakeIo,
): Promise<number> {
  const { lake: root, hotDays = 1, retentionDays, maxBytes } = flags;
  const problem = folderProblem(root);
  if (problem !== null) {
    say(`error: ${problem}`);
    return 1;
  }
  try {
    const { compactLake } = await import('../lake/compact-lake.js');
    const summary = await compactLake({
      root,
      settings: {
        hotDays,
        ...(retentionDays === undefined ? {} : { retentionDays }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
      },
      nowUs: clock.nowUs(),
      asked,
      progress: ({ daysCompacted, day }, daysDue) => progress.show(daysCompacted, daysDue, day ?? ''),
    });
    if (flags.json === true) out(JSON.stringify(bodyOf(summary), null, 2));
    else for (const line of linesOf(summary)) out(line);
    return summary.complete ? 0 : 1;
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function bodyOf({ day: _day, ...summary }: CompactSummary): object {
  return summary;
}

function linesOf(summary: CompactSummary): string[] {
  const { daysCompacted, instruments, filesBefore, filesAfter, rows, bytesBefore, bytesAfter } = summary;
  const lines: string[] = [];
  if (summary.recoveredRows > 0)
    lines.push(`${summary.recoveredRows} rows of an earlier recording were brought into files first`);
  lines.push(
    instruments === 0
      ? 'nothing to compact'
      : `${daysCompacted} days compacted: ${instruments} instruments, ${filesBefore} files became ${filesAfter}, ` +
          `${rows} rows, ${bytesBefore} bytes became ${bytesAfter}`,
  );
  if (summary.daysRemoved > 0)
    lines.push(
      `${summary.daysRemoved} days removed: ${summary.filesRemoved} files, ${summary.bytesRemoved} bytes ` +
        '(folders without a date are never touched)',
    );
  if (!summary.complete) lines.push('stopped before its end; the next one goes on');
  for (const problem of summary.problems) lines.push(`problem: ${problem}`);
  return lines;
}
