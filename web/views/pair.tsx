// One pair: its spreads and both legs' prices over any stretch of time, live where that reaches to now; its cycles, what is covered, what
// the statistics say. Range and lines are in the address.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { levels } from '../charts/levels.js';
import { PairPlot } from '../charts/pair-plot.js';
import { type Columns, legColumns, spreadColumns } from '../charts/pair-rows.js';
import { clock } from '../charts/section.js';
import { clockText, dateText, momentText, percentText, priceText, ZONE_SUFFIX } from '../format.js';
import { count, t } from '../i18n/words.js';
import { CoverageStrip, holeWords } from '../parts/coverage-strip.js';
import { onKeys } from '../parts/keys.js';
import { LegsNow, PairStatistics } from '../parts/pair-facts.js';
import { askPair, chartQuery, LINES, type Line, ms, type PairData } from '../state/pair-data.js';
import { PairLive } from '../state/pair-live.js';
import { fixed, moved, moving, type Range, rangeOf, SPANS, type Span, zoomed } from '../state/pair-range.js';
import { addressOf, addressOfPair, route, setParams } from '../state/route.js';
import { settings, togglePinned } from '../state/settings.js';
import { keyOf, table } from '../state/table.js';

export interface PairViewProps {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

const LINES_DEFAULT: readonly Line[] = ['bid', 'edge12', 'edge21'];
const DRAW_MS = 200;
/** History has made a point of more rows by then, and takes over from the live ones. */
const REREAD_MS = 60_000;

function linesOf(params: URLSearchParams): readonly Line[] {
  const asked = params.get('lines')?.split(',') ?? LINES_DEFAULT;
  const lines = LINES.filter((line) => asked.includes(line));
  return lines.length > 0 ? lines : LINES_DEFAULT;
}

export function PairView({ symbol, exchange1, exchange2 }: PairViewProps) {
  const name = { symbol, exchange1, exchange2 };
  const live = useRef<PairLive | null>(null);
  live.current ??= new PairLive(name);
  const data = useSignal<PairData | null>(null);
  const failed = useSignal<string | null>(null);
  const isAsking = useSignal(true);
  const again = useSignal(0);
  const params = useComputed(() => route.value.params.toString());
  const row = table.value?.rowOf.get(keyOf(symbol, exchange1, exchange2));
  useEffect(() => () => live.current?.close(), []);
  useSignalEffect(() => {
    void again.value;
    const query = new URLSearchParams(params.value);
    const range = rangeOf(query, clock.nowSeconds());
    const abort = new AbortController();
    isAsking.value = true;
    askPair(name, range, linesOf(query), abort.signal)
      .then((found) => {
        live.current?.forgetUntil(
          Math.min(range.to, found.lines.bid?.timestamps.at(-1) ?? Number.NEGATIVE_INFINITY),
        );
        data.value = found;
        failed.value = null;
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) failed.value = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        if (!abort.signal.aborted) isAsking.value = false;
      });
    return () => abort.abort();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && currentRange().span !== null) again.value += 1;
    }, REREAD_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => onKeys(rangeKeys), []);
  const askAgain = (): void => {
    again.value += 1;
  };
  return (
    <article class="pair-view" aria-labelledby="pair-title">
      <Head {...name} row={row} />
      <RangeBar {...name} />
      {failed.value !== null && (
        <p class="notice" role="alert">
          {t('common.failed', { why: failed.value })}{' '}
          <button type="button" onClick={askAgain}>
            {t('common.retry')}
          </button>
        </p>
      )}
      {(data.value?.problems.length ?? 0) > 0 && (
        <p class="notice">{t('pair.partial', { why: data.value?.problems.join('; ') ?? '' })}</p>
      )}
      <p class="facts" role="status">
        {isAsking.value && data.value === null ? t('pair.loading') : ''}
        {t(`pair.live.${live.current.state.value}`)}
      </p>
      {data.value !== null && (
        <Charts name={name} data={data.value} live={live.current} costPercent={costOf(row)} />
      )}
      <div class="facts-boxes">
        <Seconds live={live.current} exchanges={[exchange1, exchange2]} />
        <PairStatistics row={row} />
      </div>
    </article>
  );
}

function costOf(row: number | undefined): number | null {
  return (row === undefined ? undefined : table.value?.reply.costPercent[row]) ?? null;
}

function currentRange(): Range {
  return rangeOf(route.value.params, clock.nowSeconds());
}

const rangeKeys = {
  zoomIn: () => setParams(zoomed(currentRange(), 0.5)),
  zoomOut: () => setParams(zoomed(currentRange(), 2)),
  earlier: () => setParams(moved(currentRange(), -0.5, clock.nowSeconds())),
  later: () => setParams(moved(currentRange(), 0.5, clock.nowSeconds())),
  whole: () => setParams(moving('1h')),
};

