// One pair on the page: its name, newest spread and age in words, its chart and the values below it. Says of
// every number how old it is; draws only when told to.

import type { PairName } from '../../src/api/contract.js';
import { element, setText } from '../dom.js';
import { clockText, dateText, momentText, percentText, ZONE_SUFFIX } from '../format.js';
import { count, t } from '../i18n/words.js';
import { refusalsNow } from '../state/columns.js';
import { refusalWords } from '../state/refusals.js';
import { addressOfPair } from '../state/route.js';
import { keyOf, now, table } from '../state/table.js';
import { type Following, newestWords } from '../words.js';
import { Chart } from './chart.js';
import { whyHole } from './hole-words.js';
import { createLegend, lastValidRow } from './legend.js';
import type { Paintable } from './painter.js';
import type { Series } from './series.js';
import { type Columns, rowAt, slice } from './thin.js';

/** What of a chart is in sight: all there is, or the newest quarter of an hour. */
export type View = 'all' | 'live';

const LIVE_SPAN_SECONDS = 900;

/** What all cards have in common now. */
export interface Sight {
  readonly view: View;
  /** The server's time, epoch seconds. */
  readonly nowSeconds: number;
  /** Whether the live stream is connected; null before it has ever been. */
  readonly live: boolean | null;
}

export class Card implements Paintable {
  readonly root: HTMLElement;
  following: Following = 'never';
  late: readonly string[] = [];
  readonly #name: PairName;
  readonly #series: Series;
  readonly #sight: () => Sight;
  readonly #value = element('strong');
  readonly #age = element('time', 'age');
  readonly #note: HTMLElement;
  /** Whether it could be traded now, where what is shown pays its costs. */
  readonly #judged = element('span', 'judged-now');
  readonly #plot = element('div', 'plot');
  readonly #legend = createLegend();
  #chart: Chart | null = null;
  #view: View | null = null;
  /** A moment within a hole, epoch seconds. */
  #pointedAt: number | null = null;
  /** As drawn. */
  #columns: Readonly<Columns>;

