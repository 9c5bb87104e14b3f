// What a soak must hold to, and by how much it does. Pure.

import type { SoakResult, SoakSample } from './soak.js';

export interface SoakBounds {
  readonly rssMbMax: number;
  /** Between the settled second and the end. */
  readonly growthMbMax: number;
  readonly loopDelayMsMax: number;
  /** The processor time a quote in the last third of the minutes, times that in the first: medians. */
  readonly costGrowthMax: number;
}

export interface Verdict {
  readonly holds: boolean;
  readonly words: string;
}

/** The start, in which listings are read and code is compiled, is none of the soak. */
export const SETTLING_SECONDS = 20;

export function verdictsOf(
  result: SoakResult,
  settledSecond: number,
  bounds: SoakBounds,
): readonly Verdict[] {
  const { samples, kept, unaccounted, clients, hourFiles, exitCode } = result;
  const settled = samples.filter(({ second }) => second >= Math.min(settledSecond, SETTLING_SECONDS));
  const most = (of: (sample: SoakSample) => number) => Math.max(...settled.map(of));
  const rssMb = most((sample) => sample.rssMb);
  // Collecting the garbage by force holds the loop up by itself, and is seen for ten seconds.
  const byForce = ({ second }: SoakSample) =>
    kept.some((one) => second > one.second && second <= one.second + 11);
  const delayMs = most((sample) => (byForce(sample) ? 0 : sample.loopDelayMs));
  const [rssAt, rssEnd] = [meanRss(samples, settledSecond), meanRss(samples, samples.length)];
  const [first, last] = [kept[0], kept.at(-1)];
  const keptMb = (one = first) => (one === undefined ? Number.NaN : one.heapMb + one.externalMb);
  const costs = minuteCostsNs(settled);
  const third = Math.max(1, Math.floor(costs.length / 3));
  const [costAt, costEnd] = [median(costs.slice(0, third)), median(costs.slice(-third))];
  const within = (value: number, max: number, words: string): Verdict => ({
    holds: value <= max,
    words: `${words} (at most ${max})`,
  });
  return [
    within(rssMb, bounds.rssMbMax, `${rssMb.toFixed(0)} MB resident at most`),
    within(rssEnd - rssAt, bounds.growthMbMax, `${(rssEnd - rssAt).toFixed(1)} MB more resident at the end`),
    within(
      keptMb(last) - keptMb(first),
      bounds.growthMbMax,
      `${(keptMb(last) - keptMb(first)).toFixed(1)} MB more kept after the garbage has gone: ${keptMb(last).toFixed(1)} MB`,
    ),
    within(delayMs, bounds.loopDelayMsMax, `the loop held up ${delayMs.toFixed(0)} ms at most`),
    within(
      costEnd / costAt,
      bounds.costGrowthMax,
      `a quote costs ${(costEnd / 1_000).toFixed(1)} µs at the end, ${(costEnd / costAt).toFixed(2)} times as much as before`,
    ),
    {
      holds: unaccounted === 0,
      words: `${unaccounted} quotes unaccounted of ${result.counters['received']}`,
    },
    { holds: hourFiles > 0, words: `${hourFiles} hour files were written` },
    {
      holds: clients.closedSlow === 1 && clients.closed.length === 0,
      words: `${clients.closedSlow} client closed as too slow${clients.closed.map((one) => `; ${one}`).join('')}`,
    },
    {
      holds: clients.charts > 0 && clients.quotes > 0 && clients.quotesV2 > 0,
      words: `${clients.charts} charts, ${clients.quotes} quotes, ${clients.quotesV2} by protocol v2 came`,
    },
    { holds: exitCode === 0, words: `ended with ${exitCode}` },
  ];
}

/** Of the ten seconds up to this one: what garbage makes of a single second says little. */
function meanRss(samples: readonly SoakSample[], second: number): number {
  const some = samples.filter((sample) => sample.second > second - 10 && sample.second <= second);
  return some.reduce((sum, { rssMb }) => sum + rssMb, 0) / some.length;
}

/** Of each minute, or of the whole where it is no minute. */
function minuteCostsNs(samples: readonly SoakSample[]): readonly number[] {
  const starts = samples.filter((_sample, at) => at % 60 === 0);
  const ends = [...starts.slice(1), ...samples.slice(-1)];
  return starts.flatMap((from, at) => {
    const to = ends[at]!;
    // The rest of a minute would be of another phase of the bursts.
    if (at > 0 && to.second - from.second < 60) return [];
    return [(to.cpuNs - from.cpuNs) / (to.received - from.received)];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
