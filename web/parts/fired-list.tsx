// What has fired, the newest first: when, by which rule, for which pair, with what value, and what became of it at each target.

import type { AlertDelivery, AlertSummary, AlertsReply } from '../../src/api/contract.js';
import { addressOfRule, measuredText, pairAddress, pairText, thresholdText } from '../alert-words.js';
import { momentText } from '../format.js';
import { t } from '../i18n/words.js';
import { atSeconds } from '../state/alert-reply.js';
import { nowSeconds } from '../state/alerts.js';
import { agoText } from '../words.js';

const SIGNS: Readonly<Record<AlertDelivery['state'], string>> = { pending: '…', sent: '✓', failed: '✕' };

export function FiredList({ reply }: { reply: AlertsReply }) {
  const rules = new Set(reply.rules.map(({ id }) => id));
  return (
    <ol class="fired-list" aria-label={t('alerts.fired')}>
      {reply.alerts.map((alert) => (
        <Fired key={alert.id} alert={alert} hasRule={rules.has(alert.ruleId)} />
      ))}
    </ol>
  );
}

function Fired({ alert, hasRule }: { alert: AlertSummary; hasRule: boolean }) {
  const { ruleId, ruleName, test, on, value, threshold, edgeBps, delivered } = alert;
  const address = pairAddress(alert);
  const values = { value: measuredText(on, value), threshold: thresholdText(on, threshold) };
  return (
    <li class="fired">
      <Moment alert={alert} />
      <span class="fired-rule">
        {hasRule ? <a href={addressOfRule(ruleId)}>{ruleName}</a> : ruleName}
        {test && <b class="mark">{t('alerts.isTest')}</b>}
      </span>
      <span>{address === null ? pairText(alert) : <a href={address}>{pairText(alert)}</a>}</span>
      <span>
        {value === null ? t('alerts.noValue') : t('alerts.passed', values)}
        {edgeBps !== null && on !== 'edge' && (
          <small>{t('alerts.edgeThen', { value: measuredText('edge', edgeBps) })}</small>
        )}
      </span>
      <Deliveries delivered={delivered} />
    </li>
  );
}

/** Alone, so that with each second only this is written anew. */
function Moment({ alert }: { alert: AlertSummary }) {
  const at = atSeconds(alert);
  const now = nowSeconds.value;
  return (
    <time dateTime={alert.at}>
      {Number.isFinite(at) ? momentText(at, now) : alert.at}
      {Number.isFinite(at) && <small>{agoText(now - at)}</small>}
    </time>
  );
}

function Deliveries({ delivered }: { delivered: readonly AlertDelivery[] }) {
  if (delivered.length === 0) return <span class="muted">{t('alerts.delivery.none')}</span>;
  return (
    <ul class="deliveries">
      {delivered.map(({ target, state, reason }) => (
        <li key={target} class={state}>
          {`${SIGNS[state]} ${target}: ${t(`alerts.delivery.${state}`)}`}
          {reason !== null && <span lang="en">{reason}</span>}
        </li>
      ))}
    </ul>
  );
}
