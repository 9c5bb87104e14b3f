// `lake summarise`: makes the summaries of one pair, of every hour that is over, in a lake that nobody records into: for
// those who want to zoom out of what was imported without waiting for `serve` to get there.

import { type Command, Option } from 'commander';
import { hourStartUs } from '../core/time.js';
import { PRICE_BASES, type PriceBasis } from '../history/price.js';
import { folderProblem, type LakeFlags, type LakeIo, withLakeIo } from './lake-flags.js';
import { catchSignals } from './signals.js';

interface SummariseFlags extends LakeFlags {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly price: PriceBasis;
}

export function summariseCommand(command: Command, done: (exitCode: number) => void): void {
  command
    .requiredOption('--symbol <name>', 'in any spelling')
    .requiredOption('--exchange1 <name>', 'the left leg')
    .requiredOption('--exchange2 <name>', 'and the right one')
    .addOption(new Option('--price <basis>', 'which prices are compared').choices(PRICE_BASES).default('bid'))
    .action(async (flags: SummariseFlags) => {
      const asked = catchSignals();
      done(await withLakeIo((io) => runSummarise(flags, asked, io)));
    });
}

/** 0 = done, or nothing was missing; 1 = held by another process, no lake, no such pair, or stopped before its end. */
async function runSummarise(flags: SummariseFlags, asked: AbortSignal, io: LakeIo): Promise<number> {
  const { lake: root, symbol, exchange1, exchange2, price } = flags;
  const problem = folderProblem(root);
  if (problem !== null) return failed(io, problem);
  const { SummaryMaker } = await import('../history/summary-maker.js');
  const { openReader } = await import('../lake/reader.js');
  const { waitingStore } = await import('../lake/store.js');
  const { takeLock } = await import('../lake/lock.js');
  const reader = openReader(root, { store: waitingStore });
  for (const exchange of [exchange1, exchange2])
    if ((await reader.find(exchange, symbol)) === undefined)
      return failed(io, `the lake has no quotes of ${symbol} on ${exchange}`);
  const made = { hour: 0, day: 0 };
  let unlock: () => void;
  try {
    unlock = takeLock(root);
  } catch (error) {
    return failed(io, error instanceof Error ? error.message : String(error));
  }
  try {
    const maker = new SummaryMaker({ root, store: waitingStore, reader, nextTurn: () => Promise.resolve() });
    const nowUs = io.clock.nowUs();
    const step = { symbol, exchange1, exchange2, price, nowUs, closedBeforeUs: hourStartUs(nowUs) };
    for (;;) {
      const one = await maker.step(step, asked);
      if (one === null) break;
      made[one] += 1;
    }
  } catch (error) {
    if (!asked.aborted) throw error;
  } finally {
    unlock();
  }
  for (const { path, message } of reader.problems()) io.error(`warning: ${path}: ${message}`);
  if (flags.json === true)
    io.out(JSON.stringify({ days: made.day, hours: made.hour, complete: !asked.aborted }));
  else
    io.out(
      `${made.day} days and ${made.hour} hours summarised${asked.aborted ? '; stopped before the end' : ''}`,
    );
  return asked.aborted ? 1 : 0;
}

function failed(io: LakeIo, message: string): number {
  io.error(`error: ${message}`);
  return 1;
}
