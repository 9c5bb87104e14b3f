// The view of alerts: the rules and the form that makes them, where they are sent, what this browser does, and what has fired. Which
// form is open is in the address: `new=1` (with symbol, exchange1, exchange2, on, above), `rule=ID`.

import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AlertsReply } from '../../src/api/contract.js';
import { count, numberText, t } from '../i18n/words.js';
import { FiredList } from '../parts/fired-list.js';
import { onKeys } from '../parts/keys.js';
import { askPermission, canNotify, permission } from '../parts/notices.js';
import { RuleForm } from '../parts/rule-form.js';
import { RuleList } from '../parts/rule-list.js';
import { playTones } from '../parts/sound.js';
import { say } from '../parts/toasts.js';
import { ALERTS_SHOWN, alerts, alertsProblem, readAgain, showsAll, watchAlerts } from '../state/alerts.js';
import { route, setParams } from '../state/route.js';
import { choose, settings } from '../state/settings.js';

const CLOSED = {
  new: null,
  rule: null,
  symbol: null,
  exchange1: null,
  exchange2: null,
  on: null,
  above: null,
};

function openNew(): void {
  setParams({ ...CLOSED, new: '1' });
}

function openRule(id: string): void {
  setParams({ ...CLOSED, rule: id });
}

function close(): void {
  setParams(CLOSED);
}

export function AlertsView() {
  const reply = alerts.value;
  useEffect(() => watchAlerts(), []);
  useEffect(
    () =>
      onKeys({
        newRule: () => {
          if (route.value.params.get('new') === null) openNew();
          else document.querySelector<HTMLInputElement>('.rule-form [name=name]')?.focus();
        },
      }),
    [],
  );
  useSignalEffect(() => {
    const id = route.value.params.get('rule');
    const known = alerts.peek();
    // Somebody else may just have made it.
    if (id !== null && known !== null && !known.rules.some((rule) => rule.id === id)) void readAgain();
  });
  // What the user has decided meanwhile, elsewhere in the browser.
  useEffect(() => void canNotify(), []);
  return (
    <section class="alerts-view" aria-labelledby="alerts-title">
      <div class="alerts-head">
        <h2 id="alerts-title">{t('nav.alerts')}</h2>
        <button type="button" id="rule-new" class="main" aria-keyshortcuts="n" onClick={openNew}>
          {t('alerts.new')} <span class="key">n</span>
        </button>
        {reply !== null && alertsProblem.value !== null && (
          <p class="facts bad" role="alert">
            {t('common.notNow', { why: alertsProblem.value })}
          </p>
        )}
      </div>
      {reply === null ? <NoReply /> : <Loaded reply={reply} />}
    </section>
  );
}

function NoReply() {
  const why = alertsProblem.value;
  if (why === null)
    return (
      <p class="panel empty" role="status">
        {t('alerts.loading')}
      </p>
    );
  return (
    <div class="panel empty" role="alert">
      <p class="bad">{t('common.failed', { why })}</p>
      <button type="button" onClick={() => void readAgain()}>
        {t('common.retry')}
      </button>
    </div>
  );
}

function Loaded({ reply }: { reply: AlertsReply }) {
  const { rules, limits } = reply;
  return (
    <>
      <Notices reply={reply} />
      <Form reply={reply} />
      <section aria-labelledby="rules-title">
        <h3 id="rules-title" class="section-title">
          {t('alerts.rules')}{' '}
          <span class="aside">
            {t('alerts.rulesOf', { count: numberText(rules.length), max: count('rules', limits.rulesMax) })}
          </span>
        </h3>
        {rules.length === 0 ? (
          <p class="panel empty">{t('alerts.noRules')}</p>
        ) : (
          <RuleList reply={reply} edit={openRule} />
        )}
      </section>
      <div class="two">
        <Targets reply={reply} />
        <Browser />
      </div>
      <Fired reply={reply} />
    </>
  );
}