function Head({ symbol, exchange1, exchange2, row }: PairViewProps & { readonly row: number | undefined }) {
  const key = keyOf(symbol, exchange1, exchange2);
  const isPinned = settings.value.pinned.includes(key);
  const pair = `${symbol} ${exchange1} / ${exchange2}`;
  const alert = new URLSearchParams({ new: '1', symbol, exchange1, exchange2 });
  useEffect(() => onKeys({ pin: () => togglePinned(key) }), [key]);
  return (
    <header class="pair-head">
      <h2 id="pair-title">
        {symbol} <span class="legs">{`(${exchange1} / ${exchange2})`}</span>
      </h2>
      <button
        type="button"
        class="plain star"
        aria-pressed={isPinned}
        aria-label={t('table.pinOf', { pair })}
        onClick={() => togglePinned(key)}
      >
        {isPinned ? '★' : '☆'}
      </button>
      <nav class="links" aria-label={pair}>
        <a href={addressOf('overview')}>{t('pair.back')}</a>
        <a href={addressOfPair(symbol, exchange2, exchange1)}>{t('pair.swap')}</a>
        <a href={addressOf('alerts', [], alert)}>{t('pair.alert')}</a>
      </nav>
      {row === undefined && table.value !== null && <span class="facts">{t('pair.verdict.none')}</span>}
    </header>
  );
}

function RangeBar(name: PairViewProps) {
  const { params } = route.value;
  const range = rangeOf(params, clock.nowSeconds());
  const lines = linesOf(params);
  const toggle = (line: Line): void => {
    const next = LINES.filter((one) => (one === line) !== lines.includes(one));
    setParams({ lines: next.length === 0 ? null : next.join() });
  };
  const moment = (seconds: number): string => `${dateText(seconds)} ${clockText(seconds)}${ZONE_SUFFIX}`;
  return (
    <div class="tools">
      <fieldset class="choices">
        <legend>{t('pair.range')}</legend>
        {(Object.keys(SPANS) as Span[]).map((span) => (
          <button
            key={span}
            type="button"
            class="toggle"
            aria-pressed={range.span === span}
            onClick={() => setParams(moving(span))}
          >
            {spanText(span)}
          </button>
        ))}
        <button
          type="button"
          aria-label={t('pair.earlier')}
          aria-keyshortcuts="ArrowLeft"
          onClick={rangeKeys.earlier}
        >
          ←
        </button>
        <button
          type="button"
          aria-label={t('pair.later')}
          aria-keyshortcuts="ArrowRight"
          onClick={rangeKeys.later}
        >
          →
        </button>
        <button type="button" aria-label={t('pair.zoomIn')} aria-keyshortcuts="+" onClick={rangeKeys.zoomIn}>
          +
        </button>
        <button
          type="button"
          aria-label={t('pair.zoomOut')}
          aria-keyshortcuts="-"
          onClick={rangeKeys.zoomOut}
        >
          −
        </button>
      </fieldset>
      {range.span === null && (
        <span class="facts">
          {t('pair.fixed', { from: moment(range.from), to: moment(range.to) })}{' '}
          <button type="button" onClick={rangeKeys.whole}>
            {t('pair.toNow')}
          </button>
        </span>
      )}
      <fieldset class="choices">
        <legend>{t('pair.lines')}</legend>
        {LINES.map((line) => (
          <button
            key={line}
            type="button"
            class={`toggle line-${line}`}
            aria-pressed={lines.includes(line)}
            title={lineHint(line)}
            onClick={() => toggle(line)}
          >
            {lineText(line, name)}
          </button>
        ))}
      </fieldset>
      <Exports {...name} range={range} />
    </div>
  );
}

function spanText(span: Span): string {
  return `${span.slice(0, -1)} ${t(span.endsWith('m') ? 'unit.min' : span.endsWith('h') ? 'unit.h' : 'unit.d')}`;
}

function lineText(line: Line, { exchange1, exchange2 }: PairViewProps): string {
  return t(`pair.line.${line}`, { exchange: line === 'edge12' ? exchange1 : exchange2 });
}

function lineHint(line: Line): string {
  return t(line === 'bid' || line === 'mid' ? `pair.line.${line}.hint` : 'pair.line.edge.hint');
}

