// How old what a view shows is, said all the time; and what stands in place of a view that has nothing to show yet.

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { clockText, momentText, ZONE_SUFFIX } from '../format.js';
import { numberText, t } from '../i18n/words.js';
import type { Polled } from '../state/poll.js';
import { agoText } from '../words.js';
import type { StateWords } from './place-words.js';

/** Goes on by itself: an age that stands still would lie. */
function useSeconds(): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface FreshnessProps {
  readonly polled: Polled<object>;
  /** Of the server's own time, epoch seconds: what is shown is of then. NaN where it does not say. */
  readonly atSeconds: number;
  /** How old that was when it came. */
  readonly ageSeconds?: number;
}

export function Freshness({
  polled: { problem, readMs, value, again },
  atSeconds,
  ageSeconds = 0,
}: FreshnessProps) {
  const nowMs = useSeconds();
  if (value === null) return null;
  const age = ageSeconds + Math.max(0, nowMs - readMs) / 1_000;
  const text = asOfText(atSeconds, age);
  if (problem !== null)
    return (
      <p class="freshness bad" role="alert">
        <span aria-hidden="true">⚠ </span>
        {t('common.notNow', { why: problem })} <span aria-live="off">{text}</span>{' '}
        <button type="button" onClick={again}>
          {t('common.retry')}
        </button>
      </p>
    );
  return <p class="freshness">{text}</p>;
}

function asOfText(atSeconds: number, age: number): string {
  if (Number.isNaN(atSeconds)) return agoText(age);
  const isNear = age < 3_600;
  const time = isNear ? `${clockText(atSeconds)}${ZONE_SUFFIX}` : momentText(atSeconds, atSeconds + age);
  return t('place.asOf', { time, age: agoText(age) });
}

/** Before the first answer: that it is asked for, or why there is none. */
export function NotYet({ polled: { problem, again }, loading }: { polled: Polled<object>; loading: string }) {
  if (problem === null)
    return (
      <p class="not-yet" role="status">
        <span class="busy" aria-hidden="true" />
        {loading}
      </p>
    );
  return (
    <p class="not-yet bad" role="alert">
      <span>{t('common.failed', { why: problem })}</span>
      <button type="button" onClick={again}>
        {t('common.retry')}
      </button>
    </p>
  );
}

const SIGNS = { good: '✓', wait: '…', bad: '!', off: '■' } as const;

/** The sign says what the colour says. */
export function State({ text, look }: StateWords) {
  return (
    <span class={`judged-state look-${look}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[look]}
      </span>
      {text}
    </span>
  );
}

/** In the words of the server or of an exchange, which speak English. */
export function Said({ text }: { text: string }) {
  return (
    <span class="said" lang="en">
      {text}
    </span>
  );
}

/** One cell of a sheet; on a small screen, where the heads are not seen, it brings its own. */
export function Cell({
  head,
  number = false,
  children,
}: {
  head: string;
  number?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <td class={number ? 'number' : ''} data-head={head}>
      {children}
    </td>
  );
}

/** A number that is best at zero stands out where it is not. */
export function Bad({ head, n }: { head: string; n: number }) {
  return (
    <Cell number head={head}>
      {n === 0 ? <span class="zero">0</span> : <strong>{numberText(n)}</strong>}
    </Cell>
  );
}
