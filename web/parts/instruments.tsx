// The instruments of one exchange: what needs a look first, searched and chosen by state. No more rows are in the page than one reads;
// the rest is a search or a button away.

import { useState } from 'preact/hooks';
import type { ExchangeConnections, SymbolSummary } from '../../src/api/contract.js';
import { ABSENT, ageText, durationText } from '../format.js';
import { numberText, t } from '../i18n/words.js';
import { type InstrumentState, instrumentRows, STATES } from '../state/instrument-rows.js';
import { readSymbols } from '../state/place-replies.js';
import { usePolled } from '../state/poll.js';
import { addressOf, route, setParams } from '../state/route.js';
import { Cell, Freshness, NotYet, Said, State } from './freshness.js';
import { excludedText, instrumentState } from './place-words.js';

const POLL_MS = 2_000;
const SHOWN = 200;

interface InstrumentsProps {
  readonly exchange: ExchangeConnections;
  readonly search: { current: HTMLInputElement | null };
}

export function Instruments({ exchange: { name, states }, search }: InstrumentsProps) {
  const { params } = route.value;
  const words = params.get('q') ?? '';
  const state = STATES.find((one) => one === params.get('state')) ?? null;
  const [shownMax, setShownMax] = useState(SHOWN);
  const query = new URLSearchParams({ exchange: name, watched: String(state !== 'left') });
  const polled = usePolled(`/api/symbols?${query}`, POLL_MS, readSymbols);
  const all = polled.value?.symbols ?? [];
  const rows = instrumentRows(all, words, state);
  const shown = rows.slice(0, shownMax);
  return (
    <>
      <h3>{t('exchanges.instruments')}</h3>
      <div class="tools">
        <input
          ref={search as never}
          type="search"
          maxLength={80}
          aria-label={t('exchanges.filter', { name })}
          aria-keyshortcuts="/"
          placeholder={t('exchanges.filterHint')}
          value={words}
          onInput={({ currentTarget }) => setParams({ q: currentTarget.value })}
        />
        <StateChoice chosen={state} states={states} />
        <p class="facts" role="status">
          {polled.value !== null &&
            t('exchanges.shown', { shown: numberText(rows.length), total: numberText(all.length) })}
        </p>
        <Freshness polled={polled} atSeconds={Number.NaN} />
      </div>
      {polled.value === null ? (
        <NotYet polled={polled} loading={t('common.loading')} />
      ) : rows.length === 0 ? (
        <p class="not-yet">
          <span>{t('exchanges.noInstrument')}</span>
          <button type="button" onClick={() => setParams({ q: null, state: null })}>
            {t('exchanges.showAll')}
          </button>
        </p>
      ) : (
        <InstrumentSheet rows={shown} isOld={polled.problem !== null} />
      )}
      {rows.length > shown.length && (
        <button type="button" onClick={() => setShownMax(shownMax + SHOWN)}>
          {t('exchanges.more', { count: numberText(Math.min(SHOWN, rows.length - shown.length)) })}
        </button>
      )}
    </>
  );
}

function StateChoice({
  chosen,
  states,
}: {
  chosen: InstrumentState | null;
  states: ExchangeConnections['states'];
}) {
  const choice = (state: InstrumentState | null, text: string) => (
    <button
      key={text}
      type="button"
      class="toggle"
      aria-pressed={chosen === state}
      onClick={() => setParams({ state })}
    >
      {text}
    </button>
  );
  return (
    <>
      {choice(null, t('exchanges.all'))}
      {STATES.filter((state) => state !== 'left' && (state === chosen || (states[state] ?? 0) > 0)).map(
        (state) => choice(state, `${instrumentState(state).text} ${numberText(states[state] ?? 0)}`),
      )}
      {choice('left', t('exchanges.left'))}
    </>
  );
}

function InstrumentSheet({ rows, isOld }: { rows: readonly SymbolSummary[]; isOld: boolean }) {
  const number = { class: 'number', scope: 'col' } as const;
  return (
    <table class={`sheet instrument-sheet ${isOld ? 'old' : ''}`} aria-label={t('exchanges.instruments')}>
      <thead>
        <tr>
          <th scope="col">{t('exchanges.instrument')}</th>
          <th scope="col">{t('place.state')}</th>
          <th {...number} title={t('exchanges.age.hint')}>
            {t('exchanges.age')}
          </th>
          <th {...number} title={t('exchanges.usual.hint')}>
            {t('exchanges.usual')}
          </th>
          <th {...number} title={t('place.heals.hint')}>
            {t('place.heals')}
          </th>
          <th scope="col">{t('place.reason')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <InstrumentRow key={row.exchangeSymbol} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function InstrumentRow({ row }: { row: SymbolSummary }) {
  const { symbol, exchangeSymbol, excluded, reason, lastQuoteAgeMs, usualIntervalMs, heals } = row;
  return (
    <tr>
      <th scope="row">
        <a href={addressOf('overview', [], new URLSearchParams({ q: symbol }))}>{symbol}</a>{' '}
        <span class="facts">{exchangeSymbol}</span>
      </th>
      <Cell head={t('place.state')}>
        <State {...instrumentState(row.state ?? 'left')} />
      </Cell>
      <Cell number head={t('exchanges.age')}>
        {ageText(lastQuoteAgeMs ?? Number.NaN)}
      </Cell>
      <Cell number head={t('exchanges.usual')}>
        {usualText(row.state, usualIntervalMs)}
      </Cell>
      <Cell number head={t('place.heals')}>
        {heals === null ? ABSENT : numberText(heals)}
      </Cell>
      <Cell head={t('place.reason')}>
        {excluded === null ? reason !== null && <Said text={reason} /> : excludedText(excluded)}
      </Cell>
    </tr>
  );
}

function usualText(state: string | null, ms: number | null): string {
  if (ms !== null) return durationText(ms);
  return state === null ? ABSENT : t('exchanges.usual.learning');
}