function Exports({ range, ...name }: PairViewProps & { readonly range: Range }) {
  const file = (format: string, points: string): string => {
    const query = chartQuery(name, 'bid');
    for (const [key, value] of Object.entries({ from: ms(range.from), to: ms(range.to), points, format }))
      query.set(key, value);
    return `/api/charts?${query}`;
  };
  return (
    <details class="menu">
      <summary>{t('pair.export')}</summary>
      <div class="menu-body">
        <a href={file('csv', 'all')} download>
          {t('pair.export.csv')}
        </a>
        <a href={file('parquet', '100000')} download>
          {t('pair.export.parquet')}
        </a>
        <button type="button" class="plain" onClick={() => savePicture(name)}>
          {t('pair.export.png')}
        </button>
      </div>
    </details>
  );
}

/** Both charts below one another, with their name, as they are seen. */
function savePicture({ symbol, exchange1, exchange2 }: PairViewProps): void {
  const sources = [...document.querySelectorAll<HTMLCanvasElement>('.pair-view canvas')];
  const width = Math.max(...sources.map((source) => source.width));
  const head = 40 * devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = width;
  picture.height = head + sources.reduce((sum, source) => sum + source.height, 0);
  const ctx = picture.getContext('2d');
  if (ctx === null) return;
  const style = getComputedStyle(document.documentElement);
  ctx.fillStyle = style.getPropertyValue('--panel');
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.fillStyle = style.getPropertyValue('--text');
  ctx.font = `${15 * devicePixelRatio}px system-ui, sans-serif`;
  const { from, to } = currentRange();
  const moment = (seconds: number): string => `${dateText(seconds)} ${clockText(seconds)}${ZONE_SUFFIX}`;
  ctx.fillText(`${symbol} ${exchange1} / ${exchange2}   ${moment(from)} – ${moment(to)}`, 16, head * 0.65);
  let top = head;
  for (const source of sources) {
    ctx.drawImage(source, 0, top);
    top += source.height;
  }
  const link = document.createElement('a');
  link.download = `${symbol.replace('/', '_')}_${exchange1}_${exchange2}.png`;
  link.href = picture.toDataURL('image/png');
  link.click();
}

interface ChartsProps {
  readonly name: PairViewProps;
  readonly data: PairData;
  readonly live: PairLive;
  readonly costPercent: number | null;
}

function Charts({ name, data, live, costPercent }: ChartsProps) {
  const spreads = useRef<HTMLDivElement>(null);
  const legs = useRef<HTMLDivElement>(null);
  const cursor = useSignal<number | null>(null);
  const drawn = useSignal<{ readonly spreads: Columns; readonly legs: Columns } | null>(null);
  const latest = useRef(data);
  latest.current = data;
  const draw = useRef<() => void>(() => {});
  useEffect(() => {
    if (spreads.current === null || legs.current === null) return;
    const common = {
      selected: (from: number, to: number) => setParams(fixed(from, to)),
      whole: rangeKeys.whole,
      pointed: (row: number | null) => {
        cursor.value = row;
      },
    };
    const spreadPlot = new PairPlot({
      ...{ place: spreads.current, heightPx: 320, isPercent: true, ...common },
      lines: [
        { ink: 'spread', isBold: true },
        { ink: 'edge12' },
        { ink: 'edge21' },
        { ink: 'mid' },
        { ink: 'upper', isDashed: true },
        { ink: 'lower', isDashed: true },
      ],
    });
    const legPlot = new PairPlot({
      ...{ place: legs.current, heightPx: 200, isPercent: false, ...common },
      pointed: () => {},
      lines: [
        { ink: 'spread' },
        { ink: 'spread', isDashed: true },
        { ink: 'edge12' },
        { ink: 'edge12', isDashed: true },
      ],
    });
    draw.current = () => {
      const { range, cycles } = latest.current;
      const isMoving = range.span !== null;
      const to = isMoving ? clock.nowSeconds() : range.to;
      const from = isMoving ? to - (range.to - range.from) : range.from;
      const points = isMoving ? live.points : [];
      const columns = {
        spreads: spreadColumns(latest.current, points),
        legs: legColumns(latest.current, points),
      };
      spreadPlot.mark(levels(costPercent), cycles?.cycles ?? []);
      spreadPlot.draw(columns.spreads, from, to);
      legPlot.draw(columns.legs, from, to);
      drawn.value = columns;
    };
    draw.current();
    const timer = setInterval(() => {
      if (!document.hidden && latest.current.range.span !== null) draw.current();
    }, DRAW_MS);
    return () => {
      clearInterval(timer);
      spreadPlot.destroy();
      legPlot.destroy();
    };
  }, [costPercent]);
  useEffect(() => draw.current(), [data]);
  const { range, coverage, cycles } = data;
  const columns = drawn.value;
  const isEmpty = columns !== null && columns.spreads[0].length === 0;
  return (
    <>
      <Values name={name} columns={columns} row={cursor.value} data={data} />
      {isEmpty && <p class="nothing">{t('pair.nothing')}</p>}
      <div
        ref={spreads}
        class="pair-plot"
        role="img"
        aria-label={summaryOf(name, columns?.spreads ?? null)}
      />
      {cycles !== null && (
        <p class="facts">
          {t('pair.cyclesShown', {
            cycles: count('cycles', cycles.cycles.length),
            broken: cycles.broken === 0 ? '' : t('pair.cyclesBroken', { count: cycles.broken }),
          })}
        </p>
      )}
      <h3 class="facts">{t('pair.legs')}</h3>
      <div ref={legs} class="pair-plot" role="img" aria-label={t('pair.legs')} />
      <section class="coverage" aria-label={t('pair.coverage')}>
        <CoverageStrip exchange={name.exchange1} coverage={coverage[0]} from={range.from} to={range.to} />
        <CoverageStrip exchange={name.exchange2} coverage={coverage[1]} from={range.from} to={range.to} />
      </section>
    </>
  );
}