  /** `note` is a short remark beside the newest value (may be empty). */
  constructor(name: PairName, note: string, series: Series, sight: () => Sight) {
    const { symbol, exchange1, exchange2 } = name;
    this.#name = name;
    this.#series = series;
    this.#sight = sight;
    this.#columns = series.columns;
    const legs = element('span', 'legs', `(${exchange1} / ${exchange2})`);
    const link = element('a', '', `${symbol} `, legs);
    link.href = addressOfPair(symbol, exchange1, exchange2);
    const newest = element('span', '', this.#value, ' ', this.#age);
    this.#note = element('span', 'note', note);
    this.#plot.setAttribute('role', 'img');
    this.root = element(
      'article',
      'card',
      element(
        'header',
        '',
        element('h2', 'pair', link),
        element('p', 'last', newest, this.#judged, this.#note),
      ),
      this.#plot,
      this.#legend.root,
    );
    this.root.setAttribute('aria-label', t('card.label', { symbol, exchange1, exchange2 }));
    this.tick();
  }

  setNote(note: string): void {
    setText(this.#note, note);
  }

  /** Writes how old the newest point is. Not in a live region: it would be read out every second. */
  tick(): void {
    const { nowSeconds, live } = this.#sight();
    const { columns } = this.#series;
    const row = lastValidRow(columns);
    const lastSeconds = columns.timestamps[row];
    const point = {
      spread: columns.spreads.at(-1) ?? null,
      lastSpread: columns.spreads[row] ?? undefined,
      lastSeconds,
      late: this.late,
    };
    this.#judge(live === true && point.spread !== null);
    const { value, age, look } = newestWords(point, this.following, live, nowSeconds);
    setText(this.#value, value);
    setText(this.#age, age);
    this.#value.className = point.spread === null ? 'none' : '';
    this.#age.className = `age ${look}`;
    if (lastSeconds === undefined) return;
    this.#age.dateTime = new Date(lastSeconds * 1_000).toISOString();
    this.#age.title = momentText(lastSeconds, nowSeconds);
  }

  /** Draws what there is now into the card, which must be in the page. */
  paint(): void {
    const { view, nowSeconds } = this.#sight();
    if (view !== this.#view) this.#chart?.showAll();
    this.#view = view;
    const to = Math.max(nowSeconds, this.#series.newestSeconds ?? nowSeconds);
    const from = view === 'live' ? to - LIVE_SPAN_SECONDS : Number.NEGATIVE_INFINITY;
    const { columns } = this.#series;
    const first = rowAt(columns.timestamps, from);
    // The row before the first one in sight: the line comes from there.
    this.#columns = slice(columns, Math.max(0, first - 1));
    this.#plot.setAttribute('aria-label', this.#summary());
    if (first === columns.timestamps.length) {
      this.#showNothing(view);
    } else {
      this.#legend.root.hidden = false;
      this.#chart ??= this.#createChart();
      this.#chart.costPercent = this.#costPercent();
      this.#chart.draw(this.#columns, view === 'live' ? [from, to] : null);
      this.#legend.show(this.#columns, this.#chart.row);
    }
    this.tick();
  }

  destroy(): void {
    this.#chart?.destroy();
    this.root.remove();
  }

  #createChart(): Chart {
    this.#plot.replaceChildren();
    return new Chart(this.#plot, (row) => this.#point(row));
  }

  #point(row: number | null): void {
    this.#legend.show(this.#columns, row);
    const isHole = row !== null && this.#columns.spreads[row] === null;
    const at = isHole ? this.#columns.timestamps[row]! : null;
    this.#pointedAt = at;
    if (at === null) this.#legend.why('');
    else if (this.#plot.matches(':hover')) void this.#tellWhy(at);
  }

  /** Only where the cursor still is when the answer comes. */
  async #tellWhy(at: number): Promise<void> {
    const words = await whyHole(this.#name, at);
    if (this.#pointedAt === at) this.#legend.why(words);
  }

  #judge(isPresent: boolean): void {
    const row = this.#row();
    const refusals = row === undefined ? [] : refusalsNow(now.value, row);
    const isPaying = isPresent && row !== undefined && !refusals.includes('below-costs');
    const isTradable = isPaying && refusals.length === 0;
    const words = isTradable ? t('state.tradable') : t('card.refused', { why: refusalWords(refusals) });
    setText(this.#judged, isPaying ? words : '');
    this.#judged.classList.toggle('is-tradable', isTradable);
  }

  #row(): number | undefined {
    const { symbol, exchange1, exchange2 } = this.#name;
    return table.value?.rowOf.get(keyOf(symbol, exchange1, exchange2));
  }

  #costPercent(): number | null {
    const row = this.#row();
    return (row === undefined ? undefined : table.value?.reply.costPercent[row]) ?? null;
  }

  #showNothing(view: View): void {
    this.#chart?.destroy();
    this.#chart = null;
    this.#legend.root.hidden = true;
    const words = t(view === 'live' ? 'card.noLive' : 'card.noHistory');
    this.#plot.replaceChildren(element('p', 'nothing', words));
  }

  /** What the picture shows, for those who do not see it. */
  #summary(): string {
    const { symbol, exchange1, exchange2 } = this.#name;
    const { timestamps, spreads } = this.#columns;
    const name = t('card.summary', { symbol, exchange1, exchange2 });
    const first = timestamps[0];
    const last = timestamps.at(-1);
    if (first === undefined || last === undefined) return t('card.noPoints', { name });
    const moment = (seconds: number): string => `${dateText(seconds)} ${clockText(seconds)}`;
    const holes = holeCount(spreads);
    return t('card.points', {
      name,
      points: count('points', timestamps.length),
      from: moment(first),
      to: moment(last),
      zone: ZONE_SUFFIX,
      holes: holes === 0 ? '' : `, ${count('holes', holes)}`,
      value: percentText(spreads[lastValidRow(this.#columns)]),
    });
  }
}

/** Stretches without a spread between two that have one. */
function holeCount(spreads: Columns['spreads']): number {
  let holes = 0;
  let isHole = false;
  for (const spread of spreads.slice(spreads.findIndex((one) => one !== null))) {
    if (spread !== null && isHole) holes += 1;
    isHole = spread === null;
  }
  return holes;
}
