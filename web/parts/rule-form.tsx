// The form of a rule, new or changed. It judges nothing itself: what the server refuses is said at the field that it names, and what
// was written stays.

import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { AlertRuleSummary, AlertsReply } from '../../src/api/contract.js';
import { numberText, t } from '../i18n/words.js';
import { ServerError } from '../server.js';
import { saveRule } from '../state/alerts.js';
import { bodyOf, type Draft, draftOf, MEASURES, newDraft, type TextField } from '../state/rule-draft.js';
import { table } from '../state/table.js';
import { onKeys } from './keys.js';
import { say } from './toasts.js';

/** A list of names that a browser offers is for a look, not for thousands. */
const OFFERED_MAX = 2_000;

interface Refusal {
  /** Null: about no field of the form. */
  readonly field: string | null;
  /** As the server says it. */
  readonly words: string;
}

interface RuleFormProps {
  /** Null: a new one. */
  readonly rule: AlertRuleSummary | null;
  /** What a new one begins with. */
  readonly params: URLSearchParams;
  readonly reply: AlertsReply;
  readonly close: () => void;
}

interface Fields {
  readonly draft: Signal<Draft>;
  readonly refusal: Signal<Refusal | null>;
}

const FIELDS: readonly string[] = [
  ...['name', 'on', 'symbol', 'exchange1', 'exchange2', 'above', 'rearmBelow', 'cooldownSeconds'],
  ...['holdSeconds', 'to'],
];

export function RuleForm({ rule, params, reply, close }: RuleFormProps) {
  const draft = useSignal(rule === null ? newDraft(params) : draftOf(rule));
  const refusal = useSignal<Refusal | null>(null);
  const isSending = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const fields = { draft, refusal };
  const { limits } = reply;
  useEffect(() => takeFocus(form.current, rule?.id ?? null, close), []);

  const send = async (): Promise<void> => {
    if (isSending.value) return;
    isSending.value = true;
    refusal.value = null;
    try {
      const { name } = await saveRule(rule?.id ?? null, bodyOf(draft.value));
      say(t('alerts.saved', { name }));
      close();
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      const field = error.said?.field ?? null;
      refusal.value = refusalOf(field, error.said?.words ?? error.message);
      focusOn(form.current, field);
    } finally {
      isSending.value = false;
    }
  };

  return (
    <form
      ref={form}
      class="rule-form"
      aria-labelledby="rule-form-title"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3 id="rule-form-title">
        {rule === null ? t('alerts.form.new') : t('alerts.form.edit', { name: rule.name })}
      </h3>
      <General refusal={refusal.value} />
      <Measure {...fields} />
      <div class="fields">
        <Field
          {...fields}
          name="name"
          hint={t('alerts.form.name.hint', { max: numberText(limits.nameLengthMax) })}
        />
        <Field {...fields} name="symbol" hint={t('alerts.form.symbol.hint')} offered="rule-symbols" />
        <Field {...fields} name="exchange1" hint={t('alerts.form.exchange1.hint')} offered="rule-exchanges" />
        <Field {...fields} name="exchange2" hint={t('alerts.form.exchange2.hint')} offered="rule-exchanges" />
        <Threshold {...fields} name="above" />
        <Threshold {...fields} name="rearmBelow" />
        <Seconds {...fields} name="holdSeconds" max={limits.holdSecondsMax} />
        <Seconds {...fields} name="cooldownSeconds" max={limits.cooldownSecondsMax} />
      </div>
      <Offered />
      <div class="groups">
        <Recipients {...fields} reply={reply} />
        <fieldset>
          <legend>{t('alerts.form.page')}</legend>
          <Check {...fields} name="sound" />
          <Check {...fields} name="notify" />
        </fieldset>
        <Check {...fields} name="enabled" />
      </div>
      <div class="tools">
        <button type="submit" class="main">
          {t(isSending.value ? 'alerts.form.saving' : 'alerts.form.save')}
        </button>
        <button type="button" aria-keyshortcuts="Escape" onClick={close}>
          {t('alerts.form.cancel')}
        </button>
      </div>
    </form>
  );
}

/** Goes to what has to be written first, and when the form closes back to where it was opened from. */
function takeFocus(form: HTMLFormElement | null, ruleId: string | null, close: () => void): () => void {
  const empty = [...(form?.querySelectorAll<HTMLInputElement>('[name=name], [name=above]') ?? [])].find(
    ({ value }) => value === '',
  );
  (empty ?? form?.querySelector<HTMLInputElement>('[name=name]'))?.focus();
  const release = onKeys({ back: close });
  return () => {
    release();
    const opener = ruleId === null ? null : document.getElementById(`rule-edit-${ruleId}`);
    if (form?.contains(document.activeElement) === true || document.activeElement === document.body)
      (opener ?? document.getElementById('rule-new'))?.focus();
  };
}

/** What is said of a field is said there; its name in front of it is then the server's alone. */
function refusalOf(field: string | null, words: string): Refusal {
  if (field === null || !FIELDS.includes(field)) return { field: null, words };
  return { field, words: words.replace(`${field}: `, '') };
}

function focusOn(form: HTMLFormElement | null, field: string | null): void {
  if (field !== null) form?.querySelector<HTMLInputElement>(`[name="${CSS.escape(field)}"]`)?.focus();
}

function General({ refusal }: { refusal: Refusal | null }) {
  return (
    <p class="wrong" role="alert">
      {refusal !== null && refusal.field === null && <Refused words={refusal.words} />}
    </p>
  );
}