interface ValuesProps {
  readonly name: PairViewProps;
  readonly columns: { readonly spreads: Columns; readonly legs: Columns } | null;
  readonly row: number | null;
  readonly data: PairData;
}

/** What lies under the cursor, else the newest; where there is none, why. */
function Values({ name, columns, row, data }: ValuesProps) {
  if (columns === null) return null;
  const [times, ...values] = columns.spreads;
  const shown = row ?? times.length - 1;
  const at = times[shown];
  if (at === undefined) return null;
  // Only where this line has no row of its own is it what it was before.
  const valueAt = (column: readonly (number | null | undefined)[]): number | null | undefined => {
    for (let place = shown; place >= 0; place -= 1) if (column[place] !== undefined) return column[place];
    return undefined;
  };
  const lines = LINES.filter((line) => line in data.lines);
  const isHole = valueAt(values[0] ?? []) === null;
  return (
    <dl class="legend pair-values">
      {lines.map((line) => (
        <div key={line} class={`line-${line}`}>
          <dt>{lineText(line, name)}</dt>
          <dd>{percentText(valueAt(values[LINES.indexOf(line)] ?? []))}</dd>
        </div>
      ))}
      <div class="time">
        <dd>{momentText(at, clock.nowSeconds())}</dd>
      </div>
      {isHole && (
        <div class="bad">
          <dd>{holeWords(data.coverage, at)}</dd>
        </div>
      )}
      <LegValues name={name} columns={columns.legs} at={at} />
    </dl>
  );
}

function LegValues({
  name,
  columns,
  at,
}: {
  readonly name: PairViewProps;
  readonly columns: Columns;
  readonly at: number;
}) {
  const [times, ...values] = columns;
  const last = times.findLastIndex((time) => time <= at);
  const price = (column: number): string => {
    for (let place = last; place >= 0; place -= 1) {
      const value = values[column]?.[place];
      if (value !== undefined) return priceText(value);
    }
    return priceText(null);
  };
  return (
    <>
      {[name.exchange1, name.exchange2].map((exchange, leg) => (
        <div key={exchange} class={leg === 0 ? 'line-bid' : 'line-edge12'}>
          <dt>{exchange}</dt>
          <dd>{`${price(leg * 2)} / ${price(leg * 2 + 1)}`}</dd>
        </div>
      ))}
    </>
  );
}

function summaryOf({ symbol, exchange1, exchange2 }: PairViewProps, columns: Columns | null): string {
  const pair = t('card.summary', { symbol, exchange1, exchange2 });
  const [times = [], bid = []] = columns ?? [];
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return t('card.noPoints', { name: pair });
  const moment = (seconds: number): string =>
    `${dateText(seconds as number)} ${clockText(seconds as number)}`;
  return t('pair.summary', {
    pair,
    points: count('points', times.length),
    from: moment(first),
    to: `${moment(last)}${ZONE_SUFFIX}`,
    value: percentText(bid.findLast((value) => value !== undefined && value !== null)),
  });
}

/** Ages grow by themselves. */
function Seconds({
  live,
  exchanges,
}: {
  readonly live: PairLive;
  readonly exchanges: readonly [string, string];
}) {
  const nowSeconds = useSignal(clock.nowSeconds());
  useEffect(() => {
    const timer = setInterval(() => {
      nowSeconds.value = clock.nowSeconds();
    }, 500);
    return () => clearInterval(timer);
  }, []);
  return <LegsNow live={live} exchanges={exchanges} nowSeconds={nowSeconds.value} />;
}
