// Both charts of a pair with what belongs to them: drawn from history and what came since, a few times a second where that moves on.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { PairName } from '../../src/api/contract.js';
import { levels } from '../charts/levels.js';
import { PairPlot } from '../charts/pair-plot.js';
import { type Columns, legColumns, spreadColumns } from '../charts/pair-rows.js';
import { clock } from '../charts/section.js';
import { clockText, dateText, percentText, ZONE_SUFFIX } from '../format.js';
import { count, t } from '../i18n/words.js';
import type { PairData } from '../state/pair-data.js';
import type { PairLive } from '../state/pair-live.js';
import { fixed } from '../state/pair-range.js';
import { rangeKeys } from '../state/pair-view.js';
import { setParams } from '../state/route.js';
import { CoverageStrip } from './coverage-strip.js';
import { PairValues } from './pair-values.js';
import { QualityStrip } from './quality-strip.js';

const DRAW_MS = 200;

interface ChartsProps {
  readonly name: PairName;
  readonly data: PairData;
  readonly live: PairLive;
  readonly costPercent: number | null;
}

export function PairCharts({ name, data, live, costPercent }: ChartsProps) {
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
  const { range, coverage, cycles, quality } = data;
  const columns = drawn.value;
  const isEmpty = columns !== null && columns.spreads[0].length === 0;
  return (
    <>
      <PairValues name={name} columns={columns} row={cursor.value} data={data} />
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
      <section class="coverage" aria-label={t('quality.title')}>
        <QualityStrip quality={quality} from={range.from} to={range.to} />
      </section>
      <h3 class="facts">{t('pair.legs')}</h3>
      <div ref={legs} class="pair-plot" role="img" aria-label={t('pair.legs')} />
      <section class="coverage" aria-label={t('pair.coverage')}>
        <CoverageStrip exchange={name.exchange1} coverage={coverage[0]} from={range.from} to={range.to} />
        <CoverageStrip exchange={name.exchange2} coverage={coverage[1]} from={range.from} to={range.to} />
      </section>
    </>
  );
}

function summaryOf({ symbol, exchange1, exchange2 }: PairName, columns: Columns | null): string {
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
