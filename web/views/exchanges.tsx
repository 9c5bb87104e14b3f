// The view of exchanges: how each is, asked anew every two seconds; one of them open, with its connections and instruments. Which one
// is open, and what is searched in it, is the address.

import { Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ConnectionsReply, ExchangeConnections } from '../../src/api/contract.js';
import { ABSENT, ageText } from '../format.js';
import { numberText, t } from '../i18n/words.js';
import { ExchangeDetail } from '../parts/exchange-detail.js';
import { Bad, Cell, Freshness, NotYet, Said, State } from '../parts/freshness.js';
import { onKeys } from '../parts/keys.js';
import { focusOpener, moveAmongOpeners } from '../parts/openers.js';
import { exchangeState, rejectsText } from '../parts/place-words.js';
import { ProcessFacts } from '../parts/process-facts.js';
import { readConnections, readProcess } from '../state/place-replies.js';
import { usePolled } from '../state/poll.js';
import { Rates } from '../state/rates.js';
import { route, setParams } from '../state/route.js';

const POLL_MS = 2_000;

function toggle(name: string): void {
  const isOpen = route.value.params.get('open') === name;
  setParams({ open: isOpen ? null : name, q: null, state: null });
}

export function ExchangesView() {
  const root = useRef<HTMLElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const rates = useRef(new Rates());
  const connections = usePolled('/api/connections', POLL_MS, readConnections);
  const health = usePolled('/api/health', POLL_MS, readProcess, true);
  useEffect(() => onKeys(keysOf(root, search)), []);
  const { value } = connections;
  const open = route.value.params.get('open');
  const atMs = Date.parse(value?.timestamp ?? '');
  for (const { name, quotes } of value?.exchanges ?? []) rates.current.add(name, atMs, quotes);
  return (
    <section ref={root as never} class="place" aria-labelledby="place-title">
      <div class="place-head">
        <h2 id="place-title">{t('nav.exchanges')}</h2>
        {value !== null && value.exchanges.length > 0 && <p class="facts">{summaryText(value)}</p>}
        <Freshness polled={connections} atSeconds={atMs / 1_000} />
      </div>
      {health.value !== null && (
        <ProcessFacts health={health.value} lagging={laggingOf(value)} isOld={health.problem !== null} />
      )}
      {value === null ? (
        <NotYet polled={connections} loading={t('exchanges.loading')} />
      ) : (
        <>
          {open !== null && !value.exchanges.some(({ name }) => name === open) && (
            <p class="not-yet" role="status">
              <span>{t('exchanges.unknown', { name: open })}</span>
            </p>
          )}
          {value.exchanges.length === 0 ? (
            <p class="not-yet">{t('exchanges.none')}</p>
          ) : (
            <Sheet
              exchanges={value.exchanges}
              open={open}
              rates={rates.current}
              isOld={connections.problem !== null}
              search={search}
            />
          )}
          <p class="facts key-hint">{t('place.keyHint')}</p>
        </>
      )}
    </section>
  );
}

type Held<T> = { readonly current: T | null };

