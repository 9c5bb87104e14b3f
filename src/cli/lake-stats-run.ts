// What `lake stats` does: how much of what a lake holds, as a table. Exit codes: 0 = done, 1 = no lake, or a file that
// cannot be read.

import { isoMicros, type Micros } from '../core/time.js';
import { messageOf } from '../lake/files.js';
import { INVENTORY_KINDS, inventory } from '../lake/inventory.js';
import { lakeHolder } from '../lake/lock.js';
import { readOrigin } from '../lake/origin.js';
import { type LakeStats, lakeStats } from '../lake/stats.js';
import { folderProblem, type LakeFlags, type LakeIo } from './lake-flags.js';

/** The exit code. Rejects where a folder cannot be listed. */
export async function runStats({ lake, json }: LakeFlags, io: LakeIo): Promise<number> {
  const problem = folderProblem(lake);
  if (problem !== null) {
    io.error(`error: ${problem}`);
    return 1;
  }
  let total = 0;
  for await (const _file of inventory(lake)) total += 1;
  let done = 0;
  const found = await lakeStats(lake, ({ name }) => {
    io.progress.show(Math.min(done, total), total, name);
    done += 1;
  });
  io.progress.clear();
  const holder = lakeHolder(lake);
  const origin = originOf(lake);
  for (const { name, message } of found.problems) io.error(`warning: ${name}: ${message}`);
  if (json === true) {
    const told = ({ firstUs, lastUs, ...stats }: LakeStats) => ({
      ...stats,
      first: isoOrNull(firstUs),
      last: isoOrNull(lastUs),
    });
    const exchanges = found.exchanges.map(({ exchange, ...stats }) => ({ exchange, ...told(stats) }));
    const { problems } = found;
    io.out(JSON.stringify({ lake, origin, holder, exchanges, all: told(found.all), problems }));
  } else for (const line of tableOf(found.exchanges, found.all)) io.out(line);
  if (json !== true) {
    io.out(`origin: ${origin ?? 'no mark'}`);
    io.out(holder === null ? 'no process holds it' : `process ${holder} holds it`);
  }
  return found.problems.length > 0 ? 1 : 0;
}

function originOf(lake: string): string | null {
  try {
    return readOrigin(lake);
  } catch (error) {
    return messageOf(error);
  }
}

function isoOrNull(us: Micros | null): string | null {
  return us === null ? null : isoMicros(us);
}

function tableOf(
  exchanges: readonly ({ readonly exchange: string } & LakeStats)[],
  all: LakeStats,
): string[] {
  const cells = (stats: LakeStats) => [
    String(stats.instruments),
    String(stats.days),
    String(stats.rows),
    stats.bytesAQuote === null ? '' : stats.bytesAQuote.toFixed(2),
    isoOrNull(stats.firstUs) ?? '',
    isoOrNull(stats.lastUs) ?? '',
  ];
  const head = ['exchange', 'instruments', 'days', 'rows', 'bytes/quote', 'first', 'last'];
  const rows = [head, ...exchanges.map((stats) => [stats.exchange, ...cells(stats)]), ['all', ...cells(all)]];
  const kinds = [
    ['files', 'number', 'bytes'],
    ...INVENTORY_KINDS.filter((kind) => all.kinds[kind].files > 0).map((kind) => [
      kind,
      String(all.kinds[kind].files),
      String(all.kinds[kind].bytes),
    ]),
  ];
  return [...aligned(rows), '', ...aligned(kinds)];
}

/** The first column to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
