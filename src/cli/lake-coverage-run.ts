// What `lake coverage` does: how much of its time each instrument is covered, as a table and percentages. Reads beside a
// live recorder, changes nothing. Exit codes: 0 = done, 1 = the lake has nothing of what was asked for, 2 = asked wrongly.

import { RequestError, time } from '../api/query.js';
import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import { isoMicros, type Micros, US_PER_DAY, US_PER_SECOND } from '../core/time.js';
import { readCoverage } from '../lake/coverage-read.js';
import { COVERAGE_CLASSES } from '../lake/coverage-rules.js';
import { CoverageSummary, type CoverageTotals } from '../lake/coverage-summary.js';
import { type LakeInstrument, openReader } from '../lake/reader.js';
import { folderProblem, type LakeFlags, type LakeIo } from './lake-flags.js';

export interface CoverageFlags extends LakeFlags {
  readonly symbol?: string;
  readonly exchange?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The exit code. Rejects where a folder cannot be listed. */
export async function runCoverage(flags: CoverageFlags, io: LakeIo): Promise<number> {
  const nowUs = io.clock.nowUs();
  const range = rangeOf(flags, nowUs);
  if (typeof range === 'string') {
    io.error(`error: ${range}`);
    return 2;
  }
  const problem = folderProblem(flags.lake);
  if (problem !== null) {
    io.error(`error: ${problem}`);
    return 1;
  }
  const reader = openReader(flags.lake);
  const { exchange, symbol } = flags;
  const instruments = (await reader.instruments()).filter(
    (known) =>
      (exchange === undefined || exchangeKey(known.exchange) === exchangeKey(exchange)) &&
      (symbol === undefined || symbolKey(known.symbol) === symbolKey(symbol)),
  );
  if (instruments.length === 0) {
    io.error(`error: the lake ${flags.lake} has nothing of what was asked for`);
    return 1;
  }
  const rows: { readonly instrument: LakeInstrument; readonly summary: CoverageSummary }[] = [];
  const nextTurn = async () => undefined;
  await readCoverage({ root: flags.lake, reader, instruments, range, nextTurn }, (instrument) => {
    io.progress.show(rows.length, instruments.length, `${instrument.exchange} ${instrument.symbol}`);
    const summary = new CoverageSummary(0);
    rows.push({ instrument, summary });
    return summary.take;
  });
  io.progress.clear();
  for (const { path, message } of reader.problems()) io.error(`warning: ${path || flags.lake}: ${message}`);
  const found = rows.map(({ instrument, summary }) => ({ ...namesOf(instrument), totals: summary.totals }));
  if (flags.json === true) io.out(JSON.stringify(jsonOf(range, found)));
  else for (const line of tableOf(range, found)) io.out(line);
  return 0;
}

interface Range {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly nowUs: Micros;
}

interface Found {
  readonly exchange: string;
  readonly symbol: string;
  readonly totals: CoverageTotals;
}

function namesOf({ exchange, symbol }: LakeInstrument): { exchange: string; symbol: string } {
  return { exchange, symbol };
}

/** Or one line that says what is wrong. */
function rangeOf(flags: CoverageFlags, nowUs: Micros): Range | string {
  try {
    const toUs = time({ ...flags }, 'to') ?? nowUs;
    const fromUs = time({ ...flags }, 'from') ?? toUs - US_PER_DAY;
    if (fromUs < toUs) return { fromUs, toUs, nowUs };
    return `option '--from' expected a time before --to, was "${flags.from}"`;
  } catch (error) {
    if (error instanceof RequestError) return `option '--${error.message}`.replace(':', "'");
    throw error;
  }
}

function jsonOf({ fromUs, toUs }: Range, found: readonly Found[]): unknown {
  const share = (us: Micros, ofUs: Micros) => ({ seconds: us / US_PER_SECOND, percent: (us / ofUs) * 100 });
  const body = ({ us, gapUs }: CoverageTotals, ofUs: Micros) => ({
    totals: COVERAGE_CLASSES.map((name) => ({ class: name, ...share(us[name], ofUs) })),
    gaps: [...gapUs].map(([reason, gap]) => ({ reason, ...share(gap, ofUs) })),
  });
  const lengthUs = toUs - fromUs;
  return {
    from: isoMicros(fromUs),
    to: isoMicros(toUs),
    instruments: found.map(({ exchange, symbol, totals }) => ({
      exchange,
      symbol,
      ...body(totals, lengthUs),
    })),
    all: body(sumOf(found), lengthUs * found.length),
  };
}

function tableOf({ fromUs, toUs }: Range, found: readonly Found[]): string[] {
  const lengthUs = toUs - fromUs;
  const cells = ({ us, gapUs }: CoverageTotals, ofUs: Micros) => [
    ...COVERAGE_CLASSES.map((name) => percent(us[name], ofUs)),
    [...gapUs].map(([reason, gap]) => `${reason} ${percent(gap, ofUs).trim()}`).join(', '),
  ];
  const rows = [
    ['exchange', 'symbol', 'data %', 'quiet %', 'gap %', 'not coll. %', 'unknown %', 'gaps by reason'],
    ...found.map(({ exchange, symbol, totals }) => [exchange, symbol, ...cells(totals, lengthUs)]),
    ['all', `${found.length}`, ...cells(sumOf(found), lengthUs * found.length)],
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column > 1 && column < 7 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [`${isoMicros(fromUs)} to ${isoMicros(toUs)}`, ...rows.map(text)];
}

function percent(us: Micros, ofUs: Micros): string {
  return ((us / ofUs) * 100).toFixed(3);
}

function sumOf(found: readonly Found[]): CoverageTotals {
  const us = Object.fromEntries(
    COVERAGE_CLASSES.map((name) => [name, found.reduce((sum, { totals }) => sum + totals.us[name], 0)]),
  ) as CoverageTotals['us'];
  const gapUs = new Map<string, Micros>();
  for (const { totals } of found)
    for (const [reason, gap] of totals.gapUs) gapUs.set(reason, (gapUs.get(reason) ?? 0) + gap);
  return { us, gapUs };
}