function keysOf(root: Held<HTMLElement>, search: Held<HTMLInputElement>) {
  return {
    search: () => search.current?.focus(),
    next: () => moveAmongOpeners(root.current, 1),
    previous: () => moveAmongOpeners(root.current, -1),
    back: () => {
      const { params } = route.value;
      const open = params.get('open');
      if (document.activeElement === search.current && search.current !== null) search.current.blur();
      else if (params.has('q') || params.has('state')) setParams({ q: null, state: null });
      else if (open !== null) {
        setParams({ open: null });
        focusOpener(root.current, open);
      } else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
  };
}

function laggingOf(reply: ConnectionsReply | null): number {
  return (reply?.exchanges ?? []).reduce((sum, { lagging }) => sum + lagging, 0);
}

function summaryText({ exchanges }: ConnectionsReply): string {
  const sum = (of: (exchange: ExchangeConnections) => number): string =>
    numberText(exchanges.reduce((total, exchange) => total + of(exchange), 0));
  return t('exchanges.summary', {
    running: sum(({ state }) => (state === 'running' ? 1 : 0)),
    exchanges: numberText(exchanges.length),
    live: sum(({ states }) => states['live'] ?? 0),
    instruments: sum(({ instruments }) => instruments),
  });
}

interface SheetProps {
  readonly exchanges: readonly ExchangeConnections[];
  readonly open: string | null;
  readonly rates: Rates;
  readonly isOld: boolean;
  readonly search: { current: HTMLInputElement | null };
}

function Sheet({ exchanges, open, rates, isOld, search }: SheetProps) {
  const number = { class: 'number', scope: 'col' } as const;
  return (
    <table class={`sheet exchange-sheet ${isOld ? 'old' : ''}`} aria-label={t('nav.exchanges')}>
      <thead>
        <tr>
          <th scope="col">{t('exchanges.name')}</th>
          <th scope="col">{t('place.state')}</th>
          <th {...number}>{t('place.live')}</th>
          <th {...number}>{t('place.stale')}</th>
          <th {...number}>{t('place.refused')}</th>
          <th {...number} title={t('place.pending.hint')}>
            {t('place.pending')}
          </th>
          <th {...number} title={t('place.lag.hint')}>
            {t('place.lag')}
          </th>
          <th {...number}>{t('place.lastMessage')}</th>
          <th {...number} title={t('exchanges.rate.hint')}>
            {t('exchanges.rate')}
          </th>
          <th {...number}>{t('place.reconnects')}</th>
          <th {...number} title={t('place.heals.hint')}>
            {t('place.heals')}
          </th>
          <th scope="col" title={t('place.rejects.hint')}>
            {t('place.rejects')}
          </th>
        </tr>
      </thead>
      <tbody>
        {exchanges.map((exchange) => (
          <Fragment key={exchange.name}>
            <ExchangeRow
              exchange={exchange}
              isOpen={exchange.name === open}
              perSecond={rates.perSecond(exchange.name)}
            />
            {exchange.name === open && (
              <tr class="detail">
                <td colSpan={12}>
                  <ExchangeDetail exchange={exchange} search={search} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly exchange: ExchangeConnections;
  readonly isOpen: boolean;
  readonly perSecond: number;
}

function ExchangeRow({ exchange, isOpen, perSecond }: RowProps) {
  const { name, state, reason, instruments, states, connections } = exchange;
  const of = (kind: string): number => states[kind] ?? 0;
  const words = exchangeState(state);
  const lags = connections.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs]));
  return (
    <tr class={`look-${words.look} ${isOpen ? 'open' : ''}`}>
      <th scope="row">
        <button
          type="button"
          class="plain opener"
          data-name={name}
          aria-expanded={isOpen}
          onClick={() => toggle(name)}
        >
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {name}
        </button>
      </th>
      <Cell head={t('place.state')}>
        <State {...words} />
        {reason !== null && state !== 'running' && <Said text={reason} />}
      </Cell>
      <Cell number head={t('place.live')}>
        {t('common.of', { count: numberText(of('live')), total: numberText(instruments) })}
      </Cell>
      <Bad head={t('place.stale')} n={of('stale')} />
      <Bad head={t('place.refused')} n={of('refused')} />
      <Bad head={t('place.pending')} n={of('waiting') + of('down')} />
      <Cell number head={t('place.lag')}>
        {lags.length === 0 ? ABSENT : `${numberText(Math.max(...lags))} ${t('unit.ms')}`}
      </Cell>
      <Cell number head={t('place.lastMessage')}>
        {ageText(exchange.lastMessageAgeMs ?? Number.NaN)}
      </Cell>
      <Cell number head={t('exchanges.rate')}>
        {Number.isNaN(perSecond) ? ABSENT : perSecond.toFixed(1)}
      </Cell>
      <Bad head={t('place.reconnects')} n={exchange.reconnects} />
      <Cell number head={t('place.heals')}>
        {numberText(exchange.heals)}
      </Cell>
      <Cell head={t('place.rejects')}>{rejectsText(exchange.rejects)}</Cell>
    </tr>
  );
}