function Refused({ words }: { words: string }) {
  return (
    <>
      {`✕ ${t('alerts.form.wrong')}`}
      <span lang="en">{words}</span>
    </>
  );
}

function wrongOf({ refusal }: Fields, name: string): ComponentChildren {
  return (
    refusal.value?.field === name && (
      <small class="wrong" id={`rule-${name}-wrong`}>
        <Refused words={refusal.value.words} />
      </small>
    )
  );
}

/** Ids of what describes a field. */
function describedBy({ refusal }: Fields, name: string): string {
  return `rule-${name}-hint${refusal.value?.field === name ? ` rule-${name}-wrong` : ''}`;
}

function Measure(fields: Fields) {
  const { draft } = fields;
  const { on } = draft.value;
  return (
    <fieldset class="measure" aria-describedby={describedBy(fields, 'on')}>
      <legend>{t('alerts.form.on')}</legend>
      <div class="choices">
        {MEASURES.map((measure) => (
          <label key={measure}>
            <input
              type="radio"
              name="on"
              value={measure}
              checked={on === measure}
              onChange={() => {
                draft.value = { ...draft.value, on: measure };
              }}
            />{' '}
            {t(`alerts.on.${measure}`)}
          </label>
        ))}
      </div>
      <small id="rule-on-hint">{t(`alerts.on.${on}.hint`)}</small>
      {wrongOf(fields, 'on')}
    </fieldset>
  );
}

interface FieldProps extends Fields {
  readonly name: TextField;
  readonly hint: string;
  readonly unit?: string;
  /** Id of the names that are offered. */
  readonly offered?: string;
  readonly isNumber?: boolean;
}

function Field({ name, hint, unit, offered, isNumber, ...fields }: FieldProps) {
  const { draft, refusal } = fields;
  const id = `rule-${name}`;
  return (
    <div class="field">
      <label for={id}>
        {t(`alerts.form.${name}`)}
        {unit !== undefined && <span class="unit">{`, ${unit}`}</span>}
      </label>
      <input
        id={id}
        name={name}
        type="text"
        autocomplete="off"
        spellcheck={false}
        inputMode={isNumber ? 'decimal' : 'text'}
        list={offered}
        value={draft.value[name]}
        required={name === 'name' || name === 'above'}
        aria-invalid={refusal.value?.field === name}
        aria-describedby={describedBy(fields, name)}
        onInput={({ currentTarget }) => {
          draft.value = { ...draft.value, [name]: currentTarget.value };
        }}
      />
      <small id={`${id}-hint`}>{hint}</small>
      {wrongOf(fields, name)}
    </div>
  );
}

function Threshold({ name, ...fields }: Fields & { name: 'above' | 'rearmBelow' }) {
  const { on } = fields.draft.value;
  return (
    <Field
      {...fields}
      name={name}
      hint={t(`alerts.form.${name}.${on}`)}
      unit={t(`alerts.unit.${on}`)}
      isNumber
    />
  );
}

function Seconds({
  name,
  max,
  ...fields
}: Fields & { name: 'holdSeconds' | 'cooldownSeconds'; max: number }) {
  const hint = t(`alerts.form.${name}.hint`, { max: numberText(max) });
  return <Field {...fields} name={name} hint={hint} unit={t('alerts.unit.s')} isNumber />;
}

function Check({ draft, name }: Fields & { name: 'sound' | 'notify' | 'enabled' }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        checked={draft.value[name]}
        onChange={({ currentTarget }) => {
          draft.value = { ...draft.value, [name]: currentTarget.checked };
        }}
      />{' '}
      {t(`alerts.form.${name}`)}
    </label>
  );
}

function Recipients({ reply, ...fields }: Fields & { reply: AlertsReply }) {
  const { draft } = fields;
  const { to } = draft.value;
  const known = reply.targets.map(({ name }) => name);
  const names = [...known, ...to.filter((name) => !known.includes(name))];
  const toggle = (name: string): void => {
    const rest = to.filter((other) => other !== name);
    draft.value = { ...draft.value, to: rest.length < to.length ? rest : [...to, name] };
  };
  return (
    <fieldset aria-describedby={describedBy(fields, 'to')}>
      <legend>{t('alerts.form.to')}</legend>
      {names.map((name) => {
        const target = reply.targets.find((one) => one.name === name);
        return (
          <label key={name} class="check">
            <input type="checkbox" name="to" checked={to.includes(name)} onChange={() => toggle(name)} />{' '}
            {name}{' '}
            <small>
              {target === undefined ? t('alerts.form.to.gone') : t(`alerts.target.${target.kind}`)}
              {target !== undefined && target.problem !== null && (
                <span class="bad">
                  {`; ✕ ${t('alerts.target.problem')}`}
                  <span lang="en">{target.problem}</span>
                </span>
              )}
            </small>
          </label>
        );
      })}
      <small id="rule-to-hint">
        {names.length === 0
          ? t('alerts.form.to.none')
          : t('alerts.form.to.hint', { max: numberText(reply.limits.targetsMax) })}
      </small>
      {wrongOf(fields, 'to')}
    </fieldset>
  );
}

/** Names that the table has. */
function Offered() {
  const all = table.value?.reply;
  const symbols = [...new Set(all?.symbol ?? [])].slice(0, OFFERED_MAX);
  const exchanges = [...new Set([...(all?.exchange1 ?? []), ...(all?.exchange2 ?? [])])].sort();
  const options = (names: readonly string[]) => names.map((name) => <option key={name} value={name} />);
  return (
    <>
      <datalist id="rule-symbols">{options(symbols)}</datalist>
      <datalist id="rule-exchanges">{options(exchanges)}</datalist>
    </>
  );
}
