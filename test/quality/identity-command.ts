// The table of `npm run identity`: decisions, precision, recall, time to a verdict and what a pass costs, over many seeds.

import { parseArgs } from 'node:util';
import { Identity } from '../../src/quality/identity.js';
import { OTHER_COIN, PENDING } from '../../src/quality/identity-score.js';
import { groupsOf, labelledListings } from './identity-listings.js';
import { type PairOutcome, type RunResult, runIdentity } from './identity-run.js';

export interface IdentityTools {
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
  readonly freshSeed: () => number;
}

export interface Tally {
  readonly decisions: number;
  readonly falseMerges: number;
  readonly knownBadMerges: number;
  /** Pairs that are called one coin and are, over these and all that were ever called so and are not. */
  readonly precision: number;
  /** Right decisions at the end, of whatever kind, over all; one that was ever a false merge is wrong. */
  readonly right: number;
  /** Pairs of one coin that are called so at the end. */
  readonly recall: number;
  readonly refused: number;
  readonly refusedAtEnd: number;
}

export const PRECISION_MIN = 0.999;
export const RECALL_MIN = 0.98;

export function tally(pairs: readonly PairOutcome[]): Tally {
  const ones = pairs.filter(({ label }) => label !== OTHER_COIN);
  const found = ones.filter(({ verdict, label, isFalseMerge }) => verdict === label && !isFalseMerge);
  const decided = pairs.filter(({ verdict, isFalseMerge }) => verdict !== PENDING || isFalseMerge);
  const right = decided.filter(({ verdict, label, isFalseMerge }) => verdict === label && !isFalseMerge);
  const falseMerges = pairs.filter(({ isFalseMerge }) => isFalseMerge);
  return {
    decisions: decided.length,
    falseMerges: falseMerges.length,
    knownBadMerges: falseMerges.filter(({ isKnownBad }) => isKnownBad).length,
    right: right.length / decided.length,
    precision: found.length / (found.length + falseMerges.length),
    recall: found.length / ones.length,
    refused: ones.filter(({ wasRefused }) => wasRefused).length,
    refusedAtEnd: ones.filter(({ verdict }) => verdict === OTHER_COIN).length,
  };
}

/** Exit code: 1 where a run misses what is asked. */
export function runIdentityCommand(
  args: readonly string[],
  { write, nowMs, freshSeed }: IdentityTools,
): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1' },
      hours: { type: 'string', default: '6' },
    },
  });
  const listings = labelledListings();
  const groups = groupsOf(listings);
  write(`${groups.size} symbols, ${listings.length} listings, of ${values.hours} hours each`);
  const all: PairOutcome[] = [];
  let isWhole = true;
  for (let run = 0; run < Number(values.seeds); run += 1) {
    const seed = values.seed === undefined ? freshSeed() : Number(values.seed) + run;
    const result = runIdentity({
      seed,
      listings,
      seconds: Number(values.hours) * 3600,
      nowMs,
      known: new Set(),
    });
    const counted = tally(result.pairs);
    all.push(...result.pairs);
    write(runLine(seed, result, counted));
    for (const pair of result.pairs.filter(({ isFalseMerge }) => isFalseMerge))
      write(`  false merge: ${inWords(pair)}`);
    isWhole &&=
      Math.min(counted.precision, counted.right) >= PRECISION_MIN &&
      counted.recall >= RECALL_MIN &&
      counted.knownBadMerges === 0;
  }
  write('');
  for (const line of kindTable(all)) write(line);
  const whole = tally(all);
  write('');
  write(
    `${all.length} pairs, ${whole.decisions} decided; false merges ${whole.falseMerges}, on the known-bad list ${whole.knownBadMerges}; ` +
      `precision of merges ${percent(whole.precision)}, of all decisions ${percent(whole.right)}, recall ${percent(whole.recall)}; one coin called two: ever ${whole.refused}, at the end ${whole.refusedAtEnd}`,
  );
  write(caughtLine(all));
  write(costLine(nowMs));
  write(isWhole ? 'passed' : 'MISSED');
  return isWhole ? 0 : 1;
}

/** A collision shows at once, unless it happens to stand near a power of ten: then it is pending, and so refused too. */
function caughtLine(pairs: readonly PairOutcome[]): string {
  const other = pairs.filter(({ label }) => label === OTHER_COIN);
  const away = other.filter(({ nearShare }) => nearShare < 0.05);
  const times = away.map(({ seenS }) => seenS).sort((a, b) => a - b);
  const at = (part: number): string => `${times[Math.floor((times.length - 1) * part)] ?? '–'}`;
  return (
    `${away.length} of ${other.length} pairs of two coins began away from every power of ten: told after ${at(0.5)} s of both prices ` +
    `(median), ${at(0.99)} s (p99), ${at(1)} s at most; the rest was pending meanwhile`
  );
}

/** The labelled set three times over, for five minutes. */
function costLine(nowMs: () => number): string {
  const listings = ['', ' again', ' and again'].flatMap((more) =>
    labelledListings().map((listing) => ({ ...listing, group: `${listing.group}${more}` })),
  );
  const { pairs, passesMs } = runIdentity({ seed: 1, listings, seconds: 300, nowMs });
  const sorted = passesMs.slice(60).sort((a, b) => a - b);
  const at = (part: number): string => sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(2);
  return (
    `a pass over ${pairs.length} pairs: median ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${at(1)} ms; ` +
    `${Identity.bytesMax(1, 0)} bytes of columns a pair`
  );
}

function runLine(seed: number, { pairs, passesMs }: RunResult, counted: Tally): string {
  return (
    `seed ${seed}: ${pairs.length} pairs, ${counted.decisions} decided, false merges ${counted.falseMerges} (known-bad ${counted.knownBadMerges}), ` +
    `precision of merges ${percent(counted.precision)}, of all decisions ${percent(counted.right)}, recall ${percent(counted.recall)}, one coin called two: ever ${counted.refused}, at the end ${counted.refusedAtEnd}; ` +
    `a pass ${(passesMs.reduce((sum, ms) => sum + ms, 0) / passesMs.length).toFixed(2)} ms`
  );
}

function kindTable(pairs: readonly PairOutcome[]): readonly string[] {
  const kinds = [...new Set(pairs.map(({ kind }) => kind))].sort();
  const rows = kinds.map((kind) => {
    const own = pairs.filter((pair) => pair.kind === kind);
    const share = (verdict: number): string =>
      percent(own.filter((pair) => pair.verdict === verdict).length / own.length);
    const times = own
      .map(({ firstS }) => firstS)
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    const at = (part: number): string =>
      times.length === 0 ? '–' : `${times[Math.min(times.length - 1, Math.floor(times.length * part))]}`;
    const merges = own.filter(({ isFalseMerge }) => isFalseMerge).length;
    const within = times.filter((time) => time <= 60).length;
    return [
      kind,
      own.length,
      share(1),
      share(2),
      share(3),
      share(0),
      merges,
      at(0.5),
      at(0.99),
      at(1),
      percent(within / own.length),
    ].map(String);
  });
  const head = [
    'kind',
    'pairs',
    'same',
    'unit',
    'other',
    'pending',
    'false',
    'median s',
    'p99 s',
    'max s',
    '≤ 60 s',
  ];
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
}

function inWords({ left, right, kind, firstS }: PairOutcome): string {
  return `${left.base} on ${left.exchange} (${left.coin}) and ${right.base} on ${right.exchange} (${right.coin}): ${kind}, first verdict after ${firstS} s`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}
