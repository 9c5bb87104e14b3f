// One exchange, opened: its connections, what it would not stream, and its instruments, searched as one types.

import type { ConnectionSummary, ExchangeConnections } from '../../src/api/contract.js';
import { ABSENT, ageText, durationText } from '../format.js';
import { numberText, t } from '../i18n/words.js';
import { Bad, Cell, Said, State } from './freshness.js';
import { Instruments } from './instruments.js';
import { connectionState, rejectsText } from './place-words.js';
import { Figure } from './process-facts.js';

interface DetailProps {
  readonly exchange: ExchangeConnections;
  readonly search: { current: HTMLInputElement | null };
}

export function ExchangeDetail({ exchange, search }: DetailProps) {
  const { name, connections, listingAgeMs } = exchange;
  return (
    <section class="detail-box" aria-label={t('exchanges.detail', { name })}>
      <dl class="figures">
        <Figure
          name={t('exchanges.listing')}
          value={listingAgeMs === null ? ABSENT : t('common.ago', { duration: durationText(listingAgeMs) })}
        />
        <Figure name={t('exchanges.quotes')} value={numberText(exchange.quotes)} />
        <Figure name={t('exchanges.trades')} value={numberText(exchange.trades)} />
        <Figure name={t('exchanges.gaps')} value={numberText(exchange.gaps)} />
        <Figure name={t('exchanges.rolls')} value={numberText(exchange.rolls)} />
        <Figure name={t('exchanges.duplicates')} value={numberText(exchange.duplicates)} />
      </dl>
      <h3>{t('exchanges.connections')}</h3>
      {connections.length === 0 ? (
        <p class="facts">{t('exchanges.noConnections')}</p>
      ) : (
        <ConnectionSheet connections={connections} />
      )}
      {connections.map((connection) => (
        <Refused key={connection.name} connection={connection} />
      ))}
      <Instruments key={name} exchange={exchange} search={search} />
    </section>
  );
}

function ConnectionSheet({ connections }: { connections: readonly ConnectionSummary[] }) {
  const number = { class: 'number', scope: 'col' } as const;
  return (
    <table class="sheet" aria-label={t('exchanges.connections')}>
      <thead>
        <tr>
          <th scope="col">{t('exchanges.connection')}</th>
          <th scope="col">{t('place.state')}</th>
          <th {...number}>{t('place.live')}</th>
          <th {...number}>{t('place.stale')}</th>
          <th {...number}>{t('place.refused')}</th>
          <th {...number}>{t('place.lag')}</th>
          <th {...number}>{t('place.lastMessage')}</th>
          <th {...number}>{t('exchanges.frames')}</th>
          <th {...number}>{t('exchanges.quotes')}</th>
          <th {...number}>{t('place.reconnects')}</th>
          <th {...number}>{t('place.heals')}</th>
          <th scope="col">{t('place.rejects')}</th>
        </tr>
      </thead>
      <tbody>
        {connections.map((connection) => (
          <ConnectionRow key={connection.name} connection={connection} />
        ))}
      </tbody>
    </table>
  );
}

function ConnectionRow({ connection }: { connection: ConnectionSummary }) {
  const { name, state, reason, symbols, states, lagMs, lastMessageAgeMs } = connection;
  return (
    <tr>
      <th scope="row">{name}</th>
      <Cell head={t('place.state')}>
        <State {...connectionState(state)} />
        {reason !== null && <Said text={reason} />}
      </Cell>
      <Cell number head={t('place.live')}>
        {t('common.of', { count: numberText(states['live'] ?? 0), total: numberText(symbols) })}
      </Cell>
      <Bad head={t('place.stale')} n={states['stale'] ?? 0} />
      <Bad head={t('place.refused')} n={connection.refusedTotal} />
      <Cell number head={t('place.lag')}>
        {lagMs === null ? ABSENT : `${numberText(lagMs)} ${t('unit.ms')}`}
      </Cell>
      <Cell number head={t('place.lastMessage')}>
        {ageText(lastMessageAgeMs ?? Number.NaN)}
      </Cell>
      <Cell number head={t('exchanges.frames')}>
        {numberText(connection.frames)}
      </Cell>
      <Cell number head={t('exchanges.quotes')}>
        {numberText(connection.quotes)}
      </Cell>
      <Bad head={t('place.reconnects')} n={connection.reconnects} />
      <Cell number head={t('place.heals')}>
        {numberText(connection.heals)}
      </Cell>
      <Cell head={t('place.rejects')}>{rejectsText(connection.rejects)}</Cell>
    </tr>
  );
}

function Refused({ connection: { name, refused, refusedTotal } }: { connection: ConnectionSummary }) {
  if (refusedTotal === 0) return null;
  return (
    <details>
      <summary>
        {name} · {t('exchanges.refusedList', { count: numberText(refusedTotal) })}
      </summary>
      <ul class="plain-list">
        {refused.map(({ exchangeSymbol, reason }) => (
          <li key={exchangeSymbol}>
            <b>{exchangeSymbol}</b> <Said text={reason} />
          </li>
        ))}
        {refusedTotal > refused.length && (
          <li>{t('exchanges.refusedMore', { count: numberText(refusedTotal - refused.length) })}</li>
        )}
      </ul>
    </details>
  );
}