function Notices({ reply: { fileProblem, sendsOutside } }: { reply: AlertsReply }) {
  return (
    <div class="notices">
      {fileProblem !== null && (
        <p class="error" role="alert">
          {`✕ ${t('alerts.fileProblem', { why: '' })}`}
          <span lang="en">{fileProblem}</span>
        </p>
      )}
      {!sendsOutside && <p>{`! ${t('alerts.replay')}`}</p>}
    </div>
  );
}

function Form({ reply }: { reply: AlertsReply }) {
  const { params } = route.value;
  const id = params.get('rule');
  if (id === null) {
    if (params.get('new') === null) return null;
    // Another address is another form.
    return <RuleForm key={`new ${params}`} rule={null} params={params} reply={reply} close={close} />;
  }
  const rule = reply.rules.find((one) => one.id === id);
  if (rule !== undefined)
    return <RuleForm key={id} rule={rule} params={params} reply={reply} close={close} />;
  return (
    <div class="notices">
      <p role="alert">
        {`! ${t('alerts.noSuchRule', { id })} `}
        <button type="button" onClick={close}>
          {t('common.close')}
        </button>
      </p>
    </div>
  );
}

function Targets({ reply: { targets } }: { reply: AlertsReply }) {
  return (
    <section aria-labelledby="targets-title">
      <h3 id="targets-title" class="section-title">
        {t('alerts.targets')}
      </h3>
      <div class="panel">
        {targets.length === 0 ? (
          <p>{t('alerts.form.to.none')}</p>
        ) : (
          <ul class="targets">
            {targets.map(({ name, kind, problem }) => (
              <li key={name}>
                <b>{name}</b> {t(`alerts.target.${kind}`)}:{' '}
                {problem === null ? (
                  <span class="good">{`✓ ${t('alerts.target.fine')}`}</span>
                ) : (
                  <span class="bad">
                    {`✕ ${t('alerts.target.problem')}`}
                    <span lang="en">{problem}</span>
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
        {targets.length > 0 && <small>{t('alerts.targetsHint')}</small>}
      </div>
    </section>
  );
}

function Browser() {
  const { sound } = settings.value;
  const tryIt = async (): Promise<void> => {
    if (!(await playTones())) say(t('alerts.soundNone'));
  };
  return (
    <section aria-labelledby="browser-title">
      <h3 id="browser-title" class="section-title">
        {t('alerts.browser')}
      </h3>
      <div class="panel">
        <div class="tools">
          <button type="button" class="toggle" aria-pressed={sound} onClick={() => choose({ sound: !sound })}>
            {t('alerts.soundHere')}
          </button>
          <button type="button" onClick={() => void tryIt()}>
            {t('alerts.soundTry')}
          </button>
          {permission.value === 'default' && (
            <button type="button" onClick={() => void askPermission()}>
              {t('alerts.notice.ask')}
            </button>
          )}
        </div>
        <small>{t('alerts.soundHint')}</small>
        <small role="status">{t(`alerts.notice.${permission.value}`)}</small>
      </div>
    </section>
  );
}

function Fired({ reply }: { reply: AlertsReply }) {
  const { alerts: fired, limits } = reply;
  const all = async (): Promise<void> => {
    showsAll.value = true;
    await readAgain();
  };
  return (
    <section aria-labelledby="fired-title">
      <h3 id="fired-title" class="section-title">
        {t('alerts.fired')}{' '}
        <span class="aside">{t('alerts.firedHint', { max: count('alerts', limits.alertsMax) })}</span>
      </h3>
      {fired.length === 0 ? <p class="panel empty">{t('alerts.firedNone')}</p> : <FiredList reply={reply} />}
      {fired.length > 0 && !showsAll.value && fired.length >= ALERTS_SHOWN && (
        <button type="button" onClick={() => void all()}>
          {t('alerts.firedMore')}
        </button>
      )}
    </section>
  );
}
