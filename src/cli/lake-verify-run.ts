// What `lake verify` does: says of every file of a lake whether it is whole. Exit codes: 0 = it is, or recovery would
// make it so; 1 = damaged, or no lake.

import { inventory } from '../lake/inventory.js';
import { type VerifyReport, verifyLake } from '../lake/verify.js';
import type { Finding } from '../lake/verify-rules.js';
import { folderProblem, type LakeFlags, type LakeIo } from './lake-flags.js';

/** The exit code. Rejects where a folder cannot be listed. */
export async function runVerify({ lake, json }: LakeFlags, io: LakeIo): Promise<number> {
  const problem = folderProblem(lake);
  if (problem !== null) {
    io.error(`error: ${problem}`);
    return 1;
  }
  let total = 0;
  for await (const { bytes } of inventory(lake)) total += bytes;
  let done = 0;
  const report = await verifyLake(lake, (name, bytes) => {
    io.progress.show(Math.min(done, total), total, name);
    done += bytes;
  });
  io.progress.clear();
  if (json === true) io.out(JSON.stringify({ verdict: verdictOf(report), ...report }));
  else for (const line of textOf(lake, report)) io.out(line);
  return report.damaged > 0 ? 1 : 0;
}

function verdictOf({ damaged, unclean }: VerifyReport): 'clean' | 'unclean' | 'damaged' {
  if (damaged > 0) return 'damaged';
  return unclean > 0 ? 'unclean' : 'clean';
}

function textOf(lake: string, report: VerifyReport): string[] {
  const { files, bytes, rows, vanished, holder, unclean, damaged, findings } = report;
  const lines = findings.map(lineOf);
  const more = unclean + damaged - findings.length;
  if (more > 0) lines.push(`and ${more} more`);
  if (vanished > 0) lines.push(`${vanished} files were gone when they were to be read`);
  if (holder !== null) lines.push(`process ${holder} holds the lake: what is under way in it is not told`);
  const read = `${files} files, ${bytes} bytes, ${rows} rows in files`;
  const verdict = verdictOf(report);
  const says =
    verdict === 'clean'
      ? 'clean'
      : verdict === 'unclean'
        ? `unclean: ${unclean} things that the next start repairs by itself`
        : `damaged: ${damaged} things are wrong${unclean > 0 ? `, ${unclean} more are repaired by the next start` : ''}`;
  return [...lines, `${lake}: ${read}`, says];
}

function lineOf({ severity, file, what, where }: Finding): string {
  return `${severity}  ${file}: ${what}${where === '' ? '' : ` (${where})`}`;
}
