// What the numbers of a pair say, in words: whether its spread comes back, how often, and whether anything is left of it after
// fees. Rests on our own columns; the rules for trust are those of the reference's owner. Pure.

import { US_PER_HOUR, US_PER_SECOND } from '../core/time.js';
import { type OwnStatistics, ownValues } from './own-columns.js';

/** `none`: the numbers rest on too little. */
export type Grade = 'good' | 'fair' | 'poor' | 'none';

export interface Verdict {
  readonly grade: Grade;
  /** One or two sentences. */
  readonly words: string;
}

const ROWS_MIN = 1_000;
const COVERED_US_MIN = US_PER_HOUR;
const COVERED_PERCENT_LOW = 50;
const GOOD_NET_AN_HOUR = 2;
const GOOD_MEDIAN_SECONDS_MAX = 300;
/** Percent: half of the time it stands as far from zero as half of what makes a cycle. */
const BASIS_PERCENT = 0.2;

export function verdictOf(own: OwnStatistics): Verdict {
  const { totals } = own;
  const hours = totals.validUs / US_PER_HOUR;
  if (totals.validUs < COVERED_US_MIN || totals.rows < ROWS_MIN)
    return { grade: 'none', words: `Too little to say: ${hours.toFixed(1)} h, ${totals.rows} rows.` };
  const values = ownValues(own);
  const number = (name: string) => Number(values[name] ?? Number.NaN);
  if (values['stuck'] === true) {
    const share = number('time_above_040bp_pct').toFixed(0);
    return { grade: 'poor', words: `Stands apart (${share} % of the time) and does not come back once.` };
  }
  const [cycles, net] = [number('cycles_up_040bp') + number('cycles_down_040bp'), number('net_cycles')];
  const beware = bewareOf(own);
  if (net === 0) {
    const words =
      cycles === 0
        ? 'Never leaves the fees behind, nor 40 bp: nothing to trade.'
        : `Comes back from 40 bp ${perHour(cycles, hours)}, and never with more than the fees of ${own.costPercent.toFixed(2)} %.`;
    return { grade: 'poor', words: `${words}${beware}` };
  }
  const median = medianSeconds(own);
  const gainBps = (100 * number('net_gain_pct')) / (net + number('net_cycles_lost'));
  const isGood =
    net / hours >= GOOD_NET_AN_HOUR && median <= GOOD_MEDIAN_SECONDS_MAX && gainBps > 0 && beware === '';
  const gain = `${gainBps.toFixed(1)} bp each after all fees`;
  return {
    grade: isGood ? 'good' : 'fair',
    words: `Comes back with a gain ${perHour(net, hours)}, ${gain}, half of them within ${span(median)}.${beware}`,
  };
}

/** What makes the other numbers worth less; empty where nothing does. */
function bewareOf({ totals, spanUs }: OwnStatistics): string {
  const words: string[] = [];
  const coveredPercent = (100 * totals.validUs) / spanUs;
  if (coveredPercent < COVERED_PERCENT_LOW)
    words.push(` Both legs had a quote in ${coveredPercent.toFixed(0)} % of the time only.`);
  const middle = totals.p50;
  if (Math.abs(middle) > BASIS_PERCENT)
    words.push(` It stands around ${middle.toFixed(2)} %: perhaps not the same coin, or a price of its own.`);
  return words.join('');
}

/** Of the cycles with a gain or without. */
function medianSeconds({ totals }: OwnStatistics): number {
  const all = totals.directions.flatMap(({ net }) => net.durationsUs).sort((a, b) => a - b);
  return (all[Math.floor((all.length - 1) / 2)] ?? Number.NaN) / US_PER_SECOND;
}

function perHour(count: number, hours: number): string {
  const rate = count / hours;
  return rate >= 1 ? `${rate.toFixed(1)} times an hour` : `${count} times in ${hours.toFixed(1)} h`;
}

function span(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
