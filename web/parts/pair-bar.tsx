// Above the charts of a pair: its name and where it leads, the range, the lines, and what can be taken along.

import { useEffect } from 'preact/hooks';
import type { PairName } from '../../src/api/contract.js';
import { clock } from '../charts/section.js';
import { clockText, dateText, ZONE_SUFFIX } from '../format.js';
import { t } from '../i18n/words.js';
import { chartQuery, LINES, type Line, ms } from '../state/pair-data.js';
import { moving, type Range, rangeOf, SPANS, type Span } from '../state/pair-range.js';
import { lineHint, linesOf, lineText, rangeKeys } from '../state/pair-view.js';
import { addressOf, addressOfPair, route, setParams } from '../state/route.js';
import { settings, togglePinned } from '../state/settings.js';
import { keyOf, table } from '../state/table.js';
import { onKeys } from './keys.js';
import { savePicture } from './pair-picture.js';

export function PairHead({
  symbol,
  exchange1,
  exchange2,
  row,
}: PairName & { readonly row: number | undefined }) {
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

const STEPS = [
  { name: 'pair.earlier', sign: '←', key: 'ArrowLeft', step: rangeKeys.earlier },
  { name: 'pair.later', sign: '→', key: 'ArrowRight', step: rangeKeys.later },
  { name: 'pair.zoomIn', sign: '+', key: '+', step: rangeKeys.zoomIn },
  { name: 'pair.zoomOut', sign: '−', key: '-', step: rangeKeys.zoomOut },
] as const;

export function PairBar(name: PairName) {
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
        {STEPS.map(({ name, sign, key, step }) => (
          <button key={name} type="button" aria-label={t(name)} aria-keyshortcuts={key} onClick={step}>
            {sign}
          </button>
        ))}
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

function Exports({ range, ...name }: PairName & { readonly range: Range }) {
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
