// `lake compact`: every closed day of a lake that nobody records into becomes one file an instrument; removes old days
// only where it is told to.

import { type Command, InvalidArgumentError } from 'commander';
import { createRealClock } from '../clock.js';
import type { CompactSummary } from '../lake/compact-lake.js';
import type { LakeFlags } from './lake.js';
import { createProgress } from './progress.js';
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
    .action(async (flags: CompactFlags) => done(await runCompact(flags, catchSignals())));
}

function count(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}

/** 0 = done, or nothing to do; 1 = held by another process, no lake, or stopped before its end. */
async function runCompact(flags: CompactFlags, asked: AbortSignal): Promise<number> {
  const clock = createRealClock();
  const progress = createProgress(process.stderr, clock);
  const { lake: root, hotDays = 1, retentionDays, maxBytes } = flags;
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
    progress.clear();
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(bodyOf(summary), null, 2)}\n` : textOf(summary),
    );
    return summary.complete ? 0 : 1;
  } catch (error) {
    progress.clear();
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    clock.close();
  }
}

function bodyOf({ day: _day, ...summary }: CompactSummary): object {
  return summary;
}

function textOf(summary: CompactSummary): string {
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
  return `${lines.join('\n')}\n`;
}
