// The result of `analyze` as one page that needs nothing else: a ranking, charts of the first pairs, and what each pair's
// numbers say. No script, no font, no address in it; whatever names hold is text.

import type { AnalysisResult } from '../analysis/analyze.js';
import type { PairRow } from '../analysis/compat.js';
import type { PairLegs } from '../analysis/discover.js';
import { type OwnStatistics, ownValues } from '../analysis/own-columns.js';
import { skippedPairs } from '../analysis/skipped.js';
import { type Verdict, verdictOf } from '../analysis/verdict.js';
import { type Micros, US_PER_HOUR } from '../core/time.js';
import { computeValidChart, type ReadEvents } from '../history/valid-chart.js';
import type { LakeInstrument, LakeReader } from '../lake/reader.js';
import { spreadSvg } from './spread-svg.js';

/** Pairs with a chart. */
const CHARTS_MAX = 12;
const CHART_POINTS = 600;

export interface StatisticsPage {
  readonly reader: LakeReader;
  /** Half-open. */
  readonly range: { readonly fromUs: Micros; readonly toUs: Micros };
  readonly result: AnalysisResult;
  readonly pairs: readonly PairLegs[];
  readonly nowUs: Micros;
}

interface Ranked {
  readonly row: PairRow;
  readonly own: OwnStatistics;
  readonly verdict: Verdict;
  readonly values: ReturnType<typeof ownValues>;
}

