// What history has of one pair over one stretch of time: its spreads in the ways that are asked for, both legs' prices, its cycles
// and what is covered. Asked for all at once; what of it fails is told by name, the rest is shown.

import type {
  ChartData,
  CoverageReply,
  CyclesReply,
  LegsReply,
  PairName,
  QualityReply,
} from '../../src/api/contract.js';
import { readChart } from '../replies.js';
import { fetchJson, fetchLines, ServerError } from '../server.js';
import type { Range } from './pair-range.js';

/** Ways to say how far two exchanges are apart. */
export const LINES = ['bid', 'edge12', 'edge21', 'mid'] as const;
export type Line = (typeof LINES)[number];

export interface PairData {
  readonly range: Range;
  /** Null where history has nothing of it. */
  readonly lines: Readonly<Partial<Record<Line, ChartData | null>>>;
  readonly legs: LegsReply | null;
  readonly cycles: CyclesReply | null;
  readonly coverage: readonly [CoverageReply | null, CoverageReply | null];
  readonly quality: QualityReply | null;
  /** What could not be had, and why. */
  readonly problems: readonly string[];
}

const POINTS = 1_500;
/** The server answers for no longer stretch of coverage. */
const COVERAGE_SECONDS_MAX = 31 * 86_400;
/** Nor of refusals. */
const QUALITY_SECONDS_MAX = 2 * 86_400;
const UNKNOWN = 404;

export async function askPair(
  name: PairName,
  range: Range,
  wanted: readonly Line[],
  signal: AbortSignal,
): Promise<PairData> {
  const problems: string[] = [];
  const part = async <T>(asked: Promise<T>): Promise<T | null> => {
    try {
      return await asked;
    } catch (error) {
      if (signal.aborted || !(error instanceof ServerError)) throw error;
      // History does not know the pair or the time: an empty chart says so.
      if (error.status !== UNKNOWN) problems.push(error.message);
      return null;
    }
  };
  const times = { from: ms(range.from), to: ms(range.to) };
  const json = <T>(path: string, query: object): Promise<T | null> =>
    part(fetchJson(`${path}?${new URLSearchParams({ ...query })}`, signal) as Promise<T>);
  const { symbol, exchange1, exchange2 } = name;
  const covered = (exchange: string): Promise<CoverageReply | null> =>
    range.to - range.from > COVERAGE_SECONDS_MAX
      ? Promise.resolve(null)
      : json('/api/coverage', { symbol, exchange, ...times });
  const isJudged = range.to - range.from <= QUALITY_SECONDS_MAX;
  const [lines, legs, cycles, left, right, quality] = await Promise.all([
    Promise.all(wanted.map((line) => part(askLine(name, line, times, signal)))),
    json<LegsReply>('/api/legs', { ...name, ...times, points: POINTS }),
    json<CyclesReply>('/api/cycles', { ...name, ...times }),
    covered(exchange1),
    covered(exchange2),
    isJudged ? json<QualityReply>('/api/quality', { ...name, ...times }) : Promise.resolve(null),
  ]);
  return {
    range,
    lines: Object.fromEntries(wanted.map((line, at) => [line, lines[at] ?? null])),
    ...{ legs, cycles, coverage: [left, right], quality, problems },
  };
}

/** The query of a line; the other direction is the pair named the other way round. */
export function chartQuery({ symbol, exchange1, exchange2 }: PairName, line: Line): URLSearchParams {
  const [left, right] = line === 'edge21' ? [exchange2, exchange1] : [exchange1, exchange2];
  const price = line === 'bid' ? 'bid' : line === 'mid' ? 'mid' : 'executable';
  return new URLSearchParams({ symbol, exchange1: left, exchange2: right, price });
}

async function askLine(
  name: PairName,
  line: Line,
  times: Readonly<Record<'from' | 'to', string>>,
  signal: AbortSignal,
): Promise<ChartData | null> {
  const query = chartQuery(name, line);
  query.set('points', `${POINTS}`);
  for (const [end, value] of Object.entries(times)) query.set(end, value);
  for await (const text of fetchLines(`/api/charts?${query}`, signal)) {
    const chart = readChart(text);
    if (typeof chart === 'string') throw new ServerError(chart);
    return chart;
  }
  return null;
}

export function ms(seconds: number): string {
  return String(Math.round(seconds * 1_000));
}
