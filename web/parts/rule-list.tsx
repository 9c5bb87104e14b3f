// The rules, each with all that it is and what can be done with it. Deleting asks once more, in its place.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { AlertRuleSummary, AlertsReply } from '../../src/api/contract.js';
import { firesText, rearmsText, secondsText, watchesText } from '../alert-words.js';
import { count, t } from '../i18n/words.js';
import { ServerError } from '../server.js';
import { deleteRule, saveRule, testRule } from '../state/alerts.js';
import { isHelpOpen } from './help.js';
import { onKeys } from './keys.js';
import { say } from './toasts.js';

interface RuleListProps {
  readonly reply: AlertsReply;
  readonly edit: (id: string) => void;
}

export function RuleList({ reply, edit }: RuleListProps) {
  return (
    <ul class="rules-list">
      {reply.rules.map((rule) => (
        <Rule key={rule.id} rule={rule} reply={reply} edit={edit} />
      ))}
    </ul>
  );
}

function Rule({
  rule,
  reply,
  edit,
}: {
  rule: AlertRuleSummary;
  reply: AlertsReply;
  edit: (id: string) => void;
}) {
  const isAsking = useSignal(false);
  /** Why the last thing was not done, in the server's words. */
  const refused = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const attempt = async (change: () => Promise<void>): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    refused.value = null;
    try {
      await change();
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      refused.value = error.said?.words ?? error.message;
    } finally {
      isBusy.value = false;
    }
  };
  const { id, name, enabled } = rule;
  return (
    <li class={`rule ${enabled ? '' : 'off'}`} aria-labelledby={`rule-name-${id}`}>
      <div class="rule-head">
        <h3 id={`rule-name-${id}`}>
          {name}
          {!enabled && <b class="mark">{t('alerts.off')}</b>}
        </h3>
        <label class="check">
          <input
            type="checkbox"
            aria-label={t('alerts.enabledOf', { name })}
            checked={enabled}
            onChange={(event) => {
              // What it shows is what the server has.
              event.currentTarget.checked = enabled;
              void attempt(async () => {
                await saveRule(id, { ...rule, enabled: !enabled });
                say(t(enabled ? 'alerts.switchedOff' : 'alerts.switchedOn', { name }));
              });
            }}
          />{' '}
          <span aria-hidden="true">{t('alerts.enabled')}</span>
        </label>
      </div>
      <Facts rule={rule} reply={reply} />
      {isAsking.value ? (
        <Confirm rule={rule} isAsking={isAsking} attempt={attempt} />
      ) : (
        <div class="tools">
          <button
            type="button"
            id={`rule-edit-${id}`}
            aria-label={t('alerts.editOf', { name })}
            onClick={() => edit(id)}
          >
            {t('alerts.edit')}
          </button>
          <button
            type="button"
            aria-label={t('alerts.testOf', { name })}
            title={t('alerts.testOf', { name })}
            onClick={() => void attempt(() => testRule(id))}
          >
            {t('alerts.test')}
          </button>
          <button
            type="button"
            id={`rule-delete-${id}`}
            aria-label={t('alerts.deleteOf', { name })}
            onClick={() => {
              isAsking.value = true;
            }}
          >
            {t('alerts.delete')}
          </button>
        </div>
      )}
      <p class="wrong" role="alert">
        {refused.value !== null && (
          <>
            {`✕ ${t('alerts.refused', { why: '' })}`}
            <span lang="en">{refused.value}</span>
          </>
        )}
      </p>
    </li>
  );
}

interface ConfirmProps {
  readonly rule: AlertRuleSummary;
  readonly isAsking: Signal<boolean>;
  readonly attempt: (change: () => Promise<void>) => Promise<void>;
}

function Confirm({ rule: { id, name }, isAsking, attempt }: ConfirmProps) {
  const keep = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    isAsking.value = false;
    requestAnimationFrame(() => document.getElementById(`rule-delete-${id}`)?.focus());
  };
  useEffect(() => {
    keep.current?.focus();
    return onKeys({
      back: () => {
        if (isHelpOpen.value) isHelpOpen.value = false;
        else close();
      },
    });
  }, []);
  return (
    <div class="tools ask" role="alertdialog" aria-labelledby={`rule-ask-${id}`}>
      <p id={`rule-ask-${id}`}>{t('alerts.deleteAsk', { name })}</p>
      <button
        type="button"
        class="danger"
        onClick={() => {
          void attempt(async () => {
            await deleteRule(id);
            say(t('alerts.deleted', { name }));
            document.getElementById('rule-new')?.focus();
          }).finally(() => {
            isAsking.value = false;
          });
        }}
      >
        {t('alerts.deleteYes')}
      </button>
      <button type="button" ref={keep} aria-keyshortcuts="Escape" onClick={close}>
        {t('alerts.keep')}
      </button>
    </div>
  );
}

function Facts({ rule, reply }: { rule: AlertRuleSummary; reply: AlertsReply }) {
  const { holdSeconds, cooldownSeconds, to, sound, notify, pairs, enabled } = rule;
  const onPage = [
    t('alerts.toast'),
    ...(sound ? [t('alerts.sound')] : []),
    ...(notify ? [t('alerts.notify')] : []),
  ];
  const facts: readonly (readonly [title: string, text: string])[] = [
    [t('alerts.watches'), watchesText(rule)],
    [t('alerts.fires'), firesText(rule)],
    [t('alerts.rearms'), rearmsText(rule)],
    [
      t('alerts.hold'),
      holdSeconds === 0 ? t('alerts.atOnce') : t('alerts.holdFor', { duration: secondsText(holdSeconds) }),
    ],
    [
      t('alerts.cooldown'),
      cooldownSeconds === 0
        ? t('alerts.noCooldown')
        : t('alerts.cooldownFor', { duration: secondsText(cooldownSeconds) }),
    ],
    [
      t('alerts.targets'),
      to.length === 0 ? t('alerts.noTargets') : to.map((one) => targetText(reply, one)).join(', '),
    ],
    [t('alerts.onPage'), onPage.join(', ')],
    // Of one that is off nothing is counted.
    ...(enabled
      ? [[t('alerts.pairsNow'), pairs === 0 ? t('alerts.noPair') : count('pairs', pairs)] as const]
      : []),
  ];
  return (
    <dl class="rule-facts">
      {facts.map(([title, text]) => (
        <div key={title}>
          <dt class="title">{title}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function targetText({ targets }: AlertsReply, name: string): string {
  return targets.some((target) => target.name === name) ? name : `${name} (${t('alerts.form.to.gone')})`;
}