export async function statisticsPage(page: StatisticsPage): Promise<string> {
  const ranked = rank(page.result.rows);
  const charts: string[] = [];
  for (const one of ranked.slice(0, CHARTS_MAX)) charts.push(await figureOf(one, page));
  const { result, pairs, nowUs } = page;
  const counts = `${pairs.length} pairs, ${result.rows.length} with statistics, ${skippedPairs(result.skipped)} without rows, ${result.failed.length} failed`;
  const failed = result.failed.map(
    ({ symbol, exchange1, exchange2, message }) =>
      `<li>${escaped(symbol)} ${escaped(exchange1)} ${escaped(exchange2)}: ${escaped(message)}</li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Which pairs come back</title><style>${STYLE}</style></head><body>
<h1>Which pairs come back</h1>
<p>${escaped(counts)}. Written ${new Date(nowUs / 1_000).toISOString().slice(0, 19)}Z.</p>
<div class="charts">${charts.join('\n')}</div>
<table><thead><tr>${COLUMNS.map(({ title }) => `<th scope="col">${title}</th>`).join('')}</tr></thead><tbody>
${ranked.map(rowOf).join('\n')}
</tbody></table>
${failed.length === 0 ? '' : `<h2>Failed</h2><ul>${failed.join('')}</ul>`}
</body></html>
`;
}

/** Those with the most net cycles an hour first; without any, those with the most cycles of 40 bp. */
function rank(rows: readonly PairRow[]): readonly Ranked[] {
  const ranked = rows.flatMap((row): Ranked[] => {
    const { own } = row;
    return own === undefined ? [] : [{ row, own, verdict: verdictOf(own), values: ownValues(own) }];
  });
  const perHour = ({ own, values }: Ranked, name: string) =>
    own.totals.validUs > 0 ? (Number(values[name]) * US_PER_HOUR) / own.totals.validUs : 0;
  const trusted = ({ verdict }: Ranked) => (verdict.grade === 'none' ? 0 : 1);
  return ranked.sort(
    (a, b) =>
      trusted(b) - trusted(a) ||
      perHour(b, 'net_cycles') - perHour(a, 'net_cycles') ||
      cycles(b) - cycles(a) ||
      (nameOf(a) < nameOf(b) ? -1 : 1),
  );
}

function cycles({ values }: Ranked): number {
  return Number(values['cycles_up_040bp']) + Number(values['cycles_down_040bp']);
}

function nameOf({ row: { symbol, exchange1, exchange2 } }: Ranked): string {
  return `${symbol} ${exchange1} ${exchange2}`;
}

interface Column {
  readonly title: string;
  readonly cell: (one: Ranked) => string;
}

function number(title: string, name: string, digits: number): Column {
  const cell = ({ values }: Ranked) => {
    const value = values[name];
    return `<td class="n">${typeof value === 'number' ? value.toFixed(digits) : '–'}</td>`;
  };
  return { title, cell };
}

const COLUMNS: readonly Column[] = [
  { title: 'Pair', cell: (one) => `<th scope="row">${escaped(nameOf(one))}</th>` },
  { title: 'Verdict', cell: ({ verdict }) => `<td class="${verdict.grade}">${WORDS[verdict.grade]}</td>` },
  number('Net cycles', 'net_cycles', 0),
  number('Gain %', 'net_gain_pct', 3),
  { title: 'Cycles 40 bp', cell: (one) => `<td class="n">${cycles(one)}</td>` },
  number('Median s', 'cycle_median_040bp_sec', 1),
  number('Above 40 bp %', 'time_above_040bp_pct', 1),
  number('Mean %', 'spread_mean_pct', 3),
  number('Half-life s', 'half_life_sec', 0),
  number('Now, percentile', 'percentile_of_last', 0),
  number('Covered h', 'covered_hours', 1),
  { title: 'In words', cell: ({ verdict }) => `<td>${escaped(verdict.words)}</td>` },
];

const WORDS: Readonly<Record<Verdict['grade'], string>> = {
  good: 'good',
  fair: 'fair',
  poor: 'poor',
  none: 'too little data',
};

function rowOf(one: Ranked): string {
  return `<tr>${COLUMNS.map(({ cell }) => cell(one)).join('')}</tr>`;
}

async function figureOf(one: Ranked, { reader, range, pairs }: StatisticsPage): Promise<string> {
  const { symbol, exchange1, exchange2 } = one.row;
  const pair = pairs.find(
    (other) =>
      other.symbol === symbol && other.left.exchange === exchange1 && other.right.exchange === exchange2,
  );
  if (pair === undefined) return '';
  const legs = [pair.left, pair.right] as const;
  const chart = await chartOf(reader, legs, range);
  return `<figure><figcaption>${escaped(nameOf(one))}</figcaption>${spreadSvg(chart)}<p>${escaped(one.verdict.words)}</p></figure>`;
}

async function chartOf(
  reader: LakeReader,
  legs: readonly [LakeInstrument, LakeInstrument],
  { fromUs, toUs }: StatisticsPage['range'],
) {
  const newest = await Promise.all(legs.map((leg) => reader.newestUs(leg, toUs)));
  const knownUs = Math.max(...newest.map((us) => us ?? 0));
  const readEvents: ReadEvents = (from, to) => reader.readEvents(legs, { fromUs: from, toUs: to });
  return await computeValidChart({
    ...{ legs, knownUs, readEvents, points: CHART_POINTS },
    range: { fromUs, toUs: Math.min(toUs, knownUs + 1) },
    read: (leg, from, to) => reader.readQuotes(leg, { fromUs: from, toUs: to, asks: false, fleeting: true }),
    nextTurn: async () => undefined,
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const STYLE = `
:root{color-scheme:light dark;--line:#1f6feb;--soft:#8884;--good:#1a7f37;--poor:#b35900}
@media(prefers-color-scheme:dark){:root{--line:#6cb6ff;--good:#56d364;--poor:#f0883e}}
body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem;max-width:100rem}
h1{font-size:1.4rem;margin:0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--soft);text-align:left;vertical-align:top}
thead th{position:sticky;top:0;background:Canvas}
.n{text-align:right}.good{color:var(--good);font-weight:600}.poor{color:var(--poor)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(22rem,1fr));gap:1rem;margin:1rem 0}
figure{margin:0;border:1px solid var(--soft);border-radius:6px;padding:.6rem}
figcaption{font-weight:600}figure p{margin:.3rem 0 0;font-size:.85rem}
svg{width:100%;height:auto;display:block}svg path{fill:none;stroke:var(--line)}svg line{stroke:var(--soft)}svg text{fill:currentColor;font-size:10px}
`;
